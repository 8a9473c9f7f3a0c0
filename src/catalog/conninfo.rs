//! What a database URL means: everything libpq would resolve from it, the service file, the environment, the password
//! file and the defaults, without touching the network.
//!
//! Source: libpq documentation, "Database Connection Control Functions" (section 34.1). Where libpq would be stricter
//! than this program can be, the connection is refused with a [`Problem`]; it is never made less strictly in silence.

use std::fmt;
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::error::Problem;

mod hosts;
mod pgpass;
mod service;
mod settings;
#[cfg(test)]
mod tests;
mod tls;
mod url;

pub use crate::redact::connection_string as redact;
pub(crate) use hosts::{Address, Host};
use hosts::{find_passwords, resolve_hosts};
use settings::Settings;
pub(crate) use tls::{Roots, SslMode, Tls, TlsVersions};

/// How long to wait for one host when nothing is said. libpq would wait for ever, which is no use in a pipeline.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// Characters that would change where a part of the displayed URL ends.
const RESERVED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b':')
    .add(b',')
    .add(b'?')
    .add(b'@')
    .add(b'[')
    .add(b']');

/// A resolved connection: hosts to try in order, who connects to what, and how.
#[derive(Clone)]
pub struct Conninfo {
    hosts: Vec<Host>,
    host: String,
    dbname: String,
    user: String,
    tls: Tls,
    connect_timeout: Option<Duration>,
    session: SessionAttrs,
    application_name: String,
    options: Option<String>,
    channel_binding: ChannelBinding,
    notes: Vec<String>,
}

/// `channel_binding`: whether the password is tied to the encrypted channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChannelBinding {
    /// It is not.
    Disable,
    /// If the server can.
    Prefer,
    /// It is, or there is no session.
    Require,
}

/// `target_session_attrs`: which servers will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionAttrs {
    /// Any server.
    Any,
    /// One whose sessions are read-write by default.
    ReadWrite,
    /// One whose sessions are read-only by default.
    ReadOnly,
    /// One that is not in recovery.
    Primary,
    /// One that is in recovery.
    Standby,
    /// A standby if there is one, else any.
    PreferStandby,
}

impl Conninfo {
    /// Resolves a URL (`postgres://` or `postgresql://`) by libpq's precedence: URL, service file, environment, defaults.
    ///
    /// `env` reads a variable of the environment. Reads the service file, the password file and the certificates'
    /// files; does not use the network. Parameters that libpq does not know, such as those of ORMs, are ignored.
    ///
    /// # Errors
    /// A malformed URL, a word that libpq would refuse, a file that is missing, or a demand that cannot be met as
    /// strictly as libpq meets it. No message contains the password or the URL.
    pub fn resolve(url: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, Problem> {
        let settings = Settings::read(url, env)?;
        let mut notes = Vec::new();
        refuse_what_is_stricter(&settings)?;

        let user = settings.get("user").or_else(|| settings.system_user()).ok_or_else(|| {
            Problem::new("there is no user name to connect with")
                .hint("Write postgresql://user:password@host/dbname, or set PGUSER")
        })?;
        let dbname = settings.get("dbname").unwrap_or_else(|| user.clone());
        let mut hosts = resolve_hosts(&settings)?;
        find_passwords(&settings, &mut hosts, &dbname, &user, &mut notes);
        let over_network = hosts.iter().any(|host| matches!(host.address, Address::Tcp(_)));
        let tls = tls::resolve(&settings, over_network, &mut notes)?;
        check_names(&settings, &tls)?;
        // libpq ignores requirepeer over the network.
        if settings.get("requirepeer").is_some() && hosts.iter().any(|t| matches!(t.address, Address::Socket(_))) {
            return Err(Problem::new(
                "requirepeer is given, but driftgate cannot tell who runs the server of a socket",
            )
            .hint("Leave requirepeer out if the connection may be made without that check"));
        }

        let host = hosts
            .iter()
            .map(|host| host.name.as_str())
            .collect::<Vec<_>>()
            .join(",");
        Ok(Self {
            host,
            dbname,
            user,
            tls,
            connect_timeout: connect_timeout(&settings)?,
            session: session_attrs(&settings)?,
            application_name: settings
                .get("application_name")
                .or_else(|| settings.get("fallback_application_name"))
                .unwrap_or_else(|| "driftgate".to_owned()),
            options: settings.get("options"),
            channel_binding: channel_binding(&settings)?,
            notes,
            hosts,
        })
    }

    /// `postgresql://host:5432/dbname`, for reports and logs: never a user, a password or a parameter.
    #[must_use]
    pub fn display(&self) -> String {
        let hosts: Vec<String> = self
            .hosts
            .iter()
            .map(|host| {
                if host.name.parse::<std::net::Ipv6Addr>().is_ok() {
                    format!("[{}]:{}", host.name, host.port)
                } else {
                    format!("{}:{}", utf8_percent_encode(&host.name, RESERVED), host.port)
                }
            })
            .collect();
        format!(
            "postgresql://{}/{}",
            hosts.join(","),
            utf8_percent_encode(&self.dbname, RESERVED)
        )
    }

    /// The host, or the directory of the socket; several are separated by commas.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The name of the database.
    #[must_use]
    pub fn dbname(&self) -> &str {
        &self.dbname
    }

    /// The same way to another database of the same server.
    #[must_use]
    pub fn with_database(&self, dbname: &str) -> Self {
        Self {
            dbname: dbname.to_owned(),
            ..self.clone()
        }
    }

    /// The name of the role that connects.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Sentences for stderr about what libpq would do and this connection does not. Never the value of a setting.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    pub(crate) fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    pub(crate) fn tls(&self) -> &Tls {
        &self.tls
    }

    /// How long one host may take from the first packet to the end of authentication; none is for ever.
    pub(crate) fn connect_timeout(&self) -> Option<Duration> {
        self.connect_timeout
    }

    pub(crate) fn channel_binding(&self) -> ChannelBinding {
        self.channel_binding
    }

    pub(crate) fn session(&self) -> SessionAttrs {
        self.session
    }

    pub(crate) fn application_name(&self) -> &str {
        &self.application_name
    }

    /// Command-line options for the server, exactly as the user wrote them (some poolers read their own syntax there).
    pub(crate) fn options(&self) -> Option<&str> {
        self.options.as_deref()
    }
}

impl fmt::Debug for Conninfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conninfo")
            .field("hosts", &self.hosts)
            .field("dbname", &self.dbname)
            .field("user", &self.user)
            .field("tls", &self.tls)
            .field("connect_timeout", &self.connect_timeout)
            .field("session", &self.session)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

/// What only the name in a certificate can prove must be proved with the name the user gave.
fn check_names(settings: &Settings<'_>, tls: &Tls) -> Result<(), Problem> {
    if tls.mode != SslMode::VerifyFull {
        return Ok(());
    }
    if settings.get("hostaddr").is_some() && settings.get("host").is_none() {
        return Err(
            Problem::new("host name must be specified for a verified SSL connection").hint(
                "Give the name that stands in the server's certificate with `host`, and \
                 leave hostaddr out",
            ),
        );
    }
    Ok(())
}

fn refuse_what_is_stricter(settings: &Settings<'_>) -> Result<(), Problem> {
    if settings.get("require_auth").is_some() {
        return Err(Problem::new(
            "require_auth is given, but driftgate cannot choose how the server asks for a password",
        )
        .hint("Leave require_auth (PGREQUIREAUTH) out if any method will do"));
    }
    match settings.get("gssencmode").as_deref() {
        None | Some("disable" | "prefer") => {}
        Some("require") => {
            return Err(
                Problem::new("gssencmode=require is given, but driftgate does not speak GSSAPI")
                    .hint("Leave gssencmode (PGGSSENCMODE) out and use TLS, for example sslmode=verify-full"),
            );
        }
        Some(_) => {
            return Err(Problem::new("gssencmode has an unknown value").hint("Known are disable, prefer and require"));
        }
    }
    if settings
        .get("min_protocol_version")
        .is_some_and(|version| version != "3.0")
    {
        return Err(Problem::new(
            "min_protocol_version asks for more than version 3.0, which is what driftgate speaks",
        )
        .hint("Leave min_protocol_version out"));
    }
    Ok(())
}

fn connect_timeout(settings: &Settings<'_>) -> Result<Option<Duration>, Problem> {
    let Some(text) = settings.get("connect_timeout") else {
        return Ok(Some(DEFAULT_TIMEOUT));
    };
    let seconds = text.trim().parse::<i32>().map_err(|_| {
        Problem::new("connect_timeout is not a whole number of seconds").hint("0 waits for ever; 10 is the default")
    })?;
    Ok(u64::try_from(seconds)
        .ok()
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs))
}

fn channel_binding(settings: &Settings<'_>) -> Result<ChannelBinding, Problem> {
    Ok(match settings.get("channel_binding").as_deref() {
        None | Some("prefer") => ChannelBinding::Prefer,
        Some("disable") => ChannelBinding::Disable,
        Some("require") => ChannelBinding::Require,
        Some(_) => {
            return Err(
                Problem::new("channel_binding has an unknown value").hint("Known are disable, prefer and require")
            );
        }
    })
}

fn session_attrs(settings: &Settings<'_>) -> Result<SessionAttrs, Problem> {
    Ok(match settings.get("target_session_attrs").as_deref() {
        None | Some("any") => SessionAttrs::Any,
        Some("read-write") => SessionAttrs::ReadWrite,
        Some("read-only") => SessionAttrs::ReadOnly,
        Some("primary") => SessionAttrs::Primary,
        Some("standby") => SessionAttrs::Standby,
        Some("prefer-standby") => SessionAttrs::PreferStandby,
        Some(_) => {
            return Err(Problem::new("target_session_attrs has an unknown value")
                .hint("Known are any, read-write, read-only, primary, standby and prefer-standby"));
        }
    })
}

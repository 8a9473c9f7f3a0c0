//! Resolves a database URL as libpq does: with the service file, the environment, the password file and the defaults, and
//! without using the network.
//!
//! Source: libpq documentation, "Database Connection Control Functions" (section 34.1). If a setting
//! demands more than this program can enforce, resolving fails with a [`Problem`]; no demand is silently ignored.

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

/// The default timeout for one host. libpq waits without a limit, which is not useful in a pipeline.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// Characters that separate the parts of a URL.
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

/// A resolved connection: the hosts to try in order, the role, the database, and the settings.
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

/// `channel_binding`: whether authentication is bound to the TLS channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChannelBinding {
    /// Never.
    Disable,
    /// If the server supports it.
    Prefer,
    /// Always; otherwise the connection fails.
    Require,
}

/// `target_session_attrs`: which servers are acceptable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionAttrs {
    /// Any server.
    Any,
    /// A server whose sessions are read-write by default.
    ReadWrite,
    /// A server whose sessions are read-only by default.
    ReadOnly,
    /// A server that is not in recovery.
    Primary,
    /// A server that is in recovery.
    Standby,
    /// A standby if one is reachable, else any server.
    PreferStandby,
}

impl Conninfo {
    /// Resolves a URL (`postgres://` or `postgresql://`) by libpq's precedence: URL, service file, environment, defaults.
    ///
    /// `env` reads a variable of the environment. Reads the service file, the password file and the certificates'
    /// files; does not use the network. Parameters that libpq does not know, such as those of ORMs, are ignored.
    ///
    /// # Errors
    /// A malformed URL, a value that libpq refuses, a missing file, or a demand that cannot be enforced as strictly as libpq
    /// does. No message contains the password or the URL.
    pub fn resolve(url: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, Problem> {
        let settings = Settings::read(url, env)?;
        let mut notes = Vec::new();
        refuse_what_is_stricter(&settings)?;

        let user = settings.get("user").or_else(|| settings.system_user()).ok_or_else(|| {
            Problem::new("no user name is given").hint("write postgresql://user:password@host/dbname, or set PGUSER")
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
                "requirepeer is given, but driftgate cannot verify which user runs the server of a socket",
            )
            .hint("omit requirepeer if the connection is acceptable without that check"));
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

    /// The host or the directory of the socket. Several hosts are separated by commas.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The hosts with their ports: `db.example.com:5432`.
    #[must_use]
    pub fn address(&self) -> String {
        let hosts = self.hosts.iter().map(|host| format!("{}:{}", host.name, host.port));
        hosts.collect::<Vec<_>>().join(",")
    }

    /// The name of the database.
    #[must_use]
    pub fn dbname(&self) -> &str {
        &self.dbname
    }

    /// The same connection to another database of the server.
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

    /// Sentences for stderr about settings that libpq honours and this connection does not. They contain no values.
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

    /// How long one host may take until the end of authentication; `None` means no limit.
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

/// `verify-full` needs the host name that the user gave, because the certificate is checked for it.
fn check_names(settings: &Settings<'_>, tls: &Tls) -> Result<(), Problem> {
    if tls.mode != SslMode::VerifyFull {
        return Ok(());
    }
    if settings.get("hostaddr").is_some() && settings.get("host").is_none() {
        return Err(
            Problem::new("host name must be specified for a verified SSL connection").hint(
                "give the name in the server's certificate with `host`, and \
                 omit hostaddr",
            ),
        );
    }
    Ok(())
}

fn refuse_what_is_stricter(settings: &Settings<'_>) -> Result<(), Problem> {
    if settings.get("require_auth").is_some() {
        return Err(
            Problem::new("require_auth is given, but driftgate cannot choose the authentication method")
                .hint("omit require_auth (PGREQUIREAUTH) if any method is acceptable"),
        );
    }
    match settings.get("gssencmode").as_deref() {
        None | Some("disable" | "prefer") => {}
        Some("require") => {
            return Err(
                Problem::new("gssencmode=require is given, but driftgate does not support GSSAPI")
                    .hint("omit gssencmode (PGGSSENCMODE) and use TLS, for example sslmode=verify-full"),
            );
        }
        Some(_) => {
            return Err(
                Problem::new("gssencmode has an unknown value").hint("valid values are disable, prefer and require")
            );
        }
    }
    if settings
        .get("min_protocol_version")
        .is_some_and(|version| version != "3.0")
    {
        return Err(
            Problem::new("min_protocol_version requires more than version 3.0, which driftgate uses")
                .hint("omit min_protocol_version"),
        );
    }
    Ok(())
}

fn connect_timeout(settings: &Settings<'_>) -> Result<Option<Duration>, Problem> {
    let Some(text) = settings.get("connect_timeout") else {
        return Ok(Some(DEFAULT_TIMEOUT));
    };
    let seconds = text.trim().parse::<i32>().map_err(|_| {
        Problem::new("connect_timeout is not a whole number of seconds").hint("0 means no limit; the default is 10")
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
            return Err(Problem::new("channel_binding has an unknown value")
                .hint("valid values are disable, prefer and require"));
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
                .hint("valid values are any, read-write, read-only, primary, standby and prefer-standby"));
        }
    })
}

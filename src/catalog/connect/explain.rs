//! Explains why a connection failed.

use std::io::ErrorKind;
use std::time::Duration;

mod certificate;

use certificate::tls;

use super::stream::ConnectError;
use crate::catalog::client::StartError;
use crate::catalog::conninfo::{Address, Conninfo, Host};
use crate::catalog::server_error::ServerError;
use crate::error::io_message;

/// The reason why one host cannot be used.
pub(super) struct Reason {
    /// One sentence without a full stop. Never contains a secret.
    pub(super) why: String,
    /// What to do about it.
    pub(super) hint: Option<String>,
    /// Whether libpq does not try the next host after this error.
    pub(super) ends_the_search: bool,
    /// Whether retrying cannot help, for example because of a wrong password or certificate.
    pub(super) lasting: bool,
    /// Whether there is no route to the address.
    pub(super) has_no_route: bool,
}

impl Reason {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            hint: None,
            ends_the_search: false,
            lasting: false,
            has_no_route: false,
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn end_the_search(mut self) -> Self {
        self.ends_the_search = true;
        self
    }

    fn no_route(mut self) -> Self {
        self.has_no_route = true;
        self
    }

    fn lasting(mut self) -> Self {
        self.lasting = true;
        self
    }
}

/// Whether the server has no line for this connection in its pg_hba.conf. The translated messages contain the name, too.
fn lacks_hba_entry(error: &ConnectError) -> bool {
    error
        .refusal()
        .is_some_and(|error| error.message.contains("pg_hba.conf"))
}

/// Of the errors of two attempts, with and without TLS, the more helpful one.
pub(super) fn more_helpful(first: ConnectError, second: ConnectError) -> ConnectError {
    let lacks_tls = |error: &ConnectError| matches!(error, ConnectError::NoTls | ConnectError::TlsRequestRejected);
    let second_is_vague = lacks_tls(&second) || lacks_hba_entry(&second);
    let first_is_vague = lacks_tls(&first) || lacks_hba_entry(&first) || first.is_about_tls();
    if first_is_vague && !second_is_vague || lacks_tls(&first) {
        second
    } else {
        first
    }
}

/// The server did not answer in time.
pub(super) fn timeout(limit: Duration) -> Reason {
    Reason::new(format!("no answer within {} s", limit.as_secs())).hint(
        "check host and port; a firewall, a VPN or the provider's list of allowed addresses may \
         swallow the packets. connect_timeout in the URL sets the time to wait",
    )
}

/// Why an attempt failed.
pub(super) fn error(error: &ConnectError, info: &Conninfo, host: &Host) -> Reason {
    if let Some(error) = error.tls_error() {
        return tls(error, host).end_the_search().lasting();
    }
    match error {
        ConnectError::Lookup(error) => {
            let text = io_message(error);
            // The standard library has no error kind for this.
            let detail = text.strip_prefix("failed to lookup address information").unwrap_or("");
            Reason::new(format!("the host name `{}` is unknown{detail}", host.name))
                .hint("check the spelling of the host; a name of a private network needs its VPN or DNS")
        }
        ConnectError::Io(error) => io(error, host),
        ConnectError::NoTls | ConnectError::TlsRequestRejected => Reason::new("the server does not support TLS")
            .hint(
                "turn ssl on at the server, or write sslmode=prefer or sslmode=disable if the \
                 connection may be unencrypted",
            )
            .end_the_search()
            .lasting(),
        ConnectError::NotPostgres => Reason::new("the server does not speak the PostgreSQL protocol")
            .hint("check host and port, which may be those of a web server or of another database system")
            .end_the_search()
            .lasting(),
        ConnectError::UnusableName => Reason::new(format!("TLS cannot be used with the host name `{}`", host.name))
            .hint("write the host as a DNS name or an address")
            .end_the_search()
            .lasting(),
        ConnectError::Certificates(why) => Reason::new(why.clone())
            .hint("check the files that sslrootcert, sslcrl, sslcert and sslkey name")
            .end_the_search()
            .lasting(),
        ConnectError::Start(error) => start(error, info, host),
    }
}

fn start(error: &StartError, info: &Conninfo, host: &Host) -> Reason {
    match error {
        StartError::Io(error) => io(error, host),
        StartError::Refused(error) => refused(error, info, host),
        StartError::NotPostgres => self::error(&ConnectError::NotPostgres, info, host),
        StartError::NoPassword => no_password(info).lasting().end_the_search(),
        StartError::Unsupported(_) => Reason::new(
            "the server asks for an authentication method that driftgate does not support, \
             such as GSSAPI, SSPI or OAuth",
        )
        .hint(
            "use a role that authenticates with a password (scram-sha-256, md5) or with \
             a client certificate",
        )
        .end_the_search()
        .lasting(),
        StartError::NoChannelBinding => Reason::new(
            "channel_binding=require is given, but the server does not bind the password to the encrypted channel",
        )
        .hint(
            "it requires TLS, a role with a scram-sha-256 password, and a server or pooler that supports \
             SCRAM-SHA-256-PLUS; otherwise omit channel_binding (PGCHANNELBINDING) and use sslmode=verify-full",
        )
        .end_the_search()
        .lasting(),
        StartError::UnprovenServer => Reason::new("the server does not prove that it knows the password of this role")
            .hint("check host and port: the peer may not be your server")
            .end_the_search()
            .lasting(),
    }
}

fn io(error: &std::io::Error, host: &Host) -> Reason {
    const RUNNING: &str = "check that the server is running and that host and port are right";
    let socket = matches!(host.address, Address::Socket(_));
    match error.kind() {
        ErrorKind::NotFound if socket => Reason::new("the socket does not exist; no server listens there").hint(
            "check that the server is running, and compare the directory and port with its \
                 settings unix_socket_directories and port",
        ),
        ErrorKind::PermissionDenied if socket => Reason::new("this user has no permission to use the socket")
            .hint("check the permissions of the socket and its directory"),
        ErrorKind::ConnectionRefused if socket => {
            Reason::new("connection refused; the socket is left from a server that no longer runs").hint(RUNNING)
        }
        ErrorKind::ConnectionRefused => Reason::new("connection refused; no server listens on that host and port")
            .hint(format!("{RUNNING}; in a container, localhost is the container itself")),
        ErrorKind::TimedOut => Reason::new("no answer from the host").hint("check host, port and firewalls"),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Reason::new("there is no route to the host")
            .hint(
                "check network and VPN; if the host has an IPv6 address only, use the provider's \
                 pooler or IPv4 address",
            )
            .no_route(),
        ErrorKind::InvalidData | ErrorKind::InvalidInput => {
            Reason::new(format!("the server's answer cannot be parsed ({error})"))
                .hint("check that PostgreSQL, or a pooler for it, listens on this port")
                .end_the_search()
                .lasting()
        }
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe => Reason::new("the server closed the connection unexpectedly")
            .hint(
                "check that PostgreSQL listens on this port; a proxy that lets only known clients \
                 or TLS through also hangs up like this",
            )
            .end_the_search(),
        _ => Reason::new(io_message(error)),
    }
}

fn no_password(info: &Conninfo) -> Reason {
    Reason::new(format!(
        "no password supplied: the server asks for one for the role \"{}\"",
        info.user()
    ))
    .hint(
        "put it into the URL (postgresql://user:password@host/dbname), into PGPASSWORD or into \
         ~/.pgpass",
    )
}

/// Why the server refuses the connection.
pub(super) fn refused(error: &ServerError, info: &Conninfo, host: &Host) -> Reason {
    rejected(error, info, host)
}

/// Why the server, or the pooler in front of it, rejects a connection. A server may translate its messages, so its code
/// and the routine decide. A pooler has no codes of its own, but its messages are always English.
fn rejected(error: &ServerError, info: &Conninfo, host: &Host) -> Reason {
    let (message, code) = (error.message.as_str(), error.code.as_str());
    let has = |words: &str| message.contains(words);
    let wants_password = code == "28P01" || has("password authentication failed") || has("empty password");
    let reason = if wants_password && host.password.is_none() {
        // A pooler may refuse without asking for a password.
        no_password(info)
    } else if let Some(hint) = advice(error, info, host) {
        Reason::new(message).hint(hint)
    } else if code.is_empty() {
        Reason::new(message)
    } else {
        Reason::new(format!("{message} (SQLSTATE {code})"))
    };
    // Repeated attempts with a wrong password may lock the role.
    let reason = if wants_password || code.starts_with("28") {
        reason.lasting()
    } else {
        reason
    };
    if code == "57P03" {
        reason
    } else {
        reason.end_the_search()
    }
}

/// A hint for a rejection, if there is one.
fn advice(error: &ServerError, info: &Conninfo, host: &Host) -> Option<String> {
    // The name of the file is the same in every language.
    let lacks_hba_line = error.message.contains("pg_hba.conf");
    let user = info.user();
    let dbname = info.dbname();
    let hint = match error.code.as_str() {
        "28P01" => {
            let origin = host.password.as_ref().map_or("nowhere", |(_, origin)| origin);
            format!(
                "check user and password (the password came from {origin}); special characters in a \
                 URL must be percent-encoded"
            )
        }
        "28000" if lacks_hba_line => format!(
            "pg_hba.conf of the server needs a line for the role \"{user}\", the database \
             \"{dbname}\" and this address; if it has one only for TLS, write sslmode=require"
        ),
        // The role does not exist or has NOLOGIN. Source: src/backend/utils/init/miscinit.c.
        "28000" if error.is_from("InitializeSessionUserId") => format!(
            "check the user in the URL; it is \"{user}\". Without one, it is PGUSER or the operating \
             system's user. It must exist and have LOGIN: ALTER ROLE \"{user}\" LOGIN"
        ),
        // Source: src/backend/libpq/auth.c.
        "28000" if error.is_from("ClientAuthentication") => {
            "name the client certificate with sslcert and sslkey".to_owned()
        }
        "28000" => "the server rejects this role or this authentication method; connect over TCP \
         with a password, or see pg_hba.conf"
            .to_owned(),
        "3D000" => format!(
            "check the database in the URL; it is \"{dbname}\". Without one, it is PGDATABASE or the \
             name of the user"
        ),
        "42501" => format!("GRANT CONNECT ON DATABASE \"{dbname}\" TO \"{user}\""),
        "53300" => "all connections of the server or of this role are in use; close some, or try \
         again later"
            .to_owned(),
        "57P03" => "the server is not ready; try again in a moment".to_owned(),
        _ => return advice_about_pooler(&error.message).map(str::to_owned),
    };
    Some(hint)
}

/// A hint for a message of a pooler. Poolers have no specific SQLSTATEs, but their messages are always in English.
fn advice_about_pooler(message: &str) -> Option<&'static str> {
    const KNOWN: [(&str, &str); 8] = [
        (
            "unsupported startup parameter",
            "the connection goes through a pooler. Omit `options` (PGOPTIONS), connect to the \
             server itself, or add the parameter to the pooler's ignore_startup_parameters",
        ),
        ("SSL required", "write sslmode=require"),
        ("TLS required", "write sslmode=require"),
        (
            "password authentication failed",
            "check user and password, and whether the pooler knows this user",
        ),
        (
            "no such user",
            "check user and password, and whether the pooler knows this user",
        ),
        (
            "no such database",
            "check the database in the URL; the pooler has its own list of databases",
        ),
        (
            "Tenant or user not found",
            "the user of a shared pooler has the project in its name: postgres.PROJECT; check also \
             the region in the host",
        ),
        (
            "ndpoint ID is not specified",
            "connect by the host name (without hostaddr), or write options=endpoint%3DENDPOINT_ID",
        ),
    ];
    let (_, hint) = KNOWN.iter().find(|(words, _)| message.contains(words))?;
    Some(hint)
}

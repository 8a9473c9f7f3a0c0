//! Why a connection failed, in words for a person.

use std::io::ErrorKind;
use std::time::Duration;

use sqlx::Error;

use crate::catalog::conninfo::{Address, Conninfo, Target};

/// Why one host would not do.
pub(super) struct Reason {
    /// One sentence without a full stop; never a secret.
    pub(super) why: String,
    /// What to do about it.
    pub(super) hint: Option<String>,
    /// Whether libpq would not try the next host after this.
    pub(super) ends_the_search: bool,
    /// Whether waiting cannot help: a password, a certificate, a setting.
    pub(super) lasting: bool,
}

impl Reason {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            hint: None,
            ends_the_search: false,
            lasting: false,
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn final_word(mut self) -> Self {
        self.ends_the_search = true;
        self
    }

    fn lasting(mut self) -> Self {
        self.lasting = true;
        self
    }
}

/// The SQLSTATE, if the server sent the error.
pub(super) fn code(error: &Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// Whether TLS could not be agreed upon, as against a server that cannot be reached or says no.
pub(super) fn is_about_tls(error: &Error) -> bool {
    match error {
        Error::Tls(_) => true,
        // rustls arrives wrapped in an I/O error; a server without TLS may also just hang up.
        Error::Io(error) => {
            matches!(
                error.kind(),
                ErrorKind::InvalidData | ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset
            )
        }
        _ => false,
    }
}

fn lacks_tls(error: &Error) -> bool {
    matches!(error, Error::Tls(source) if source.to_string() == "server does not support TLS")
}

fn lacks_hba_entry(error: &Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.message().contains("pg_hba.conf"))
}

/// Of the errors of two attempts, with and without TLS, the one that tells the user more.
pub(super) fn more_telling(first: Error, second: Error) -> Error {
    let second_says_less = lacks_tls(&second) || lacks_hba_entry(&second);
    let first_says_less = lacks_tls(&first) || lacks_hba_entry(&first) || is_about_tls(&first);
    if first_says_less && !second_says_less || lacks_tls(&first) {
        second
    } else {
        first
    }
}

/// No answer in time.
pub(super) fn timeout(limit: Duration) -> Reason {
    Reason::new(format!("no answer within {} s", limit.as_secs())).hint(
        "Check host and port; a firewall, a VPN or the provider's list of allowed addresses may \
         swallow the packets. connect_timeout in the URL sets the time to wait",
    )
}

/// An error of the driver's.
pub(super) fn error(error: &Error, info: &Conninfo, target: &Target) -> Reason {
    if let Some(database) = error.as_database_error() {
        return rejected(
            database.message(),
            database.code().as_deref().unwrap_or(""),
            info,
            target,
        );
    }
    match error {
        Error::Io(error) => io(error, target),
        Error::Tls(source) => tls(&source.to_string(), target).final_word().lasting(),
        Error::Protocol(text) => protocol(text).final_word().lasting(),
        Error::Configuration(source) if source.to_string().contains("saslprep") => {
            Reason::new("the user name contains characters that a password login cannot have")
                .final_word()
                .lasting()
        }
        Error::Configuration(source) => Reason::new(format!("the client certificate or key is unusable: {source}"))
            .hint("Check the files that sslcert and sslkey name")
            .final_word()
            .lasting(),
        other => Reason::new(other.to_string()).final_word().lasting(),
    }
}

fn io(error: &std::io::Error, target: &Target) -> Reason {
    const RUNNING: &str = "Check that the server is running and that host and port are right";
    let text = error.to_string();
    let socket = matches!(target.address, Address::Socket(_));
    // The standard library has no kind for this.
    if let Some(detail) = text.strip_prefix("failed to lookup address information") {
        return Reason::new(format!("the host name `{}` is unknown{detail}", target.name))
            .hint("Check the spelling of the host; a name of a private network needs its VPN or DNS");
    }
    match error.kind() {
        ErrorKind::NotFound if socket => Reason::new("there is no such socket; no server listens there").hint(
            "Check that the server is running and which directory and port its \
                 unix_socket_directories and port settings have",
        ),
        ErrorKind::PermissionDenied if socket => Reason::new("this user may not use the socket")
            .hint("Check the permissions of the socket and its directory"),
        ErrorKind::ConnectionRefused if socket => {
            Reason::new("connection refused; the socket is left over from a server that no longer runs").hint(RUNNING)
        }
        ErrorKind::ConnectionRefused => Reason::new("connection refused; no server listens on that host and port")
            .hint(format!("{RUNNING}; in a container, localhost is the container itself")),
        ErrorKind::TimedOut => Reason::new("no answer from the host").hint("Check host, port and firewalls"),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Reason::new("there is no route to the host")
            .hint(
                "Check network and VPN; if the host has an IPv6 address only, use the provider's \
                 pooler or IPv4 address",
            ),
        ErrorKind::InvalidData => tls(&text, target).final_word().lasting(),
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe => Reason::new("the server closed the connection unexpectedly")
            .hint(
                "Check that PostgreSQL listens on this port; a proxy that lets only known clients \
                 or TLS through also hangs up like this",
            )
            .final_word(),
        _ => Reason::new(text),
    }
}

/// What the TLS library says, in words that say what to change.
fn tls(text: &str, target: &Target) -> Reason {
    const OTHER_ROOT: &str = "Name the authority's certificate with sslrootcert=FILE, or, if the \
                              machine trusts it, write sslrootcert=system";
    let name = &target.name;
    let has = |words: &str| text.contains(words);
    if text == "server does not support TLS" {
        Reason::new("the server does not support TLS").hint(
            "Turn ssl on at the server, or write sslmode=prefer or sslmode=disable if the \
             connection may be unencrypted",
        )
    } else if has("UnknownIssuer") {
        Reason::new("the server's certificate is signed by an authority that is not trusted").hint(OTHER_ROOT)
    } else if has("CaUsedAsEndEntity") {
        Reason::new(
            "the server's certificate is that of an authority (CA:TRUE), which driftgate does not \
             accept for a server",
        )
        .hint(
            "Issue a certificate with basicConstraints CA:FALSE, or write sslmode=require without \
             sslrootcert if the connection may go unverified",
        )
    } else if has("ertificate expired") || has("Expired") {
        Reason::new("the server's certificate has expired")
            .hint("Renew the certificate, and check the clock of this machine")
    } else if has("not valid yet") || has("NotValidYet") {
        Reason::new("the server's certificate is not valid yet")
            .hint("Check the clocks of the server and of this machine")
    } else if has("not valid for any names") {
        Reason::new("the server's certificate has no subject alternative name, only a common name at most").hint(
            format!("Issue a certificate with subjectAltName=DNS:{name}, or write sslmode=verify-ca"),
        )
    } else if has("not valid for name") || has("NotValidForName") {
        let names = text.split_once("only valid for ").map_or(String::new(), |(_, names)| {
            let names = names
                .replace("DnsName(", "")
                .replace("IpAddress(", "")
                .replace([')', '"'], "");
            format!(", only for {names}")
        });
        Reason::new(format!(
            "the server's certificate is not valid for the host `{name}`{names}"
        ))
        .hint(
            "Write the host as the certificate has it, or write sslmode=verify-ca if any \
             host of that authority will do",
        )
    } else if has("no root trust anchors") {
        Reason::new("there is no trusted root certificate").hint(OTHER_ROOT)
    } else if has("nvalid dns name") || has("invalid server name") {
        Reason::new(format!("TLS cannot be used with the host name `{name}`"))
            .hint("Write the host as a DNS name or an address")
    } else if has("UnknownCA") || has("BadCertificate") || has("CertificateUnknown") || has("CertificateRevoked") {
        Reason::new(format!("the server does not accept the client certificate ({text})"))
            .hint("Check sslcert and sslkey")
    } else if has("CertificateRequired") {
        Reason::new("the server wants a client certificate and none was given").hint("Name it with sslcert and sslkey")
    } else if has("HandshakeFailure") || has("ProtocolVersion") || has("incompatible") {
        Reason::new(format!("no TLS version or cipher in common with the server ({text})")).hint(
            "The server must speak TLS 1.2 or 1.3; check ssl_min_protocol_version and \
             ssl_ciphers there",
        )
    } else if has("InvalidContentType") || has("corrupt message") {
        Reason::new("the server's answer is not TLS")
            .hint("Check that PostgreSQL listens on this port, and no proxy before it")
    } else {
        Reason::new(format!("TLS failed: {text}")).hint("Check sslmode, sslrootcert, sslcert and sslkey")
    }
}

fn protocol(text: &str) -> Reason {
    if text.starts_with("unsupported authentication method") || text.starts_with("unsupported SASL") {
        Reason::new(
            "the server asks for a way of authentication that driftgate does not have, \
             such as GSSAPI, SSPI or OAuth",
        )
        .hint(
            "Use a role that authenticates with a password (scram-sha-256, md5) or with \
             a client certificate",
        )
    } else if text.starts_with("unexpected response from SSLRequest") || text.starts_with("unknown message type") {
        Reason::new("what listens there does not speak the PostgreSQL protocol")
            .hint("Check host and port; an HTTP address or another database's port is the usual mistake")
    } else {
        Reason::new(format!("the server's answer is not understood ({text})"))
            .hint("Check that PostgreSQL, or a pooler for it, listens on this port")
    }
}

/// What the server, or the pooler in front of it, says when it rejects a connection. The message is the server's, in
/// the server's language, so the code decides where there is one.
fn rejected(message: &str, code: &str, info: &Conninfo, target: &Target) -> Reason {
    let has = |words: &str| message.contains(words);
    let wants_password = code == "28P01" || has("password authentication failed") || has("empty password");
    let reason = if wants_password && target.password.is_none() {
        // The driver answers with an empty password where libpq would say that there is none.
        Reason::new(format!(
            "no password supplied: the server asks for one for the role \"{}\"",
            info.user()
        ))
        .hint(
            "Put it into the URL (postgresql://user:password@host/dbname), into PGPASSWORD or into \
             ~/.pgpass",
        )
    } else if let Some(hint) = advice(message, code, info, target) {
        Reason::new(message).hint(hint)
    } else if code.is_empty() {
        Reason::new(message)
    } else {
        Reason::new(format!("{message} (SQLSTATE {code})"))
    };
    // A role that is refused again and again is locked out in the end.
    let reason = if wants_password || code.starts_with("28") {
        reason.lasting()
    } else {
        reason
    };
    if code == "57P03" { reason } else { reason.final_word() }
}

/// What to do about a rejection, where that is known.
fn advice(message: &str, code: &str, info: &Conninfo, target: &Target) -> Option<String> {
    let has = |words: &str| message.contains(words);
    let user = info.user();
    let dbname = info.dbname();
    let hint = match code {
        "28P01" => {
            let origin = target.password.as_ref().map_or("nowhere", |(_, origin)| origin);
            format!(
                "Check user and password (the password came from {origin}); special characters in a \
                 URL must be percent-encoded"
            )
        }
        "28000" if has("pg_hba.conf") && (has("no encryption") || has("SSL off")) => {
            "The server wants TLS here (sslmode=require), or its pg_hba.conf needs a line for this \
             role and address"
                .to_owned()
        }
        "28000" if has("pg_hba.conf") => format!(
            "pg_hba.conf of the server needs a line for the role \"{user}\", the database \
             \"{dbname}\" and this address"
        ),
        "28000" if has("does not exist") => format!(
            "Check the user in the URL; it is \"{user}\". Without one, it is PGUSER or the operating \
             system's user"
        ),
        "28000" if has("not permitted to log in") => {
            format!("ALTER ROLE \"{user}\" LOGIN, or use another role")
        }
        "28000" if has("certificate") => "Name the client certificate with sslcert and sslkey".to_owned(),
        "28000" => "The server rejects this role or this way of authentication; connect over TCP \
         with a password, or see pg_hba.conf"
            .to_owned(),
        "3D000" => format!(
            "Check the database in the URL; it is \"{dbname}\". Without one, it is PGDATABASE or the \
             name of the user"
        ),
        "42501" => format!("GRANT CONNECT ON DATABASE \"{dbname}\" TO \"{user}\""),
        "53300" => "All connections of the server or of this role are taken; close some, or try \
         again later"
            .to_owned(),
        "57P03" => "The server is not ready; try again in a moment".to_owned(),
        _ => return advice_about_pooler(message).map(str::to_owned),
    };
    Some(hint)
}

/// Poolers have no codes of their own worth the name, but their words are always English.
fn advice_about_pooler(message: &str) -> Option<&'static str> {
    const KNOWN: [(&str, &str); 8] = [
        (
            "unsupported startup parameter",
            "A pooler stands before the server. Leave `options` (PGOPTIONS) out, connect to the \
             server itself, or add the parameter to the pooler's ignore_startup_parameters",
        ),
        ("SSL required", "Write sslmode=require"),
        ("TLS required", "Write sslmode=require"),
        (
            "password authentication failed",
            "Check user and password, and whether the pooler knows this user",
        ),
        (
            "no such user",
            "Check user and password, and whether the pooler knows this user",
        ),
        (
            "no such database",
            "Check the database in the URL; the pooler has its own list of databases",
        ),
        (
            "Tenant or user not found",
            "The user of a shared pooler has the project in its name: postgres.PROJECT; check also \
             the region in the host",
        ),
        (
            "ndpoint ID is not specified",
            "Connect by the host name (without hostaddr), or write options=endpoint%3DENDPOINT_ID",
        ),
    ];
    let (_, hint) = KNOWN.iter().find(|(words, _)| message.contains(words))?;
    Some(hint)
}

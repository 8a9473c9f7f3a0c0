//! Connects to a server as libpq does, and explains why a connection fails.

use std::future::Future;

use super::client::{Binding, Client, StartError, Startup};
use super::conninfo::{Address, ChannelBinding, Conninfo, Host, SessionAttrs, SslMode};
use super::server_error::ServerError;
use crate::error::Failure;
use crate::sql;

mod binding;
mod cancel;
mod explain;
mod stream;
#[cfg(test)]
mod tests;
mod tls;

use explain::Reason;
use stream::{ConnectError, Encryption, ServerAddress};

/// Connects to the first reachable host with the requested `target_session_attrs`.
///
/// As in libpq, the next host is tried when one cannot be reached, does not answer in time or is starting up, but not
/// when it rejects the password or its certificate is not valid. The start-up message contains only three settings
/// (`DateStyle`, `client_encoding`, `TimeZone`), `application_name` and the user's own `options`, so that transaction
/// poolers accept it. Needs a Tokio runtime with I/O and time. It reads the environment only for `sslrootcert=system`:
/// `SSL_CERT_FILE` and `SSL_CERT_DIR`, as OpenSSL does.
///
/// # Errors
/// The reason for each host, and what to do about it. Never contains the password.
pub async fn connect(info: &Conninfo) -> Result<Client, Failure> {
    let passes: &[SessionAttrs] = match info.session() {
        SessionAttrs::PreferStandby => &[SessionAttrs::Standby, SessionAttrs::Any],
        SessionAttrs::Any => &[SessionAttrs::Any],
        SessionAttrs::ReadWrite => &[SessionAttrs::ReadWrite],
        SessionAttrs::ReadOnly => &[SessionAttrs::ReadOnly],
        SessionAttrs::Primary => &[SessionAttrs::Primary],
        SessionAttrs::Standby => &[SessionAttrs::Standby],
    };
    let mut reasons: Vec<(String, Reason)> = Vec::new();
    for requested in passes {
        reasons.clear();
        for host in info.hosts() {
            match try_host(info, host, *requested).await {
                Ok(client) => return Ok(client),
                Err(reason) => {
                    let is_last = reason.ends_the_search;
                    reasons.push((label(host), reason));
                    if is_last {
                        return Err(failure(&reasons));
                    }
                }
            }
        }
    }
    Err(failure(&reasons))
}

/// Tries each address of a host in turn. As in libpq, `connect_timeout` applies to each address: the first may be an IPv6
/// address without a route.
async fn try_host(info: &Conninfo, host: &Host, requested: SessionAttrs) -> Result<Client, Reason> {
    let addresses = within(info, async {
        stream::addresses(host)
            .await
            .map_err(|error| explain::error(&error, info, host))
    })
    .await?;
    let mut kept: Option<Reason> = None;
    for address in &addresses {
        let attempt = within(info, try_address(info, host, address, requested)).await;
        match attempt {
            Ok(client) => return Ok(client),
            Err(reason) if reason.ends_the_search => return Err(reason),
            // An error of the first address is more helpful than a missing route to the second.
            Err(reason) if kept.is_some() && reason.has_no_route => {}
            Err(reason) => kept = Some(reason),
        }
    }
    Err(kept.unwrap_or_else(|| Reason::new(format!("the host name `{}` has no address", host.name))))
}

/// Runs an attempt with the limit `connect_timeout`.
async fn within<T>(info: &Conninfo, attempt: impl Future<Output = Result<T, Reason>>) -> Result<T, Reason> {
    let Some(limit) = info.connect_timeout() else {
        return attempt.await;
    };
    match tokio::time::timeout(limit, attempt).await {
        Ok(result) => result,
        Err(_) => Err(explain::timeout(limit)),
    }
}

async fn try_address(
    info: &Conninfo,
    host: &Host,
    address: &ServerAddress,
    requested: SessionAttrs,
) -> Result<Client, Reason> {
    let client = try_modes(info, host, address)
        .await
        .map_err(|error| explain::error(&error, info, host))?;
    check_session(client, requested, info, host).await
}

/// Tries unencrypted connections and TLS in the order of `sslmode`.
async fn try_modes(info: &Conninfo, host: &Host, address: &ServerAddress) -> Result<Client, ConnectError> {
    let open = |encryption| open(info, host, address, encryption);
    if matches!(host.address, Address::Socket(_)) {
        return open(Encryption::Plain).await;
    }
    let (first, second) = match info.tls().mode {
        SslMode::Disable => return open(Encryption::Plain).await,
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => return open(Encryption::Required).await,
        SslMode::Allow => (Encryption::Plain, Encryption::Required),
        // A server that refuses TLS continues unencrypted on the same connection.
        SslMode::Prefer => (Encryption::Preferred, Encryption::Plain),
    };
    let first_error = match open(first).await {
        Ok(client) => return Ok(client),
        Err(error) => error,
    };
    // libpq retries after any rejection, but that does not help against a wrong password or a missing database.
    let retries = match first {
        Encryption::Plain => first_error.refusal().is_some(),
        Encryption::Required | Encryption::Preferred => {
            first_error.is_about_tls() || first_error.refusal().is_some_and(|refusal| refusal.code == "28000")
        }
    };
    if !retries {
        return Err(first_error);
    }
    match open(second).await {
        Ok(client) => Ok(client),
        Err(second_error) => Err(explain::more_helpful(first_error, second_error)),
    }
}

/// Connects to an address and begins a session.
async fn open(
    info: &Conninfo,
    host: &Host,
    address: &ServerAddress,
    encryption: Encryption,
) -> Result<Client, ConnectError> {
    let (stream, hash) = stream::stream(info, host, address, encryption).await?;
    let binding = match (info.channel_binding(), hash.as_deref()) {
        (ChannelBinding::Disable, _) | (ChannelBinding::Prefer, None) => Binding::Unsupported,
        (ChannelBinding::Prefer, Some(hash)) => Binding::Preferred(hash),
        (ChannelBinding::Require, Some(hash)) => Binding::Required(hash),
        (ChannelBinding::Require, None) => return Err(StartError::NoChannelBinding.into()),
    };
    let password = host.password.as_ref().map(|(password, _)| password.as_str());
    let startup = Startup {
        user: info.user(),
        // As in libpq, an empty password means no password.
        password: password.filter(|password| !password.is_empty()),
        database: info.dbname(),
        application_name: info.application_name(),
        options: info.options(),
        binding,
    };
    let mut client = Client::start(stream, &startup).await?;
    if let Some(key) = client.backend_key() {
        client.guard(cancel::on_signal(info, host, address, encryption, key));
    }
    Ok(client)
}

/// Closes the connection if the server does not match `target_session_attrs`.
async fn check_session(
    mut client: Client,
    requested: SessionAttrs,
    info: &Conninfo,
    host: &Host,
) -> Result<Client, Reason> {
    if requested == SessionAttrs::Any {
        return Ok(client);
    }
    let state = session_state(&mut client).await;
    let (in_recovery, read_only) = state.map_err(|error| explain::refused(&error, info, host))?;
    let complaint = match requested {
        SessionAttrs::ReadWrite if in_recovery || read_only => "session is read-only",
        SessionAttrs::ReadOnly if !in_recovery && !read_only => "session is not read-only",
        SessionAttrs::Primary if in_recovery => "server is in hot standby mode",
        SessionAttrs::Standby if !in_recovery => "server is not in hot standby mode",
        SessionAttrs::Any
        | SessionAttrs::ReadWrite
        | SessionAttrs::ReadOnly
        | SessionAttrs::Primary
        | SessionAttrs::Standby
        | SessionAttrs::PreferStandby => return Ok(client),
    };
    client.close().await;
    Err(Reason::new(complaint).hint("name another host as well, or change target_session_attrs"))
}

/// Whether the server is in recovery, and whether its sessions are read-only by default.
///
/// It sets the search path first, so that functions of the database cannot shadow PostgreSQL's own.
async fn session_state(client: &mut Client) -> Result<(bool, bool), ServerError> {
    let rows = client
        .rows(&[
            sql!["SET LOCAL search_path = pg_catalog, pg_temp"],
            sql![
                "SELECT pg_catalog.pg_is_in_recovery(), \
                 pg_catalog.current_setting('default_transaction_read_only')"
            ],
        ])
        .await?;
    let [row] = rows.as_slice() else {
        return Err(ServerError::broken("it does not report whether it is in recovery"));
    };
    match (row.text(0)?, row.text(1)?) {
        (Some(recovery @ ("t" | "f")), Some(read_only @ ("on" | "off"))) => Ok((recovery == "t", read_only == "on")),
        _ => Err(ServerError::broken("it does not report whether it is in recovery")),
    }
}

/// `host:port`, or the path of the socket.
fn label(host: &Host) -> String {
    match &host.address {
        Address::Socket(directory) => stream::socket_path(directory, host.port),
        Address::Tcp(address) => {
            let name = if address == &host.name {
                address.clone()
            } else {
                format!("{} ({address})", host.name)
            };
            if address.contains(':') && address == &host.name {
                format!("[{name}]:{}", host.port)
            } else {
                format!("{name}:{}", host.port)
            }
        }
    }
}

/// One failure with the reasons of all hosts, and the hint of the last one.
fn failure(reasons: &[(String, Reason)]) -> Failure {
    let labels: Vec<&str> = reasons.iter().map(|(label, _)| label.as_str()).collect();
    let doing = format!("connecting to {}", labels.join(", "));
    let why = match reasons {
        [(_, only)] => only.why.clone(),
        several => several
            .iter()
            .map(|(label, reason)| format!("{label}: {}", reason.why))
            .collect::<Vec<_>>()
            .join("; "),
    };
    let last = reasons.last().map(|(_, reason)| reason);
    Failure {
        hint: last.and_then(|reason| reason.hint.clone()),
        lasting: last.is_some_and(|reason| reason.lasting),
        ..Failure::new(doing, why)
    }
}

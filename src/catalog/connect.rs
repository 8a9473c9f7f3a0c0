//! One direct connection, made as libpq would make it, and a sentence for every way in which that can fail.

use std::future::Future;
use std::net::{IpAddr, ToSocketAddrs};
use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection, PgConnection, Row};

use super::conninfo::{Address, Conninfo, Roots, SessionAttrs, SslMode, Target};
use crate::error::Failure;

mod explain;

use explain::Reason;

/// Connects to the first host that can be reached and has the wanted `target_session_attrs`.
///
/// As in libpq, the next host is tried when one cannot be reached, does not answer in time or is starting up, but not
/// when it rejects the password or its certificate. Nothing is sent at start-up but the driver's three settings
/// (`DateStyle`, `client_encoding`, `TimeZone`), `application_name` and the user's own `options`, so that transaction
/// poolers accept it. Needs a Tokio runtime with I/O and time.
///
/// # Errors
/// Why no host would do, with what to do about it. Never contains the password.
pub async fn connect(info: &Conninfo) -> Result<PgConnection, Failure> {
    check_trust(info)?;
    let base = base_options(info)?;
    let passes: &[SessionAttrs] = match info.session() {
        SessionAttrs::PreferStandby => &[SessionAttrs::Standby, SessionAttrs::Any],
        SessionAttrs::Any => &[SessionAttrs::Any],
        SessionAttrs::ReadWrite => &[SessionAttrs::ReadWrite],
        SessionAttrs::ReadOnly => &[SessionAttrs::ReadOnly],
        SessionAttrs::Primary => &[SessionAttrs::Primary],
        SessionAttrs::Standby => &[SessionAttrs::Standby],
    };
    let mut reasons: Vec<(String, Reason)> = Vec::new();
    for wanted in passes {
        reasons.clear();
        for target in info.targets() {
            match within(info, target, try_host(info, &base, target, *wanted)).await {
                Ok(connection) => return Ok(connection),
                Err(reason) => {
                    let is_last = reason.ends_the_search;
                    reasons.push((place(target), reason));
                    if is_last {
                        return Err(failure(&reasons));
                    }
                }
            }
        }
    }
    Err(failure(&reasons))
}

/// Makes a file the only source of trusted roots of this process (`SSL_CERT_FILE`, and no `SSL_CERT_DIR`).
///
/// To be called while no other thread reads the environment, before a runtime starts; see [`Conninfo::trust_file`].
///
/// # Errors
/// The path cannot be written into an environment variable.
pub fn trust_only(file: &Path) -> Result<(), Failure> {
    if is_only_trust(file) {
        return Ok(());
    }
    let doing = "choosing the trusted root certificates";
    let unusable = || {
        Failure::new(doing, format!("the path {} cannot be used", file.display()))
            .hint("Move the root certificate file to a path of ordinary characters")
            .lasting()
    };
    let path = file
        .to_str()
        .filter(|path| !path.contains(['\n', '\r']))
        .ok_or_else(unusable)?;
    let mut quoted = String::with_capacity(path.len());
    for c in path.chars() {
        if matches!(c, '"' | '\\' | '$') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    dotenvy::from_read_override(format!("SSL_CERT_FILE=\"{quoted}\"\nSSL_CERT_DIR=\"\"\n").as_bytes())
        .map_err(|_| unusable())?;
    if is_only_trust(file) { Ok(()) } else { Err(unusable()) }
}

fn is_only_trust(file: &Path) -> bool {
    std::env::var_os("SSL_CERT_FILE").is_some_and(|path| Path::new(&path) == file)
        && std::env::var_os("SSL_CERT_DIR").is_none_or(|directories| directories.is_empty())
}

/// Refuses to verify against more roots than were asked for.
fn check_trust(info: &Conninfo) -> Result<(), Failure> {
    match info.trust_file() {
        Some(file) if !is_only_trust(file) => Err(Failure::new(
            format!("connecting to {}", info.display()),
            "the root certificate file could not be made the only trusted one of this process",
        )
        .hint(format!(
            "Set SSL_CERT_FILE={} and unset SSL_CERT_DIR, or check this database in \
             a run of its own",
            file.display()
        ))
        .lasting()),
        Some(_) | None => Ok(()),
    }
}

/// The options that are the same for every host. The driver reads the environment by itself and offers no way not to,
/// so each field it may have read is written over here or in [`host_options`].
fn base_options(info: &Conninfo) -> Result<PgConnectOptions, Failure> {
    let from_environment = PgConnectOptions::new_without_pgpass();
    let base = match info.options() {
        Some(options) if from_environment.get_options() != Some(options) => {
            // Only a URL carries options as they are; the setter would rewrite them as `-c name=value`, and some
            // poolers expect other words there. The password keeps the driver from looking into ~/.pgpass.
            let url = format!(
                "postgres://x:x@localhost/x?options={}",
                utf8_percent_encode(options, NON_ALPHANUMERIC)
            );
            url.parse::<PgConnectOptions>().map_err(|_| {
                Failure::new(
                    format!("connecting to {}", info.display()),
                    "the `options` cannot be sent to the server",
                )
                .lasting()
            })?
        }
        Some(_) | None => from_environment,
    };
    let base = base
        .username(info.user())
        .database(info.dbname())
        .application_name(info.application_name())
        .extra_float_digits(None)
        .statement_cache_capacity(0)
        // The trusted file, if any, stands in SSL_CERT_FILE; this undoes PGSSLROOTCERT, which would add to it.
        .ssl_root_cert_from_pem(Vec::new())
        .disable_statement_logging();
    Ok(match &info.tls().client {
        Some((certificate, key)) => base.ssl_client_cert(certificate).ssl_client_key(key),
        None => base,
    })
}

fn host_options(base: &PgConnectOptions, target: &Target) -> PgConnectOptions {
    // No password and an empty one are the same to the driver.
    let password = target.password.as_ref().map_or("", |(password, _)| password.as_str());
    let options = base.clone().port(target.port).password(password);
    match &target.address {
        Address::Tcp(host) => options.host(host),
        Address::Socket(directory) => {
            options.host("localhost").socket(match directory.strip_prefix('@') {
                // A leading NUL is how the operating system writes the abstract namespace.
                Some(name) => format!("\0{name}"),
                None => directory.clone(),
            })
        }
    }
}

/// Runs an attempt for as long as `connect_timeout` allows. As in libpq, each address of a host gets that time: the
/// first may be an IPv6 address to which there is no way.
async fn within(
    info: &Conninfo,
    target: &Target,
    attempt: impl Future<Output = Result<PgConnection, Reason>>,
) -> Result<PgConnection, Reason> {
    let Some(limit) = info.connect_timeout() else {
        return attempt.await;
    };
    let addresses = tokio::time::timeout(limit, count_addresses(target));
    let limit = limit.saturating_mul(addresses.await.unwrap_or(1));
    match tokio::time::timeout(limit, attempt).await {
        Ok(result) => result,
        Err(_) => Err(explain::timeout(limit)),
    }
}

/// How many addresses the host has; 1 if that cannot be told, which the attempt itself will then explain.
async fn count_addresses(target: &Target) -> u32 {
    let (Address::Tcp(host), port) = (target.address.clone(), target.port) else {
        return 1;
    };
    if host.parse::<IpAddr>().is_ok() {
        return 1;
    }
    let lookup = tokio::task::spawn_blocking(move || (host.as_str(), port).to_socket_addrs().map(Iterator::count));
    match lookup.await {
        Ok(Ok(count)) => u32::try_from(count).unwrap_or(1).max(1),
        Ok(Err(_)) | Err(_) => 1,
    }
}

async fn try_host(
    info: &Conninfo,
    base: &PgConnectOptions,
    target: &Target,
    wanted: SessionAttrs,
) -> Result<PgConnection, Reason> {
    let options = host_options(base, target);
    let connection = try_modes(info, &options, target)
        .await
        .map_err(|error| explain::error(&error, info, target))?;
    check_session(connection, wanted, info, target).await
}

/// Tries plain and TLS in the order of `sslmode`. The driver's own `allow` never tries TLS, and its `prefer` gives up
/// where libpq goes on in plain, so it is told one thing at a time.
async fn try_modes(info: &Conninfo, options: &PgConnectOptions, target: &Target) -> Result<PgConnection, sqlx::Error> {
    let plain = options.clone().ssl_mode(PgSslMode::Disable);
    if matches!(target.address, Address::Socket(_)) {
        return plain.connect().await;
    }
    let encrypted = options.clone().ssl_mode(match (info.tls().mode, &info.tls().roots) {
        (SslMode::VerifyFull, _) => PgSslMode::VerifyFull,
        (SslMode::VerifyCa, _) | (_, Roots::File(_) | Roots::System) => PgSslMode::VerifyCa,
        (_, Roots::Unverified) => PgSslMode::Require,
    });
    let (first, second) = match info.tls().mode {
        SslMode::Disable => return plain.connect().await,
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => {
            return encrypted.connect().await;
        }
        SslMode::Allow => (&plain, &encrypted),
        SslMode::Prefer => (&encrypted, &plain),
    };
    let first_error = match first.connect().await {
        Ok(connection) => return Ok(connection),
        Err(error) => error,
    };
    // libpq's plain retry after any rejection would not help against a wrong password or a missing database.
    let again = match info.tls().mode {
        SslMode::Allow => first_error.as_database_error().is_some(),
        _ => explain::is_about_tls(&first_error) || explain::code(&first_error).as_deref() == Some("28000"),
    };
    if !again {
        return Err(first_error);
    }
    match second.connect().await {
        Ok(connection) => Ok(connection),
        Err(second_error) => Err(explain::more_telling(first_error, second_error)),
    }
}

/// Closes the connection again if the server is not of the wanted kind.
async fn check_session(
    mut connection: PgConnection,
    wanted: SessionAttrs,
    info: &Conninfo,
    target: &Target,
) -> Result<PgConnection, Reason> {
    if wanted == SessionAttrs::Any {
        return Ok(connection);
    }
    // The simple protocol, because a pooler may stand between.
    let row = sqlx::raw_sql(
        "select pg_catalog.pg_is_in_recovery(), \
         pg_catalog.current_setting('default_transaction_read_only') = 'on'",
    )
    .fetch_one(&mut connection)
    .await;
    let state = row.and_then(|row| Ok((row.try_get::<bool, _>(0)?, row.try_get::<bool, _>(1)?)));
    let (in_recovery, read_only) = state.map_err(|error| explain::error(&error, info, target))?;
    let complaint = match wanted {
        SessionAttrs::ReadWrite if in_recovery || read_only => "session is read-only",
        SessionAttrs::ReadOnly if !in_recovery && !read_only => "session is not read-only",
        SessionAttrs::Primary if in_recovery => "server is in hot standby mode",
        SessionAttrs::Standby if !in_recovery => "server is not in hot standby mode",
        SessionAttrs::Any
        | SessionAttrs::ReadWrite
        | SessionAttrs::ReadOnly
        | SessionAttrs::Primary
        | SessionAttrs::Standby
        | SessionAttrs::PreferStandby => return Ok(connection),
    };
    // Whether it closes well does not matter any more.
    let _ = connection.close().await;
    Err(Reason::new(complaint).hint("Name another host as well, or change target_session_attrs"))
}

/// `host:port`, or the path of the socket.
fn place(target: &Target) -> String {
    match &target.address {
        Address::Socket(directory) => format!("{directory}/.s.PGSQL.{}", target.port),
        Address::Tcp(address) => {
            let name = if address == &target.name {
                address.clone()
            } else {
                format!("{} ({address})", target.name)
            };
            if address.contains(':') && address == &target.name {
                format!("[{name}]:{}", target.port)
            } else {
                format!("{name}:{}", target.port)
            }
        }
    }
}

/// One failure from what each host said; with several hosts the last one's hint.
fn failure(reasons: &[(String, Reason)]) -> Failure {
    let places: Vec<&str> = reasons.iter().map(|(place, _)| place.as_str()).collect();
    let doing = format!("connecting to {}", places.join(", "));
    let why = match reasons {
        [(_, only)] => only.why.clone(),
        several => several
            .iter()
            .map(|(place, reason)| format!("{place}: {}", reason.why))
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

#[cfg(test)]
mod tests;

//! Resolves the TLS settings of libpq, and refuses demands that cannot be enforced as strictly as libpq does.
//!
//! Source: libpq documentation, "SSL Support", and `initialize_SSL` in libpq's fe-secure-openssl.c.

use std::path::{Path, PathBuf};

use super::settings::Settings;
use crate::error::Problem;

/// `sslmode`, with the names of libpq.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SslMode {
    /// Unencrypted only.
    Disable,
    /// Unencrypted, then TLS.
    Allow,
    /// TLS, then unencrypted.
    Prefer,
    /// TLS. If a root file exists, certificates are verified as with `VerifyCa`.
    Require,
    /// TLS with a certificate that leads to a trusted root.
    VerifyCa,
    /// The same, and the certificate must be valid for this host.
    VerifyFull,
}

/// Which certificate authorities are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Roots {
    /// The certificate is not verified.
    Unverified,
    /// Those of the system (`sslrootcert=system`).
    System,
    /// Only those in this file.
    File(PathBuf),
}

/// The resolved TLS settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tls {
    /// When TLS is used.
    pub(crate) mode: SslMode,
    /// The trusted roots. With a file, every TLS connection is verified, as in libpq.
    pub(crate) roots: Roots,
    /// Certificate and key of the client.
    pub(crate) client: Option<(PathBuf, PathBuf)>,
    /// The allowed versions.
    pub(crate) versions: TlsVersions,
    /// The list of certificates that their authorities have revoked.
    pub(crate) revoked: Option<PathBuf>,
}

/// The allowed versions of TLS: 1.2 and 1.3, limited by `ssl_min_protocol_version` and `ssl_max_protocol_version`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TlsVersions {
    /// 1.2 and 1.3.
    Any,
    /// 1.2.
    Only12,
    /// 1.3.
    Only13,
}

impl Tls {
    /// No TLS, as on a Unix-domain socket.
    const OFF: Self = Self {
        mode: SslMode::Disable,
        roots: Roots::Unverified,
        client: None,
        versions: TlsVersions::Any,
        revoked: None,
    };
}

/// Resolves the TLS settings. `over_network` is false when every host is a Unix-domain socket, where libpq ignores
/// them all.
///
/// # Errors
/// An unknown value, a missing or unreadable file, or a demand that cannot be enforced as strictly as libpq does.
pub(super) fn resolve(settings: &Settings<'_>, over_network: bool, notes: &mut Vec<String>) -> Result<Tls, Problem> {
    let root_setting = settings.get("sslrootcert");
    let system_roots = root_setting.as_deref() == Some("system");
    let mode = match settings.get("sslmode") {
        Some(word) => mode(&word)?,
        None if system_roots => SslMode::VerifyFull,
        None => SslMode::Prefer,
    };
    if system_roots && mode != SslMode::VerifyFull {
        return Err(Problem::new("a weak sslmode may not be used with sslrootcert=system")
            .hint("write sslmode=verify-full, or omit sslmode"));
    }
    if !over_network || mode == SslMode::Disable {
        return Ok(Tls::OFF);
    }
    refuse_what_cannot_be_enforced(settings, notes)?;
    let roots = if system_roots {
        Roots::System
    } else {
        roots(settings, root_setting, mode, notes)?
    };
    let revoked = revoked(settings, &roots)?;
    let client = client_certificate(settings)?;
    Ok(Tls {
        mode,
        roots,
        client,
        versions: versions(settings)?,
        revoked,
    })
}

fn mode(word: &str) -> Result<SslMode, Problem> {
    Ok(match word {
        "disable" => SslMode::Disable,
        "allow" => SslMode::Allow,
        "prefer" => SslMode::Prefer,
        "require" => SslMode::Require,
        "verify-ca" => SslMode::VerifyCa,
        "verify-full" => SslMode::VerifyFull,
        "no-verify" => {
            return Err(
                Problem::new("sslmode=no-verify is specific to node-postgres and not valid in PostgreSQL")
                    .hint("sslmode=require means the same: TLS without verifying the certificate"),
            );
        }
        _ => {
            return Err(Problem::new("sslmode has an unknown value")
                .hint("valid values are disable, allow, prefer, require, verify-ca and verify-full"));
        }
    })
}

fn refuse_what_cannot_be_enforced(settings: &Settings<'_>, notes: &mut Vec<String>) -> Result<(), Problem> {
    if settings.get("sslcrldir").is_some() {
        return Err(
            Problem::new("sslcrldir is given, but driftgate cannot read revocation lists from a folder")
                .hint("name the file with the lists with sslcrl (PGSSLCRL)"),
        );
    }
    if settings.get("sslcertmode").as_deref() == Some("require") {
        return Err(Problem::new(
            "sslcertmode=require is given, but driftgate cannot verify that the server asked \
             for a certificate",
        )
        .hint("omit sslcertmode; the certificate is still sent when the server asks for it"));
    }
    if settings.get("sslnegotiation").as_deref() == Some("direct") {
        notes.push("sslnegotiation=direct is ignored: driftgate requests TLS in the usual way".to_owned());
    }
    Ok(())
}

/// The versions between the two bounds.
fn versions(settings: &Settings<'_>) -> Result<TlsVersions, Problem> {
    let minor = |name: &str| -> Result<Option<u8>, Problem> {
        let Some(word) = settings.get(name) else {
            return Ok(None);
        };
        match word.to_ascii_lowercase().as_str() {
            "tlsv1" => Ok(Some(0)),
            "tlsv1.1" => Ok(Some(1)),
            "tlsv1.2" => Ok(Some(2)),
            "tlsv1.3" => Ok(Some(3)),
            _ => Err(Problem::new(format!("{name} has an unknown value"))
                .hint("valid values are TLSv1, TLSv1.1, TLSv1.2 and TLSv1.3")),
        }
    };
    let least = minor("ssl_min_protocol_version")?.unwrap_or(2);
    let most = minor("ssl_max_protocol_version")?.unwrap_or(3);
    match (least, most) {
        (0..=2, 3) => Ok(TlsVersions::Any),
        (0..=2, 2) => Ok(TlsVersions::Only12),
        (3, 3) => Ok(TlsVersions::Only13),
        (_, 0 | 1) => Err(Problem::new(
            "ssl_max_protocol_version rules out TLS 1.2 and TLS 1.3, which are what driftgate speaks",
        )
        .hint("write TLSv1.2 or TLSv1.3, or omit it")),
        _ => Err(
            Problem::new("ssl_min_protocol_version is greater than ssl_max_protocol_version")
                .hint("driftgate speaks TLS 1.2 and TLS 1.3"),
        ),
    }
}

/// A root file makes every use of TLS verify the certificate, not only the modes with `verify` in their name.
fn roots(
    settings: &Settings<'_>,
    named: Option<String>,
    mode: SslMode,
    notes: &mut Vec<String>,
) -> Result<Roots, Problem> {
    const ROOT_CERTIFICATE_HINT: &str = "either provide the file, use the system's trusted roots with \
                            sslrootcert=system, or change sslmode to disable server certificate \
                            verification";
    let verify = matches!(mode, SslMode::VerifyCa | SslMode::VerifyFull);
    let is_named = named.is_some();
    let path = match named {
        Some(path) => PathBuf::from(path),
        None => match settings.home() {
            Some(home) => home.join(".postgresql/root.crt"),
            None if verify => {
                return Err(
                    Problem::new("could not get home directory to locate root certificate file")
                        .hint(ROOT_CERTIFICATE_HINT),
                );
            }
            None => return Ok(Roots::Unverified),
        },
    };
    if !path.exists() {
        if verify {
            return Err(
                Problem::new(format!("root certificate file \"{}\" does not exist", path.display()))
                    .hint(ROOT_CERTIFICATE_HINT),
            );
        }
        if is_named {
            notes.push(
                "the file that sslrootcert names does not exist, so the server's certificate is \
                 not verified, as in libpq; sslmode=verify-full requires the file"
                    .to_owned(),
            );
        }
        return Ok(Roots::Unverified);
    }
    let text = read(&path, "root certificate file")?;
    if !contains(&text, "-----BEGIN CERTIFICATE-----") {
        return Err(Problem::new(format!(
            "root certificate file \"{}\" contains no certificate",
            path.display()
        ))
        .hint("it must be in PEM format, with lines -----BEGIN CERTIFICATE-----"));
    }
    Ok(Roots::File(path))
}

/// The file with the revocation lists: that of sslcrl, or `~/.postgresql/root.crl`.
///
/// Stricter than libpq if the file of sslcrl does not exist: libpq then continues without a list.
fn revoked(settings: &Settings<'_>, roots: &Roots) -> Result<Option<PathBuf>, Problem> {
    let named = settings.get("sslcrl");
    if *roots == Roots::Unverified {
        return match named {
            None => Ok(None),
            Some(_) => Err(
                Problem::new("sslcrl is given, but without root certificates no certificate is verified")
                    .hint("name the root certificates with sslrootcert, or omit sslcrl (PGSSLCRL)"),
            ),
        };
    }
    match named {
        Some(path) if Path::new(&path).exists() => Ok(Some(path.into())),
        Some(path) => Err(Problem::new(format!("revocation list file \"{path}\" does not exist"))
            .hint("correct sslcrl (PGSSLCRL), or omit it")),
        None => Ok(settings
            .home()
            .map(|home| home.join(".postgresql/root.crl"))
            .filter(|path| path.exists())),
    }
}

/// The client's certificate and key: those of sslcert and sslkey, or `~/.postgresql/postgresql.crt` and `.key`.
///
/// Stricter than libpq if the file of sslcert does not exist: libpq connects without a certificate, and the error of the
/// server does not mention the file.
fn client_certificate(settings: &Settings<'_>) -> Result<Option<(PathBuf, PathBuf)>, Problem> {
    let own = |name: &str| settings.home().map(|home| home.join(".postgresql").join(name));
    if settings.get("sslcertmode").as_deref() == Some("disable") {
        return Ok(None);
    }
    let certificate = if let Some(path) = settings.get("sslcert") {
        let path = PathBuf::from(path);
        if !path.exists() {
            return Err(
                Problem::new(format!("client certificate file \"{}\" does not exist", path.display()))
                    .hint("correct sslcert (PGSSLCERT), or omit it"),
            );
        }
        path
    } else if let Some(path) = own("postgresql.crt").filter(|path| path.exists()) {
        path
    } else {
        return Ok(None);
    };
    let key = match settings.get("sslkey") {
        Some(name) if name.contains(':') && !Path::new(&name).exists() => {
            return Err(
                Problem::new("sslkey names a key in an OpenSSL engine, which driftgate cannot use")
                    .hint("name a file with the key in PEM format"),
            );
        }
        Some(path) => Some(PathBuf::from(path)),
        None => own("postgresql.key"),
    };
    let Some(key) = key.filter(|path| path.exists()) else {
        return Err(
            Problem::new("a client certificate exists, but its private key file does not")
                .hint("name the key's file with sslkey (PGSSLKEY), or put it at ~/.postgresql/postgresql.key"),
        );
    };
    check_key(&key)?;
    Ok(Some((certificate, key)))
}

fn check_key(key: &Path) -> Result<(), Problem> {
    let text = read(key, "private key file")?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        if let Ok(metadata) = std::fs::metadata(key) {
            let allowed_to_others = if metadata.uid() == 0 { 0o037 } else { 0o077 };
            if metadata.permissions().mode() & allowed_to_others != 0 {
                return Err(Problem::new(format!(
                    "private key file \"{}\" has group or world access",
                    key.display()
                ))
                .hint(
                    "the file must have permissions u=rw (0600) or less if owned by the \
                         current user, or u=rw,g=r (0640) or less if owned by root",
                ));
            }
        }
    }
    if contains(&text, "ENCRYPTED") {
        return Err(Problem::new(format!(
            "private key file \"{}\" is encrypted, which driftgate cannot read",
            key.display()
        ))
        .hint("decrypt it into a file only you can read: openssl pkey -in KEY -out FILE"));
    }
    if !contains(&text, "-----BEGIN ") {
        return Err(
            Problem::new(format!("private key file \"{}\" is not in PEM format", key.display()))
                .hint("convert it: openssl pkey -inform DER -in KEY -out FILE"),
        );
    }
    Ok(())
}

fn read(path: &Path, what: &str) -> Result<Vec<u8>, Problem> {
    std::fs::read(path).map_err(|error| Problem::new(format!("{what} \"{}\" cannot be read: {error}", path.display())))
}

fn contains(text: &[u8], words: &str) -> bool {
    text.windows(words.len()).any(|window| window == words.as_bytes())
}

//! Explains why TLS failed: certificates, versions and ciphers.

use tokio_rustls::rustls::{self, AlertDescription, CertificateError};

use super::Reason;
use crate::catalog::connect::tls::is_authority;
use crate::catalog::conninfo::Host;

/// Explains an error of the TLS library.
pub(super) fn tls(error: &rustls::Error, host: &Host) -> Reason {
    match error {
        rustls::Error::InvalidCertificate(_) if is_authority(error) => Reason::new(
            "the server's certificate is that of an authority (CA:TRUE), which driftgate does not \
             accept for a server",
        )
        .hint(
            "issue a certificate with basicConstraints CA:FALSE, or name this certificate itself with \
             sslrootcert=FILE",
        ),
        rustls::Error::InvalidCertificate(error) => certificate(error, host),
        rustls::Error::AlertReceived(alert) => match alert {
            AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateRevoked => {
                Reason::new(format!("the server does not accept the client certificate ({error})"))
                    .hint("check sslcert and sslkey")
            }
            AlertDescription::CertificateRequired => {
                Reason::new("the server requires a client certificate and none was given")
                    .hint("name it with sslcert and sslkey")
            }
            AlertDescription::HandshakeFailure
            | AlertDescription::ProtocolVersion
            | AlertDescription::InsufficientSecurity => nothing_in_common(error),
            _ => other_tls(error),
        },
        rustls::Error::PeerIncompatible(_) => nothing_in_common(error),
        rustls::Error::InvalidMessage(_) => Reason::new("the server's answer is not TLS")
            .hint("check that PostgreSQL listens on this port, and not a proxy"),
        _ => other_tls(error),
    }
}

fn other_tls(error: &rustls::Error) -> Reason {
    Reason::new(format!("TLS failed: {error}")).hint("check sslmode, sslrootcert, sslcert and sslkey")
}

fn nothing_in_common(error: &rustls::Error) -> Reason {
    Reason::new(format!("no TLS version or cipher in common with the server ({error})")).hint(
        "the server must speak TLS 1.2 or 1.3; check ssl_min_protocol_version and \
         ssl_ciphers there, and ssl_min_protocol_version and ssl_max_protocol_version here",
    )
}

/// Explains why the server's certificate is not accepted.
fn certificate(error: &CertificateError, host: &Host) -> Reason {
    let name = &host.name;
    match error {
        CertificateError::UnknownIssuer => {
            Reason::new("the server's certificate is signed by an authority that is not trusted").hint(
                "name the authority's certificate with sslrootcert=FILE, or, if the \
                 machine trusts it, write sslrootcert=system",
            )
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            Reason::new("the server's certificate has expired")
                .hint("renew the certificate, and check the clock of this machine")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Reason::new("the server's certificate is not valid yet")
                .hint("check the clocks of the server and of this machine")
        }
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            Reason::new("the server's certificate has no subject alternative name, only a common name at most").hint(
                format!("issue a certificate with subjectAltName=DNS:{name}, or write sslmode=verify-ca"),
            )
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names = presented.join(", ");
            let names = names
                .replace("DnsName(", "")
                .replace("IpAddress(", "")
                .replace([')', '"'], "");
            other_name(name, &format!(", only for {names}"))
        }
        CertificateError::NotValidForName => other_name(name, ""),
        CertificateError::Revoked => Reason::new("the server's certificate has been revoked by its authority").hint(
            "give the server a new certificate; the list is the file that sslcrl names, or ~/.postgresql/root.crl",
        ),
        CertificateError::UnknownRevocationStatus => {
            Reason::new("the revocation list does not cover the authority of the server's certificate")
                .hint("the file of sslcrl, or ~/.postgresql/root.crl, needs a list of each authority in the chain")
        }
        CertificateError::ExpiredRevocationList | CertificateError::ExpiredRevocationListContext { .. } => {
            Reason::new("the revocation list of the server's authority has expired")
                .hint("fetch the newest list, and check the clock of this machine")
        }
        other => Reason::new(format!("the server's certificate cannot be verified: {other}"))
            .hint("check the certificate, and the file that sslrootcert names"),
    }
}

fn other_name(name: &str, names: &str) -> Reason {
    Reason::new(format!(
        "the server's certificate is not valid for the host `{name}`{names}"
    ))
    .hint(
        "write the host as it is in the certificate, or write sslmode=verify-ca if any \
         host of that authority is acceptable",
    )
}

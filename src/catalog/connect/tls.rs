//! TLS with the settings of libpq. Each connection has its own roots; connections share no state.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, ServerName, UnixTime};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::client::{VerifierBuilderError, WebPkiServerVerifier, verify_server_name};
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{
    self, CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    SupportedProtocolVersion, version,
};
use tokio_rustls::{TlsConnector, rustls::crypto::ring};

use super::stream::ConnectError;
use crate::catalog::conninfo::{Roots, SslMode, Tls, TlsVersions};

/// Begins TLS on a stream. `name` is the host as the user wrote it; the certificate must be valid for it.
pub(super) async fn handshake(
    stream: TcpStream,
    settings: &Tls,
    name: &str,
    address: IpAddr,
) -> Result<TlsStream<TcpStream>, ConnectError> {
    let config = config(settings)?;
    let name = match ServerName::try_from(name.to_owned()) {
        Ok(name) => name,
        Err(_) if settings.mode == SslMode::VerifyFull => return Err(ConnectError::UnusableName),
        Err(_) => ServerName::IpAddress(address.into()),
    };
    let connector = TlsConnector::from(Arc::new(config));
    Ok(connector.connect(name, stream).await?)
}

fn config(settings: &Tls) -> Result<ClientConfig, ConnectError> {
    let provider = Arc::new(ring::default_provider());
    let versions: &[&SupportedProtocolVersion] = match settings.versions {
        TlsVersions::Any => &[&version::TLS12, &version::TLS13],
        TlsVersions::Only12 => &[&version::TLS12],
        TlsVersions::Only13 => &[&version::TLS13],
    };
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(|error| ConnectError::Certificates(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier(settings, provider)?);
    match &settings.client {
        None => Ok(builder.with_no_client_auth()),
        Some((certificate, key)) => {
            let chain = certificates(certificate)?;
            let private = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable(key, &error))?;
            builder
                .with_client_auth_cert(chain, private)
                .map_err(|error| unusable(certificate, &error))
        }
    }
}

fn unusable(path: &Path, why: &dyn std::fmt::Display) -> ConnectError {
    ConnectError::Certificates(format!("{} cannot be used: {why}", path.display()))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ConnectError> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| unusable(path, &error))
}

fn revocations(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, ConnectError> {
    let lists: Result<Vec<_>, _> = CertificateRevocationListDer::pem_file_iter(path).and_then(Iterator::collect);
    match lists {
        Ok(lists) if lists.is_empty() => Err(unusable(path, &"it contains no revocation list")),
        Ok(lists) => Ok(lists),
        Err(error) => Err(unusable(path, &error)),
    }
}

fn verifier(settings: &Tls, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, ConnectError> {
    let trusted = match &settings.roots {
        Roots::Unverified => return Ok(Arc::new(CertificateVerifier { provider, roots: None })),
        Roots::System => rustls_native_certs::load_native_certs().certs,
        Roots::File(path) => certificates(path)?,
    };
    let mut store = RootCertStore::empty();
    // Like OpenSSL, ignore certificates that cannot be parsed.
    store.add_parsable_certificates(trusted.iter().cloned());
    let mut builder = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(&provider));
    if let Some(path) = &settings.revoked {
        // As in libpq, every certificate of the chain needs a revocation list that has not expired.
        builder = builder.with_crls(revocations(path)?).enforce_revocation_expiration();
    }
    let chain = builder.build().map_err(|error| match (error, &settings.revoked) {
        (VerifierBuilderError::InvalidCrl(error), Some(path)) => unusable(path, &format!("{error:?}")),
        _ => ConnectError::Certificates("there is no trusted root certificate".to_owned()),
    })?;
    let roots = TrustedRoots {
        chain,
        // A root file may contain the server's own certificate. With a revocation list, that certificate is not accepted,
        // because no list covers it.
        pinned: match (&settings.roots, &settings.revoked) {
            (Roots::File(_), None) => trusted,
            (Roots::File(_) | Roots::System | Roots::Unverified, _) => Vec::new(),
        },
        checks_name: settings.mode == SslMode::VerifyFull,
    };
    Ok(Arc::new(CertificateVerifier {
        provider,
        roots: Some(roots),
    }))
}

/// Verifies the certificate of a server.
#[derive(Debug)]
struct CertificateVerifier {
    provider: Arc<CryptoProvider>,
    /// Without roots, any certificate is accepted, as libpq does. Then it is not checked either whether the server has the
    /// private key: anyone can create such a certificate, and libpq accepts certificates that this library does not.
    roots: Option<TrustedRoots>,
}

/// A certificate must lead to a trusted root and, for `verify-full`, be valid for the host.
#[derive(Debug)]
struct TrustedRoots {
    chain: Arc<WebPkiServerVerifier>,
    /// The certificates of the root file, one of which may be that of the server itself.
    pinned: Vec<CertificateDer<'static>>,
    checks_name: bool,
}

impl ServerCertVerifier for CertificateVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(roots) = &self.roots else {
            return Ok(ServerCertVerified::assertion());
        };
        let verified = roots
            .chain
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            // The library checks the chain before the name, so the chain is valid.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !roots.checks_name => Ok(ServerCertVerified::assertion()),
            Err(error) if is_authority(&error) && roots.is_pinned(end_entity) => {
                if roots.checks_name {
                    verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        match &self.roots {
            Some(roots) => roots.chain.verify_tls12_signature(message, cert, dss),
            None => Ok(HandshakeSignatureValid::assertion()),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        match &self.roots {
            Some(roots) => roots.chain.verify_tls13_signature(message, cert, dss),
            None => Ok(HandshakeSignatureValid::assertion()),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl TrustedRoots {
    /// Whether the root file contains exactly this certificate, and its purposes, if it limits them, include servers.
    ///
    /// This is the case for a self-signed certificate from `openssl req -x509`. It has CA:TRUE, for which the library
    /// rejects it although the user trusts it explicitly. The library has already checked its dates, but not its purposes.
    fn is_pinned(&self, end_entity: &CertificateDer<'_>) -> bool {
        // The object identifiers of the extension and of the purpose (RFC 5280, 4.2.1.12), in DER.
        const EXTENDED_KEY_USAGE: &[u8] = &[0x06, 0x03, 0x55, 0x1d, 0x25];
        const SERVER_AUTH: &[u8] = &[0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
        let has = |bytes: &[u8]| end_entity.windows(bytes.len()).any(|window| window == bytes);
        self.pinned.contains(end_entity) && (!has(EXTENDED_KEY_USAGE) || has(SERVER_AUTH))
    }
}

/// Whether the library rejects the server's certificate only because it is that of an authority. It has no error kind for
/// this case.
pub(super) fn is_authority(error: &rustls::Error) -> bool {
    matches!(error, rustls::Error::InvalidCertificate(CertificateError::Other(other))
        if format!("{other:?}").contains("CaUsedAsEndEntity"))
}

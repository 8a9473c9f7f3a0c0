//! Opens a stream to a server: name resolution, sockets, and the negotiation of TLS.
//!
//! Source: PostgreSQL's documentation, "Frontend/Backend Protocol", "SSL Session Encryption".

use std::io;
use std::net::{IpAddr, SocketAddr};

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::rustls;

use super::{binding, tls};
use crate::catalog::client::{StartError, Stream};
use crate::catalog::conninfo::{Address, Conninfo, Host};
use crate::catalog::server_error::ServerError;

/// Why a connection could not be made.
#[derive(Debug)]
pub(super) enum ConnectError {
    /// The host name cannot be resolved.
    Lookup(io::Error),
    /// An error of the network, the operating system, or TLS. For TLS, it contains a `rustls::Error`.
    Io(io::Error),
    /// TLS is required and the server does not support it.
    NoTls,
    /// The server answers the request for TLS with an error, as a server without that request does.
    TlsRequestRejected,
    /// The peer is not a PostgreSQL server.
    NotPostgres,
    /// The host name cannot be in a certificate.
    UnusableName,
    /// No root certificate is trusted, or a file with certificates or a key cannot be used, with the reason.
    Certificates(String),
    /// The session did not begin.
    Start(StartError),
}

impl From<StartError> for ConnectError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Io(error) => Self::Io(error),
            StartError::NotPostgres => Self::NotPostgres,
            other => Self::Start(other),
        }
    }
}

impl From<io::Error> for ConnectError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl ConnectError {
    /// The error with which the server refused the connection.
    pub(super) fn refusal(&self) -> Option<&ServerError> {
        match self {
            Self::Start(StartError::Refused(error)) => Some(error),
            _ => None,
        }
    }

    /// The error of the TLS library.
    pub(super) fn tls_error(&self) -> Option<&rustls::Error> {
        match self {
            Self::Io(error) => tls_error(error),
            _ => None,
        }
    }

    /// Whether the negotiation of TLS failed, in contrast to a server that is unreachable or refuses the connection.
    pub(super) fn is_about_tls(&self) -> bool {
        match self {
            Self::NoTls | Self::TlsRequestRejected | Self::UnusableName => true,
            // A server without TLS may also close the connection.
            Self::Io(error) => {
                tls_error(error).is_some()
                    || matches!(
                        error.kind(),
                        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
                    )
            }
            Self::Lookup(_) | Self::NotPostgres | Self::Certificates(_) | Self::Start(_) => false,
        }
    }
}

/// The error of the TLS library within an I/O error.
pub(super) fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// Whether a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encryption {
    /// Without TLS.
    Plain,
    /// With TLS, if the server supports it.
    Preferred,
    /// With TLS, or the connection fails.
    Required,
}

/// One address at which a server may listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ServerAddress {
    /// An address and a port.
    Tcp(SocketAddr),
    /// The path of a socket. A leading `@` means the abstract namespace.
    Socket(String),
}

/// The path of the socket for a directory and a port.
pub(super) fn socket_path(directory: &str, port: u16) -> String {
    format!("{directory}/.s.PGSQL.{port}")
}

/// The addresses of a host, in the order of the operating system.
pub(super) async fn addresses(host: &Host) -> Result<Vec<ServerAddress>, ConnectError> {
    match &host.address {
        Address::Socket(directory) => Ok(vec![ServerAddress::Socket(socket_path(directory, host.port))]),
        Address::Tcp(name) => {
            if let Ok(address) = name.parse::<IpAddr>() {
                return Ok(vec![ServerAddress::Tcp(SocketAddr::new(address, host.port))]);
            }
            let found = tokio::net::lookup_host((name.as_str(), host.port)).await;
            Ok(found.map_err(ConnectError::Lookup)?.map(ServerAddress::Tcp).collect())
        }
    }
}

/// Opens a stream on which a session can begin. Also returns the hash of the server's certificate for channel binding.
pub(super) async fn stream(
    info: &Conninfo,
    host: &Host,
    address: &ServerAddress,
    encryption: Encryption,
) -> Result<(Box<dyn Stream>, Option<Vec<u8>>), ConnectError> {
    let address = match address {
        ServerAddress::Tcp(address) => address,
        ServerAddress::Socket(path) => return Ok((socket(path).await?, None)),
    };
    let mut tcp = TcpStream::connect(address).await?;
    tcp.set_nodelay(true)?;
    if encryption == Encryption::Plain {
        return Ok((Box::new(tcp), None));
    }
    let mut request = BytesMut::new();
    frontend::ssl_request(&mut request);
    tcp.write_all(&request).await?;
    // Read exactly one byte before TLS begins. The TLS library reads all following bytes and fails if they are not TLS, so
    // that unencrypted bytes are never treated as encrypted (CVE-2021-23222).
    match tcp.read_u8().await? {
        b'S' => {
            let stream = tls::handshake(tcp, info.tls(), &host.name, address.ip()).await?;
            let (_, connection) = stream.get_ref();
            let certificate = connection.peer_certificates().and_then(<[_]>::first);
            let hash = certificate.and_then(|certificate| binding::hash(certificate));
            Ok((Box::new(stream), hash))
        }
        b'N' if encryption == Encryption::Preferred => Ok((Box::new(tcp), None)),
        b'N' => Err(ConnectError::NoTls),
        // The message is not shown, because an attacker can send one without TLS (CVE-2024-10977).
        b'E' => Err(ConnectError::TlsRequestRejected),
        _ => Err(ConnectError::NotPostgres),
    }
}

#[cfg(unix)]
async fn socket(path: &str) -> io::Result<Box<dyn Stream>> {
    // The operating system marks the abstract namespace with a leading NUL.
    let stream = match path.strip_prefix('@') {
        Some(name) => tokio::net::UnixStream::connect(format!("\0{name}")).await?,
        None => tokio::net::UnixStream::connect(path).await?,
    };
    Ok(Box::new(stream))
}

#[cfg(not(unix))]
async fn socket(_path: &str) -> io::Result<Box<dyn Stream>> {
    Err(io::ErrorKind::Unsupported.into())
}

//! Cancels what the server does for a connection if a signal ends the run. Without that, the server would go on with the
//! statement, and hold its locks, until it notices that the client is gone.
//!
//! Source: PostgreSQL's documentation, "Frontend/Backend Protocol", "Canceling Requests in Progress".

use std::time::Duration;

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::stream::{self, ConnectError, Encryption, ServerAddress};
use crate::catalog::client::BackendKey;
use crate::catalog::conninfo::{Conninfo, Host};
use crate::undo::OnSignal;

/// How long a request may take. The run ends then, whether the server has read it or not.
const LIMIT: Duration = Duration::from_millis(600);

/// Registers the request for a connection, until what is returned is dropped.
pub(super) fn on_signal(
    info: &Conninfo,
    host: &Host,
    address: &ServerAddress,
    encryption: Encryption,
    key: BackendKey,
) -> OnSignal {
    let (info, host, address) = (info.clone(), host.clone(), address.clone());
    OnSignal::new(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return;
        };
        let request = request(&info, &host, &address, encryption, key);
        // Nothing can be done about an error: the process ends.
        let _ = runtime.block_on(async { tokio::time::timeout(LIMIT, request).await });
        runtime.shutdown_background();
    })
}

/// Sends the request over a new connection, as the protocol requires, and waits until the server has closed it.
async fn request(
    info: &Conninfo,
    host: &Host,
    address: &ServerAddress,
    encryption: Encryption,
    key: BackendKey,
) -> Result<(), ConnectError> {
    let (mut stream, _) = stream::stream(info, host, address, encryption).await?;
    let mut out = BytesMut::new();
    frontend::cancel_request(key.process, key.secret, &mut out);
    stream.write_all(&out).await?;
    stream.flush().await?;
    let _ = stream.read_u8().await;
    Ok(())
}

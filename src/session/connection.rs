//! The deadline of a session, and how its connections are closed.

use std::time::Duration;

use crate::catalog::ROLLBACK;
use crate::catalog::client::Client;
use crate::error::Failure;
use crate::sql;

/// How long to wait for the server when a connection is closed.
const CLOSING: Duration = Duration::from_secs(5);

/// Ends the transaction and closes the connection. Errors are ignored, because the results are already read. Without
/// the rollback, a pooler would discard its connection to the server.
pub(super) async fn close(mut client: Client) {
    let closing = async {
        let _ = client.execute(&[sql![ROLLBACK]]).await;
        client.close().await;
    };
    let _ = tokio::time::timeout(CLOSING, closing).await;
}

/// The time by which a session must end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    at: tokio::time::Instant,
    after: Duration,
}

impl Deadline {
    /// A deadline this long from now.
    pub(super) fn after(after: Duration) -> Self {
        Self {
            at: tokio::time::Instant::now() + after,
            after,
        }
    }

    /// Waits for the work until the deadline. The timeouts of the server do not suffice: a connection can die silently.
    ///
    /// # Errors
    /// The deadline has passed, or the error of the work.
    pub(super) async fn enforce<T>(self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        tokio::time::timeout_at(self.at, work).await.unwrap_or_else(|_| {
            Err(Failure::new(
                "waiting for the server",
                format!("no answer within {} s", self.after.as_secs_f64()),
            )
            .hint("the connection is dead or the server is slow; --timeout sets how long the whole run may take"))
        })
    }
}

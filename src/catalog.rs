//! What is: a session with a database, and everything that is asked in it.

pub mod canonical;
pub mod capture;
pub mod connect;
pub mod conninfo;
pub mod history;
pub mod observe;
pub mod server_error;

use std::time::Duration;

use crate::error::Failure;

/// Runs a session to its end, on one thread: there is one connection, and a file of trusted roots is set through the
/// environment, which only a process of one thread may change.
///
/// # Errors
/// The runtime cannot be started, or what the session says.
pub fn block_on<T>(session: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::new("starting", e.to_string()))?
        .block_on(session)
}

/// The limits of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long one statement may take.
    pub statement: Duration,
    /// How long one statement may wait for a lock.
    pub lock: Duration,
    /// How many connections read the catalog at the same time.
    pub jobs: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            statement: Duration::from_secs(30),
            lock: Duration::from_secs(5),
            jobs: 1,
        }
    }
}

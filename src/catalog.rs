//! What is: a session with a database, and everything that is asked in it.

pub mod canonical;
pub mod capture;
pub mod connect;
pub mod conninfo;
pub mod observe;
pub mod server_error;

use std::time::Duration;

/// The limits of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long one statement may take.
    pub statement: Duration,
    /// How long one statement may wait for a lock.
    pub lock: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            statement: Duration::from_secs(30),
            lock: Duration::from_secs(5),
        }
    }
}

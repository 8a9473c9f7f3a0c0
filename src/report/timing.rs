//! When a run began and how long it took.

use std::time::{Duration, UNIX_EPOCH};

/// When a run began and how long it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timing {
    /// The start time, since 1970.
    pub began: Duration,
    /// The duration.
    pub took: Duration,
}

impl Timing {
    /// The duration in seconds, with three decimals.
    pub(super) fn seconds(self) -> String {
        format!("{:.3}", self.took.as_secs_f64())
    }

    /// The start time in seconds since 1970.
    pub(super) fn began(self) -> u64 {
        self.began.as_secs()
    }

    /// The start time: `2026-11-21T11:38:00Z`.
    pub(super) fn date(self) -> String {
        date(self.began)
    }
}

/// A time since 1970, to the second: `2026-11-21T11:38:00Z`.
pub(super) fn date(since: Duration) -> String {
    let when = UNIX_EPOCH.checked_add(Duration::from_secs(since.as_secs()));
    humantime::format_rfc3339_seconds(when.unwrap_or(UNIX_EPOCH)).to_string()
}

//! The exit codes.

use super::nagios::State;

/// What the process says at its end. The same for every format but that of Nagios.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All checks passed.
    Passed,
    /// The database differs from what is expected. Wins over every other finding.
    Drift,
    /// A mistake on the command line or in a file, nothing to check included.
    Usage,
    /// Could not verify: connection, authentication, permission, timeout.
    Failure,
    /// No drift, but some checks are unknown and `--fail-on unknown` was given.
    Unknown,
    /// What Nagios is told, who has codes of its own: where the report on standard output is for it.
    Nagios(State),
}

impl Exit {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Drift => 1,
            Self::Usage => 2,
            Self::Failure => 3,
            Self::Unknown => 4,
            Self::Nagios(state) => state.code(),
        }
    }
}

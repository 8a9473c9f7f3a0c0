//! The exit codes.

/// The result of a run, as the exit code of the process. It is the same for every format except that of Nagios.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All checks passed.
    Passed,
    /// The database differs from the expectations. Takes precedence over every other result.
    Drift,
    /// A mistake on the command line or in a file, or nothing to check.
    Usage,
    /// Could not verify: connection, authentication, permission, timeout.
    Failure,
    /// No drift, but some checks are unknown and `--fail-on unknown` was given.
    Unknown,
    /// The state of a Nagios service, if the report on standard output is for Nagios.
    Nagios(NagiosState),
}

/// The state of a Nagios service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NagiosState {
    /// All checks passed.
    Ok,
    /// There are warnings, or unknown checks that do not fail the run.
    Warning,
    /// Drift.
    Critical,
    /// Could not verify, or nothing was checked.
    Unknown,
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

impl NagiosState {
    /// The exit code of a Nagios plugin.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    /// The word at the beginning of a plugin's output.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

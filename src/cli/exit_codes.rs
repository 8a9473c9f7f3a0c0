//! The exit codes, as `--help` describes them.

/// The exit codes of `pull`, for `--help`.
pub(super) const PULL_EXIT_CODES: &str = "\
Exit codes:
  0  written; with --update, the files match the database
  1  with --update: the files differ from the database and were not written, or they
     contain a finding that an edit cannot resolve, such as a failed assertion
  2  usage error: a wrong option, environment variable or file, nothing to write, or
     with --split, existing files that would change
  3  could not read or write: connection, authentication, permission or timeout";

/// The exit codes, as `--help` shows them.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  all checks passed
  1  drift: the database differs from what is expected
  2  usage error: a wrong option, environment variable or file, or nothing to check
  3  could not verify: connection, authentication, permission or timeout
  4  no drift, but some checks are unknown and --fail-on unknown was given
With --format nagios: 0 OK, 1 warning, 2 critical (drift), 3 unknown.";

//! The exit codes of subcommands for which they have a meaning of their own.

/// The exit codes of `pull`, for `--help`.
pub(super) const PULL_EXIT_CODES: &str = "\
Exit codes:
  0  written; with --update, the files match the database
  1  with --update: the files differ from the database and were not written, or they
     contain a finding that an edit cannot resolve, such as a failed assertion
  2  usage error: a wrong option, environment variable or file, nothing to write, or
     with --split, existing files that would change
  3  could not read or write: connection, authentication, permission or timeout";

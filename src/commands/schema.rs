//! `driftgate schema`: prints the JSON Schema of expectation files.

use super::{print, tell_failure};
use crate::error::Failure;
use crate::json_schema;
use crate::report::Exit;

/// Runs the command.
#[must_use]
pub fn run() -> Exit {
    match print(&json_schema::text()) {
        Ok(()) => Exit::Passed,
        Err(e) => {
            tell_failure(&Failure::new("writing to standard output", e.to_string()));
            Exit::Failure
        }
    }
}

//! `driftgate schema`: prints the JSON Schema of expectation files.

use crate::atomic_file;
use crate::cli::SchemaArgs;
use crate::console::{print, tell_failure};
use crate::error::Failure;
use crate::json_schema;
use crate::report::Exit;

/// Runs the command.
#[must_use]
pub fn run(args: &SchemaArgs) -> Exit {
    let text = json_schema::text();
    let written = match &args.output {
        Some(path) => atomic_file::replace(path, text.as_bytes()),
        None => print(&text).map_err(|e| Failure::new("writing to standard output", e.to_string())),
    };
    match written {
        Ok(()) => Exit::Passed,
        Err(failure) => {
            tell_failure(&failure);
            Exit::Failure
        }
    }
}

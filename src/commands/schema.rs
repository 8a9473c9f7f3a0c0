//! `driftgate schema`: prints the JSON Schema of expectation files or fleet files.

use crate::atomic_file;
use crate::cli::SchemaArgs;
use crate::console::print;
use crate::error::CommandError;
use crate::finding::Exit;
use crate::fleet::schema;
use crate::json_schema;

/// Runs the command.
pub(super) fn run(args: &SchemaArgs) -> Result<Exit, CommandError> {
    let text = if args.fleet {
        schema::text()
    } else {
        json_schema::text()
    };
    match &args.output {
        Some(path) => atomic_file::write_with_folders(path, text.as_bytes())?,
        None => print(&text)?,
    }
    Ok(Exit::Passed)
}

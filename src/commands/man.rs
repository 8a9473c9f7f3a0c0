//! `driftgate man`: prints the manual page, or writes those of all subcommands.

use clap::CommandFactory as _;

use crate::atomic_file;
use crate::cli::{Cli, ManArgs};
use crate::console::print;
use crate::error::CommandError;
use crate::finding::Exit;
use crate::manual;

/// Runs the command.
pub(super) fn run(args: &ManArgs) -> Result<Exit, CommandError> {
    let pages = manual::pages(Cli::command());
    if let Some(folder) = &args.output {
        for page in &pages {
            atomic_file::write_with_folders(&folder.join(&page.file), page.text.as_bytes())?;
        }
    } else if let Some(program) = pages.first() {
        print(&program.text)?;
    }
    Ok(Exit::Passed)
}

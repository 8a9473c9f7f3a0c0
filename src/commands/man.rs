//! `driftgate man`: prints the manual page, or writes those of all subcommands.

use clap::CommandFactory as _;

use crate::atomic_file;
use crate::cli::{Cli, ManArgs};
use crate::console::{print, tell_failure};
use crate::error::Failure;
use crate::manual;
use crate::report::Exit;

/// Runs the command.
#[must_use]
pub fn run(args: &ManArgs) -> Exit {
    match write(args) {
        Ok(()) => Exit::Passed,
        Err(failure) => {
            tell_failure(&failure);
            Exit::Failure
        }
    }
}

fn write(args: &ManArgs) -> Result<(), Failure> {
    let pages = manual::pages(Cli::command());
    match &args.output {
        Some(folder) => pages
            .iter()
            .try_for_each(|page| atomic_file::replace(&folder.join(&page.file), page.text.as_bytes())),
        // The page of the program itself is the first.
        None => pages
            .first()
            .map_or(Ok(()), |page| print(&page.text))
            .map_err(|e| Failure::new("writing to standard output", e.to_string())),
    }
}

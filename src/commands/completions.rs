//! `driftgate completions`: prints what makes a shell complete driftgate's commands and options.

use clap::CommandFactory as _;

use crate::cli::{Cli, CompletionsArgs};
use crate::console::{print, tell_failure};
use crate::error::Failure;
use crate::report::Exit;

/// Runs the command.
#[must_use]
pub fn run(args: &CompletionsArgs) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "driftgate", &mut script);
    match print(&String::from_utf8_lossy(&script)) {
        Ok(()) => Exit::Passed,
        Err(e) => {
            tell_failure(&Failure::new("writing to standard output", e.to_string()));
            Exit::Failure
        }
    }
}

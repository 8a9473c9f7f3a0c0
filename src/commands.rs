//! The subcommands, one file each. Each one takes its arguments and returns an [`Exit`] or a `CommandError`; what a
//! run with a database needs is in `session`.

mod check;
mod completions;
mod diff;
mod fleet;
mod init;
mod lint;
mod man;
mod merge;
mod pull;
mod repair;
mod schema;

use crate::cli::{Color, Command, FleetCommand, Format};
pub use crate::console::set_quiet;
use crate::console::{print, print_failure, print_problems};
use crate::error::{CommandError, Problem};
use crate::finding::Exit;
use crate::source_map::SourceMap;

/// Runs a subcommand and prints why it failed, if it did. No other place turns an error into an exit.
#[must_use]
pub fn run(command: &Command) -> Exit {
    let mut files = SourceMap::default();
    let done = match command {
        Command::Check(args) => check::run(args, &mut files),
        Command::Pull(args) => pull::run(args, &mut files),
        Command::Diff(args) => diff::run(args, &mut files),
        Command::Repair(args) => repair::run(args, &mut files),
        Command::Init(args) => init::run(args, &mut files),
        Command::Fleet(args) => fleet::run(args, &mut files),
        Command::Merge(args) => merge::run(args, &mut files),
        Command::Schema(args) => schema::run(args),
        Command::Lint(args) => lint::run(args, &mut files),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    };
    done.unwrap_or_else(|error| {
        let (color, format) = presentation(command);
        let (exit, problems) = match error {
            CommandError::Usage(problems) => {
                print_problems(&problems, &files, color);
                (Exit::Usage, problems)
            }
            CommandError::Outside(failure) => {
                print_failure(&failure);
                (Exit::Failure, vec![Problem::new(failure.to_string())])
            }
        };
        let Some(format) = format else {
            return exit;
        };
        let (text, exit) = (format.spec().without_report)(&problems, exit);
        // Where standard output is closed, there is nowhere to report it.
        let _ = print(&text.unwrap_or_default());
        exit
    })
}

/// Whether a subcommand prints in color, and the format of its report, if it has one.
fn presentation(command: &Command) -> (Color, Option<Format>) {
    match command {
        Command::Check(args) => (args.color, Some(args.format)),
        Command::Diff(args) => (args.color, Some(args.format)),
        Command::Merge(args) => (args.color, Some(args.format)),
        Command::Pull(args) => (args.color, None),
        Command::Repair(args) => (args.color, None),
        Command::Lint(args) => (args.color, None),
        Command::Init(args) => (args.color, None),
        Command::Fleet(args) => match &args.command {
            FleetCommand::List(args) => (args.color, None),
        },
        Command::Schema(_) | Command::Completions(_) | Command::Man(_) => (Color::Auto, None),
    }
}

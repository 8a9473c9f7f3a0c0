//! The `driftgate` program. Only this file decides the exit code of the process.

use std::process::ExitCode;

use clap::Parser as _;
use driftgate::cli::{Cli, Command};
use driftgate::commands;
use driftgate::input;

fn main() -> ExitCode {
    let cli = Cli::parse();
    input::set_limit(cli.max_file_size);
    let exit = match cli.command {
        Command::Check(args) => commands::check::run(&args),
        Command::Pull(args) => commands::pull::run(&args),
        Command::Diff(args) => commands::diff::run(&args),
        Command::Schema(args) => commands::schema::run(&args),
        Command::Lint(args) => commands::lint::run(&args),
        Command::Completions(args) => commands::completions::run(&args),
        Command::Man(args) => commands::man::run(&args),
    };
    ExitCode::from(exit.code())
}

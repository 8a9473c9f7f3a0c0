//! The `driftgate` program. Only this file decides the exit code of the process.

use std::process::ExitCode;

use driftgate::cli::{self, Command};
use driftgate::commands;
use driftgate::report::Exit;

fn main() -> ExitCode {
    commands::hide_secrets_in_panics();
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody may be listening: that is no reason to fail otherwise.
            let _ = error.print();
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Passed };
            return ExitCode::from(exit.code());
        }
    };
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

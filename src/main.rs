//! The `driftgate` program. Only this file decides the exit code of the process.

use std::any::Any;
use std::io::Write as _;
use std::panic::Location;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use driftgate::cli::{self, Command};
use driftgate::commands;
use driftgate::input;
use driftgate::report::Exit;

fn main() -> ExitCode {
    ExitCode::from(guarded(run).code())
}

fn run() -> Exit {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody may be listening: that is no reason to fail otherwise.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Passed };
        }
    };
    input::set_limit(cli.max_file_size);
    match cli.command {
        Command::Check(args) => commands::check::run(&args),
        Command::Pull(args) => commands::pull::run(&args),
        Command::Diff(args) => commands::diff::run(&args),
        Command::Schema(args) => commands::schema::run(&args),
        Command::Lint(args) => commands::lint::run(&args),
        Command::Completions(args) => commands::completions::run(&args),
        Command::Man(args) => commands::man::run(&args),
    }
}

/// Whether any thread of this process has panicked.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Runs the program. A panic in any thread is a mistake in this program: nothing it said can be relied on, so the exit
/// is that of a run that could not verify, whatever else was found.
fn guarded(run: impl FnOnce() -> Exit + std::panic::UnwindSafe) -> Exit {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // The first panic says why; those that follow from it add nothing.
        if !PANICKED.swap(true, Ordering::SeqCst) {
            // Nobody may be listening: that is no reason for a second panic.
            let _ = std::io::stderr()
                .lock()
                .write_all(sentence(info.payload(), info.location()).as_bytes());
        }
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
            default(info);
        }
    }));
    match std::panic::catch_unwind(run) {
        Ok(exit) if !PANICKED.load(Ordering::SeqCst) => exit,
        Ok(_) | Err(_) => Exit::Failure,
    }
}

/// What a user is told of a panic. Its message only if it is a text of the source: it could contain a value of the
/// database or of the command line.
fn sentence(message: &dyn Any, place: Option<&Location<'_>>) -> String {
    let why = message
        .downcast_ref::<&'static str>()
        .map_or(String::new(), |message| format!(": {message}"));
    let place = place.map_or(String::new(), |place| format!(" ({}:{})", place.file(), place.line()));
    format!(
        "error: driftgate has a bug and could not finish{why}{place}\n  help: report this line together with the \
         command and the version; RUST_BACKTRACE=1 shows the details\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_in_a_sentence_without_values() {
        let said = sentence(&"no such thing", Some(Location::caller()));
        assert!(
            said.starts_with("error: driftgate has a bug and could not finish: no such thing (src/main.rs:"),
            "{said}"
        );
        assert!(!sentence(&"HUNTER".to_owned(), None).contains("HUNTER"));
    }

    #[test]
    fn a_panic_in_any_thread_means_that_nothing_was_verified() {
        assert_eq!(guarded(|| Exit::Passed), Exit::Passed);
        // One that is caught: the verdict may lack something.
        let in_a_thread = || {
            let thread = std::thread::spawn(|| panic!("HUNTER{}", 2));
            assert!(thread.join().is_err());
            Exit::Passed
        };
        assert_eq!(guarded(in_a_thread), Exit::Failure);
        PANICKED.store(false, Ordering::SeqCst);
        assert_eq!(guarded(|| panic!("on purpose")), Exit::Failure);
    }
}

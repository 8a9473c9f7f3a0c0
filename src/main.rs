//! The `driftgate` program. Only this file decides the exit code of the process.

use std::any::Any;
use std::io::Write as _;
use std::panic::Location;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use driftgate::cli;
use driftgate::commands;
use driftgate::finding::Exit;
use driftgate::input;

fn main() -> ExitCode {
    ExitCode::from(guarded(run).code())
}

fn run() -> Exit {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // If standard error is closed, there is no other place to report it.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Passed };
        }
    };
    input::set_limit(cli.max_file_size);
    commands::set_quiet(cli.quiet);
    commands::run(&cli.command)
}

/// Whether any thread of this process has panicked.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Runs the program. A panic in any thread is a bug in the program: its results cannot be trusted, so the exit is that of
/// a run that could not verify.
fn guarded(run: impl FnOnce() -> Exit + std::panic::UnwindSafe) -> Exit {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // Only the first panic is reported: the others may be its consequences.
        if !PANICKED.swap(true, Ordering::SeqCst) {
            // A second panic because standard error is closed would abort the process.
            let _ = std::io::stderr()
                .lock()
                .write_all(panic_message(info.payload(), info.location()).as_bytes());
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

/// The message about a panic. It contains the text of the panic only if that is a literal: other texts could contain a
/// value of the database or of the command line.
fn panic_message(payload: &dyn Any, place: Option<&Location<'_>>) -> String {
    let why = payload
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
    fn a_panic_is_reported_without_values() {
        let message = panic_message(&"no such thing", Some(Location::caller()));
        assert!(
            message.starts_with("error: driftgate has a bug and could not finish: no such thing (src/main.rs:"),
            "{message}"
        );
        assert!(!panic_message(&"HUNTER".to_owned(), None).contains("HUNTER"));
    }

    #[test]
    fn a_panic_in_any_thread_means_that_nothing_was_verified() {
        assert_eq!(guarded(|| Exit::Passed), Exit::Passed);
        // A panic that was caught: results may be missing.
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

//! Standard output and standard error: results, messages, and a line that shows what is being done.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::cli::Color;
use crate::error::{Failure, Problem, WhileDoing as _};
use crate::source_map::SourceMap;
use crate::terminal::visible;

/// How many characters fit on one line of every terminal. A longer line would wrap and could not be erased.
const PROGRESS_WIDTH: usize = 79;

/// Whether standard error ends with a progress line that is still to be erased.
static SHOWS_PROGRESS: AtomicBool = AtomicBool::new(false);

/// Writes to standard output. A closed pipe is no error: the reader has seen enough.
///
/// # Errors
/// Standard output cannot be written to.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.while_doing(|| "writing to standard output".to_owned()),
    }
}

/// Writes to standard output what says that all is well, unless nothing is to be printed then.
///
/// # Errors
/// Standard output cannot be written to.
pub(crate) fn print_summary(text: &str) -> Result<(), Failure> {
    if is_quiet() { Ok(()) } else { print(text) }
}

/// Writes to standard error. An error is ignored: there is no other place to report it.
pub(crate) fn eprint(text: &str) {
    clear_progress();
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Whether nothing is printed where all is well.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Sets whether nothing is printed where all is well.
pub fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Whether nothing is printed where all is well.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// The notes that [`note_once`] has written.
static NOTES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Writes a note about an option, a source or a role to standard error, as [`note`] does, but only once, however many
/// databases or attempts it is about.
pub(crate) fn note_once(text: &str) {
    let mut written = NOTES.lock().unwrap_or_else(PoisonError::into_inner);
    if written.insert(text.to_owned()) {
        note(text);
    }
}

/// Writes a note to standard error, unless nothing is to be printed where all is well.
pub(crate) fn note(text: &str) {
    if !is_quiet() {
        eprint(text);
    }
}

/// Asks a question that `y` answers. Says why nothing is done if there is no terminal, or another answer.
pub(crate) fn confirm(question: &str, without_terminal: &str) -> bool {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        eprint(without_terminal);
        return false;
    }
    eprint(question);
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    let agrees = read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
    if !agrees {
        eprint("nothing was written\n");
    }
    agrees
}

/// Writes problems to standard error.
pub(crate) fn print_problems(problems: &[Problem], files: &SourceMap, color: Color) {
    let color = color.enabled(io::stderr().is_terminal());
    let rendered: Vec<String> = problems.iter().map(|problem| problem.render(files, color)).collect();
    eprint(&rendered.join("\n"));
}

/// Writes a failure to standard error.
pub(crate) fn print_failure(failure: &Failure) {
    eprint(&format!("error: {}\n", visible(&failure.to_string())));
    if let Some(hint) = &failure.hint {
        eprint(&format!("  help: {}\n", visible(hint)));
    }
}

/// Shows on standard error what is being done, if it is a terminal. The line replaces the one before it, and the next
/// message erases it.
pub(crate) fn show_progress(text: &str) {
    if !io::stderr().is_terminal() {
        return;
    }
    clear_progress();
    SHOWS_PROGRESS.store(true, Ordering::Relaxed);
    let text = visible(text);
    let line: String = if text.chars().count() > PROGRESS_WIDTH {
        text.chars().take(PROGRESS_WIDTH - 1).chain(['…']).collect()
    } else {
        text
    };
    let _ = io::stderr().lock().write_all(line.as_bytes());
}

/// Erases the progress line, if there is one.
pub(crate) fn clear_progress() {
    if SHOWS_PROGRESS.swap(false, Ordering::Relaxed) {
        // To the beginning of the line; erase from there to its end.
        let _ = io::stderr().lock().write_all(b"\r\x1b[K");
    }
}

/// How many columns the terminal has that standard output goes to, if it goes to one.
pub(crate) fn terminal_width() -> Option<usize> {
    let stdout = io::stdout();
    if let Some((terminal_size::Width(columns), _)) = terminal_size::terminal_size_of(&stdout) {
        return Some(usize::from(columns));
    }
    // Some terminals do not know their size.
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    stdout.is_terminal().then(|| columns.unwrap_or(80))
}

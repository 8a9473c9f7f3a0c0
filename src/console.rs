//! Standard output and standard error: results, messages, and a line that shows what is being done.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::Color;
use crate::error::{Failure, Problem};
use crate::source_map::SourceMap;
use crate::terminal::visible;

/// Writes problems to standard error.
pub(crate) fn tell_problems(problems: &[Problem], files: &SourceMap, color: Color) {
    let color = color.enabled(io::stderr().is_terminal());
    let told: Vec<String> = problems.iter().map(|problem| files.render(problem, color)).collect();
    tell(&told.join("\n"));
}

/// Writes to standard error why something could not be done.
pub(crate) fn tell_failure(failure: &Failure) {
    tell(&format!("error: {}\n", visible(&failure.to_string())));
    if let Some(hint) = &failure.hint {
        tell(&format!("  help: {}\n", visible(hint)));
    }
}

/// Writes to standard error. Nobody may be listening: that is no reason to stop.
pub(crate) fn tell(text: &str) {
    Progress::clear();
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// A line on standard error that says what is being done: on a terminal alone, and gone as soon as it is over or
/// something else is told.
pub(crate) struct Progress;

/// Whether such a line stands there.
static IN_PROGRESS: AtomicBool = AtomicBool::new(false);

impl Progress {
    /// Says what is being done from now on.
    pub(crate) fn say(text: &str) -> Self {
        if io::stderr().is_terminal() {
            Self::clear();
            IN_PROGRESS.store(true, Ordering::Relaxed);
            let line: String = visible(text).chars().take(70).collect();
            let _ = io::stderr().lock().write_all(format!("{line} …").as_bytes());
        }
        Self
    }

    fn clear() {
        if IN_PROGRESS.swap(false, Ordering::Relaxed) {
            // To the beginning of the line, and empty from there.
            let _ = io::stderr().lock().write_all(b"\r\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        Self::clear();
    }
}

/// Writes to standard output. A closed pipe is quiet.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// How many columns the terminal has that standard output goes to, if it goes to one.
pub(crate) fn terminal_width() -> Option<usize> {
    let stdout = io::stdout();
    let (terminal_size::Width(columns), _) = terminal_size::terminal_size_of(&stdout)?;
    Some(usize::from(columns))
}

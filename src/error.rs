//! The errors of a run, and the exit code that each of them leads to.
//!
//! * [`Problem`]: the user made a mistake in a file, on the command line or in the environment. Exit code 2.
//! * [`Failure`]: something outside failed, for instance the connection or a permission. Exit code 3.
//! * `CommandError`: what a subcommand returns: problems or a failure.
//!
//! `commands::run` is the only place that turns a `CommandError` into an exit code.

mod render;

use std::borrow::Cow;
use std::io;

use crate::redact::prose;
use crate::source_map::Place;

/// A mistake of the user's: in an expectation file, on the command line or in the environment. Exit code 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// Where in a file, if it is in a file.
    pub place: Option<Place>,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem that is not in a file.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            place: None,
            message: without_secret(message),
            hint: None,
        }
    }

    /// A problem at a place in a file.
    pub fn at(place: Place, message: impl Into<String>) -> Self {
        Self {
            place: Some(place),
            ..Self::new(message)
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(without_secret(hint));
        self
    }
}

/// Something outside the program failed: connection, authentication, permission, timeout. Exit code 3.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{doing}: {why}")]
pub struct Failure {
    /// What was being done, to what: "connecting to db.example.com:5432".
    pub doing: String,
    /// Why it failed. Never contains a secret.
    pub why: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether retrying is useless, because a password, a certificate or a setting must be changed first.
    pub lasting: bool,
}

impl Failure {
    /// What was being done and why it failed.
    pub fn new(doing: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            doing: without_secret(doing),
            why: without_secret(why),
            hint: None,
            lasting: false,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(without_secret(hint));
        self
    }

    /// Marks the failure as one that retrying does not cure.
    #[must_use]
    pub fn lasting(self) -> Self {
        Self { lasting: true, ..self }
    }
}

/// Why a subcommand could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CommandError {
    /// The user's mistakes, all that were found.
    Usage(Vec<Problem>),
    /// A failure of something outside the program.
    Outside(Failure),
}

impl CommandError {
    /// The error as one of several things that are done: the others go on.
    pub(crate) fn into_failure(self, doing: &str) -> Failure {
        match self {
            Self::Outside(failure) => failure,
            Self::Usage(problems) => {
                let Problem { message, hint, .. } = crate::input::first(problems);
                let failure = Failure::new(doing, message).lasting();
                Failure {
                    hint: hint.or(failure.hint.clone()),
                    ..failure
                }
            }
        }
    }
}

impl From<Problem> for CommandError {
    fn from(problem: Problem) -> Self {
        Self::Usage(vec![problem])
    }
}

impl From<Vec<Problem>> for CommandError {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Usage(problems)
    }
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        Self::Outside(failure)
    }
}

/// Makes a [`Failure`] of an error of the operating system.
pub(crate) trait WhileDoing<T> {
    /// Adds what was being done, to what: "writing report.json".
    ///
    /// # Errors
    /// The error, with what was being done.
    fn while_doing(self, doing: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T> WhileDoing<T> for io::Result<T> {
    fn while_doing(self, doing: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(doing(), io_message(&error)))
    }
}

/// A message without its secrets: it may repeat text of the user.
fn without_secret(message: impl Into<String>) -> String {
    let message = message.into();
    match prose(&message) {
        Cow::Borrowed(_) => message,
        Cow::Owned(shown) => shown,
    }
}

/// The message of the operating system, without its error number.
#[must_use]
pub(crate) fn io_message(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

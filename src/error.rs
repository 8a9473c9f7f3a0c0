//! The two errors that decide an exit code: a [`Problem`] in what the user wrote (2) and a
//! [`Failure`] of the outside world (3).

use std::borrow::Cow;
use std::fmt;

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
    /// A problem that stands at no place in a file.
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

/// Something outside would not: connection, authentication, permission, timeout. Exit code 3.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    /// What was being done, to what: "connecting to db.example.com:5432".
    pub doing: String,
    /// Why it failed, in words for a person. Never a secret.
    pub why: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether waiting cannot help: somebody has to change a password, a certificate, a setting.
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

    /// Says that waiting cannot help.
    #[must_use]
    pub fn lasting(self) -> Self {
        Self { lasting: true, ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.doing, self.why)
    }
}

/// What may be printed of a message, which may repeat what somebody typed.
fn without_secret(message: impl Into<String>) -> String {
    let message = message.into();
    match prose(&message) {
        Cow::Borrowed(_) => message,
        Cow::Owned(shown) => shown,
    }
}

/// What the operating system says went wrong, without its number for it.
#[must_use]
pub fn os_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

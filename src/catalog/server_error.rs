//! What the server's errors mean.

use std::io::ErrorKind;

use sqlx::Error;

use crate::error::{Failure, os_words};

/// An error of the server or of the connection, for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// The SQLSTATE; empty where the connection itself failed.
    pub code: String,
    /// The message: the server's own words, never those of the driver, which add a line of the server's source.
    pub message: String,
}

impl From<Error> for ServerError {
    fn from(error: Error) -> Self {
        Self::of(&error)
    }
}

impl ServerError {
    /// What the driver's error says, for a person.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        match error.as_database_error() {
            Some(database) => Self {
                code: database.code().map(std::borrow::Cow::into_owned).unwrap_or_default(),
                message: database.message().to_owned(),
            },
            None => Self {
                code: String::new(),
                message: match error {
                    Error::Io(e) => match e.kind() {
                        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                            "the server closed the connection".into()
                        }
                        _ => format!("the connection broke: {}", os_words(e)),
                    },
                    Error::Protocol(_) => "the server or a pooler before it broke the protocol".into(),
                    _ => "the connection broke".into(),
                },
            },
        }
    }
}

/// What an error means for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Something that a statement names does not exist, or the text is not SQL: class 42 but for permissions.
    Undefined,
    /// The role may not.
    Permission,
    /// The statement would have written.
    Write,
    /// It took too long, or waited too long for a lock.
    Timeout,
    /// DDL went on at the same time: the catalog must be read again.
    Concurrent,
    /// Anything else.
    Other,
}

impl ServerError {
    /// What the error means for a run.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        match self.code.as_str() {
            "42501" => Meaning::Permission,
            "25006" => Meaning::Write,
            "57014" | "55P03" | "25P03" | "25P04" => Meaning::Timeout,
            "XX000" if self.is_concurrent() => Meaning::Concurrent,
            "3F000" => Meaning::Undefined,
            code if code.starts_with("42") => Meaning::Undefined,
            _ => Meaning::Other,
        }
    }

    /// The messages of `pg_get_…def` for an object that has gone since the snapshot was taken.
    fn is_concurrent(&self) -> bool {
        self.message.contains("cache lookup failed") || self.message.contains("could not open relation")
    }

    /// The failure of a run that could not go on.
    #[must_use]
    pub fn failure(&self, doing: &str) -> Failure {
        let failure = Failure::new(doing, self.message.clone());
        match self.meaning() {
            Meaning::Permission => failure.hint(
                "driftgate needs only CONNECT and the catalog, which every role may read unless that was revoked",
            ),
            Meaning::Timeout => {
                failure.hint("raise --statement-timeout or --lock-timeout, or run it when the locks are gone")
            }
            Meaning::Concurrent => {
                failure.hint("the schema is being changed right now: run it again when that has ended")
            }
            Meaning::Undefined | Meaning::Write | Meaning::Other => failure,
        }
    }
}

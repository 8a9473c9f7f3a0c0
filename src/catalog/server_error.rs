//! Errors of the server, and their meaning for a run.

use std::io::{self, ErrorKind};
use std::num::NonZeroUsize;

use crate::error::{Failure, io_message};

/// An error of the server or of the connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerError {
    /// The SQLSTATE; empty where the connection itself failed.
    pub code: String,
    /// The message, in the language of the server.
    pub message: String,
    /// The DETAIL of the error.
    pub detail: Option<Box<str>>,
    /// The HINT of the error.
    pub hint: Option<Box<str>>,
    /// The position of the error in the statement, in characters from 1.
    pub position: Option<NonZeroUsize>,
    /// The name of the C function that reports it. This name is not translated.
    pub routine: Option<Box<str>>,
    /// The call stack of the error: the functions that were running.
    pub context: Option<Box<str>>,
}

/// The code of [`ServerError::schema_changed`], which no server uses: classes after H are free.
/// Source: PostgreSQL's documentation, "PostgreSQL Error Codes".
const SCHEMA_CHANGED: &str = "ZZ001";

/// The longest text of an error that is kept, in characters.
const MAX_TEXT: usize = 2000;

impl ServerError {
    /// The peer violates the protocol, or its answer cannot be that of a PostgreSQL server.
    #[must_use]
    pub fn broken(why: impl std::fmt::Display) -> Self {
        Self {
            message: format!("the server, or a pooler in front of it, violated the protocol: {why}"),
            ..Self::default()
        }
    }

    /// The connection broke.
    #[must_use]
    pub fn from_io(error: &io::Error) -> Self {
        let message = match error.kind() {
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                "the server closed the connection".into()
            }
            ErrorKind::InvalidData | ErrorKind::InvalidInput => return Self::broken(error),
            _ => format!("the connection broke: {}", io_message(error)),
        };
        Self {
            message,
            ..Self::default()
        }
    }

    /// The result of reading the catalog is inconsistent, because this many rows have changed.
    #[must_use]
    pub fn schema_changed(rows: u64) -> Self {
        Self {
            code: SCHEMA_CHANGED.to_owned(),
            message: format!("the schema is being changed: {rows} rows of the catalog changed while it was read"),
            ..Self::default()
        }
    }

    /// A text of the server, truncated to a readable length.
    #[must_use]
    pub fn shorten(text: &str) -> String {
        match text.char_indices().nth(MAX_TEXT) {
            Some((end, _)) => format!("{} …", &text[..end]),
            None => text.to_owned(),
        }
    }
}

/// An upper limit of the tokens in a text: words, numbers and single symbols.
fn words_and_symbols(text: &str) -> usize {
    let mut in_word = false;
    let begins_token = |c: char| {
        let continues_word = in_word;
        in_word = c.is_alphanumeric() || c == '_';
        !(c.is_whitespace() || in_word && continues_word)
    };
    text.chars().map(begins_token).filter(|begins| *begins).count()
}

/// What an error means for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// An object in a statement does not exist, or the text is not valid SQL: class 42 except for permissions.
    Undefined,
    /// The role lacks a permission.
    Permission,
    /// The statement would have written.
    Write,
    /// It took too long, or waited too long for a lock.
    Timeout,
    /// The server ran out of memory, stack depth or disk space.
    Exhausted,
    /// DDL ran at the same time, so the catalog must be read again.
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
            SCHEMA_CHANGED => Meaning::Concurrent,
            "XX000" if self.is_concurrent() => Meaning::Concurrent,
            "3F000" => Meaning::Undefined,
            // Insufficient resources and exceeded limits of the program: classes 53 and 54.
            code if code.starts_with("53") || code.starts_with("54") => Meaning::Exhausted,
            code if code.starts_with("42") => Meaning::Undefined,
            _ => Meaning::Other,
        }
    }

    /// Whether another session holds a lock for longer than `lock_timeout`.
    #[must_use]
    pub fn is_lock_timeout(&self) -> bool {
        self.code == "55P03"
    }

    /// Whether this C function of the server reports the error. Unlike the message, its name is not translated.
    #[must_use]
    pub fn is_from(&self, routine: &str) -> bool {
        self.routine.as_deref() == Some(routine)
    }

    /// Whether the parser may have reached its depth limit, which has the same code as a syntax error. A shorter text cannot
    /// reach it. Source: YYMAXDEPTH in the parser that Bison writes.
    #[must_use]
    pub fn may_exceed_parser(&self, text: &str) -> bool {
        const DEPTH: usize = 10_000;
        self.code == "42601" && text.len() >= DEPTH && words_and_symbols(text) >= DEPTH
    }

    /// Whether row security would hide rows from the role. The server reports this because `row_security` is off.
    #[must_use]
    pub fn is_row_security(&self) -> bool {
        // Source: src/backend/utils/misc/rls.c.
        self.code == "42501" && self.is_from("check_enable_rls")
    }

    /// Whether it is an error of `pg_get_…def` for an object that was dropped after the snapshot. These are internal errors,
    /// which PostgreSQL does not translate.
    fn is_concurrent(&self) -> bool {
        self.message.contains("cache lookup failed") || self.message.contains("could not open relation")
    }

    /// Turns the error into the failure of a run, with a hint.
    #[must_use]
    pub fn failure(&self, doing: &str) -> Failure {
        let failure = Failure::new(doing, self.message.clone());
        match self.meaning() {
            Meaning::Permission => failure.hint(
                "driftgate needs only CONNECT and read access to the catalog, which every role has unless it was revoked",
            ),
            Meaning::Timeout => {
                failure.hint("raise --statement-timeout or --lock-timeout, or try again when the locks are released")
            }
            Meaning::Concurrent => {
                failure.hint("the schema is being changed right now: run the command again later")
            }
            Meaning::Exhausted => {
                failure.hint("the server ran out of memory, stack or disk space: try again later, or raise its limits")
            }
            Meaning::Undefined | Meaning::Write | Meaning::Other => failure,
        }
    }
}

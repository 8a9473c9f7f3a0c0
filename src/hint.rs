//! What a user can do about a finding: SQL to run, or advice to follow.

use std::borrow::Cow;
use std::fmt;

/// What to do about a finding. Shown, never executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// Statements that can be run as they are.
    Sql(String),
    /// Words that say what to do.
    Advice(String),
    /// Words, and statements that can be run as they are to do it.
    AdviceWithSql {
        /// The words, which end in front of a colon.
        words: String,
        /// The statements.
        sql: String,
    },
}

impl Hint {
    /// Advice in these words.
    pub fn advice(words: impl Into<String>) -> Self {
        Self::Advice(words.into())
    }

    /// Statements that can be run as they are.
    pub fn sql(statements: impl Into<String>) -> Self {
        Self::Sql(statements.into())
    }

    /// Advice in these words, which end in front of a colon, and statements that can be run as they are.
    pub fn advice_with_sql(words: impl Into<String>, statements: impl Into<String>) -> Self {
        Self::AdviceWithSql {
            words: words.into(),
            sql: statements.into(),
        }
    }

    /// The label in reports for people.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Sql(_) => "fix",
            Self::Advice(_) | Self::AdviceWithSql { .. } => "help",
        }
    }

    /// The statements, if it has some.
    #[must_use]
    pub fn statements(&self) -> Option<&str> {
        match self {
            Self::Sql(sql) | Self::AdviceWithSql { sql, .. } => Some(sql),
            Self::Advice(_) => None,
        }
    }

    /// The words, if it has some.
    #[must_use]
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Advice(words) | Self::AdviceWithSql { words, .. } => Some(words),
            Self::Sql(_) => None,
        }
    }

    /// The SQL or the words.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Sql(text) | Self::Advice(text) => Cow::Borrowed(text),
            Self::AdviceWithSql { words, sql } => Cow::Owned(format!("{words}: {sql}")),
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

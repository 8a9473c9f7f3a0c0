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

    /// Whether the statements lose data, by what they say: the fix of a finding knows more, but not every hint has one.
    #[must_use]
    pub fn loses_data(&self) -> bool {
        let Some(sql) = self.statements() else {
            return false;
        };
        without_literals(sql).to_uppercase().split(';').any(|statement| {
            let words: Vec<&str> = statement.split_whitespace().collect();
            let text = words.join(" ");
            LOSING.iter().any(|losing| text.starts_with(losing))
                || text.starts_with("ALTER ") && DROPPING.iter().any(|losing| text.contains(losing))
                || text.starts_with("DROP ") && text.ends_with(" CASCADE")
        })
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

/// How statements begin that lose data.
const LOSING: [&str; 8] = [
    "DELETE FROM ",
    "DROP DATABASE ",
    "DROP EXTENSION ",
    "DROP MATERIALIZED VIEW ",
    "DROP SCHEMA ",
    "DROP SEQUENCE ",
    "DROP TABLE ",
    "TRUNCATE ",
];

/// What an ALTER contains that loses data.
const DROPPING: [&str; 2] = [" DROP COLUMN ", " DROP ATTRIBUTE "];

/// Statements without what is in quotes, and without comments.
fn without_literals(sql: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    for line in sql.lines() {
        if quote.is_none() && line.trim_start().starts_with("--") {
            continue;
        }
        for c in line.chars() {
            match quote {
                Some(end) if c == end => quote = None,
                Some(_) => {}
                None if c == '\'' || c == '"' => quote = Some(c),
                None => out.push(c),
            }
        }
        out.push('\n');
    }
    out
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_lose_data_are_found() {
        for sql in [
            "DROP TABLE public.t;",
            "ALTER TABLE public.t\n  DROP COLUMN c;",
            "SELECT 1; truncate public.t;",
            "ALTER TYPE public.c DROP ATTRIBUTE a;",
            "DROP FUNCTION f() CASCADE;",
            "DELETE FROM t;",
        ] {
            assert!(Hint::sql(sql).loses_data(), "{sql}");
            assert!(Hint::advice_with_sql("words", sql).loses_data(), "{sql}");
        }
        for sql in [
            "DROP INDEX CONCURRENTLY i;",
            "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES b ON DELETE CASCADE;",
            "COMMENT ON TABLE t IS 'x; DROP TABLE t;';",
            "ALTER TABLE t RENAME TO \" DROP COLUMN \";",
            "-- DROP TABLE t;\nSELECT 1;",
            "REVOKE DELETE ON t FROM app;",
        ] {
            assert!(!Hint::sql(sql).loses_data(), "{sql}");
        }
        assert!(!Hint::advice("DROP TABLE t;").loses_data());
    }
}

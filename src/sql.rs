//! SQL statements that cannot contain unquoted data.
//!
//! An [`Sql`] consists of string literals of the program and of data that was quoted by a function. A `String` cannot be
//! converted to it: a text from a database, a file or the command line can only become a literal or a name.
//!
//! Only two ways run such a text as SQL. A [`Statement`] is sent as one message of the extended protocol, where the server
//! refuses several statements. [`crate::catalog::client::Client::script`] runs the SQL files that a user wants to apply.

use std::fmt;

use crate::object_id::ObjectId;
use crate::sql_text::{quote_literal, quote_name};

/// SQL that consists of text of the program and of quoted data.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sql(String);

impl Sql {
    /// Creates an empty text.
    #[must_use]
    pub const fn new() -> Self {
        Self(String::new())
    }

    /// Appends a piece.
    pub fn push(&mut self, piece: impl Piece) {
        piece.append(&mut self.0);
    }

    /// Joins pieces with a separator.
    #[must_use]
    pub fn join<P: Piece>(pieces: impl IntoIterator<Item = P>, separator: &'static str) -> Self {
        let mut out = Self::new();
        for (number, piece) in pieces.into_iter().enumerate() {
            if number > 0 {
                out.push(separator);
            }
            out.push(piece);
        }
        out
    }

    /// Replaces each `{name}` in a text of the program by the result of `fill` for that name. Braces for which `fill` returns
    /// `None` are not changed.
    #[must_use]
    pub fn template(text: &'static str, fill: impl Fn(&'static str) -> Option<Self>) -> Self {
        let mut out = Self::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (before, after) = rest.split_at(open);
            out.push(before);
            let filled = after.find('}').and_then(|close| Some((close, fill(&after[1..close])?)));
            if let Some((close, piece)) = filled {
                out.push(piece);
                rest = &after[close + 1..];
            } else {
                out.push("{");
                rest = &after[1..];
            }
        }
        out.push(rest);
        out
    }

    /// Replaces words in a text of the program by other words of the program.
    #[must_use]
    pub fn replaced(text: &'static str, pairs: &[(&'static str, &'static str)]) -> Self {
        Self(
            pairs
                .iter()
                .fold(text.to_owned(), |text, (from, to)| text.replace(from, to)),
        )
    }

    /// Replaces every `{name first second}` by a column, in which `$1` and `$2` are the words after the name.
    #[must_use]
    pub fn with_column(self, name: &'static str, column: &'static str) -> Self {
        let opens = format!("{{{name} ");
        let mut sql = self.0;
        while let Some((before, rest)) = sql.split_once(&opens)
            && let Some((words, after)) = rest.split_once('}')
        {
            let mut words = words.split(' ');
            let mut column = column.trim_end().to_owned();
            for place in ["$1", "$2"] {
                column = column.replace(place, words.next().unwrap_or_default());
            }
            sql = format!("{before}{column}{after}");
        }
        Self(sql)
    }

    /// Replaces a word everywhere.
    #[must_use]
    pub fn with(self, word: &'static str, by: &Self) -> Self {
        Self(self.0.replace(word, &by.0))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sql({:?})", self.0)
    }
}

/// A text as a string literal. A NUL, which a text in PostgreSQL cannot contain, becomes a space; callers refuse such texts
/// where it matters.
#[must_use]
pub fn literal(text: &str) -> Sql {
    Sql(quote_literal(&text.replace('\0', " ")))
}

/// A name as a quoted identifier.
#[must_use]
pub fn name(text: &str) -> Sql {
    Sql(quote_name(&text.replace('\0', " ")))
}

/// The names of an object as a qualified, quoted identifier.
#[must_use]
pub fn qualified(id: &ObjectId) -> Sql {
    Sql::join(id.parts().iter().map(|part| name(part)), ".")
}

/// A piece of [`Sql`]: text of the program, quoted data, or a number.
pub trait Piece {
    /// Appends the piece to a text.
    fn append(self, out: &mut String);
}

impl Piece for &'static str {
    fn append(self, out: &mut String) {
        out.push_str(self);
    }
}

impl Piece for Sql {
    fn append(self, out: &mut String) {
        out.push_str(&self.0);
    }
}

impl Piece for &Sql {
    fn append(self, out: &mut String) {
        out.push_str(&self.0);
    }
}

macro_rules! number_pieces {
    ($($number:ty),*) => {
        $(impl Piece for $number {
            fn append(self, out: &mut String) {
                out.push_str(&self.to_string());
            }
        })*
    };
}

number_pieces!(u32, u64, u128, usize, i32, i64);

/// Creates an [`Sql`] from pieces: `sql!["SELECT ", literal(text)]`.
#[macro_export]
macro_rules! sql {
    ($($piece:expr),* $(,)?) => {{
        #[allow(unused_mut, reason = "the list of pieces may be empty")]
        let mut sql = $crate::sql::Sql::new();
        $(sql.push($piece);)*
        sql
    }};
}

/// One statement that may contain foreign text. It is only sent through the extended protocol, in which the server refuses
/// several statements.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement(String);

impl Statement {
    /// Creates a statement from text of the program.
    #[must_use]
    pub fn new(sql: impl Piece) -> Self {
        let mut text = String::new();
        sql.append(&mut text);
        Self(text)
    }

    /// Appends text of the program.
    #[must_use]
    pub fn then(mut self, sql: impl Piece) -> Self {
        sql.append(&mut self.0);
        self
    }

    /// Appends a foreign text, with every NUL replaced, and a line break, so that a comment at its end cannot hide the rest.
    #[must_use]
    pub fn then_text(mut self, text: &str) -> Self {
        self.0.push_str(&text.replace('\0', " "));
        self.0.push('\n');
        self
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_quoted() {
        let evil = "x'; COMMIT; --";
        let sql = sql!["SELECT ", literal(evil), " FROM ", name("a\"; b"), " LIMIT ", 3_u32];
        assert_eq!(sql.as_str(), "SELECT 'x''; COMMIT; --' FROM \"a\"\"; b\" LIMIT 3");
    }

    #[test]
    fn templates_are_filled() {
        let sql = Sql::template("a {b} '{}' {c d} {", |key| (key == "c d").then(|| sql!["{b}"]));
        assert_eq!(sql.as_str(), "a {b} '{}' {b} {");
    }

    #[test]
    fn a_comment_cannot_hide_the_rest() {
        let statement = Statement::new("SELECT (").then_text("1 -- x\0").then(")");
        assert_eq!(statement.as_str(), "SELECT (1 -- x \n)");
    }
}

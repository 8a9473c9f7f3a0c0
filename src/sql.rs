//! The SQL that driftgate itself sends.
//!
//! An [`Sql`] is made of text that stands in this program and of data that went through a quoting function. There is
//! no way from a `String` into it: a text that came from a database, a file or the command line can only become a
//! literal or a name. What runs a text as it is has a name of its own and a type of its own: [`Statement`], which is
//! sent as one message of the extended protocol, where the server refuses a second statement, and
//! [`crate::catalog::client::Client::script`], for the SQL files that a user wants to be applied.

use std::fmt;

use crate::object_id::ObjectId;
use crate::sql_text::{quote_literal, quote_name};

/// SQL made of the program's own text and of quoted data.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sql(String);

impl Sql {
    /// No text.
    #[must_use]
    pub const fn new() -> Self {
        Self(String::new())
    }

    /// Appends a piece.
    pub fn push(&mut self, piece: impl Piece) {
        piece.append(&mut self.0);
    }

    /// The pieces with a separator between them.
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

    /// A text of the program in which each `{name}` is replaced by what `fill` gives for the name. What is in braces
    /// and not known to `fill` stays as it is.
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

    /// A text of the program in which words of the program are replaced by others.
    #[must_use]
    pub fn replaced(text: &'static str, pairs: &[(&'static str, &'static str)]) -> Self {
        Self(
            pairs
                .iter()
                .fold(text.to_owned(), |text, (from, to)| text.replace(from, to)),
        )
    }

    /// Every `{name first second}` in it replaced by a column, in which `$1` and `$2` are the words behind the name.
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

    /// A word of it replaced everywhere.
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

/// A text as a string literal. A NUL, which no text in PostgreSQL can have, becomes a blank: the caller refuses texts
/// with a NUL where that would matter.
#[must_use]
pub fn literal(text: &str) -> Sql {
    Sql(quote_literal(&text.replace('\0', " ")))
}

/// A name as a quoted identifier.
#[must_use]
pub fn name(text: &str) -> Sql {
    Sql(quote_name(&text.replace('\0', " ")))
}

/// The names of an identity as qualified, quoted identifier.
#[must_use]
pub fn qualified(id: &ObjectId) -> Sql {
    Sql::join(id.parts().iter().map(|part| name(part)), ".")
}

/// Something that can be a piece of [`Sql`]: text of the program, quoted data, or a number.
pub trait Piece {
    /// Appends it to the text.
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

/// Makes an [`Sql`] of pieces: `sql!["SELECT ", literal(text)]`.
#[macro_export]
macro_rules! sql {
    ($($piece:expr),* $(,)?) => {{
        #[allow(unused_mut, reason = "there may be no piece")]
        let mut sql = $crate::sql::Sql::new();
        $(sql.push($piece);)*
        sql
    }};
}

/// One statement that may have a foreign text in it, for the extended protocol alone: the server refuses a second
/// statement in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement(String);

impl Statement {
    /// Begins with text of the program.
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

    /// Appends a foreign text as it is, without any NUL, and ends the line so that a comment at its end hides nothing.
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
        let made = sql!["SELECT ", literal(evil), " FROM ", name("a\"; b"), " LIMIT ", 3_u32];
        assert_eq!(made.as_str(), "SELECT 'x''; COMMIT; --' FROM \"a\"\"; b\" LIMIT 3");
    }

    #[test]
    fn templates_are_filled() {
        let made = Sql::template("a {b} '{}' {c d} {", |key| (key == "c d").then(|| sql!["{b}"]));
        assert_eq!(made.as_str(), "a {b} '{}' {b} {");
    }

    #[test]
    fn a_text_cannot_hide_what_follows() {
        let statement = Statement::new("SELECT (").then_text("1 -- x\0").then(")");
        assert_eq!(statement.as_str(), "SELECT (1 -- x \n)");
    }
}

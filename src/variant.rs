//! Variants: the schemas of a database that have the same contents, except for their own names.
//!
//! The verdict on one schema of a variant holds for all of them, with the names exchanged. That is so because nothing that
//! the verdict depends on tells the names apart:
//!
//! - what is in the schema is the same, see [`fingerprint`]: a name that may be anything but that of the schema makes the
//!   schema a variant of its own;
//! - nothing outside of the schema, in the database or in the expectations, mentions the name, see [`MentionedWords`];
//! - the name is an ordinary one, see [`is_ordinary`].

mod contents;
mod exchange;
mod mentions;

pub use contents::{Fingerprint, fingerprint, is_in};
pub use exchange::Exchange;
pub use mentions::MentionedWords;

use crate::platform;
use crate::sql_text::{continues_word, show_name};

/// The words before a dot in the expressions of PostgreSQL that are no schemas.
const ROW_NAMES: [&str; 3] = ["excluded", "new", "old"];

/// Whether a schema has a name that means nothing to PostgreSQL and to driftgate, and that is the same word wherever it is
/// written.
#[must_use]
pub fn is_ordinary(schema: &str) -> bool {
    let is_word = schema
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    is_word
        && show_name(schema) == schema
        && schema != "public"
        && !ROW_NAMES.contains(&schema)
        && !platform::is_postgres(schema)
        && !platform::names_schema(schema)
}

/// The words of a text: the longest sequences of letters, digits, `_` and `$`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !continues_word(c)).filter(|word| !word.is_empty())
}

//! Which schemas are mentioned outside of themselves.

use std::collections::BTreeSet;

use super::{is_in, words};
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::snapshot::{Object, Snapshot};
use crate::value::Value;

/// The words of texts that may mention a schema.
#[derive(Debug, Clone, Default)]
pub struct MentionedWords {
    words: BTreeSet<String>,
    /// Whether a text may mention a schema in a spelling of which the name is not a word.
    is_opaque: bool,
}

impl MentionedWords {
    /// Adds what an expectation file or an option says. SQL and YAML can write characters as numbers.
    pub fn add_source(&mut self, text: &str) {
        let text = text.to_lowercase();
        self.is_opaque |= text.contains("u&") || has_numbered_character(&text);
        self.add_text(&text);
    }

    /// Adds a text of the database.
    pub fn add_text(&mut self, text: &str) {
        for word in words(text)
            .filter(|word| !self.words.contains(*word))
            .collect::<Vec<_>>()
        {
            self.words.insert(word.to_owned());
        }
    }

    /// Adds everything in a snapshot that is not in the schema. That a schema exists is no mention.
    pub fn add_outside(&mut self, snapshot: &Snapshot, schema: &str) {
        for kind in Kind::ALL {
            let objects = snapshot.of_kind(*kind);
            for (id, object) in objects.filter(|(id, _)| !is_in(*kind, id, schema)) {
                self.add_object(*kind, id, object);
            }
        }
    }

    fn add_object(&mut self, kind: Kind, id: &ObjectId, object: &Object) {
        let own = usize::from(kind.is_namespace());
        id.parts().iter().skip(own).for_each(|part| self.add_text(part));
        object.values().for_each(|value| self.add_value(value));
    }

    fn add_value(&mut self, value: &Value) {
        match value {
            Value::Text(text) => self.add_text(text),
            Value::List(items) => items.iter().for_each(|item| self.add_value(item)),
            Value::Map(entries) => {
                for (key, value) in entries {
                    self.add_text(key);
                    self.add_value(value);
                }
            }
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Secret(_) => {}
        }
    }

    /// Whether the schema of this name may be mentioned.
    #[must_use]
    pub fn contain(&self, schema: &str) -> bool {
        self.is_opaque || self.words.contains(schema)
    }
}

/// Whether a text has `\x61` or `\u0061`, or joins two lines with a backslash.
fn has_numbered_character(text: &str) -> bool {
    text.split('\\').skip(1).any(|after| {
        let mut rest = after.chars();
        match rest.next() {
            Some('x' | 'u') => rest.next().is_some_and(|c| c.is_ascii_hexdigit()),
            Some(c) => c == '\n' || c == '\r' || c.is_ascii_digit(),
            None => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::MentionedWords;

    #[test]
    fn words_and_other_spellings_are_mentions() {
        let of = |text: &str| {
            let mut mentions = MentionedWords::default();
            mentions.add_source(text);
            mentions.contain("t_1")
        };
        assert!(of("select * from T_1.orders"));
        assert!(of("ignore: {tables: ['t_1']}"));
        assert!(!of("select * from t_11.orders, a.t_1_b"));
        assert!(of(r#"U&"\0074_1".orders"#));
        assert!(of(r#"sql: "\x74_1.orders""#));
        assert!(!of(r"check: a ~ '^\w+$'"));
    }
}

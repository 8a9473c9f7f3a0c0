//! What is in a schema, as a digest in which its name does not occur.

use glob::Pattern;
use sha2::{Digest as _, Sha256};

use crate::attribute::{Attr, Compare, Shape};
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::snapshot::{Object, Snapshot};
use crate::sql_text::continues_word;
use crate::value::Value;

/// The digest of what is in a schema.
pub type Fingerprint = [u8; 32];

/// The place of the name of the schema: no text of a database contains it.
const NAME: &str = "\0";

/// Whether an object is in this schema, or is this schema.
#[must_use]
pub fn is_in(kind: Kind, id: &ObjectId, schema: &str) -> bool {
    id.schema() == schema && (id.is_in_schema() || kind.is_namespace())
}

/// The digest of everything in a schema. `None` if its name occurs where it may be something else than that of the schema,
/// so that no other schema has the same contents. `patterns` are those that the expectations have for names with a schema.
#[must_use]
pub fn fingerprint(snapshot: &Snapshot, schema: &str, patterns: &[Pattern]) -> Option<Fingerprint> {
    let mut digest = SchemaDigest {
        schema,
        hash: Sha256::new(),
    };
    let parent = ObjectId::new(vec![schema]);
    for kind in Kind::ALL {
        let is_literal: Vec<bool> = kind.spec().attrs.iter().map(is_literal).collect();
        digest.bytes(kind.spec().name.as_bytes());
        let objects = snapshot.children(*kind, &parent);
        for (id, object) in objects.filter(|(id, _)| is_in(*kind, id, schema)) {
            digest.object(id, object, &is_literal)?;
            for pattern in patterns {
                let matches = kind.names(id, "").iter().any(|name| pattern.matches(name));
                digest.bytes(&[u8::from(matches)]);
            }
        }
    }
    Some(digest.hash.finalize().into())
}

/// Whether a value is text that says nothing to PostgreSQL, where the name of a schema is only a word.
fn is_literal(attr: &Attr) -> bool {
    is_text(&attr.shape) && !matches!(attr.compare, Compare::Custom(_))
}

fn is_text(shape: &Shape) -> bool {
    match shape {
        Shape::Text => true,
        Shape::List(of) | Shape::Map(of) => is_text(of),
        Shape::Bool
        | Shape::Integer
        | Shape::Sql
        | Shape::Name
        | Shape::QualifiedName
        | Shape::Reference
        | Shape::OneOf(_)
        | Shape::Privilege(_) => false,
    }
}

struct SchemaDigest<'a> {
    schema: &'a str,
    hash: Sha256,
}

impl SchemaDigest<'_> {
    fn object(&mut self, id: &ObjectId, object: &Object, is_literal: &[bool]) -> Option<()> {
        self.count(id.parts().len());
        for part in id.parts().iter().skip(1) {
            self.text(part, false)?;
        }
        for (number, value) in object.values().enumerate() {
            self.value(value, is_literal.get(number).copied().unwrap_or_default())?;
        }
        Some(())
    }

    fn value(&mut self, value: &Value, is_literal: bool) -> Option<()> {
        match value {
            Value::Null => self.hash.update([0]),
            Value::Bool(is) => self.hash.update([1, u8::from(*is)]),
            Value::Integer(number) => {
                self.hash.update([2]);
                self.hash.update(number.to_be_bytes());
            }
            Value::Text(text) => {
                self.hash.update([3]);
                self.text(text, is_literal)?;
            }
            // Whether two secrets are equal is known only of the same option of the same object.
            Value::Secret(_) => return None,
            Value::List(items) => {
                self.hash.update([4]);
                self.count(items.len());
                for item in items {
                    self.value(item, is_literal)?;
                }
            }
            Value::Map(entries) => {
                self.hash.update([5]);
                self.count(entries.len());
                for (key, value) in entries {
                    self.text(key, is_literal)?;
                    self.value(value, is_literal)?;
                }
            }
        }
        Some(())
    }

    fn text(&mut self, text: &str, is_literal: bool) -> Option<()> {
        if !text.contains(self.schema) {
            self.bytes(text.as_bytes());
            return Some(());
        }
        let general = general(text, self.schema, NAME)?;
        // A text that contains the name is not the one without it.
        if is_literal && general.contains(NAME) {
            return None;
        }
        self.bytes(general.as_bytes());
        Some(())
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.hash.update(bytes);
    }

    fn count(&mut self, count: usize) {
        self.hash.update((count as u64).to_be_bytes());
    }
}

/// A text of the catalog with another word in place of the name of a schema. `None` if the word occurs where it may not be
/// the name: anywhere but in front of a dot, after another dot, in quotes, or in a literal that is not the name of an
/// object.
#[must_use]
pub(crate) fn general(text: &str, schema: &str, by: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut copied, mut lexed) = (0, 0);
    let mut quotes = OpenQuotes::default();
    for (at, _) in text.match_indices(schema) {
        let end = at + schema.len();
        let before = text[..at].chars().next_back();
        if before.is_some_and(continues_word) || text[end..].starts_with(continues_word) {
            continue;
        }
        quotes.read(&text[lexed..at]);
        lexed = at;
        let is_name = match quotes.open {
            None => before != Some('.'),
            Some('\'') => before == Some('\'') && is_object_name(&text[end..]),
            Some(_) => false,
        };
        if !is_name || !text[end..].starts_with('.') {
            return None;
        }
        out.push_str(&text[copied..at]);
        out.push_str(by);
        copied = end;
    }
    out.push_str(&text[copied..]);
    Some(out)
}

/// Whether the rest of a literal belongs to the name of an object: `.orders_id_seq'::regclass`.
fn is_object_name(rest: &str) -> bool {
    rest.split_once('\'')
        .is_some_and(|(_, after)| after.starts_with("::reg"))
}

/// The quotes of a text, as far as it was read.
#[derive(Default)]
struct OpenQuotes {
    open: Option<char>,
}

impl OpenQuotes {
    fn read(&mut self, text: &str) {
        for c in text.chars() {
            match self.open {
                Some(quote) if quote == c => self.open = None,
                None if c == '\'' || c == '"' => self.open = Some(c),
                Some(_) | None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::general;

    fn shown(text: &str) -> Option<String> {
        general(text, "t_1", "{schema}")
    }

    #[test]
    fn the_name_of_the_schema_is_general() {
        for (text, expected) in [
            ("t_1.orders", "{schema}.orders"),
            (
                "nextval('t_1.orders_id_seq'::regclass)",
                "nextval('{schema}.orders_id_seq'::regclass)",
            ),
            (
                "CHECK (t_1.f(a) > 0 AND b <> 'x'::text)",
                "CHECK ({schema}.f(a) > 0 AND b <> 'x'::text)",
            ),
            ("'happy'::t_1.mood", "'happy'::{schema}.mood"),
            ("t_11.orders, at_1.b, t_1$.c", "t_11.orders, at_1.b, t_1$.c"),
            ("(t_1.\"A\", t_1.b)", "({schema}.\"A\", {schema}.b)"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_word_that_may_be_something_else_is_not() {
        for text in [
            "t_1",
            "kind <> 't_1'::text",
            "kind <> 't_1.orders'::text",
            "kind <> 'of t_1.orders'::text",
            "SELECT t_1.id FROM t_1.orders t_1",
            "t_1.t_1",
            "(x).t_1",
            "\"t_1\".orders",
            "\"of t_1.x\"",
            "'it''s t_1.orders'::regclass",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}

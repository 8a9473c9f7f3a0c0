//! YAML: one tree serves reading, updating and writing.
//!
//! [`parse`] gives the tree of a document: every value with its place for messages, its text as written, and where and
//! how it is written. Reading uses what a value means: aliases and merge keys (`<<`) are resolved. `splice` uses how it
//! is written, and changes parts of the text without touching the rest. `write` formats new values.

mod explain;
mod guard;
mod layout;
mod lines;
mod pieces;
mod read;
mod scalar;
pub(crate) mod splice;
#[cfg(test)]
mod tests;
pub(crate) mod write;

use std::borrow::Cow;
use std::iter::Filter;

use crate::error::Problem;
use crate::redact;
use crate::source_map::{FileId, Place};

pub(crate) use layout::{AsWritten, Style, Written};
pub(crate) use pieces::{ReadPieces, parse_in_pieces};

/// A value of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What the value means.
    pub value: NodeValue,
    /// Where it begins.
    pub place: Place,
    /// How it is written.
    pub(crate) written: Written,
}

/// What a [`Node`] means.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeValue {
    /// A single value.
    Scalar(Scalar),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping.
    Map(Mapping),
}

/// The entries of a mapping: those written in it, in the order of the file, then those that a merge key (`<<`) adds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mapping {
    entries: Vec<Entry>,
    /// How many of the entries are written in the mapping itself, merge keys included.
    written: usize,
}

/// A key of a mapping and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key, as written.
    pub key: String,
    /// Where the key begins.
    pub place: Place,
    /// The value. A merge key has an empty one: what it merges is in the mapping itself.
    pub value: Node,
    /// How the key is written.
    pub(crate) written: Written,
    is_merge: bool,
}

/// A single value: its text as written (`1.50`, `012`, `yes`) and its type by the rules of YAML 1.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text. For a quoted scalar, the text between the quotes, unescaped.
    pub text: String,
    /// Its type.
    pub scalar_type: ScalarType,
}

/// The type that YAML 1.2 gives a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarType {
    /// Text, quoted or not.
    Text,
    /// `true` or `false` without quotes.
    Bool(bool),
    /// A number without quotes.
    Number,
    /// `null`, `~` or an empty value.
    Null,
}

impl Mapping {
    /// Whether the mapping has no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Renames the key of an entry.
    pub fn rename(&mut self, from: &str, to: &str) {
        for entry in self.entries.iter_mut().filter(|entry| entry.key == from) {
            to.clone_into(&mut entry.key);
        }
    }

    /// The entries, without the merge keys themselves.
    pub fn iter(&self) -> Filter<std::slice::Iter<'_, Entry>, fn(&&Entry) -> bool> {
        self.entries.iter().filter(|entry| !entry.is_merge)
    }

    /// The entries that are written in the mapping itself, merge keys included.
    pub(crate) fn written(&self) -> &[Entry] {
        &self.entries[..self.written]
    }
}

impl<'a> IntoIterator for &'a Mapping {
    type Item = &'a Entry;
    type IntoIter = Filter<std::slice::Iter<'a, Entry>, fn(&&'a Entry) -> bool>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Mapping {
    type Item = Entry;
    type IntoIter = Filter<std::vec::IntoIter<Entry>, fn(&Entry) -> bool>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter().filter(|entry| !entry.is_merge)
    }
}

impl Entry {
    /// An entry that a shorthand expands to.
    #[must_use]
    pub fn new(key: impl Into<String>, place: Place, value: Node) -> Self {
        Self {
            key: key.into(),
            place,
            value,
            written: Written::default(),
            is_merge: false,
        }
    }
}

impl Node {
    /// A value that a shorthand expands to.
    fn new(value: Scalar, place: Place) -> Self {
        Self {
            value: NodeValue::Scalar(value),
            place,
            written: Written::default(),
        }
    }

    /// A text at a place, for the expansion of shorthands.
    #[must_use]
    pub fn text(text: impl Into<String>, place: Place) -> Self {
        let text = text.into();
        Self::new(
            Scalar {
                text,
                scalar_type: ScalarType::Text,
            },
            place,
        )
    }

    /// A boolean at a place.
    #[must_use]
    pub fn bool(value: bool, place: Place) -> Self {
        let text = value.to_string();
        Self::new(
            Scalar {
                text,
                scalar_type: ScalarType::Bool(value),
            },
            place,
        )
    }

    /// A null at a place.
    #[must_use]
    pub fn null(place: Place) -> Self {
        let text = "null".to_owned();
        Self::new(
            Scalar {
                text,
                scalar_type: ScalarType::Null,
            },
            place,
        )
    }

    /// A list at a place.
    #[must_use]
    pub fn list(items: Vec<Self>, place: Place) -> Self {
        Self {
            value: NodeValue::List(items),
            place,
            written: Written::default(),
        }
    }

    /// A mapping at a place.
    #[must_use]
    pub fn map(entries: Vec<Entry>, place: Place) -> Self {
        Self {
            value: NodeValue::Map(Mapping {
                written: entries.len(),
                entries,
            }),
            place,
            written: Written::default(),
        }
    }

    /// The scalar, if the value is one.
    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            NodeValue::Scalar(scalar) => Some(scalar),
            NodeValue::List(_) | NodeValue::Map(_) => None,
        }
    }

    /// Whether the value is YAML's null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(|s| s.scalar_type == ScalarType::Null)
    }

    /// The value in words, for messages: "a list", "the number 5".
    #[must_use]
    pub fn describe(&self) -> String {
        self.value.describe()
    }
}

impl Node {
    /// The value on one line, as YAML writes it between brackets.
    #[must_use]
    pub fn flow(&self) -> String {
        let all = |items: Vec<String>| items.join(", ");
        match &self.value {
            NodeValue::Scalar(scalar) => flow_text(scalar),
            NodeValue::List(items) => format!("[{}]", all(items.iter().map(Self::flow).collect())),
            NodeValue::Map(map) => {
                let entries = map.iter().map(|entry| format!("{}: {}", entry.key, entry.value.flow()));
                format!("{{{}}}", all(entries.collect()))
            }
        }
    }
}

/// A scalar as YAML writes it between brackets.
fn flow_text(scalar: &Scalar) -> String {
    let text = redact::typed(&scalar.text);
    let is_special = |c: char| ",[]{}:#'\"*&!|>%@`".contains(c);
    match scalar.scalar_type {
        ScalarType::Text if text.is_empty() || text.trim() != text || text.contains(is_special) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        ScalarType::Text | ScalarType::Bool(_) | ScalarType::Number | ScalarType::Null => text.into_owned(),
    }
}

impl NodeValue {
    /// The value in words, for messages: "a list", "the number 5".
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::List(_) => "a list".into(),
            Self::Map(_) => "a mapping".into(),
            Self::Scalar(Scalar { text, scalar_type }) => match scalar_type {
                ScalarType::Text => format!("the text {:?}", shorten(&redact::typed(text))),
                ScalarType::Bool(b) => format!("the boolean {b}"),
                ScalarType::Number => format!("the number {}", shorten(text)),
                ScalarType::Null => "empty".into(),
            },
        }
    }
}

/// The beginning of a text that is too long for a message.
#[must_use]
pub fn shorten(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// A document, with the problems that do not prevent reading it.
#[derive(Debug)]
pub struct Document {
    /// Its value.
    pub root: Node,
    /// Duplicate keys, and texts that a comma cuts in two.
    pub problems: Vec<Problem>,
}

/// Which place the values have that an alias repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// That of the alias.
    OfUse,
    /// That of the value that it repeats.
    OfDefinition,
}

/// Reads one document.
///
/// # Errors
/// The first mistake that prevents reading the text as one YAML document: invalid syntax, a second document, or a
/// document that exceeds the limits on memory and depth.
pub fn parse(text: &str, file: FileId, places: Places) -> Result<Document, Problem> {
    read::TreeBuilder::new(text, file, places).document()
}

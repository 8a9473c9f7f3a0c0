//! A YAML document in which every key and value knows its place and its text as written.

mod explain;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{DuplicateKeyPolicy, Error as YamlError, Location, Spanned};

use crate::error::Problem;
use crate::source_map::{FileId, Place};

/// A value of a document and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: NodeValue,
    /// Where it begins.
    pub place: Place,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeValue {
    /// A single value.
    Scalar(Scalar),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<Entry>),
}

/// A key of a mapping and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key, as written.
    pub key: String,
    /// Where the key stands.
    pub place: Place,
    /// The value.
    pub value: Node,
}

/// A single value: its text as written (`1.50`, `012`, `yes`) and what YAML 1.2 takes it for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text. For a quoted scalar, what stands between the quotes, unescaped.
    pub text: String,
    /// What it is.
    pub sort: Sort,
}

/// What YAML 1.2 takes a scalar for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Text, quoted or not.
    Text,
    /// `true` or `false` without quotes.
    Bool(bool),
    /// A number without quotes.
    Number,
    /// `null`, `~` or nothing at all.
    Null,
}

impl Node {
    /// A text node at a place, for values that a shorthand stands for.
    #[must_use]
    pub fn text(text: impl Into<String>, place: Place) -> Self {
        Self {
            value: NodeValue::Scalar(Scalar {
                text: text.into(),
                sort: Sort::Text,
            }),
            place,
        }
    }

    /// A boolean node at a place.
    #[must_use]
    pub fn bool(value: bool, place: Place) -> Self {
        Self {
            value: NodeValue::Scalar(Scalar {
                text: value.to_string(),
                sort: Sort::Bool(value),
            }),
            place,
        }
    }

    /// A null node at a place.
    #[must_use]
    pub fn null(place: Place) -> Self {
        Self {
            value: NodeValue::Scalar(Scalar {
                text: "null".into(),
                sort: Sort::Null,
            }),
            place,
        }
    }

    /// The scalar, if it is one.
    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            NodeValue::Scalar(scalar) => Some(scalar),
            NodeValue::List(_) | NodeValue::Map(_) => None,
        }
    }

    /// Whether it is the null of YAML.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(|s| s.sort == Sort::Null)
    }

    /// What it is, for messages: "a list", "the number 5".
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.value {
            NodeValue::List(_) => "a list".into(),
            NodeValue::Map(_) => "a mapping".into(),
            NodeValue::Scalar(Scalar { text, sort }) => match sort {
                Sort::Text => format!("the text {:?}", shorten(text)),
                Sort::Bool(b) => format!("the boolean {b}"),
                Sort::Number => format!("the number {}", shorten(text)),
                Sort::Null => "nothing".into(),
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

/// A document, and what is wrong with it that does not keep it from being read.
#[derive(Debug)]
pub struct Document {
    /// What stands in it.
    pub root: Node,
    /// Keys that stand twice in one mapping.
    pub problems: Vec<Problem>,
}

/// Which place something has that an alias repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// That of the alias.
    OfUse,
    /// That of what it repeats.
    OfDefinition,
}

/// Reads one document.
///
/// # Errors
/// The first mistake that makes the text no YAML document: syntax, a second document, or one of the guards against
/// documents made to exhaust memory or stack.
pub fn parse(text: &str, file: FileId, places: Places) -> Result<Document, Problem> {
    let builder = Builder {
        text,
        file,
        places,
        problems: Vec::new(),
    };
    let error = match read(text, DuplicateKeyPolicy::Error) {
        Ok(raw) => return builder.document(raw),
        Err(error) => error,
    };
    let problem = builder.problem(&error);
    if !matches!(error, YamlError::DuplicateMappingKey { .. }) {
        return Err(problem);
    }
    // Read again with all keys, for the sake of what else is wrong.
    let raw = read(text, DuplicateKeyPolicy::LastWins).map_err(|error| builder.problem(&error))?;
    let mut document = builder.document(raw)?;
    if document.problems.is_empty() {
        document.problems.push(problem);
    }
    Ok(document)
}

fn read(text: &str, duplicate_keys: DuplicateKeyPolicy) -> Result<Spanned<Raw>, YamlError> {
    let options = serde_yaml::options! {
        strict_booleans: true,
        duplicate_keys: duplicate_keys,
        with_snippet: false,
        non_finite_float_policy: serde_yaml::options::NonFiniteFloatPolicy::PassThrough,
        alias_limits: serde_yaml::alias_limits! {
            max_total_replayed_events: 500_000,
        },
        budget: serde_yaml::budget! {
            // A file of 50,000 tables has some five million nodes.
            max_nodes: 8_000_000,
            max_events: 32_000_000,
            max_total_scalar_bytes: 256 * 1024 * 1024,
            max_documents: 2,
            // One anchor for the columns that hundreds of tables have in common is good use of it; a bomb is
            // stopped by what it repeats.
            enforce_alias_anchor_ratio: false,
            max_merge_keys: 50_000,
            max_recorded_anchor_events: 100_000,
        },
    };
    serde_yaml::from_str_with_options(text, options)
}

fn place(location: Location, file: FileId) -> Place {
    Place {
        file,
        line: u32::try_from(location.line()).unwrap_or(u32::MAX).max(1),
        column: u32::try_from(location.column()).unwrap_or(u32::MAX).max(1),
    }
}

struct Builder<'a> {
    text: &'a str,
    file: FileId,
    places: Places,
    problems: Vec<Problem>,
}

impl Builder<'_> {
    fn document(mut self, raw: Spanned<Raw>) -> Result<Document, Problem> {
        let root = self.node(raw)?;
        Ok(Document {
            root,
            problems: self.problems,
        })
    }

    fn problem(&self, error: &YamlError) -> Problem {
        let start = Place {
            file: self.file,
            line: 1,
            column: 1,
        };
        let at = error
            .location()
            .filter(|l| l.line() > 0)
            .map_or(start, |l| place(l, self.file));
        explain::problem(error, at, self.text)
    }

    fn node(&mut self, raw: Spanned<Raw>) -> Result<Node, Problem> {
        let at = match self.places {
            Places::OfUse => raw.referenced,
            Places::OfDefinition => raw.defined,
        };
        let value = match raw.value {
            Raw::Text(text) => NodeValue::Scalar(Scalar { text, sort: Sort::Text }),
            Raw::Plain(sort) => NodeValue::Scalar(Scalar {
                text: self.slice(raw.defined).to_owned(),
                sort,
            }),
            Raw::List(items) => NodeValue::List(self.items(items)?),
            Raw::Map(entries) => NodeValue::Map(self.entries(entries)?),
        };
        Ok(Node {
            value,
            place: place(at, self.file),
        })
    }

    fn items(&mut self, raw: Vec<Spanned<Raw>>) -> Result<Vec<Node>, Problem> {
        let mut items = Vec::with_capacity(raw.len());
        let mut opened = false;
        for item in raw {
            let plain = self.is_plain(&item);
            let item = self.node(item)?;
            let text = item.scalar().filter(|_| plain).map_or("", |s| s.text.as_str());
            let balance = parentheses(text);
            if opened && balance < 0 {
                self.problems.push(explain::cut(text, item.place));
            }
            opened = balance > 0;
            items.push(item);
        }
        Ok(items)
    }

    fn entries(&mut self, raw: Vec<(Spanned<Raw>, Spanned<Raw>)>) -> Result<Vec<Entry>, Problem> {
        let mut seen: BTreeMap<String, Place> = BTreeMap::new();
        let mut entries = Vec::with_capacity(raw.len());
        for (key, value) in raw {
            let from_alias = key.referenced != key.defined;
            let key = self.node(key)?;
            let name = match key.value {
                NodeValue::Scalar(Scalar { sort: Sort::Null, .. }) | NodeValue::List(_) | NodeValue::Map(_) => {
                    return Err(Problem::at(
                        key.place,
                        format!("a key must be a name, but this is {}", key.describe()),
                    )
                    .hint("a name that YAML takes for something else is written in quotes"));
                }
                NodeValue::Scalar(scalar) => scalar.text,
            };
            // What `<<` takes over stands behind, and gives way.
            if let Some(first) = seen.get(&name) {
                if !from_alias {
                    self.problems.push(explain::duplicate(&name, key.place, Some(*first)));
                }
                continue;
            }
            seen.insert(name.clone(), key.place);
            let value = self.node(value)?;
            if value.is_null() && parentheses(&name) < 0 {
                self.problems.push(explain::cut(&name, key.place));
                continue;
            }
            entries.push(Entry {
                key: name,
                place: key.place,
                value,
            });
        }
        Ok(entries)
    }

    /// Whether it is a text without quotes.
    fn is_plain(&self, raw: &Spanned<Raw>) -> bool {
        match &raw.value {
            Raw::Text(text) => self.slice(raw.defined) == text,
            Raw::Plain(_) => true,
            Raw::List(_) | Raw::Map(_) => false,
        }
    }

    /// The text of a scalar without quotes, as written.
    fn slice(&self, location: Location) -> &str {
        let span = location.span();
        let range = match (span.byte_offset(), span.byte_len()) {
            (Some(from), Some(length)) => usize::try_from(from).ok().zip(usize::try_from(from + length).ok()),
            _ => None,
        };
        range
            .and_then(|(from, to)| self.text.get(from..to))
            .unwrap_or("")
            .trim()
    }
}

/// How many more parentheses a text opens than it closes.
fn parentheses(text: &str) -> isize {
    text.bytes().fold(0, |open, byte| match byte {
        b'(' => open + 1,
        b')' => open - 1,
        _ => open,
    })
}

enum Raw {
    Text(String),
    Plain(Sort),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list or a mapping")
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Raw, E> {
        Ok(Raw::Text(text))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Plain(Sort::Bool(value)))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Plain(Sort::Number))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Plain(Sort::Number))
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Plain(Sort::Number))
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Plain(Sort::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Plain(Sort::Number))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Plain(Sort::Null))
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Plain(Sort::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source_map::SourceMap;
    use std::path::PathBuf;

    fn parse_text(text: &str) -> Result<Node, Problem> {
        let mut files = SourceMap::default();
        let file = files.add(PathBuf::from("test.yaml"), text.to_owned());
        parse(text, file, Places::OfUse).map(|document| document.root)
    }

    fn flat(node: &Node, out: &mut Vec<String>) {
        match &node.value {
            NodeValue::Scalar(s) => out.push(format!(
                "{}:{} {:?} {:?}",
                node.place.line, node.place.column, s.text, s.sort
            )),
            NodeValue::List(items) => items.iter().for_each(|i| flat(i, out)),
            NodeValue::Map(entries) => {
                for e in entries {
                    out.push(format!("{}:{} {}:", e.place.line, e.place.column, e.key));
                    flat(&e.value, out);
                }
            }
        }
    }

    #[test]
    fn scalars_keep_their_text_and_place() {
        let node = parse_text(
            "a: [yes, no, 1.50, 012, true, ~, 'null', 1e999, .inf, 99999999999999999999, \"é\\n\", -0]\n1: x\nb:\né: &anchor 0x1F\nc: *anchor\n",
        )
        .expect("valid");
        let mut out = Vec::new();
        flat(&node, &mut out);
        assert_eq!(
            out.join("\n"),
            "1:1 a:\n1:5 \"yes\" Text\n1:10 \"no\" Text\n1:14 \"1.50\" Number\n1:20 \"012\" Number\n1:25 \"true\" Bool(true)\n1:31 \"~\" Null\n1:34 \"null\" Text\n1:42 \"1e999\" Number\n1:49 \".inf\" Number\n1:55 \"99999999999999999999\" Number\n1:77 \"é\\n\" Text\n1:84 \"-0\" Number\n2:1 1:\n2:4 \"x\" Text\n3:1 b:\n3:2 \"\" Null\n4:1 é:\n4:12 \"0x1F\" Number\n5:1 c:\n5:4 \"0x1F\" Number"
        );
    }
}

//! A YAML document in which every key and value knows its place and its text as written.

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
                Sort::Text => format!("the text {text:?}"),
                Sort::Bool(b) => format!("the boolean {b}"),
                Sort::Number => format!("the number {text}"),
                Sort::Null => "nothing".into(),
            },
        }
    }
}

/// Reads one document.
///
/// # Errors
/// The first mistake that makes the text no YAML document: syntax, a duplicate key, a second document, or
/// one of the guards against documents made to exhaust memory or stack.
pub fn parse(text: &str, file: FileId) -> Result<Node, Problem> {
    let options = serde_yaml::options! {
        strict_booleans: true,
        duplicate_keys: DuplicateKeyPolicy::Error,
        with_snippet: false,
        non_finite_float_policy: serde_yaml::options::NonFiniteFloatPolicy::PassThrough,
        budget: serde_yaml::budget! {
            // A file of 50,000 tables has some five million nodes; an alias bomb is stopped by the same
            // bound, and by the default bounds on aliases and depth, which stay.
            max_nodes: 8_000_000,
            max_events: 32_000_000,
            max_documents: 2,
        },
    };
    let raw: Spanned<Raw> = serde_yaml::from_str_with_options(text, options).map_err(|e| problem(&e, text, file))?;
    build(raw, text, file)
}

fn problem(error: &YamlError, text: &str, file: FileId) -> Problem {
    let error = error.without_snippet();
    let place = error.location().filter(|l| l.line() > 0).map_or(
        Place {
            file,
            line: 1,
            column: 1,
        },
        |l| place(l, file),
    );
    match error {
        YamlError::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("?");
            Problem::at(place, format!("the key `{key}` stands twice in this mapping"))
                .hint("YAML would keep only one of them: put both contents under one key")
        }
        YamlError::MultipleDocuments { .. } => Problem::at(place, "a second document begins here")
            .hint("a file holds one document: put the rest into a file of its own"),
        YamlError::Budget { breach, .. } => Problem::at(
            place,
            format!("the document is too large or too deep to be an expectation file ({breach:?})"),
        )
        .hint("driftgate stops here so that a document made to exhaust memory cannot"),
        YamlError::Eof { .. } => {
            Problem::at(place, "the file is empty").hint("an expectation file begins with `driftgate: 1`")
        }
        _ => {
            let message = error.to_string();
            let problem = Problem::at(place, format!("this is not valid YAML: {}", one_line(&message)));
            if line_of(text, place.line).trim_start_matches(' ').starts_with('\t') {
                problem.hint("YAML does not allow tabs for indentation: use spaces")
            } else {
                problem
            }
        }
    }
}

/// The first line of a parser's message, without the position that is printed elsewhere.
fn one_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or("").trim();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    match (line.strip_prefix("line "), line.split_once(": ")) {
        (Some(_), Some((_, rest))) => rest.to_owned(),
        _ => line.split(" at line ").next().unwrap_or(line).to_owned(),
    }
}

fn line_of(text: &str, line: u32) -> &str {
    text.lines().nth(line.saturating_sub(1) as usize).unwrap_or("")
}

fn place(location: Location, file: FileId) -> Place {
    Place {
        file,
        line: u32::try_from(location.line()).unwrap_or(u32::MAX).max(1),
        column: u32::try_from(location.column()).unwrap_or(u32::MAX).max(1),
    }
}

fn build(raw: Spanned<Raw>, text: &str, file: FileId) -> Result<Node, Problem> {
    let at = place(raw.referenced, file);
    let value = match raw.value {
        Raw::Text(text) => NodeValue::Scalar(Scalar { text, sort: Sort::Text }),
        Raw::Plain(sort) => {
            let span = raw.defined.span();
            let slice = match (span.byte_offset(), span.byte_len()) {
                (Some(from), Some(length)) => usize::try_from(from)
                    .ok()
                    .zip(usize::try_from(from + length).ok())
                    .and_then(|(from, to)| text.get(from..to)),
                _ => None,
            };
            NodeValue::Scalar(Scalar {
                text: slice.unwrap_or("").trim().to_owned(),
                sort,
            })
        }
        Raw::List(items) => NodeValue::List(
            items
                .into_iter()
                .map(|item| build(item, text, file))
                .collect::<Result<_, _>>()?,
        ),
        Raw::Map(entries) => NodeValue::Map(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let key = build(key, text, file)?;
                    let name = match &key.value {
                        NodeValue::Scalar(Scalar { sort: Sort::Null, .. }) | NodeValue::List(_) | NodeValue::Map(_) => {
                            return Err(Problem::at(
                                key.place,
                                format!("a key must be a name, but this is {}", key.describe()),
                            ));
                        }
                        NodeValue::Scalar(scalar) => scalar.text.clone(),
                    };
                    Ok(Entry {
                        key: name,
                        place: key.place,
                        value: build(value, text, file)?,
                    })
                })
                .collect::<Result<_, _>>()?,
        ),
    };
    Ok(Node { value, place: at })
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
        parse(text, file)
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

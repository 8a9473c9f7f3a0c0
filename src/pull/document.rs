//! The YAML that `pull` writes.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_yaml::{FlowMap, FlowSeq, LitStr};

/// A piece of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Document {
    /// A word that YAML reads as it is meant: a number, `true`, `null`, `present`.
    Plain(String),
    /// A text.
    Text(String),
    /// A text of several lines.
    Lines(String),
    /// A list on one line.
    Flow(Vec<Document>),
    /// A mapping on one line.
    FlowMap(Vec<(String, Document)>),
    /// A mapping, a line an entry.
    Map(Vec<(String, Document)>),
}

/// The longest text that still goes on a line with others.
const SHORT: usize = 60;

impl Document {
    /// A text, of one line or several.
    pub(super) fn text(text: &str) -> Self {
        // A literal block keeps neither carriage returns nor what surrounds the text.
        if text.contains('\n') && !text.contains(['\r', '\t']) && !text.starts_with([' ', '\n']) {
            Self::Lines(text.to_owned())
        } else {
            Self::Text(text.to_owned())
        }
    }

    /// Whether it may stand on a line with others.
    pub(super) fn is_short(&self) -> bool {
        match self {
            Self::Plain(text) | Self::Text(text) => text.len() <= SHORT && !text.contains('\n'),
            Self::Flow(items) => items.iter().all(Self::is_short) && items.len() < 8,
            Self::FlowMap(_) => true,
            Self::Lines(_) | Self::Map(_) => false,
        }
    }

    /// Whether it is a text that means something else where an object stands.
    pub(super) fn is_word(&self) -> bool {
        matches!(self, Self::Text(text) if text == "present" || text == "absent")
    }

    /// The document as YAML.
    pub(super) fn to_yaml(&self) -> String {
        let options = serde_yaml::ser_options! { prefer_block_scalars: false, compact_list_indent: false };
        // Nothing in a document can fail to serialise: keys are texts, and there are no foreign types.
        serde_yaml::to_string_with_options(self, options).unwrap_or_default()
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(word) => match word.as_str() {
                "null" => serializer.serialize_unit(),
                "true" => serializer.serialize_bool(true),
                "false" => serializer.serialize_bool(false),
                word => match word.parse::<i64>() {
                    Ok(number) => serializer.serialize_i64(number),
                    Err(_) => serializer.serialize_str(word),
                },
            },
            Self::Text(text) => serializer.serialize_str(text),
            Self::Lines(text) => LitStr(text).serialize(serializer),
            Self::Flow(items) => FlowSeq(items).serialize(serializer),
            Self::FlowMap(entries) => FlowMap(Entries(entries)).serialize(serializer),
            Self::Map(entries) => Entries(entries).serialize(serializer),
        }
    }
}

struct Entries<'a>(&'a [(String, Document)]);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

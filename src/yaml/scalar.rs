//! The types of scalars in YAML 1.2.

use granit_parser::{ScalarStyle, Tag};

use super::ScalarType;

/// The prefix of the tags that YAML defines.
const NAMESPACE: &str = "tag:yaml.org,2002:";

/// The type that a tag, for example `!!str`, requires of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// None: there is no tag, or an unknown one.
    Nothing,
    /// A scalar is text: `!`.
    AsWritten,
    /// A scalar of any type.
    Single,
    Text,
    Bool,
    Integer,
    Number,
    Null,
    List,
    Map,
    /// A type that expectation files do not support.
    Unreadable,
}

impl Claim {
    /// The claim of a tag.
    pub(super) fn of(tag: Option<&Tag>) -> Self {
        let Some(tag) = tag else {
            return Self::Nothing;
        };
        let shown = tag.to_string();
        let of_yaml = shown.strip_prefix(NAMESPACE);
        match of_yaml.unwrap_or(&shown).trim_start_matches('!') {
            "" => Self::AsWritten,
            "str" => Self::Text,
            "bool" => Self::Bool,
            "int" => Self::Integer,
            "float" => Self::Number,
            "null" => Self::Null,
            "seq" => Self::List,
            "map" => Self::Map,
            "binary" | "timestamp" | "time" | "degrees" | "radians" => Self::Unreadable,
            "include" => Self::Single,
            "merge" | "value" if of_yaml.is_some() => Self::Single,
            _ => Self::Nothing,
        }
    }

    /// Whether a list may have such a tag.
    pub(super) fn fits_list(self) -> bool {
        match self {
            Self::Nothing | Self::AsWritten | Self::List => true,
            Self::Single
            | Self::Text
            | Self::Bool
            | Self::Integer
            | Self::Number
            | Self::Null
            | Self::Map
            | Self::Unreadable => false,
        }
    }

    /// Whether a mapping may have such a tag.
    pub(super) fn fits_map(self) -> bool {
        self == Self::Map || self != Self::List && self.fits_list()
    }

    /// The type of a text with such a tag; nothing if the text does not have that type.
    pub(super) fn scalar_type(self, text: &str, style: ScalarStyle) -> Option<ScalarType> {
        match self {
            Self::Nothing | Self::Single if style == ScalarStyle::Plain => Some(plain(text)),
            Self::Nothing | Self::Single | Self::AsWritten | Self::Text => Some(ScalarType::Text),
            Self::Null => Some(ScalarType::Null),
            Self::Bool => bool(text.trim()).map(ScalarType::Bool),
            Self::Integer => is_integer(text.trim()).then_some(ScalarType::Number),
            Self::Number => is_fraction(text.trim()).then_some(ScalarType::Number),
            Self::List | Self::Map | Self::Unreadable => None,
        }
    }
}

/// Whether a key is a merge key, which adds the entries of other mappings.
pub(super) fn is_merge_key(key: &str, style: ScalarStyle, tag: Option<&Tag>) -> bool {
    key == "<<"
        && match tag {
            None => style == ScalarStyle::Plain,
            Some(tag) => tag.suffix_in_namespace(NAMESPACE).is_some_and(|name| name == "merge"),
        }
}

/// The type of a text without quotes and without a tag.
fn plain(text: &str) -> ScalarType {
    match text.as_bytes().first() {
        None => ScalarType::Null,
        Some(b'~') if text.len() == 1 => ScalarType::Null,
        Some(b'n' | b'N') if text.eq_ignore_ascii_case("null") => ScalarType::Null,
        Some(b't' | b'T' | b'f' | b'F') => bool(text).map_or(ScalarType::Text, ScalarType::Bool),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') if is_integer(text) || is_fraction(text) => ScalarType::Number,
        Some(_) => ScalarType::Text,
    }
}

fn bool(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Whether a text is a whole number: `5`, `-5`, `1_000`, `0x1F`, `0o17`, `0b1`.
fn is_integer(text: &str) -> bool {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        // Decimal digits do not begin with zero.
        [b'0', _, ..] => return false,
        _ => (10, digits),
    };
    let is_group = |group: &str| !group.is_empty() && group.bytes().all(|b| char::from(b).is_digit(radix));
    if !digits.split('_').all(is_group) {
        return false;
    }
    let most = if negative { i64::MIN.unsigned_abs() } else { u64::MAX };
    u64::from_str_radix(&digits.replace('_', ""), radix).is_ok_and(|value| value <= most)
}

/// Whether a text is a number, perhaps with a fraction: `1.50`, `1e5`, `012`, `.inf`.
fn is_fraction(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.eq_ignore_ascii_case(".inf") || unsigned.eq_ignore_ascii_case(".nan") {
        return true;
    }
    // Rust would take `inf` and `nan` as well.
    unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') && text.parse::<f64>().is_ok()
}

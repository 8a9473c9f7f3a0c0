//! Formats YAML: whole files, and fragments for existing files.

use std::fmt::Write as _;

use crate::invisible::is_invisible;

/// A part of a document, without a place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fragment {
    /// A word that needs no quotes: a number, `true`, `null`, `present`.
    Plain(String),
    /// A text.
    Text(String),
    /// A text of several lines.
    Lines(String),
    /// A list on one line.
    Flow(Vec<Fragment>),
    /// A mapping on one line.
    FlowMap(Vec<(String, Fragment)>),
    /// A mapping with one line per entry.
    Map(Vec<(String, Fragment)>),
}

/// The number of spaces by which a nested mapping is indented.
const STEP: usize = 2;

/// The longest text that may share a line, in bytes.
const SHORT: usize = 60;

impl Fragment {
    /// A text, of one line or several.
    pub(crate) fn text(text: &str) -> Self {
        // A literal block keeps at most one line break at its end, and cannot escape invisible characters.
        let is_plain = |c: char| c == '\n' || !is_invisible(c);
        if text.contains('\n') && text.chars().all(is_plain) && !text.ends_with("\n\n") && text.trim() != "" {
            Self::Lines(text.to_owned())
        } else {
            Self::Text(text.to_owned())
        }
    }

    /// Whether it may share a line with others.
    pub(crate) fn is_short(&self) -> bool {
        match self {
            Self::Plain(text) | Self::Text(text) => text.len() <= SHORT && !text.contains('\n'),
            Self::Flow(items) => items.iter().all(Self::is_short) && items.len() < 8,
            Self::FlowMap(_) => true,
            Self::Lines(_) | Self::Map(_) => false,
        }
    }

    /// Whether it is a text that has another meaning in place of an object.
    pub(crate) fn is_word(&self) -> bool {
        matches!(self, Self::Text(text) if text == "present" || text == "absent")
    }

    /// The document as YAML, with one line per entry.
    pub(crate) fn to_yaml(&self) -> String {
        let mut out = String::new();
        if let Self::Map(entries) = self {
            for (key, value) in entries {
                out.push_str(&value.to_entry(key, 0, STEP));
            }
        }
        out
    }

    /// The fragment as the value of a key that is indented by `indent`; its contents are indented `step` deeper.
    pub(crate) fn to_entry(&self, key: &str, indent: usize, step: usize) -> String {
        let mut out = " ".repeat(indent);
        let key = scalar(key);
        if is_long(&key) {
            out.extend(["? ", &key, "\n", &" ".repeat(indent)]);
        } else {
            out.push_str(&key);
        }
        out.push(':');
        self.block(indent, step, &mut out);
        out
    }

    /// The text after a key: on its line, and on the lines below.
    pub(crate) fn to_value(&self, indent: usize, step: usize) -> String {
        let mut out = String::new();
        self.block(indent, step, &mut out);
        out
    }

    /// The fragment on one line; `inside` a list or mapping in brackets.
    pub(crate) fn to_line(&self, inside: bool) -> String {
        let mut out = String::new();
        self.flow(if inside { &inner_scalar } else { &scalar }, &mut out);
        out
    }

    /// Writes the text after a key, with the line break.
    fn block(&self, indent: usize, step: usize, out: &mut String) {
        match self {
            Self::Map(entries) => {
                out.push('\n');
                for (key, value) in entries {
                    out.push_str(&value.to_entry(key, indent + step, step));
                }
            }
            Self::Lines(text) => {
                // The number says how deep the block is: its first line may begin with spaces.
                let keep = if text.ends_with('\n') { "" } else { "-" };
                out.extend([" |", &step.to_string(), keep, "\n"]);
                for line in text.lines() {
                    if !line.is_empty() {
                        out.extend(std::iter::repeat_n(' ', indent + step));
                        out.push_str(line);
                    }
                    out.push('\n');
                }
            }
            Self::Plain(_) | Self::Text(_) | Self::Flow(_) | Self::FlowMap(_) => {
                out.push(' ');
                self.flow(&scalar, out);
                out.push('\n');
            }
        }
    }

    /// Writes a value on one line, with `quote` for its texts.
    fn flow(&self, quote: &dyn Fn(&str) -> String, out: &mut String) {
        match self {
            Self::Plain(word) => out.push_str(word),
            Self::Text(text) | Self::Lines(text) => out.push_str(&quote(text)),
            Self::Flow(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    item.flow(&inner_scalar, out);
                }
                out.push(']');
            }
            Self::FlowMap(entries) | Self::Map(entries) => {
                out.push('{');
                for (i, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    out.push_str(&inner_key(key));
                    out.push_str(": ");
                    value.flow(&inner_scalar, out);
                }
                out.push('}');
            }
        }
    }
}

/// A text as YAML writes it on a line of its own. What must be quoted is the library's to say.
pub(crate) fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    if text.contains(|c: char| c != '\n' && is_invisible(c)) {
        return double_quoted(text);
    }
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    // A text cannot fail to serialise.
    let mut yaml = if text.contains('\n') {
        serde_saphyr::to_string_with_options(&serde_saphyr::DoubleQuoted(text), options).unwrap_or_default()
    } else {
        serde_saphyr::to_string_with_options(&text, options).unwrap_or_default()
    };
    yaml.truncate(yaml.trim_end_matches('\n').len());
    if yaml.starts_with('"') { quoted(text) } else { yaml }
}

/// A text as YAML writes it inside a list or mapping on one line, where commas and brackets mean something.
pub(crate) fn inner_scalar(text: &str) -> String {
    if text.contains([',', '[', ']', '{', '}']) {
        return quoted(text);
    }
    scalar(text)
}

/// A text in the quotes that need no escapes: quoted names of SQL are easier to read in single quotes.
fn quoted(text: &str) -> String {
    if text.contains('"') && !text.contains('\'') && !text.contains(is_invisible) {
        format!("'{text}'")
    } else {
        double_quoted(text)
    }
}

/// The key of a mapping on one line.
pub(crate) fn inner_key(key: &str) -> String {
    let key = inner_scalar(key);
    if is_long(&key) { format!("? {key} ") } else { key }
}

/// Whether a key must be announced by `?`: YAML looks for the `:` behind no more than 1024 characters.
fn is_long(key: &str) -> bool {
    key.len() > 1000
}

/// A text in double quotes, with escapes for invisible characters.
pub(crate) fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            '\u{1b}' => out.push_str("\\e"),
            c if !is_invisible(c) => out.push(c),
            c if u32::from(c) <= 0xffff => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

/// Whether a text is so plain that no reader of YAML takes it for anything else.
fn is_plain(text: &str) -> bool {
    // The words of YAML 1.1 that are not texts have at most five letters.
    text.len() > 5
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::Fragment;
    use crate::source_map::SourceMap;
    use crate::yaml::{self, NodeValue};

    const TEXTS: [&str; 46] = [
        "",
        " ",
        "a",
        "no",
        "null",
        "1.50",
        "012",
        "a: b",
        "a #b",
        "- a",
        "[a]",
        "{a}",
        "a, b",
        "'a'",
        "\"a\"",
        "a\nb",
        " a\n  b\n",
        "a\n\n",
        "\ta\tb",
        "a\rb",
        "é 表 \u{1f600}",
        "\u{1b}[31m",
        "\u{85}x",
        "\u{2028}",
        "# a",
        "%a",
        "@a",
        "`a`",
        "*a",
        "&a",
        "!a",
        "|",
        ">",
        "?",
        "a:",
        ":a",
        "true",
        "0x1F",
        "1e5",
        "~",
        "=",
        "<<",
        "\\",
        "\u{feff}a",
        "---",
        "a\n---\nb",
    ];

    #[test]
    fn every_text_is_read_as_it_was_written() {
        let long = ["long ".repeat(300), "long,".repeat(300), "\n".repeat(1100)];
        for text in TEXTS.into_iter().chain(long.iter().map(String::as_str)) {
            for value in [
                Fragment::text(text),
                Fragment::Text(text.to_owned()),
                Fragment::Flow(vec![Fragment::text(text)]),
                Fragment::FlowMap(vec![(format!("k{text}"), Fragment::text(text))]),
                Fragment::Map(vec![("deeper".into(), Fragment::text(text))]),
            ] {
                let yaml = Fragment::Map(vec![
                    (format!("key{text}"), value),
                    ("next".into(), Fragment::text("x")),
                ])
                .to_yaml();
                let file = SourceMap::default().add("test.yaml".into(), yaml.clone());
                let read =
                    yaml::parse(&yaml, file, yaml::Places::OfUse).unwrap_or_else(|p| panic!("{text:?}: {p:?}\n{yaml}"));
                let mut found = Vec::new();
                collect(&read.root, &mut found);
                assert_eq!(found, [text, "x"], "{yaml}");
            }
        }
    }

    /// Invisible characters, and those next to the surrogates, which are not characters.
    fn odd_characters() -> impl Iterator<Item = char> {
        let is_odd = |c: &char| super::is_invisible(*c) || matches!(c, '\u{a0}' | '\u{d7ff}' | '\u{e000}' | '\u{fffd}');
        ('\0'..=char::MAX).filter(is_odd)
    }

    #[test]
    fn every_character_is_read_as_it_was_written_and_seen() {
        let characters: Vec<char> = odd_characters().collect();
        assert!(characters.len() > 4300, "{}", characters.len());
        let forms: [fn(char) -> String; 6] = [
            |c| c.to_string(),
            |c| format!("a{c}b"),
            |c| format!("a\n  {c}b\n"),
            |c| format!("{c}, [a]\\\"'"),
            |c| format!("a: {c}"),
            |c| format!("# {c}\n\n"),
        ];
        for form in forms {
            let texts: Vec<String> = characters.iter().map(|c| form(*c)).collect();
            let entry = |(i, text): (usize, &String)| {
                let value = match i % 4 {
                    0 => Fragment::text(text),
                    1 => Fragment::Text(text.clone()),
                    2 => Fragment::Flow(vec![Fragment::text(text)]),
                    _ => Fragment::FlowMap(vec![(text.clone(), Fragment::text(text))]),
                };
                (format!("{text}{i}"), value)
            };
            for turn in 0..4 {
                let entries = texts
                    .iter()
                    .enumerate()
                    .map(|(i, text)| (i + turn, text))
                    .map(entry)
                    .collect();
                let yaml = Fragment::Map(entries).to_yaml();
                let raw = yaml.chars().find(|c| *c != '\n' && super::is_invisible(*c));
                assert_eq!(raw, None, "raw in what is written");
                let file = SourceMap::default().add("test.yaml".into(), String::new());
                let read = yaml::parse(&yaml, file, yaml::Places::OfUse).unwrap_or_else(|p| panic!("{p:?}"));
                let NodeValue::Map(read) = &read.root.value else {
                    panic!("no mapping");
                };
                let mut found = Vec::new();
                for (i, entry) in read.iter().enumerate() {
                    assert_eq!(entry.key, format!("{}{}", texts[i], i + turn));
                    if let NodeValue::Map(inner) = &entry.value.value {
                        assert_eq!(inner.written()[0].key, texts[i]);
                    }
                    collect(&entry.value, &mut found);
                }
                assert_eq!(found, texts);
            }
        }
    }

    fn collect(node: &yaml::Node, out: &mut Vec<String>) {
        match &node.value {
            NodeValue::Scalar(scalar) => {
                assert_eq!(scalar.scalar_type, yaml::ScalarType::Text, "{scalar:?}");
                out.push(scalar.text.clone());
            }
            NodeValue::List(items) => items.iter().for_each(|item| collect(item, out)),
            NodeValue::Map(entries) => entries.iter().for_each(|entry| collect(&entry.value, out)),
        }
    }
}

//! Text and values in reports: on one line, of a limited length.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::finding::Check;
use crate::invisible::marked_ends;
use crate::terminal::visible;
use crate::value::Value;

/// The maximum length of a value in a sentence, in characters.
pub(super) const SENTENCE: usize = 200;

/// A recorded value as text.
pub(super) fn show(value: &Json) -> String {
    match value {
        Json::Null => "none".into(),
        Json::String(text) => text.clone(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::Array(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Json::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(k, v)| format!("{k}: {}", show(v))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// The expected and the found value of a finding. Where nothing but blanks and line ends around lines differs, they are
/// marked.
pub(super) fn compared(check: &Check) -> (Cow<'_, Value>, Cow<'_, Value>) {
    if let (Value::Text(expected), Value::Text(found)) = (&check.expected, &check.actual)
        && check.is_finding()
        && let Some((expected, found)) = marked_ends(expected, found)
    {
        return (Cow::Owned(Value::Text(expected)), Cow::Owned(Value::Text(found)));
    }
    (Cow::Borrowed(&check.expected), Cow::Borrowed(&check.actual))
}

/// A text of at most this many characters. The JSON report contains the full text.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
        None => text.to_owned(),
    }
}

/// A text on one line, with invisible characters as escapes.
pub(super) fn one_line(text: &str) -> String {
    let mut line = visible(text);
    if line.contains('\n') {
        line = line.trim_end_matches('\n').replace('\n', "\\n");
    }
    line
}

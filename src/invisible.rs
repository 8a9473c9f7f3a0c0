//! Invisible characters, and those that change how the text around them is displayed: names that differ only in such a
//! character look the same.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character is invisible, controls a terminal or changes the direction of writing: controls (Cc), formats
/// (Cf), separators of lines and paragraphs, noncharacters, and those that Unicode says to ignore in display.
#[must_use]
pub(crate) fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    is_control_or_format(c) || is_ignorable(c) || is_noncharacter(c)
}

/// Unicode 16: the categories Cc, Cf, Zl and Zp.
fn is_control_or_format(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}')
}

/// Unicode 16: other characters with the property Default_Ignorable_Code_Point: joiners, fillers, selectors of variations, tags.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// A text with an escape for each invisible character but line breaks: `\u{200b}`.
#[must_use]
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| c != '\n' && is_invisible(c);
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Two texts that differ only in blanks and line ends around their lines, with a mark for each of these: `·` for a blank, `→`
/// for a tab, `⏎` for a line end. `None` if they are equal or the difference can be seen.
#[must_use]
pub(crate) fn marked_ends(expected: &str, found: &str) -> Option<(String, String)> {
    let seen = |text: &str| -> Vec<String> { text.trim().lines().map(|line| line.trim_end().to_owned()).collect() };
    (expected != found && seen(expected) == seen(found)).then(|| (with_marks(expected), with_marks(found)))
}

fn with_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let start = text.len() - text.trim_start().len();
    mark(&text[..start], &mut out);
    for line in text[start..].split_inclusive('\n') {
        let seen = line.trim_end();
        out.push_str(seen);
        mark(&line[seen.len()..], &mut out);
        if line.ends_with('\n') {
            out.push('\n');
        }
    }
    out
}

fn mark(blanks: &str, out: &mut String) {
    for c in blanks.chars() {
        match c {
            ' ' => out.push('·'),
            '\t' => out.push('→'),
            '\n' => out.push('⏎'),
            '\r' => out.push_str("\\r"),
            other => out.extend(other.escape_unicode()),
        }
    }
}

/// A text with `�` for each invisible character but tabs. The number of characters stays the same.
#[must_use]
pub(crate) fn covered(text: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| c != '\t' && is_invisible(c);
    if text.contains(is_hidden) {
        Cow::Owned(text.replace(is_hidden, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// JSON with an escape for each invisible character. Apart from line breaks, only its strings can have such characters,
/// so that a JSON reader gets the same values.
#[must_use]
pub(crate) fn escaped_in_json(json: String) -> String {
    let is_hidden = |c: char| c != '\n' && is_invisible(c);
    if !json.contains(is_hidden) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{covered, escaped_in_json, is_invisible, marked_ends, shown};

    #[test]
    fn json_stays_the_same_to_a_reader() {
        let text = "a\u{200b}b\u{e0041}\u{fffe}\n\u{7f}\u{10ffff}é";
        let json = escaped_in_json(serde_json::json!([text]).to_string());
        assert_eq!(json, "[\"a\\u200bb\\udb40\\udc41\\ufffe\\n\\u007f\\udbff\\udfffé\"]");
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), [text]);
    }

    #[test]
    fn what_is_not_seen_is_shown() {
        assert_eq!(
            shown("a\u{200b}b\u{e0041}\u{fffe}\n\u{7f}"),
            "a\\u{200b}b\\u{e0041}\\u{fffe}\n\\u{7f}"
        );
        assert_eq!(covered("a\u{200b}\tb"), "a\u{fffd}\tb");
    }

    #[test]
    fn ends_of_lines_are_marked_if_nothing_else_differs() {
        let marked = |one: &str, another: &str| marked_ends(one, another);
        assert_eq!(marked("a ", "a"), Some(("a·".to_owned(), "a".to_owned())));
        assert_eq!(
            marked("a\t\nb\n", "a\r\nb"),
            Some(("a→⏎\nb⏎\n".to_owned(), "a\\r⏎\nb".to_owned()))
        );
        assert_eq!(marked(" a", "a"), Some(("·a".to_owned(), "a".to_owned())));
        assert_eq!(marked("a b", "a  b"), None);
        assert_eq!(marked("a", "a"), None);
    }

    #[test]
    fn what_is_seen_is_left_alone() {
        for c in "a~ \u{a0}éß表\u{1f600}\u{e000}\u{fffd}\u{d7ff}\u{301}\u{fffc}".chars() {
            assert!(!is_invisible(c), "{c:?}");
        }
    }
}

//! The outer shape of a piece of SQL: where its words, quotes and parentheses begin and end.
//!
//! This knows no meaning. What a text means is PostgreSQL's to say; this only tells apart, in a shorthand
//! such as `uuid not null default gen_random_uuid()`, the pieces that are put to it.

use std::ops::Range;

/// A stretch of text that stands together at the outermost level: a word, a quoted text, a group in
/// parentheses or brackets, a comma, or another symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// What it is.
    pub sort: TokenSort,
}

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenSort {
    /// A word or number without quotes.
    Word,
    /// `"a name"`.
    QuotedName,
    /// `'a text'` or `$$a text$$`.
    QuotedText,
    /// Everything from a parenthesis or bracket to the one that closes it, or to the end.
    Group,
    /// A comma.
    Comma,
    /// Any other character.
    Symbol,
}

/// The tokens of a text, in order, without comments. A quote, comment or group that is never closed reaches to the
/// end.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let blank = blank_length(&text[at..], c);
        if blank > 0 {
            at += blank;
            continue;
        }
        let (length, sort) = token_at(&text[at..], c);
        out.push(Token {
            range: at..at + length,
            sort,
        });
        at += length;
    }
    out
}

/// Whether no parenthesis or bracket is closed that was not opened.
#[must_use]
pub fn is_balanced(text: &str) -> bool {
    tokens(text)
        .iter()
        .all(|token| !matches!(&text[token.range.clone()], ")" | "]"))
}

/// The parts between commas at the outermost level, trimmed. An empty text has no parts.
#[must_use]
pub fn split_commas(text: &str) -> Vec<&str> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut from = 0;
    for token in tokens(text) {
        if token.sort == TokenSort::Comma {
            parts.push(text[from..token.range.start].trim());
            from = token.range.end;
        }
    }
    parts.push(text[from..].trim());
    parts
}

/// A name as SQL writes it where it must be quoted: `"odd ""name"""`.
#[must_use]
pub fn quote_name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The words that PostgreSQL takes for no name unless they are quoted.
const RESERVED: &str = " all analyse analyze and any array as asc asymmetric authorization binary both case cast check \
    collate collation column concurrently constraint create cross current_catalog current_date current_role \
    current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except \
    false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join \
    lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer \
    overlaps placing primary references returning right select session_user similar some symmetric system_user table \
    tablesample then to trailing true union unique user using variadic verbose when where window with ";

/// A name as statements for people write it: quoted only where PostgreSQL could not read it otherwise.
#[must_use]
pub fn show_name(part: &str) -> String {
    let plain = part
        .chars()
        .enumerate()
        .all(|(i, c)| c == '_' || c.is_ascii_lowercase() || (i > 0 && c.is_ascii_digit()));
    if plain && !part.is_empty() && !RESERVED.contains(&format!(" {part} ")) {
        part.to_owned()
    } else {
        quote_name(part)
    }
}

/// A text as an SQL literal that means the same whatever `standard_conforming_strings` says.
#[must_use]
pub fn quote_literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if text.contains('\\') {
        format!(" E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

/// The name in a piece of text: what is in quotes if it is quoted as in SQL, otherwise the text as it is.
/// `None` if a quote is opened and not closed at the end.
#[must_use]
pub fn unquote_name(text: &str) -> Option<String> {
    let Some(inner) = text.strip_prefix('"') else {
        return Some(text.to_owned());
    };
    let inner = inner.strip_suffix('"')?;
    let unescaped = inner.replace("\"\"", "\u{0}");
    (!unescaped.contains('"') && !inner.is_empty()).then(|| unescaped.replace('\u{0}', "\""))
}

/// How much of the beginning is white space or one comment.
fn blank_length(rest: &str, first: char) -> usize {
    if first.is_whitespace() {
        return first.len_utf8();
    }
    if rest.starts_with("--") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if !rest.starts_with("/*") {
        return 0;
    }
    // Comments of this form nest.
    let (mut depth, mut at) = (1_usize, 2);
    while depth > 0 {
        let (open, close) = (rest[at..].find("/*"), rest[at..].find("*/"));
        match (open, close) {
            (Some(open), Some(close)) if open < close => {
                depth += 1;
                at += open + 2;
            }
            (_, Some(close)) => {
                depth -= 1;
                at += close + 2;
            }
            (_, None) => return rest.len(),
        }
    }
    at
}

fn token_at(rest: &str, first: char) -> (usize, TokenSort) {
    match first {
        '"' => (quoted(rest, '"', false), TokenSort::QuotedName),
        '\'' => (quoted(rest, '\'', false), TokenSort::QuotedText),
        'e' | 'E' if rest[1..].starts_with('\'') => (1 + quoted(&rest[1..], '\'', true), TokenSort::QuotedText),
        '$' => match dollar_quoted(rest) {
            Some(length) => (length, TokenSort::QuotedText),
            None => (1, TokenSort::Symbol),
        },
        '(' | '[' => (group(rest), TokenSort::Group),
        ',' => (1, TokenSort::Comma),
        c if is_word(c) => (rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()), TokenSort::Word),
        c => (c.len_utf8(), TokenSort::Symbol),
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c == '$' || c.is_alphanumeric()
}

fn quoted(rest: &str, quote: char, backslash: bool) -> usize {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((i, c)) = chars.next() {
        if backslash && c == '\\' {
            chars.next();
        } else if c == quote {
            if chars.peek().is_some_and(|(_, next)| *next == quote) {
                chars.next();
            } else {
                return i + quote.len_utf8();
            }
        }
    }
    rest.len()
}

fn dollar_quoted(rest: &str) -> Option<usize> {
    let tag_length = rest[1..].find('$')? + 2;
    let tag = &rest[..tag_length];
    let inside = &tag[1..tag_length - 1];
    if inside.starts_with(|c: char| c.is_ascii_digit()) || !inside.chars().all(|c| c == '_' || c.is_alphanumeric()) {
        return None;
    }
    Some(
        rest[tag_length..]
            .find(tag)
            .map_or(rest.len(), |i| tag_length + i + tag_length),
    )
}

fn group(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(c) = rest[at..].chars().next() {
        let step = match c {
            '(' | '[' => {
                depth += 1;
                1
            }
            ')' | ']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
                1
            }
            c => match blank_length(&rest[at..], c) {
                0 => token_at(&rest[at..], c).0,
                blank => blank,
            },
        };
        at += step;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = tokens(text).iter().map(|t| &text[t.range.clone()]).collect();
        assert_eq!(found, expected, "tokens of {text:?}");
    }

    #[test]
    fn tokens_stand_together() {
        check("numeric(10,2) not null", &["numeric", "(10,2)", "not", "null"]);
        check(
            "default 'a, ''b''' , E'\\' x' c",
            &["default", "'a, ''b'''", ",", "E'\\' x'", "c"],
        );
        check(
            "f(a, (b), ')') \"o \"\" d\"[]",
            &["f", "(a, (b), ')')", "\"o \"\" d\"", "[]"],
        );
        check(
            "$x$ ' $x$::text 'never closed",
            &["$x$ ' $x$", ":", ":", "text", "'never closed"],
        );
        check("(a ' ) é", &["(a ' ) é"]);
        check("a - b--c ) '\nd", &["a", "-", "b", "d"]);
        check("a/* ( /* x */ ' */(/* ) */b) /* never", &["a", "(/* ) */b)"]);
    }

    #[test]
    fn what_closes_too_much_is_not_balanced() {
        for (text, expected) in [
            ("(a) = (b)", true),
            ("a) = (b", false),
            ("a -- :)", true),
            ("':)' || tags[1]", true),
            ("tags[1]]", false),
            ("(a", true),
        ] {
            assert_eq!(is_balanced(text), expected, "{text}");
        }
    }

    #[test]
    fn names_are_quoted_and_unquoted() {
        for name in ["a", "odd.name", "say \"hi\"", " "] {
            assert_eq!(unquote_name(&quote_name(name)).as_deref(), Some(name));
        }
        assert_eq!(unquote_name("\"a\"b\""), None);
        assert_eq!(split_commas("a, f(b, c) ,\"d,e\""), ["a", "f(b, c)", "\"d,e\""]);
        assert!(split_commas(" ").is_empty());
    }
}

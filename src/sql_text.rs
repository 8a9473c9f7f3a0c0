//! The outer shape of a piece of SQL: where its words, quotes and parentheses begin and end.
//!
//! Meaning is left to PostgreSQL. This module only separates the parts of a shorthand, for example
//! `uuid not null default gen_random_uuid()`.

pub(crate) mod option_text;
pub mod script;
mod words;

use std::ops::Range;

pub use words::{WordPlace, Words, replace_words, same_tokens};

/// A unit of a text at the outermost level: a word, a quoted text, a group in
/// parentheses or brackets, a comma, or another symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its range in bytes.
    pub range: Range<usize>,
    /// Its kind.
    pub kind: TokenKind,
}

/// The kind of a [`Token`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
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
    Tokens::from(text, 0).collect()
}

/// The tokens of a text from a position on, read one by one.
struct Tokens<'a>(Lexemes<'a>);

impl<'a> Tokens<'a> {
    fn from(text: &'a str, at: usize) -> Self {
        Self(Lexemes { text, at })
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let (range, piece) = self.0.next()?;
        let kind = match piece {
            Lexeme::Token(kind) => kind,
            Lexeme::Close => TokenKind::Symbol,
            Lexeme::Open => {
                let mut depth = 1_usize;
                let mut end = range.end;
                while depth > 0 {
                    let Some((range, piece)) = self.0.next() else {
                        end = self.0.text.len();
                        break;
                    };
                    end = range.end;
                    match piece {
                        Lexeme::Open => depth += 1,
                        Lexeme::Close => depth -= 1,
                        Lexeme::Token(_) => {}
                    }
                }
                return Some(Token {
                    range: range.start..end,
                    kind: TokenKind::Group,
                });
            }
        };
        Some(Token { range, kind })
    }
}

/// Whether a character continues a word of SQL.
#[must_use]
pub fn continues_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The words and quoted names of a text, including those in parentheses and brackets, as they are written.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    Lexemes::of(text).filter_map(|(range, piece)| match piece {
        Lexeme::Token(TokenKind::Word | TokenKind::QuotedName) => Some(&text[range]),
        Lexeme::Token(TokenKind::QuotedText | TokenKind::Group | TokenKind::Comma | TokenKind::Symbol)
        | Lexeme::Open
        | Lexeme::Close => None,
    })
}

/// Whether every closing parenthesis or bracket has an opening one.
#[must_use]
pub fn is_balanced(text: &str) -> bool {
    tokens(text)
        .iter()
        .all(|token| !matches!(&text[token.range.clone()], ")" | "]"))
}

/// The parts between commas at the outermost level, trimmed. An empty text has no parts.
#[must_use]
pub fn split_commas(text: &str) -> Vec<&str> {
    if trim(text).is_empty() {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut from = 0;
    for token in tokens(text) {
        if token.kind == TokenKind::Comma {
            parts.push(trim(&text[from..token.range.start]));
            from = token.range.end;
        }
    }
    parts.push(trim(&text[from..]));
    parts
}

/// A name as SQL writes it where it must be quoted: `"odd ""name"""`.
#[must_use]
pub fn quote_name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in dollar quotes, with this word as their tag, or a longer one if the text contains it.
#[must_use]
pub fn dollar_quote(word: &str, text: &str) -> String {
    let mut tag = format!("${word}");
    while text.contains(&tag) {
        tag.insert(1, 'x');
    }
    format!("{tag}${text}{tag}$")
}

/// The length of the quoted name at the beginning of a text: up to its closing quote, or to the end.
#[must_use]
pub fn quoted_name_length(text: &str) -> usize {
    quoted(text, b'"', false)
}

/// The words that PostgreSQL accepts as a name only in quotes.
const RESERVED: &str = " all analyse analyze and any array as asc asymmetric authorization binary both case cast check \
    collate collation column concurrently constraint create cross current_catalog current_date current_role \
    current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except \
    false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join \
    lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer \
    overlaps placing primary references returning right select session_user similar some symmetric system_user table \
    tablesample then to trailing true union unique user using variadic verbose when where window with ";

/// A name in quotes only where PostgreSQL requires them.
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

/// A text as an SQL literal with the same meaning for both values of `standard_conforming_strings`.
#[must_use]
pub fn quote_literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if text.contains('\\') {
        format!(" E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

/// The name in a text: its contents if it is quoted as in SQL, the text itself if it is not.
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

/// A unit of SQL text like a [`Token`], but with each parenthesis and bracket on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lexeme {
    Token(TokenKind),
    Open,
    Close,
}

/// The lexemes of a text by the rules of PostgreSQL's lexer (`scan.l`). The time is linear for every text, because a
/// text may be made to waste time.
struct Lexemes<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexemes<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }
}

impl Iterator for Lexemes<'_> {
    type Item = (Range<usize>, Lexeme);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = &self.text[self.at..];
            let first = rest.chars().next()?;
            let blank = blank_length(rest, first);
            if blank == 0 {
                let (length, piece) = piece_at(rest, first);
                let start = self.at;
                self.at += length;
                return Some((start..self.at, piece));
            }
            self.at += blank;
        }
    }
}

/// Whether PostgreSQL treats a character as white space. A no-break space, for example, is not.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// The length of the white space or the comment at the beginning.
fn blank_length(rest: &str, first: char) -> usize {
    if is_space(first) {
        return rest.find(|c| !is_space(c)).unwrap_or(rest.len());
    }
    if rest.starts_with("--") {
        return rest.find(['\n', '\r']).unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return comment_length(rest.as_bytes());
    }
    0
}

/// The length of the comment at the beginning of a text. Comments of this form nest.
fn comment_length(rest: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let [one, other] = rest[at..(at + 2).min(rest.len())] {
        match (one, other) {
            (b'/', b'*') => {
                depth += 1;
                at += 2;
            }
            (b'*', b'/') => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

fn piece_at(rest: &str, first: char) -> (usize, Lexeme) {
    let (length, kind) = match first {
        '(' | '[' => return (1, Lexeme::Open),
        ')' | ']' => return (1, Lexeme::Close),
        '"' => (quoted(rest, b'"', false), TokenKind::QuotedName),
        '\'' => (quoted(rest, b'\'', false), TokenKind::QuotedText),
        'e' | 'E' if rest[1..].starts_with('\'') => (1 + quoted(&rest[1..], b'\'', true), TokenKind::QuotedText),
        '$' => match dollar_quoted(rest) {
            Some(length) => (length, TokenKind::QuotedText),
            None => (1, TokenKind::Symbol),
        },
        ',' => (1, TokenKind::Comma),
        c if is_word(c) => (rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()), TokenKind::Word),
        c => (c.len_utf8(), TokenKind::Symbol),
    };
    (length, Lexeme::Token(kind))
}

/// Whether a character may be part of a name or number without quotes. Those beyond ASCII all may.
fn is_word(c: char) -> bool {
    c == '_' || c == '$' || c.is_ascii_alphanumeric() || !c.is_ascii()
}

/// The length of the quoted text at the beginning of a text.
fn quoted(rest: &str, quote: u8, backslash: bool) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        if backslash && *byte == b'\\' {
            // The escaped character may have several bytes, none of which is a quote or a backslash.
            at += 2;
        } else if *byte == quote {
            if bytes.get(at + 1) != Some(&quote) {
                return at + 1;
            }
            at += 2;
        } else {
            at += 1;
        }
    }
    rest.len()
}

fn dollar_quoted(rest: &str) -> Option<usize> {
    let of_tag = |c: char| c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii();
    let inside = rest[1..].find(|c| !of_tag(c))?;
    let tag_length = inside + 2;
    if rest.as_bytes()[inside + 1] != b'$' || rest.as_bytes()[1].is_ascii_digit() {
        return None;
    }
    let tag = &rest[..tag_length];
    Some(
        rest[tag_length..]
            .find(tag)
            .map_or(rest.len(), |i| tag_length + i + tag_length),
    )
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
    fn tokens_are_those_of_the_lexer_of_postgresql() {
        // A comment ends with its line, also with one of an old Macintosh.
        check("a--b\rc--d\ne", &["a", "c", "e"]);
        // Nothing but this is white space.
        check("a\t\n\r\u{b}\u{c} b", &["a", "b"]);
        // Every character beyond ASCII is part of a word.
        check(
            "a\u{a0}b \u{2003} \u{3000}c \u{85}",
            &["a\u{a0}b", "\u{2003}", "\u{3000}c", "\u{85}"],
        );
        check("π→\u{200b} '→'", &["π→\u{200b}", "'→'"]);
        check(
            "$é_1$ ( $é_1$ $1$2$ $a b$",
            &["$é_1$ ( $é_1$", "$", "1$2$", "$", "a", "b$"],
        );
        check("$1 $$(", &["$", "1", "$$("]);
        check("E'\\'' x'\\'y", &["E'\\''", "x", "'\\'", "y"]);
        check("E'\\é''\\\\'b", &["E'\\é''\\\\'", "b"]);
        check("e'\\", &["e'\\"]);
        check("a /*/ b */ c /* /*/ */ */ d /**/e/***/", &["a", "c", "d", "e"]);
        check("a */ b ]) /*", &["a", "*", "/", "b", "]", ")"]);
        assert_eq!(split_commas("\u{a0}a ,\u{b}b\u{2003}"), ["\u{a0}a", "b\u{2003}"]);
        let found: Vec<&str> = words("f(a, (\"b\", 'c'[d]) /* e */ || g").collect();
        assert_eq!(found, ["f", "a", "\"b\"", "d", "g"]);
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

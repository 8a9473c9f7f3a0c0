//! The words and operators of a piece of SQL: everything in it that can name a function, an operator, a type or a
//! relation.
//!
//! This is conservative: it may return names that the text does not use, and misses none that it does. A text that
//! cannot be analyzed is marked as opaque. Source: PostgreSQL's `src/backend/parser/scan.l`.

use std::collections::BTreeSet;

use super::{Lexeme, Lexemes, TokenKind};

/// The names that a text may use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Every possible name: as written, and in lower case.
    pub words: BTreeSet<String>,
    /// Every possible operator.
    pub operators: BTreeSet<String>,
    /// Whether the text may use others.
    pub is_opaque: bool,
}

/// The longest name in PostgreSQL, in bytes; longer ones are truncated (`NAMEDATALEN`).
const LONGEST: usize = 63;

/// The longest run of operator characters that is split.
const LONGEST_OPERATOR: usize = 16;

/// The operators that SQL has keywords for: `IN`, `BETWEEN`, `LIKE`, `IS DISTINCT FROM`, `CASE x WHEN y`, `JOIN … USING`.
const BY_WORDS: [&str; 14] = [
    "=", "<>", "<", ">", "<=", ">=", "~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*",
];

impl Words {
    /// The names that a text may use.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut out = Self::default();
        out.operators.extend(BY_WORDS.map(str::to_owned));
        out.read(text);
        out
    }

    /// Adds the names of another text.
    pub fn extend(&mut self, other: Self) {
        self.words.extend(other.words);
        self.operators.extend(other.operators);
        self.is_opaque |= other.is_opaque;
    }

    /// Whether the text may contain a query.
    #[must_use]
    pub fn may_have_query(&self) -> bool {
        ["select", "table", "from", "values", "with"]
            .iter()
            .any(|word| self.words.contains(*word))
    }

    fn read(&mut self, text: &str) {
        let mut run = String::new();
        let mut before: Option<(usize, bool)> = None;
        for (range, piece) in Lexemes::of(text) {
            let written = &text[range.clone()];
            let joins = before.is_some_and(|(end, _)| end == range.start);
            if piece != Lexeme::Token(TokenKind::Symbol) || !joins {
                self.operator(&run);
                run.clear();
            }
            match piece {
                Lexeme::Token(TokenKind::Word) => self.word(written),
                Lexeme::Token(TokenKind::QuotedName) => {
                    // U&"…" has escapes, with a character that the author chooses.
                    self.is_opaque |= joins && before.is_some_and(|(_, is_ampersand)| is_ampersand);
                    let inner = written.strip_prefix('"').unwrap_or(written);
                    let inner = inner.strip_suffix('"').unwrap_or(inner);
                    self.name(&inner.replace("\"\"", "\""));
                }
                Lexeme::Token(TokenKind::Symbol) => run.push_str(written),
                Lexeme::Token(TokenKind::QuotedText | TokenKind::Comma | TokenKind::Group)
                | Lexeme::Open
                | Lexeme::Close => {}
            }
            before = Some((range.end, written == "&"));
        }
        self.operator(&run);
    }

    /// A word without quotes. One that begins with digits may be a number followed by a name.
    fn word(&mut self, word: &str) {
        self.name(word);
        // In Turkish locales its lower case is an ASCII letter.
        self.is_opaque |= word.contains('İ');
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '$') {
            let mut rest = word;
            while let Some(c) = rest.chars().next() {
                rest = &rest[c.len_utf8()..];
                if !rest.is_empty() {
                    self.name(rest);
                }
            }
        }
    }

    fn name(&mut self, name: &str) {
        self.is_opaque |= name.len() > LONGEST;
        self.words.insert(name.to_owned());
        self.words.insert(name.to_ascii_lowercase());
        self.words.insert(name.to_lowercase());
    }

    /// The operators that a run of symbols may contain: every part of it.
    fn operator(&mut self, run: &str) {
        let symbols: Vec<char> = run.chars().collect();
        self.is_opaque |= symbols.len() > LONGEST_OPERATOR;
        let symbols = &symbols[..symbols.len().min(LONGEST_OPERATOR)];
        for start in 0..symbols.len() {
            for end in start + 1..=symbols.len() {
                self.operators.insert(symbols[start..end].iter().collect());
            }
        }
    }
}

/// Where a word without quotes is in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordPlace {
    /// Directly before a parenthesis or bracket.
    BeforeParenthesis,
    /// Anywhere else.
    Alone,
}

/// A text in which words without quotes and without a qualifier are replaced, where `by` says so.
#[must_use]
pub fn replace_words(text: &str, by: impl Fn(&str, WordPlace) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    let mut lexemes = Lexemes::of(text).peekable();
    let mut is_qualified = false;
    while let Some((range, piece)) = lexemes.next() {
        let written = &text[range.clone()];
        let place = match lexemes.peek() {
            Some((_, Lexeme::Open)) => WordPlace::BeforeParenthesis,
            Some((_, Lexeme::Close | Lexeme::Token(_))) | None => WordPlace::Alone,
        };
        let replaced = match piece {
            Lexeme::Token(TokenKind::Word) if !is_qualified => by(written, place),
            Lexeme::Token(_) | Lexeme::Open | Lexeme::Close => None,
        };
        out.push_str(&text[end..range.start]);
        out.push_str(replaced.unwrap_or(written));
        end = range.end;
        is_qualified = written == ".";
    }
    out.push_str(&text[end..]);
    out
}

/// Whether two texts have the same tokens: they differ at most in white space and comments.
#[must_use]
pub fn same_tokens(one: &str, another: &str) -> bool {
    one == another || shape(one).is_some_and(|shape_of_one| Some(shape_of_one) == shape(another))
}

/// A text with a single space for each stretch of white space. `None` where the amount of white space may have a meaning:
/// string literals on consecutive lines are one string.
fn shape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    let mut before = None;
    for (range, piece) in Lexemes::of(text) {
        let is_text = piece == Lexeme::Token(TokenKind::QuotedText);
        if is_text && before == Some(piece) {
            return None;
        }
        let is_inside = !matches!(before, None | Some(Lexeme::Open)) && piece != Lexeme::Close;
        if range.start > end && is_inside {
            out.push(' ');
        }
        out.push_str(&text[range.clone()]);
        before = Some(piece);
        end = range.end;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(text: &str, words: &[&str], operators: &[&str]) {
        let found = Words::of(text);
        for word in words {
            assert!(found.words.contains(*word), "{text:?} has the word {word:?}: {found:?}");
        }
        for operator in operators {
            assert!(
                found.operators.contains(*operator),
                "{text:?} has {operator:?}: {found:?}"
            );
        }
    }

    #[test]
    fn every_name_is_found() {
        has(
            "Evil(a) || (B.\"Odd \"\"x\"\"\" @-c)",
            &["evil", "a", "b", "Odd \"x\"", "c"],
            &["||", "@-", "@", "-"],
        );
        has("1evil()", &["evil"], &[]);
        has("a -- x\revil()", &["evil"], &[]);
        has("'evil' + x[evil]", &["evil"], &["+"]);
        has("a\u{a0}evil", &["a\u{a0}evil"], &[]);
    }

    #[test]
    fn what_hides_a_name_is_said() {
        assert!(Words::of("U&\"\\0065vil\"()").is_opaque);
        assert!(Words::of("(U&\"\\0065vil\"())").is_opaque);
        assert!(Words::of("evİl()").is_opaque);
        assert!(Words::of(&"x".repeat(64)).is_opaque);
        assert!(!Words::of("u & \"a\"").is_opaque);
        assert!(!Words::of("'a' /* evil */").is_opaque);
    }

    #[test]
    fn texts_of_any_depth_are_read() {
        let deep = format!("{}evil{}", "(1+[".repeat(100_000), "])".repeat(100_000));
        assert!(Words::of(&deep).words.contains("evil"));
        assert!(same_tokens(&deep, &format!(" {deep}")));
    }

    #[test]
    fn blank_space_between_tokens_does_not_matter() {
        for (one, another, expected) in [
            ("lower( a )  = 'x'", "lower( a ) = 'x'", true),
            ("f(a,\n b)", "f(a, b)", true),
            ("f(a) -- c", "f(a)", true),
            ("a", "A", false),
            ("a <- b", "a < -b", false),
            ("'a  b'", "'a b'", false),
            ("'a'\n'b'", "'a' 'b'", false),
            ("1 .5", "1.5", false),
            ("( ( a )+b [ 1 ])", "((a)+b [1])", true),
            ("('a' )'b'", "('a') 'b'", false),
            ("f (a)", "f(a)", false),
        ] {
            assert_eq!(same_tokens(one, another), expected, "{one:?} and {another:?}");
        }
    }
}

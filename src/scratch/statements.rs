//! Finding commands of psql in SQL that a migration tool sends to the server, and the places of errors.

use crate::sql_text::{TokenKind, tokens};

/// A text without the lines `\restrict` and `\unrestrict`, with which newer versions of `pg_dump` disable the other
/// backslash commands of psql. The lines become empty, so that line numbers do not change.
#[must_use]
pub fn without_guards(text: String) -> String {
    let is_guard = |line: &str| {
        let mut words = line.split_whitespace();
        matches!(words.next(), Some("\\restrict" | "\\unrestrict")) && words.count() == 1
    };
    if !text.lines().any(is_guard) {
        return text;
    }
    text.split_inclusive('\n')
        .map(|line| match is_guard(line) {
            true if line.ends_with('\n') => "\n",
            true => "",
            false => line,
        })
        .collect()
}

/// The first psql command in a text: its position and a description.
#[must_use]
pub fn find_psql_command(text: &str) -> Option<(usize, String)> {
    let tokens = tokens(text);
    for (i, token) in tokens.iter().enumerate() {
        let at = token.range.start;
        if token.kind == TokenKind::Symbol && text[at..].starts_with('\\') {
            let word = text[at + 1..].split_whitespace().next().unwrap_or_default();
            return Some((at, format!("the command \\{word}")));
        }
        let is = |i: usize, word: &str| {
            tokens
                .get(i)
                .is_some_and(|token| text[token.range.clone()].eq_ignore_ascii_case(word))
        };
        let begins = i == 0 || is(i - 1, ";");
        if begins && is(i, "copy") {
            let end = tokens[i..].iter().position(|t| &text[t.range.clone()] == ";");
            let end = end.map_or(tokens.len(), |length| i + length);
            if (i..end).any(|at| is(at, "from") && is(at + 1, "stdin")) {
                return Some((at, "COPY … FROM stdin with inline rows".to_owned()));
            }
        }
    }
    None
}

/// Whether a text contains PL/pgSQL that catches errors.
#[must_use]
pub fn catches_errors(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower.split_whitespace().peekable();
    while let Some(word) = words.next() {
        if word == "exception" && words.peek() == Some(&"when") {
            return true;
        }
    }
    false
}

/// The line and the column of an offset in a text, from 1.
#[must_use]
pub fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let before = &text[..offset.min(text.len())];
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (count(line), count(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn psql_commands_are_found() {
        let check = |text: &str, expected: Option<(usize, &str)>| {
            let found = find_psql_command(text);
            assert_eq!(
                found.as_ref().map(|(at, what)| (*at, what.as_str())),
                expected,
                "{text:?}"
            );
        };
        check("select '\\a', E'\\'', $$\\b$$ -- \\c", None);
        check("select 1;\n\\connect shop", Some((10, "the command \\connect")));
        check(
            "a;\ncopy t (a, b) from stdin;\n1\t2\n\\.",
            Some((3, "COPY … FROM stdin with inline rows")),
        );
        check("copy t from '/tmp/x'", None);
    }

    #[test]
    fn guards_of_dumps_leave_their_lines() {
        assert_eq!(without_guards("\\restrict x1\na\n\\unrestrict x1\n".into()), "\na\n\n");
        assert_eq!(without_guards("\\restricted x1\n".into()), "\\restricted x1\n");
    }

    #[test]
    fn places_are_counted_in_characters() {
        assert_eq!(line_and_column("é\nbé c", 7), (2, 4));
        assert_eq!(line_and_column("", 0), (1, 1));
    }
}

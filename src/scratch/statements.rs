//! Splitting SQL into statements, and finding psql commands in it.
//!
//! The server can run a text of several statements. It is split only to report which of them failed, and to send them
//! one by one if the migration tool does.

use std::ops::Range;

use crate::sql_text::{Token, TokenKind, tokens};

/// The statements of a text, without their semicolons and without empty ones.
#[must_use]
pub fn statements(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut current: Option<Range<usize>> = None;
    let mut body = Body::default();
    for token in tokens(text) {
        if token.kind == TokenKind::Symbol && &text[token.range.clone()] == ";" && !body.is_open() {
            out.extend(current.take());
            body = Body::default();
            continue;
        }
        body.read(text, &token);
        current = Some(match current {
            Some(range) => range.start..token.range.end,
            None => token.range,
        });
    }
    out.extend(current);
    out
}

/// The body of a function in standard SQL, `BEGIN ATOMIC … END`, in which a semicolon does not end the statement.
#[derive(Default)]
struct Body {
    after_begin: bool,
    /// How many `END` are still expected.
    depth: usize,
}

impl Body {
    fn is_open(&self) -> bool {
        self.depth > 0
    }

    fn read(&mut self, text: &str, token: &Token) {
        let word =
            |expected: &str| token.kind == TokenKind::Word && text[token.range.clone()].eq_ignore_ascii_case(expected);
        if self.depth > 0 {
            if word("case") {
                self.depth += 1;
            } else if word("end") {
                self.depth -= 1;
            }
        } else if self.after_begin && word("atomic") {
            self.depth = 1;
        }
        self.after_begin = word("begin");
    }
}

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

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = statements(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected, "statements of {text:?}");
    }

    #[test]
    fn statements_end_at_semicolons() {
        check("", &[]);
        check(" ; -- nothing ;\n;", &[]);
        check(
            "select 1; /* ; */ select ';' ;select $$;$$, \"a;b\"",
            &["select 1", "select ';'", "select $$;$$, \"a;b\""],
        );
        check(
            "create rule r as on insert to t do (select 1; select 2); x",
            &["create rule r as on insert to t do (select 1; select 2)", "x"],
        );
    }

    #[test]
    fn a_body_in_standard_sql_belongs_to_its_statement() {
        let function = "create function f() returns int begin atomic select case when true then 1 end; select 2; end";
        check(&format!("{function}; select 3"), &[function, "select 3"]);
        check(
            "begin; select 1; end; select 2",
            &["begin", "select 1", "end", "select 2"],
        );
    }

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

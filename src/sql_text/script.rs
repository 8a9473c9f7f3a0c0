//! SQL scripts: their statements, and what psql reads besides: commands that begin with a backslash, and the rows after
//! `COPY … FROM stdin`.

use std::ops::Range;

use super::{Token, TokenKind, Tokens};

/// The statements of a text, without their semicolons and without empty ones.
#[must_use]
pub fn statements(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut statement = StatementRange::default();
    for token in Tokens::from(text, 0) {
        if statement.ends(text, &token) {
            out.extend(std::mem::take(&mut statement).range);
        } else {
            statement.read(text, &token);
        }
    }
    out.extend(statement.range);
    out
}

/// A piece of a script that psql runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptPiece {
    /// A statement without its semicolon.
    Plain(Range<usize>),
    /// `COPY … FROM stdin`, and the lines that follow it up to the line `\.`, which is not included.
    Copy {
        /// The statement.
        statement: Range<usize>,
        /// The rows.
        rows: Range<usize>,
    },
    /// A command of psql.
    Command(PsqlCommand),
}

/// A command of psql, for example `\set ON_ERROR_STOP on`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PsqlCommand {
    /// Its name without the backslash.
    pub name: String,
    /// Its arguments without quotes.
    pub arguments: Vec<String>,
    /// Where it begins and ends. The end of the line is included.
    pub range: Range<usize>,
    /// Whether it is inside a statement.
    pub in_statement: bool,
}

/// The pieces of a script, as psql reads it.
#[must_use]
pub fn pieces(text: &str) -> Vec<ScriptPiece> {
    let mut out = Vec::new();
    let mut statement = StatementRange::default();
    let mut tokens = Tokens::from(text, 0);
    while let Some(token) = tokens.next() {
        let at = token.range.start;
        if token.kind == TokenKind::Symbol && text[at..].starts_with('\\') {
            let command = command(text, at, statement.range.is_some());
            tokens = Tokens::from(text, command.range.end);
            if command.name == "g" && command.arguments.is_empty() {
                out.extend(std::mem::take(&mut statement).range.map(ScriptPiece::Plain));
            } else {
                out.push(ScriptPiece::Command(command));
            }
        } else if statement.ends(text, &token) {
            let ended = std::mem::take(&mut statement);
            let Some(range) = ended.range else { continue };
            if ended.copy == CopyRead::FromStdin {
                let rows = rows(text, token.range.end);
                tokens = Tokens::from(text, after_line(text, rows.end));
                out.push(ScriptPiece::Copy { statement: range, rows });
            } else {
                out.push(ScriptPiece::Plain(range));
            }
        } else {
            statement.read(text, &token);
        }
    }
    out.extend(statement.range.map(ScriptPiece::Plain));
    out
}

/// The statement that is being read.
#[derive(Default)]
struct StatementRange {
    range: Option<Range<usize>>,
    copy: CopyRead,
    after_begin: bool,
    /// How many `END` are still expected: the body of a function in standard SQL is `BEGIN ATOMIC … END`, in which a
    /// semicolon does not end the statement.
    open: usize,
}

/// How far a statement has been recognised as `COPY … FROM stdin`.
#[derive(Default, PartialEq, Eq, Clone, Copy)]
enum CopyRead {
    #[default]
    No,
    Begun,
    AfterFrom,
    FromStdin,
}

impl StatementRange {
    fn ends(&self, text: &str, token: &Token) -> bool {
        token.kind == TokenKind::Symbol && &text[token.range.clone()] == ";" && self.open == 0
    }

    fn read(&mut self, text: &str, token: &Token) {
        let word =
            |expected: &str| token.kind == TokenKind::Word && text[token.range.clone()].eq_ignore_ascii_case(expected);
        if self.open > 0 {
            if word("case") {
                self.open += 1;
            } else if word("end") {
                self.open -= 1;
            }
        } else if self.after_begin && word("atomic") {
            self.open = 1;
        }
        self.after_begin = word("begin");
        self.copy = match (self.copy, &self.range) {
            (CopyRead::No, None) if word("copy") => CopyRead::Begun,
            (CopyRead::Begun, Some(_)) if word("from") => CopyRead::AfterFrom,
            (CopyRead::AfterFrom, Some(_)) if word("stdin") => CopyRead::FromStdin,
            (CopyRead::AfterFrom, Some(_)) => CopyRead::Begun,
            (copy, _) => copy,
        };
        let start = self.range.as_ref().map_or(token.range.start, |range| range.start);
        self.range = Some(start..token.range.end);
    }
}

/// The rows after a `COPY … FROM stdin` whose semicolon ends at a position: the lines up to the line `\.`, or to the end.
fn rows(text: &str, at: usize) -> Range<usize> {
    let start = after_line(text, at);
    let mut end = start;
    for line in text[start..].split_inclusive('\n') {
        if line.trim_end_matches(['\n', '\r']) == "\\." {
            break;
        }
        end += line.len();
    }
    start..end
}

/// The position after the end of the line.
fn after_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length + 1)
}

/// The command that begins with the backslash at a position. It ends with its line, or where another one begins.
fn command(text: &str, at: usize, in_statement: bool) -> PsqlCommand {
    let rest = &text[at + 1..];
    let ends_name = |c: char| c.is_whitespace() || c == '\\' || c == ';';
    let name = match rest.find(ends_name).unwrap_or(rest.len()) {
        // `\;` and `\\` are commands of one character.
        0 => rest
            .chars()
            .next()
            .filter(|c| !c.is_whitespace())
            .map_or(0, char::len_utf8),
        length => length,
    };
    let mut arguments = Vec::new();
    let mut current: Option<String> = None;
    let mut quote = None;
    let mut length = rest.len();
    for (i, c) in rest[name..].char_indices() {
        match quote {
            _ if c == '\n' => {
                length = name + i + 1;
                break;
            }
            Some(open) if c == open => quote = None,
            None if matches!(c, '\'' | '"' | '`') => {
                quote = Some(c);
                current.get_or_insert_default();
            }
            None if c == '\\' => {
                length = name + i;
                break;
            }
            None if c.is_whitespace() => arguments.extend(current.take()),
            Some(_) | None => current.get_or_insert_default().push(c),
        }
    }
    arguments.extend(current);
    PsqlCommand {
        name: rest[..name].to_owned(),
        arguments,
        range: at..at + 1 + length,
        in_statement,
    }
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

    /// The pieces as texts: a statement, `copy | rows`, or `\name(arguments)`.
    fn shown(text: &str) -> Vec<String> {
        pieces(text)
            .into_iter()
            .map(|piece| match piece {
                ScriptPiece::Plain(range) => text[range].to_owned(),
                ScriptPiece::Copy { statement, rows } => format!("{} | {}", &text[statement], &text[rows]),
                ScriptPiece::Command(c) => {
                    let inside = if c.in_statement { " inside" } else { "" };
                    format!("\\{}({}){inside}", c.name, c.arguments.join(","))
                }
            })
            .collect()
    }

    #[test]
    fn a_script_is_read_as_psql_reads_it() {
        let check = |text: &str, expected: &[&str]| assert_eq!(shown(text), expected, "pieces of {text:?}");
        check(
            "select '\\a', E'\\'', $$\\b$$ -- \\c",
            &["select '\\a', E'\\'', $$\\b$$"],
        );
        check(
            "\\restrict x1\na;\n\\unrestrict x1\n",
            &["\\restrict(x1)", "a", "\\unrestrict(x1)"],
        );
        check(
            "a;\ncopy t (a, b) from stdin;\n1\t';\n\\.\nb;",
            &["a", "copy t (a, b) from stdin | 1\t';\n", "b"],
        );
        check(
            "COPY t FROM STDIN WITH CSV ;\r\n\\.\r\nb",
            &["COPY t FROM STDIN WITH CSV | ", "b"],
        );
        check("copy t from stdin;\n1", &["copy t from stdin | 1"]);
        check(
            "copy t from '/tmp/x'; select 'copy' from stdin",
            &["copy t from '/tmp/x'", "select 'copy' from stdin"],
        );
        check(
            "copy (select 1 from stdin) to stdout;",
            &["copy (select 1 from stdin) to stdout"],
        );
        check("\\set a 'b c' \\echo d\na", &["\\set(a,b c)", "\\echo(d)", "a"]);
        check(
            "select 1 \\g\nselect 2 \\gexec\n",
            &["select 1", "\\gexec() inside", "select 2"],
        );
    }
}

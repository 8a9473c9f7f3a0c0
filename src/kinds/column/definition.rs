//! The shorthand of a column: its definition as in CREATE TABLE.

use super::common;
use crate::error::Problem;
use crate::source_map::Place;
use crate::sql_text::{Token, TokenKind, tokens};
use crate::value::Value;
use crate::yaml::{Entry, Node};

/// The words that begin a clause of a column definition, and the hints for clauses that belong to the table.
const CLAUSES: &[(&str, &str)] = &[
    ("not", ""),
    ("null", ""),
    ("default", ""),
    ("collate", ""),
    ("generated", ""),
    (
        "storage",
        "write the column as a mapping: `{type: <type>, storage: external}`",
    ),
    (
        "compression",
        "write the column as a mapping: `{type: <type>, compression: pglz}`",
    ),
    ("primary", "write `primary_key: [<column>]` in the table"),
    ("unique", "write it under `unique:` of the table: `- [<column>]`"),
    (
        "references",
        "write it under `foreign_keys:` of the table: `- {columns: [<column>], references: <table>(<column>)}`",
    ),
    ("check", "write the expression under `checks:` of the table"),
    (
        "constraint",
        "write the constraint under `unique:`, `foreign_keys:` or `checks:` of the table",
    ),
];

pub(super) fn expand(node: &Node) -> Result<Option<Vec<Entry>>, Problem> {
    let Some(scalar) = node.scalar() else {
        return Ok(None);
    };
    let definition = Definition::new(&scalar.text, node.place);
    definition.entries().map(Some)
}

/// The column as in CREATE TABLE, if it has a type and no attribute that a definition cannot express. Reading the
/// definition gives the same attributes again.
pub(super) fn abbreviate(attributes: &[(&'static str, Value)]) -> Option<Value> {
    let text = |name: &str| common::expected(attributes, name).and_then(Value::as_text);
    let mut definition = text("type")?.to_owned();
    for (name, value) in attributes {
        let clause = match (*name, value.as_text()) {
            ("type" | "generation", _) => continue,
            ("nullable", _) if *value == Value::Bool(true) => " null".to_owned(),
            ("nullable", _) => " not null".to_owned(),
            ("default", Some(default)) => format!(" default {default}"),
            ("default", None) => " default null".to_owned(),
            ("collation", Some(collation)) => format!(" collate {collation}"),
            ("identity", Some(identity)) => format!(" generated {identity} as identity"),
            ("generated", Some(expression)) => {
                let generation = text("generation").unwrap_or("stored");
                let group = match tokens(expression).as_slice() {
                    [only] if only.kind == TokenKind::Group => expression.to_owned(),
                    _ => format!("({expression})"),
                };
                format!(" generated always as {group} {generation}")
            }
            _ => return None,
        };
        definition.push_str(&clause);
    }
    (!definition.contains('\n')).then_some(Value::Text(definition))
}

/// A column definition and its words.
struct Definition<'a> {
    text: &'a str,
    place: Place,
    tokens: Vec<Token>,
}

impl<'a> Definition<'a> {
    fn new(text: &'a str, place: Place) -> Self {
        Self {
            text,
            place,
            tokens: tokens(text),
        }
    }

    fn entries(&self) -> Result<Vec<Entry>, Problem> {
        let first = self.next_clause(0);
        let mut entries = Vec::new();
        if first > 0 {
            entries.push(self.entry("type", Node::text(self.between(0, first), self.place)));
        }
        let mut at = first;
        while at < self.tokens.len() {
            at = self.clause(at, &mut entries)?;
        }
        for (i, entry) in entries.iter().enumerate() {
            if entries[..i].iter().any(|other| other.key == entry.key) {
                return Err(Problem::at(
                    self.place,
                    format!("`{}` is written twice in this column", entry.key),
                ));
            }
        }
        Ok(entries)
    }

    /// Reads the clause that begins at a token, and returns where the next one does.
    fn clause(&self, at: usize, entries: &mut Vec<Entry>) -> Result<usize, Problem> {
        match self.word(at).as_str() {
            "not" if self.word(at + 1) == "null" => {
                entries.push(self.entry("nullable", Node::bool(false, self.place)));
                Ok(at + 2)
            }
            "null" => {
                entries.push(self.entry("nullable", Node::bool(true, self.place)));
                Ok(at + 1)
            }
            "default" => {
                // The word after DEFAULT belongs to the expression, even if it is NULL.
                let end = self.next_clause(at + 2);
                entries.push(self.entry("default", self.piece(at + 1, end, "an expression after `default`")?));
                Ok(end)
            }
            "collate" => {
                let end = self.next_clause(at + 1);
                entries.push(self.entry("collation", self.piece(at + 1, end, "a name after `collate`")?));
                Ok(end)
            }
            "generated" => self.generated(at, entries),
            _ => Err(self.unknown(at)),
        }
    }

    fn generated(&self, at: usize, entries: &mut Vec<Entry>) -> Result<usize, Problem> {
        let by_default = self.word(at + 1) == "by" && self.word(at + 2) == "default";
        let as_ = if by_default { at + 3 } else { at + 2 };
        if !(by_default || self.word(at + 1) == "always") || self.word(as_) != "as" {
            return Err(self.unknown(at));
        }
        if self.word(as_ + 1) == "identity" {
            let sort = if by_default { "by default" } else { "always" };
            entries.push(self.entry("identity", Node::text(sort, self.place)));
            if self
                .tokens
                .get(as_ + 2)
                .is_some_and(|token| token.kind == TokenKind::Group)
            {
                return Err(self.unknown(as_ + 2).hint(
                    "write the column as a mapping: `{type: <type>, identity: by default, identity_options: {start: 100}}`",
                ));
            }
            return Ok(as_ + 2);
        }
        let Some(group) = self.tokens.get(as_ + 1).filter(|t| t.kind == TokenKind::Group) else {
            return Err(self.unknown(at));
        };
        entries.push(self.entry("generated", Node::text(&self.text[group.range.clone()], self.place)));
        let sort = self.word(as_ + 2);
        if sort == "stored" || sort == "virtual" {
            entries.push(self.entry("generation", Node::text(sort, self.place)));
            return Ok(as_ + 3);
        }
        Ok(as_ + 2)
    }

    fn piece(&self, from: usize, to: usize, expected: &str) -> Result<Node, Problem> {
        if from >= self.tokens.len() || from >= to {
            return Err(Problem::at(self.place, format!("expected {expected}")));
        }
        Ok(Node::text(self.between(from, to), self.place))
    }

    fn unknown(&self, at: usize) -> Problem {
        let word = self.word(at);
        let problem = Problem::at(
            self.place,
            format!("unexpected `{}` in a column", self.between(at, self.tokens.len())),
        );
        match CLAUSES.iter().find(|(clause, _)| *clause == word) {
            Some((_, hint)) if !hint.is_empty() => problem.hint(*hint),
            _ => problem.hint(
                "a column takes a type, `not null`, `default …`, `collate …`, `generated always as (…) stored` and `generated always as identity`",
            ),
        }
    }

    /// The first token from `from` on with which a clause begins; the number of tokens if there is none.
    fn next_clause(&self, from: usize) -> usize {
        (from..self.tokens.len())
            .find(|at| {
                let word = self.word(*at);
                CLAUSES.iter().any(|(clause, _)| *clause == word)
            })
            .unwrap_or(self.tokens.len())
    }

    fn word(&self, at: usize) -> String {
        self.tokens
            .get(at)
            .filter(|token| token.kind == TokenKind::Word)
            .map_or(String::new(), |token| self.text[token.range.clone()].to_lowercase())
    }

    /// The text from one token to before another.
    fn between(&self, from: usize, to: usize) -> &'a str {
        match (
            self.tokens.get(from),
            to.checked_sub(1).and_then(|last| self.tokens.get(last)),
        ) {
            (Some(first), Some(last)) if first.range.start < last.range.end => {
                &self.text[first.range.start..last.range.end]
            }
            _ => "",
        }
    }

    fn entry(&self, key: &str, value: Node) -> Entry {
        Entry::new(key, self.place, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source_map::SourceMap;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let file = SourceMap::default().add("test.yaml".into(), String::new());
        let place = Place {
            file,
            line: 1,
            column: 1,
        };
        let found: Vec<(String, String)> = match expand(&Node::text(text, place)) {
            Ok(Some(entries)) => entries
                .into_iter()
                .map(|e| (e.key, e.value.scalar().expect("a scalar").text.clone()))
                .collect(),
            Ok(None) => Vec::new(),
            Err(problem) => vec![("problem".into(), problem.message)],
        };
        let found: Vec<(&str, &str)> = found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_column_is_written_as_in_create_table() {
        check(
            "uuid not null default gen_random_uuid()",
            &[
                ("type", "uuid"),
                ("nullable", "false"),
                ("default", "gen_random_uuid()"),
            ],
        );
        check("varchar(50)", &[("type", "varchar(50)")]);
        check("NOT NULL", &[("nullable", "false")]);
        check(
            "timestamp (3) with time zone NULL",
            &[("type", "timestamp (3) with time zone"), ("nullable", "true")],
        );
        check(
            "\"not null\"[] default '{\"default not null\"}'::\"not null\"[] not null",
            &[
                ("type", "\"not null\"[]"),
                ("default", "'{\"default not null\"}'::\"not null\"[]"),
                ("nullable", "false"),
            ],
        );
        check("int default null", &[("type", "int"), ("default", "null")]);
        check(
            "text collate \"de_DE\" not null",
            &[("type", "text"), ("collation", "\"de_DE\""), ("nullable", "false")],
        );
        check(
            "bigint generated by default as identity not null",
            &[("type", "bigint"), ("identity", "by default"), ("nullable", "false")],
        );
        check(
            "numeric(10,2) GENERATED ALWAYS AS (a * (b + 1)) STORED",
            &[
                ("type", "numeric(10,2)"),
                ("generated", "(a * (b + 1))"),
                ("generation", "stored"),
            ],
        );
        check(
            "uuid primary key",
            &[("problem", "unexpected `primary key` in a column")],
        );
        check("int default", &[("problem", "expected an expression after `default`")]);
        check(
            "int default 1 default 2",
            &[("problem", "`default` is written twice in this column")],
        );
    }
}

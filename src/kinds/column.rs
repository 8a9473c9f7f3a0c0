//! Columns of tables and views, and the shorthand that writes one as in CREATE TABLE.

use super::{Advice, CustomForm, HintContext, FindingDetail, Kind, KindSpec, Masked, Reading, Role, Shorthand, Syntax, common};
use crate::attribute::{Attr, Compare, Comparison, Literal, Shape, Verdict};
use crate::error::Problem;
use crate::yaml::{Entry, Node, ScalarType};
use crate::object_id::ObjectId;
use crate::source_map::Place;
use crate::sql_text::{Token, TokenKind, quote_literal, quote_name, tokens};
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "column",
    section: "columns",
    parents: &[Kind::Table, Kind::View, Kind::MaterializedView, Kind::ForeignTable, Kind::CompositeType],
    identity: &["schema", "relation", "name"],
    doc: "A column.",
    query: include_str!("column.sql"),
    attrs: &[
        Attr::new("type", Shape::Sql, "Its type, with its modifiers.").compare(Compare::Type),
        Attr::new("nullable", Shape::Bool, "Whether it may be null.").default(Literal::Bool(true)),
        Attr::new("default", Shape::Sql, "The expression of its default; `null` for none.")
            .compare(Compare::Default("type"))
            .default(Literal::Null),
        Attr::new("generated", Shape::Sql, "The expression it is computed from; `null` for none.")
            .compare(Compare::Computed("type"))
            .default(Literal::Null),
        Attr::new(
            "generation",
            Shape::OneOf(&["stored", "virtual"]),
            "Whether a generated column is computed when written or when read.",
        ),
        Attr::new(
            "identity",
            Shape::OneOf(&["always", "by default"]),
            "Whether it is an identity column, and of which sort; `null` for none.",
        )
        .default(Literal::Null),
        Attr::new(
            "identity_options",
            Shape::Map(&Shape::Text),
            "What the sequence of an identity column has away from its defaults: `start`, `increment`, `min`, `max`, \
             `cycle`, `cache`.",
        )
        .default(Literal::EmptyMap),
        Attr::new("collation", Shape::QualifiedName, "Its collation, where it is not that of its type.")
            .compare(Compare::Name)
            .default(Literal::Null),
        Attr::new(
            "storage",
            Shape::OneOf(&["plain", "main", "external", "extended"]),
            "How long values are stored, where it is not as its type says.",
        )
        .compare(Compare::Custom(same_storage))
        .default(Literal::Null),
        Attr::new(
            "compression",
            Shape::OneOf(&["pglz", "lz4"]),
            "How long values are compressed; `null` for the server's default.",
        )
        .default(Literal::Null)
        .since(14),
        Attr::new("statistics", Shape::Integer, "The statistics target; `null` for the server's default.")
            .default(Literal::Null),
        Attr::new(
            "options",
            Shape::Map(&Shape::Text),
            "Its options: what SET (…) sets for the planner, and OPTIONS (…) for a column of a foreign table, of \
             which the value of one that may hold a secret is never printed.",
        )
        .compare(Compare::Custom(common::same_masked))
        .default(Literal::EmptyMap),
        common::GRANTS,
        common::COMMENT,
    ],
    role: Role::Column { type_attribute: "type" },
    syntax: Syntax {
        shorthand: Shorthand::Custom {
            form: CustomForm::Text,
            expects: "a column as in CREATE TABLE, such as `uuid not null`",
            expand,
            abbreviate,
        },
        rewrite: Some(rewrite),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        extra_columns: &["type_storage"],
        masked: Masked::OPTIONS,
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// The words with which a clause of a column definition begins, and what to do about those that belong to the
/// table.
const CLAUSES: &[(&str, &str)] = &[
    ("not", ""),
    ("null", ""),
    ("default", ""),
    ("collate", ""),
    ("generated", ""),
    ("primary", "write `primary_key: [<column>]` at the table"),
    ("unique", "write it under `unique:` at the table: `- [<column>]`"),
    (
        "references",
        "write it under `foreign_keys:` at the table: `- {columns: [<column>], references: <table>(<column>)}`",
    ),
    ("check", "write the expression under `checks:` at the table"),
    ("constraint", "write the constraint under `unique:`, `foreign_keys:` or `checks:` at the table"),
];

/// The catalog has no value where it is that of the type.
fn same_storage(comparison: &Comparison<'_>) -> Verdict {
    let (expected, actual) = (comparison.expected, comparison.actual);
    let own = actual.is_null() && !expected.is_null() && comparison.object.get("type_storage") == expected;
    Verdict::when(own || expected == actual)
}

fn expand(node: &Node) -> Result<Option<Vec<Entry>>, Problem> {
    let Some(scalar) = node.scalar() else {
        return Ok(None);
    };
    let definition = Definition::new(&scalar.text, node.place);
    definition.entries().map(Some)
}

/// The column as in CREATE TABLE, if it can be written so: it has a type and nothing that a definition lacks, and
/// what is written is read as the same again.
fn abbreviate(attributes: &[(&'static str, Value)]) -> Option<Value> {
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
                    format!("this column says `{}` twice", entry.key),
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
                // The word after DEFAULT belongs to the expression, also where it is NULL.
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
            format!("a column cannot say `{}` here", self.between(at, self.tokens.len())),
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
        match (self.tokens.get(from), to.checked_sub(1).and_then(|last| self.tokens.get(last))) {
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

fn hint(finding: &HintContext<'_>) -> Option<String> {
    if finding.parent == Some(Kind::CompositeType) {
        return attribute_hint(finding);
    }
    if finding.parent != Some(Kind::Table) {
        return None;
    }
    let table = common::sql_name(&finding.id.relation());
    let column = common::name(finding.id.last());
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let stated: Vec<(&'static str, Value)> = attributes
                .iter()
                .filter(|(name, value)| *name != "comment" && !value.is_null() && *value != Value::Bool(true))
                .cloned()
                .collect();
            Some(match abbreviate(&stated) {
                Some(Value::Text(definition)) => format!("ALTER TABLE {table} ADD COLUMN {column} {definition};"),
                _ => "apply the migration that adds it".into(),
            })
        }
        FindingDetail::Unexpected => Some(format!(
            "ALTER TABLE {table} DROP COLUMN {column}; once nothing reads it"
        )),
        FindingDetail::Differs { attribute, expected, actual } => {
            let alter = format!("ALTER TABLE {table} ALTER COLUMN {column}");
            match (*attribute, expected) {
                ("type", Value::Text(sql_type)) if is_folded(sql_type) && quotes(actual, sql_type) => Some(folded(sql_type)),
                ("type", Value::Text(sql_type)) => Some(format!("{alter} TYPE {sql_type};")),
                ("nullable", Value::Bool(false)) => Some(format!("{alter} SET NOT NULL;")),
                ("nullable", Value::Bool(true)) => Some(format!("{alter} DROP NOT NULL;")),
                ("default", Value::Null) => Some(format!("{alter} DROP DEFAULT;")),
                ("storage" | "compression", Value::Text(word)) => {
                    Some(format!("{alter} SET {} {};", attribute.to_uppercase(), word.to_uppercase()))
                }
                ("compression", Value::Null) => Some(format!("{alter} SET COMPRESSION DEFAULT;")),
                ("statistics", Value::Integer(target)) => Some(format!("{alter} SET STATISTICS {target};")),
                ("statistics", Value::Null) => Some(format!("{alter} SET STATISTICS -1;")),
                ("default", Value::Text(default)) => Some(if is_now(default) && actual.as_text().is_some_and(is_now) {
                    "both give the start of the transaction, but PostgreSQL keeps the two spellings apart: write the one that is there".into()
                } else {
                    format!("{alter} SET DEFAULT {default};")
                }),
                _ => None,
            }
        }
        FindingDetail::Unreadable { attribute, expected, actual } => match (*attribute, expected) {
            ("type", Value::Text(sql_type)) => is_folded(sql_type).then(|| folded(sql_type)),
            ("default", Value::Text(default)) => actual
                .as_text()
                .is_some_and(|actual| actual.starts_with(&quote_literal(default)))
                .then(|| format!("in SQL a text stands in quotes: write \"{}\"", quote_literal(default))),
            _ => None,
        },
    }
}

/// The columns of a composite type are called its attributes in SQL.
fn attribute_hint(finding: &HintContext<'_>) -> Option<String> {
    let alter = |what: &str, more: &str| {
        let composite = common::sql_name(&finding.id.relation());
        let column = common::name(finding.id.last());
        Some(format!("ALTER TYPE {composite} {what} ATTRIBUTE {column}{more};"))
    };
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let sql_type = common::expected(attributes, "type").and_then(Value::as_text)?;
            alter("ADD", &format!(" {sql_type}"))
        }
        FindingDetail::Unexpected => alter("DROP", ""),
        FindingDetail::Differs { attribute, expected, .. } => match (*attribute, expected) {
            ("type", Value::Text(sql_type)) => alter("ALTER", &format!(" TYPE {sql_type}")),
            _ => None,
        },
        FindingDetail::Unreadable { .. } => None,
    }
}

/// Whether PostgreSQL reads a type otherwise than it is written.
fn is_folded(sql_type: &str) -> bool {
    sql_type.to_lowercase() != sql_type && !sql_type.contains('"')
}

/// Whether a type is this name, in quotes.
fn quotes(actual: &Value, name: &str) -> bool {
    actual.as_text().is_some_and(|actual| actual.ends_with(&quote_name(name)))
}

fn folded(sql_type: &str) -> String {
    format!("PostgreSQL folds names without quotes to lower case; if the type has capitals, write '\"{sql_type}\"'")
}

/// The types that CREATE TABLE takes for an integer with a sequence of its own.
const SERIALS: [(&str, &str); 6] = [
    ("serial", "integer"),
    ("serial4", "integer"),
    ("bigserial", "bigint"),
    ("serial8", "bigint"),
    ("smallserial", "smallint"),
    ("serial2", "smallint"),
];

/// `serial` is what CREATE TABLE makes of it: an integer, not null, whose default is taken from a sequence.
fn rewrite(id: &ObjectId, mut entries: Vec<Entry>) -> Result<Vec<Entry>, Problem> {
    let Some(at) = entries.iter().position(|entry| entry.key == "type") else {
        return Ok(entries);
    };
    let place = entries[at].value.place;
    let word = entries[at].value.scalar().map_or(String::new(), |s| s.text.trim().to_lowercase());
    let Some((serial, integer)) = SERIALS.iter().find(|(serial, _)| *serial == word) else {
        return Ok(entries);
    };
    if let Some(entry) = entries.iter().find(|entry| {
        let null = entry.key == "nullable" && entry.value.scalar().is_some_and(|s| s.scalar_type == ScalarType::Bool(true));
        null || ["default", "identity", "generated"].contains(&entry.key.as_str())
    }) {
        return Err(Problem::at(entry.place, format!("`{serial}` cannot go with `{}`", entry.key)).hint(format!(
            "`{serial}` stands for `{integer} not null` and a default from a sequence; write the type as `{integer}` to say otherwise"
        )));
    }
    let [schema, table, column] = id.parts() else {
        return Ok(entries);
    };
    let sequence = ObjectId::new(vec![schema.to_string(), sequence_name(table, column)]);
    let default = format!("nextval({})", quote_literal(&common::sql_name(&sequence)));
    let entry = |key: &str, value: Node| Entry::new(key, place, value);
    entries[at].value = Node::text(*integer, place);
    if !entries.iter().any(|entry| entry.key == "nullable") {
        entries.push(entry("nullable", Node::bool(false, place)));
    }
    entries.push(entry("default", Node::text(default, place)));
    Ok(entries)
}

/// The name that PostgreSQL gives to the sequence of a serial column: the longer name is cut until it fits.
fn sequence_name(table: &str, column: &str) -> String {
    const LONGEST: usize = 63 - "__seq".len();
    let (mut first, mut second) = (table.len(), column.len());
    while first + second > LONGEST {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let cut = |name: &str, length: usize| name[..name.floor_char_boundary(length)].to_owned();
    format!("{}_{}_seq", cut(table, first), cut(column, second))
}

/// Whether a default is one of the two spellings that PostgreSQL keeps apart although they mean the same.
fn is_now(default: &str) -> bool {
    ["now()", "current_timestamp", "transaction_timestamp()"].contains(&default.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source_map::SourceMap;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let file = SourceMap::default().add("test.yaml".into(), String::new());
        let place = Place { file, line: 1, column: 1 };
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
            &[("type", "uuid"), ("nullable", "false"), ("default", "gen_random_uuid()")],
        );
        check("varchar(50)", &[("type", "varchar(50)")]);
        check("NOT NULL", &[("nullable", "false")]);
        check("timestamp (3) with time zone NULL", &[("type", "timestamp (3) with time zone"), ("nullable", "true")]);
        check(
            "\"not null\"[] default '{\"default not null\"}'::\"not null\"[] not null",
            &[
                ("type", "\"not null\"[]"),
                ("default", "'{\"default not null\"}'::\"not null\"[]"),
                ("nullable", "false"),
            ],
        );
        check("int default null", &[("type", "int"), ("default", "null")]);
        check("text collate \"de_DE\" not null", &[("type", "text"), ("collation", "\"de_DE\""), ("nullable", "false")]);
        check(
            "bigint generated by default as identity not null",
            &[("type", "bigint"), ("identity", "by default"), ("nullable", "false")],
        );
        check(
            "numeric(10,2) GENERATED ALWAYS AS (a * (b + 1)) STORED",
            &[("type", "numeric(10,2)"), ("generated", "(a * (b + 1))"), ("generation", "stored")],
        );
        check("uuid primary key", &[("problem", "a column cannot say `primary key` here")]);
        check("int default", &[("problem", "expected an expression after `default`")]);
        check("int default 1 default 2", &[("problem", "this column says `default` twice")]);
    }
}

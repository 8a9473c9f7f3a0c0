//! Reading what is expected of histories of migrations and of data.

use std::str::FromStr as _;

use bigdecimal::BigDecimal;

use super::parse::Parser;
use super::shape::empty_list;
use super::{Assertion, ExpectedHistory, Terms, Test};
use crate::error::Problem;
use crate::migrations::{TOOLS, Tool};
use crate::node::{Entry, Node, NodeValue, Scalar, Sort};
use crate::object_id::{ObjectId, split_name};
use crate::source_map::Place;
use crate::suggest;

/// The keys of an entry of `migrations`.
pub const HISTORY_KEYS: &[&str] = &["tool", "applied", "schema", "table", "level", "reason"];

/// The keys of an assertion.
pub const ASSERTION_KEYS: &[&str] = &["sql", "equals", "rows", "min", "max", "empty", "level", "reason"];

/// Reads `migrations`: one history, or a list of them.
pub(super) fn parse_histories(parser: &mut Parser, entry: &Entry, terms: &Terms) {
    match &entry.value.value {
        NodeValue::List(items) => {
            if items.is_empty() {
                parser.problems.push(empty_list(entry.value.place, &entry.key));
            }
            for item in items {
                history(parser, item, item.place, terms);
            }
        }
        NodeValue::Map(_) | NodeValue::Scalar(_) => history(parser, &entry.value, entry.place, terms),
    }
}

fn history(parser: &mut Parser, node: &Node, place: Place, terms: &Terms) {
    let mut terms = terms.clone();
    let mut tool: Option<&'static Tool> = None;
    let mut told_tool = false;
    let mut schema = parser.out.schema.clone();
    let mut table = None;
    let mut applied = Vec::new();
    let before = parser.problems.len();
    for entry in parser.mapping("migrations", node) {
        match entry.key.as_str() {
            "tool" => {
                told_tool = true;
                if let Some(name) = parser.text(entry) {
                    tool = TOOLS.iter().copied().find(|tool| tool.name == name);
                    if tool.is_none() {
                        let known: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
                        parser.problems.push(
                            Problem::at(entry.value.place, format!("unknown migration tool `{name}`"))
                                .hint(suggest::hint(&name, &known)),
                        );
                    }
                }
            }
            "applied" => applied = names(parser, entry),
            "schema" => schema = parser.text(entry).unwrap_or(schema),
            "table" => {
                if let Some(name) = parser.text(entry) {
                    match split_name(&name).filter(|parts| parts.len() <= 2) {
                        Some(parts) => table = Some(parts),
                        None => parser.problems.push(
                            Problem::at(entry.value.place, format!("`{name}` is not the name of a table"))
                                .hint("a dot or quote inside a name is written as in SQL: '\"odd.name\"'"),
                        ),
                    }
                }
            }
            _ => {
                if !parser.term(entry, &mut terms) {
                    parser.unknown_key(entry, HISTORY_KEYS);
                }
            }
        }
    }
    if parser.problems.len() > before {
        return;
    }
    let Some(tool) = tool else {
        if !told_tool {
            let known: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
            parser
                .problems
                .push(Problem::at(place, "`migrations` needs `tool`").hint(suggest::hint("", &known)));
        }
        return;
    };
    let mut table = table.unwrap_or_else(|| vec![tool.table.to_owned()]);
    if table.len() == 1 {
        table.insert(0, schema);
    }
    parser.out.histories.push(ExpectedHistory {
        tool,
        table: ObjectId::new(table),
        place,
        applied,
        terms,
    });
}

fn names(parser: &mut Parser, entry: &Entry) -> Vec<(String, Place)> {
    let NodeValue::List(items) = &entry.value.value else {
        parser.problems.push(
            Problem::at(
                entry.value.place,
                format!("`{}` takes a list, but this is {}", entry.key, entry.value.describe()),
            )
            .hint("write it as [first, second]"),
        );
        return Vec::new();
    };
    if items.is_empty() {
        parser.problems.push(empty_list(entry.value.place, &entry.key));
    }
    let mut names = Vec::new();
    for item in items {
        match item.scalar() {
            Some(Scalar {
                text,
                sort: Sort::Text | Sort::Number | Sort::Bool(_),
            }) if !text.is_empty() => {
                names.push((text.clone(), item.place));
            }
            Some(_) | None => parser.problems.push(Problem::at(
                item.place,
                format!("a migration is named by a text, but this is {}", item.describe()),
            )),
        }
    }
    names
}

/// Reads `assertions`.
pub(super) fn parse_assertions(parser: &mut Parser, entry: &Entry, terms: &Terms) {
    for entry in parser.mapping("assertions", &entry.value) {
        assertion(parser, entry, terms);
    }
}

fn assertion(parser: &mut Parser, entry: &Entry, terms: &Terms) {
    let mut terms = terms.clone();
    let mut sql = None;
    let mut tests = Vec::new();
    let before = parser.problems.len();
    for item in parser.mapping(&entry.key, &entry.value) {
        let place = item.value.place;
        match item.key.as_str() {
            "sql" => sql = parser.text(item).map(|text| (text, place)),
            "equals" => tests.extend(scalar(parser, item).map(|value| (Test::Equals(value), place))),
            "min" => tests.extend(number(parser, item).map(|value| (Test::Min(value), place))),
            "max" => tests.extend(number(parser, item).map(|value| (Test::Max(value), place))),
            "empty" => tests.extend(parser.bool(item).map(|value| (Test::Empty(value), place))),
            "rows" => tests.extend(rows(parser, item).map(|value| (Test::Rows(value), place))),
            _ => {
                if !parser.term(item, &mut terms) {
                    parser.unknown_key(item, ASSERTION_KEYS);
                }
            }
        }
    }
    if parser.problems.len() > before {
        return;
    }
    let Some((sql, sql_place)) = sql else {
        parser.problems.push(Problem::at(
            entry.place,
            format!("the assertion `{}` has no `sql`", entry.key),
        ));
        return;
    };
    if tests.is_empty() {
        parser.problems.push(
            Problem::at(entry.place, format!("the assertion `{}` tests nothing", entry.key))
                .hint("add one of `equals`, `rows`, `min`, `max`, `empty`"),
        );
        return;
    }
    parser.out.assertions.push(Assertion {
        name: entry.key.clone(),
        place: entry.place,
        sql,
        sql_place,
        schema: parser.out.schema.clone(),
        tests,
        terms,
    });
}

fn scalar(parser: &mut Parser, entry: &Entry) -> Option<Scalar> {
    let scalar = entry.value.scalar().cloned();
    if scalar.is_none() {
        parser.problems.push(Problem::at(
            entry.value.place,
            format!(
                "`{}` takes one value, but this is {}",
                entry.key,
                entry.value.describe()
            ),
        ));
    }
    scalar
}

fn number(parser: &mut Parser, entry: &Entry) -> Option<Scalar> {
    let scalar = entry
        .value
        .scalar()
        // Not every number of YAML's is one that a database has: 0x1F and .inf are texts to it.
        .filter(|s| s.sort == Sort::Number && BigDecimal::from_str(&s.text).is_ok())
        .cloned();
    if scalar.is_none() {
        parser.problems.push(Problem::at(
            entry.value.place,
            format!(
                "`{}` takes a number in decimal digits, but this is {}",
                entry.key,
                entry.value.describe()
            ),
        ));
    }
    scalar
}

fn rows(parser: &mut Parser, entry: &Entry) -> Option<Vec<Vec<Scalar>>> {
    let wrong = |node: &Node| {
        Problem::at(
            node.place,
            format!(
                "`rows` takes a list of rows, each a list of values, but this is {}",
                node.describe()
            ),
        )
        .hint("write it as [[free, 0], [pro, 79]]")
    };
    let NodeValue::List(items) = &entry.value.value else {
        parser.problems.push(wrong(&entry.value));
        return None;
    };
    if items.is_empty() {
        parser.problems.push(
            Problem::at(entry.value.place, "the list `rows` is empty")
                .hint("write `empty: true` if there must be no row"),
        );
        return None;
    }
    let mut rows = Vec::new();
    for item in items {
        let row = match &item.value {
            NodeValue::List(values) if !values.is_empty() => {
                values.iter().map(|v| v.scalar().cloned()).collect::<Option<Vec<_>>>()
            }
            // One column: `rows: [a, b]`.
            NodeValue::Scalar(scalar) => Some(vec![scalar.clone()]),
            NodeValue::List(_) | NodeValue::Map(_) => None,
        };
        let Some(row) = row else {
            let empty = matches!(&item.value, NodeValue::List(values) if values.is_empty());
            parser.problems.push(if empty {
                Problem::at(item.place, "this row has no value")
            } else {
                wrong(item)
            });
            return None;
        };
        rows.push(row);
    }
    Some(rows)
}

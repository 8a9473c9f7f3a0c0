//! Parses assertions about data.

use std::str::FromStr as _;

use bigdecimal::BigDecimal;

use super::keys::{AssertionKey, TermKey};
use super::parse::Parser;
use super::{Assertion, Terms, Test};
use crate::error::Problem;
use crate::redact;
use crate::yaml::{Entry, Node, NodeValue, Scalar, ScalarType, shorten};

/// Keys that people write for others.
const SYNONYMS: [(&str, AssertionKey); 12] = [
    ("query", AssertionKey::Sql),
    ("statement", AssertionKey::Sql),
    ("select", AssertionKey::Sql),
    ("expect", AssertionKey::Equals),
    ("expected", AssertionKey::Equals),
    ("equal", AssertionKey::Equals),
    ("value", AssertionKey::Equals),
    ("result", AssertionKey::Equals),
    ("returns", AssertionKey::Equals),
    ("count", AssertionKey::Equals),
    ("at_least", AssertionKey::Min),
    ("at_most", AssertionKey::Max),
];

/// Reads `assertions`.
pub(super) fn parse_assertions(parser: &mut Parser, entry: &Entry, terms: &Terms) {
    for entry in parser.mapping("assertions", &entry.value) {
        match entry.value.scalar().filter(|_| !entry.value.is_null()) {
            Some(scalar) => parser.problems.push(text_alone(entry, scalar)),
            None => assertion(parser, entry, terms),
        }
    }
}

fn assertion(parser: &mut Parser, entry: &Entry, terms: &Terms) {
    let mut terms = terms.clone();
    let mut sql = None;
    let (mut tests, mut show_rows) = (Vec::new(), None);
    let before = parser.problems.len();
    for item in parser.mapping(&entry.key, &entry.value) {
        let place = item.value.place;
        let Some(key) = AssertionKey::named(&item.key) else {
            match SYNONYMS.iter().find(|(synonym, _)| *synonym == item.key.to_lowercase()) {
                Some((_, key)) => parser.problems.push(
                    Problem::at(item.place, format!("unknown key `{}`", item.key))
                        .hint(format!("write `{}`", key.name())),
                ),
                None => parser.unknown_key(item, AssertionKey::NAMES),
            }
            continue;
        };
        match key {
            AssertionKey::Sql => sql = parser.text(item).map(|text| (text, place)),
            AssertionKey::Equals => tests.extend(scalar(parser, item).map(|value| (Test::Equals(value), place))),
            AssertionKey::Min => tests.extend(number(parser, item).map(|value| (Test::Min(value), place))),
            AssertionKey::Max => tests.extend(number(parser, item).map(|value| (Test::Max(value), place))),
            AssertionKey::Empty => tests.extend(parser.bool(item).map(|value| (Test::Empty(value), place))),
            AssertionKey::Rows => tests.extend(rows(parser, item).map(|value| (Test::Rows(value), place))),
            AssertionKey::ShowRows => show_rows = row_count(parser, item),
            AssertionKey::Level => parser.term(TermKey::Level, item, &mut terms),
            AssertionKey::Reason => parser.term(TermKey::Reason, item, &mut terms),
            AssertionKey::Since => parser.term(TermKey::Since, item, &mut terms),
            AssertionKey::Until => parser.term(TermKey::Until, item, &mut terms),
        }
    }
    if parser.problems.len() > before {
        return;
    }
    let Some((sql, sql_place)) = sql else {
        let message = format!("the assertion `{}` has no `sql`", entry.key);
        parser.problems.push(Problem::at(entry.place, message));
        return;
    };
    if tests.is_empty() {
        let problem = Problem::at(entry.place, format!("the assertion `{}` tests nothing", entry.key));
        let hint = "add `equals`, `rows`, `min`, `max` or `empty`";
        parser.problems.push(problem.hint(hint));
        return;
    }
    if !terms.window.is_empty() {
        parser.out.windows.add(0, &terms.window);
    }
    parser.out.assertions.push(Assertion {
        name: entry.key.clone(),
        place: entry.place,
        sql,
        sql_place,
        schema: parser.out.schema.clone(),
        tests,
        show_rows,
        terms,
    });
}

/// A number of rows.
fn row_count(parser: &mut Parser, entry: &Entry) -> Option<usize> {
    let count = entry.value.scalar().and_then(|scalar| scalar.text.parse().ok());
    if count.is_none() {
        let (key, is) = (&entry.key, entry.value.describe());
        let message = format!("`{key}` takes a number of rows, but this is {is}");
        let problem = Problem::at(entry.value.place, message);
        parser
            .problems
            .push(problem.hint(format!("write `{key}: 0` to show none")));
    }
    count
}

/// The problem that an assertion is only a query.
fn text_alone(entry: &Entry, scalar: &Scalar) -> Problem {
    let (name, is) = (shorten(&entry.key), entry.value.describe());
    let sql = redact::typed(&scalar.text).replace('\'', "''");
    let problem = Problem::at(entry.value.place, format!("`{name}` takes a mapping, but this is {is}"));
    if !sql.contains(' ') {
        return problem;
    }
    problem.hint(format!(
        "write `{name}: {{sql: '{}', equals: 0}}`, or another test of the result",
        shorten(&sql)
    ))
}

fn scalar(parser: &mut Parser, entry: &Entry) -> Option<Scalar> {
    let scalar = entry.value.scalar().cloned();
    if scalar.is_none() {
        let message = format!(
            "`{}` takes one value, but this is {}",
            entry.key,
            entry.value.describe()
        );
        parser
            .problems
            .push(Problem::at(entry.value.place, message).hint(
                "write it in quotes as PostgreSQL writes the value: '{a,b}' for an array, '{\"a\": 1}' for JSON",
            ));
    }
    scalar
}

fn number(parser: &mut Parser, entry: &Entry) -> Option<Scalar> {
    let scalar = entry
        .value
        .scalar()
        // Not every YAML number is a PostgreSQL number: 0x1F and .inf are texts to PostgreSQL.
        .filter(|s| s.scalar_type == ScalarType::Number && BigDecimal::from_str(&s.text).is_ok())
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
            Problem::at(entry.value.place, "the list `rows` is empty").hint("write `empty: true` to expect no rows"),
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
                Problem::at(item.place, "this row is empty")
            } else {
                wrong(item)
            });
            return None;
        };
        rows.push(row);
    }
    Some(rows)
}

//! Compares the rows of a query with what its assertion expects.

use std::str::FromStr as _;

use bigdecimal::BigDecimal;
use serde_json::Value as Json;

use crate::expectation::{Assertion, Test};
use crate::finding::{About, Check, Code, OtherCode, Status};
use crate::hint::Hint;
use crate::observed::{AssertionResult, Cell, CellType, InvalidQuery, TypedEquality};
use crate::plural::plural;
use crate::source_map::Place;
use crate::value::Value;
use crate::yaml::{Scalar, ScalarType, shorten};

/// Compares the result of a query with every test of its assertion.
#[must_use]
pub fn compare(assertion: &Assertion, result: &AssertionResult) -> Vec<Check> {
    let name = &assertion.name;
    let one = |code: OtherCode, message: String| {
        let about = About::Assertion(name.clone());
        Check::drift(about, code.into(), assertion.sql_place, &assertion.terms, message)
    };
    match result {
        AssertionResult::Rows(rows, more) => assertion
            .tests
            .iter()
            .map(|(test, place)| check_test(assertion, test, *place, &Rows { rows, more: *more }))
            .collect(),
        AssertionResult::Invalid(query) => vec![invalid(one, name, query)],
        AssertionResult::Refused(why) => vec![
            one(
                OtherCode::AssertionRefused,
                format!("assertion `{name}` was refused: {why}"),
            )
            .status(Status::Unverified)
            .hint(Hint::advice(
                "write an assertion as a single query that only reads: SELECT, VALUES, TABLE or WITH",
            )),
        ],
        AssertionResult::Unverified(why, hint) => vec![
            one(
                OtherCode::AssertionUnverified,
                format!("assertion `{name}` could not be verified: {why}"),
            )
            .status(Status::Unverified)
            .hint(hint.clone()),
        ],
    }
}

/// The finding that a query cannot be run. If it is written wrong, the database is not to blame.
fn invalid(one: impl Fn(OtherCode, String) -> Check, name: &str, query: &InvalidQuery) -> Check {
    let why = &query.why;
    let message = if query.is_mistake {
        format!("assertion `{name}` is written wrong: {why}")
    } else {
        format!("assertion `{name}` cannot be run: {why}")
    };
    let help = query.help.as_deref().map(|help| {
        let mut help = help.trim_end_matches('.').to_owned();
        // A hint begins in lower case.
        if let Some(first) = help
            .get(..1)
            .filter(|_| !help.starts_with("SQL"))
            .map(str::to_lowercase)
        {
            help.replace_range(..1, &first);
        }
        help
    });
    let usual = if query.is_mistake {
        "correct the query"
    } else {
        "correct the query, or apply the migration that creates the object it refers to"
    };
    let check = one(OtherCode::AssertionError, message)
        .detail(query.excerpt.clone())
        .hint(Hint::Advice(help.unwrap_or_else(|| usual.to_owned())));
    if query.is_mistake {
        check.status(Status::Unverified)
    } else {
        check
    }
}

/// The rows of a query, and whether there are more.
struct Rows<'a> {
    rows: &'a [Vec<Cell>],
    more: bool,
}

impl Rows<'_> {
    /// The only value, if there is one row of one column.
    fn single(&self) -> Option<&Cell> {
        match self.rows {
            [row] if row.len() == 1 => Some(&row[0]),
            _ => None,
        }
    }
}

/// The result of one test.
struct TestResult {
    passed: bool,
    expected: Value,
    /// The expectation, as the message describes it.
    words: String,
    detail: Option<String>,
    /// Why an expected text is no value of its type.
    invalid: Option<String>,
}

fn check_test(assertion: &Assertion, test: &Test, place: Place, rows: &Rows<'_>) -> Check {
    let result = run_test(test, rows);
    let about = About::Assertion(assertion.name.clone());
    let code = Code::AssertionFailed(key(test));
    let check = if result.passed {
        Check::passed(about, code, place, &assertion.terms)
    } else {
        let got = describe(rows.rows, rows.more, limit(assertion, test));
        let message = format!(
            "assertion `{}` returned {got}, expected {}",
            assertion.name, result.words
        );
        let check = Check::drift(about, code, place, &assertion.terms, message);
        match result.invalid {
            Some(why) => check.detail(Some(format!("PostgreSQL says: {why}"))).hint(Hint::advice(
                "write a value of the type that the query returns, or cast in the query",
            )),
            None => check.detail(result.detail.filter(|_| assertion.show_rows != Some(0))),
        }
    };
    check.values(result.expected, show_rows(rows.rows, rows.more, limit(assertion, test)))
}

/// How many rows reports show. Rows of which there must be none are examples: a few will do, and they may be personal data.
fn limit(assertion: &Assertion, test: &Test) -> usize {
    let usual = match test {
        Test::Empty(_) => EXAMPLES,
        Test::Equals(_) | Test::Rows(_) | Test::Min(_) | Test::Max(_) => SHOWN,
    };
    assertion.show_rows.unwrap_or(usual)
}

/// How many rows are shown of those that must not be there.
const EXAMPLES: usize = 3;

/// How many other rows are shown.
const SHOWN: usize = 20;

/// The key of a test in expectation files.
fn key(test: &Test) -> &'static str {
    match test {
        Test::Equals(_) => "equals",
        Test::Rows(_) => "rows",
        Test::Min(_) => "min",
        Test::Max(_) => "max",
        Test::Empty(_) => "empty",
    }
}

fn run_test(test: &Test, rows: &Rows<'_>) -> TestResult {
    let result = |passed: bool, expected: Value, words: String| TestResult {
        passed,
        expected,
        words,
        detail: None,
        invalid: None,
    };
    let bounded = |bound: &Scalar, holds: fn(&BigDecimal, &BigDecimal) -> bool| {
        let number = rows.single().and_then(number);
        number
            .zip(decimal(&bound.text))
            .is_some_and(|(n, bound)| holds(&n, &bound))
    };
    match test {
        Test::Equals(expected) => {
            let cell = rows.single();
            let passed = cell.is_some_and(|cell| equal(cell, expected));
            TestResult {
                invalid: cell.and_then(|cell| not_of_type(cell, expected)),
                ..result(passed, scalar_value(expected), scalar_text(expected))
            }
        }
        Test::Rows(expected) => test_rows(expected, rows),
        Test::Min(bound) => result(
            bounded(bound, |n, bound| n >= bound),
            Value::Text(format!(">= {}", bound.text)),
            format!("at least {}", bound.text),
        ),
        Test::Max(bound) => result(
            bounded(bound, |n, bound| n <= bound),
            Value::Text(format!("<= {}", bound.text)),
            format!("at most {}", bound.text),
        ),
        Test::Empty(true) => result(rows.rows.is_empty(), Value::from("no row"), "no row".to_owned()),
        Test::Empty(false) => result(
            !rows.rows.is_empty(),
            Value::from("at least one row"),
            "at least one row".to_owned(),
        ),
    }
}

fn test_rows(expected: &[Vec<Scalar>], rows: &Rows<'_>) -> TestResult {
    let values = expected.iter().map(|row| row.iter().map(scalar_value).collect());
    let s = if expected.len() == 1 { "" } else { "s" };
    let same_length = !rows.more && rows.rows.len() == expected.len();
    let passed = same_length
        && rows
            .rows
            .iter()
            .zip(expected)
            .all(|(row, expected)| equal_rows(row, expected));
    let mut cells = rows.rows.iter().flatten().zip(expected.iter().flatten());
    TestResult {
        detail: first_difference(expected, rows.rows),
        invalid: cells.find_map(|(cell, expected)| not_of_type(cell, expected)),
        passed,
        expected: Value::List(values.map(Value::List).collect()),
        words: format!("{} row{s}", expected.len()),
    }
}

fn equal_rows(row: &[Cell], expected: &[Scalar]) -> bool {
    row.len() == expected.len() && row.iter().zip(expected).all(|(cell, scalar)| equal(cell, scalar))
}

/// Whether a value is the expected one, by the rules of the value's type.
fn equal(cell: &Cell, expected: &Scalar) -> bool {
    let Some(text) = &cell.text else {
        return expected.scalar_type == ScalarType::Null;
    };
    if expected.scalar_type == ScalarType::Null {
        return false;
    }
    let says_postgresql = cell.answers.get(&expected.text);
    if says_postgresql == Some(&TypedEquality::Equal) {
        return true;
    }
    match cell.cell_type {
        CellType::Text => *text == expected.text,
        CellType::Json => {
            let read = |text: &str| serde_json::from_str::<Json>(text).ok();
            *text == expected.text || read(text).zip(read(&expected.text)).is_some_and(|(a, b)| a == b)
        }
        CellType::Bool => {
            (text == "t") == (expected.text == "true" || expected.text == "t")
                && ["true", "false", "t", "f"].contains(&expected.text.as_str())
        }
        CellType::Number => match (decimal(text), decimal(&expected.text)) {
            (Some(actual), Some(expected)) => actual == expected,
            _ => *text == expected.text,
        },
    }
}

/// Why an expected text is no value of the type of a cell.
fn not_of_type(cell: &Cell, expected: &Scalar) -> Option<String> {
    match cell.answers.get(&expected.text)? {
        TypedEquality::Invalid(why) => Some(why.clone()),
        TypedEquality::Equal | TypedEquality::Different => None,
    }
}

fn number(cell: &Cell) -> Option<BigDecimal> {
    cell.text.as_deref().and_then(decimal)
}

fn decimal(text: &str) -> Option<BigDecimal> {
    // An exponent of a million digits would be computed digit by digit.
    let exponent = text
        .to_lowercase()
        .split_once('e')
        .and_then(|(_, e)| e.parse::<i64>().ok());
    if exponent.is_some_and(|e| e.abs() > 400) {
        return None;
    }
    BigDecimal::from_str(text).ok()
}

fn scalar_value(scalar: &Scalar) -> Value {
    match scalar.scalar_type {
        ScalarType::Null => Value::Null,
        ScalarType::Bool(value) => Value::Bool(value),
        ScalarType::Number => number_value(&scalar.text),
        ScalarType::Text => Value::from(scalar.text.as_str()),
    }
}

fn number_value(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| Value::from(text), Value::Integer)
}

fn scalar_text(scalar: &Scalar) -> String {
    match scalar.scalar_type {
        ScalarType::Null => "null".into(),
        ScalarType::Bool(_) | ScalarType::Number | ScalarType::Text => scalar.text.clone(),
    }
}

fn cell_value(cell: &Cell) -> Value {
    match (&cell.text, cell.cell_type) {
        (None, _) => Value::Null,
        (Some(text), CellType::Bool) => Value::Bool(text == "t"),
        (Some(text), CellType::Number) => number_value(text),
        (Some(text), CellType::Text | CellType::Json) => Value::from(text.as_str()),
    }
}

fn cell_text(cell: &Cell) -> String {
    match (&cell.text, cell.cell_type) {
        (None, _) => "null".into(),
        (Some(text), CellType::Bool) => (text == "t").to_string(),
        (Some(text), CellType::Number | CellType::Text | CellType::Json) => shorten(text).into_owned(),
    }
}

/// The rows as a value, at most this many of them. A single row of one column becomes that value.
fn show_rows(rows: &[Vec<Cell>], more: bool, limit: usize) -> Value {
    match rows {
        [] => Value::from("no row"),
        // A number of rows, or whether there are some, is what was asked for.
        [row] if row.len() == 1 && (limit > 0 || is_count(&row[0])) => cell_value(&row[0]),
        _ if limit == 0 => Value::Text(count(rows, more)),
        _ => {
            let shown = rows.iter().take(limit);
            let mut shown: Vec<Value> = shown
                .map(|row| Value::List(row.iter().map(cell_value).collect()))
                .collect();
            if rows.len() > limit {
                let than = if more { "more than " } else { "" };
                shown.push(Value::Text(format!("… {than}{} more rows", rows.len() - limit)));
            }
            Value::List(shown)
        }
    }
}

/// Whether a value says how many there are, or whether something holds, and is about no person.
fn is_count(cell: &Cell) -> bool {
    match cell.cell_type {
        CellType::Bool | CellType::Number => true,
        CellType::Text | CellType::Json => cell.text.is_none(),
    }
}

/// `3 rows`.
fn count(rows: &[Vec<Cell>], more: bool) -> String {
    let than = if more { "more than " } else { "" };
    format!("{than}{}", plural(rows.len(), "row", "rows"))
}

fn row_text(row: &[Cell]) -> String {
    format!("[{}]", row.iter().map(cell_text).collect::<Vec<_>>().join(", "))
}

/// A short description of the rows, with at most this many of them.
fn describe(rows: &[Vec<Cell>], more: bool, limit: usize) -> String {
    const IN_SENTENCE: usize = 5;
    match rows {
        [] => "no row".into(),
        [row] if row.len() == 1 && (limit > 0 || is_count(&row[0])) => cell_text(&row[0]),
        _ if limit == 0 => count(rows, more),
        _ => {
            let limit = limit.min(IN_SENTENCE);
            let shown: Vec<String> = rows.iter().take(limit).map(|r| row_text(r)).collect();
            let rest = if rows.len() > limit { ", …" } else { "" };
            format!("{}: {}{rest}", count(rows, more), shown.join(", "))
        }
    }
}

/// The first row that differs.
fn first_difference(expected: &[Vec<Scalar>], rows: &[Vec<Cell>]) -> Option<String> {
    let show = |row: &[Scalar]| format!("[{}]", row.iter().map(scalar_text).collect::<Vec<_>>().join(", "));
    let (i, (expected, row)) = expected
        .iter()
        .zip(rows)
        .enumerate()
        .find(|(_, (expected, row))| !equal_rows(row, expected))?;
    Some(format!(
        "row {} is {}, expected {}",
        i + 1,
        row_text(row),
        show(expected)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: Option<&str>, cell_type: CellType, expected: &str, expected_type: ScalarType, result: bool) {
        let cell = Cell {
            text: text.map(str::to_owned),
            cell_type,
            answers: std::collections::BTreeMap::new(),
        };
        let scalar = Scalar {
            text: expected.into(),
            scalar_type: expected_type,
        };
        assert_eq!(equal(&cell, &scalar), result, "{text:?} against {expected:?}");
    }

    #[test]
    fn values_are_compared_by_their_types() {
        check(Some("29.00"), CellType::Number, "29", ScalarType::Number, true);
        check(Some("29.00"), CellType::Number, "29", ScalarType::Text, true);
        check(Some("0.1"), CellType::Number, "1e-1", ScalarType::Number, true);
        check(Some("NaN"), CellType::Number, "NaN", ScalarType::Text, true);
        check(Some("1"), CellType::Number, "1e999999999", ScalarType::Number, false);
        check(Some("t"), CellType::Bool, "true", ScalarType::Bool(true), true);
        check(Some("f"), CellType::Bool, "true", ScalarType::Bool(true), false);
        check(Some("f"), CellType::Bool, "no", ScalarType::Text, false);
        check(Some("012"), CellType::Text, "012", ScalarType::Number, true);
        check(Some("12"), CellType::Text, "012", ScalarType::Number, false);
        check(None, CellType::Text, "null", ScalarType::Null, true);
        check(Some("null"), CellType::Text, "null", ScalarType::Null, false);
        check(None, CellType::Number, "0", ScalarType::Number, false);
    }
}

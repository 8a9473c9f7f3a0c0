//! The rows of a query against what an assertion expects.

use std::str::FromStr as _;

use bigdecimal::BigDecimal;
use serde_json::{Value as Json, json};

use crate::expectation::{Assertion, Test};
use crate::observed::{AssertionResult, Cell, CellType};
use crate::report::mark::Mark;
use crate::report::{Check, Status};
use crate::source_map::Place;
use crate::yaml::{Scalar, ScalarType, shorten};

/// Compares the rows of a query with every test of an assertion.
#[must_use]
pub fn compare(assertion: &Assertion, result: &AssertionResult) -> Vec<Check> {
    let one = |code: &str, status: Status, message: String, hint: Option<&str>| {
        let mut check = check(assertion, assertion.sql_place);
        check.code = format!("assertion-{code}");
        check.status = status;
        check.message = message;
        check.hint = hint.map(str::to_owned);
        vec![check]
    };
    let name = &assertion.name;
    match result {
        AssertionResult::Rows(rows, more) => assertion
            .tests
            .iter()
            .map(|(test, place)| judge(assertion, test, *place, rows, *more))
            .collect(),
        AssertionResult::Invalid(why) => one(
            "error",
            Status::Drift,
            format!("assertion `{name}` cannot be run: {why}"),
            Some("something that the query names is not there, or the query is not SQL"),
        ),
        AssertionResult::Refused(why) => one(
            "refused",
            Status::Unverified,
            format!("assertion `{name}` is refused: {why}"),
            Some("an assertion is one query that only reads: SELECT, VALUES, TABLE or WITH"),
        ),
        AssertionResult::Unverified(why, hint) => one(
            "unverified",
            Status::Unverified,
            format!("assertion `{name}` could not be verified: {why}"),
            hint.as_deref(),
        ),
    }
}

fn check(assertion: &Assertion, place: Place) -> Check {
    Check {
        status: Status::Drift,
        level: assertion.terms.level,
        code: "assertion-failed".to_owned(),
        kind: "assertion",
        object: assertion.name.clone(),
        attribute: None,
        expected: Json::Null,
        actual: Json::Null,
        place,
        message: String::new(),
        detail: None,
        hint: None,
        reason: assertion.terms.reason.clone(),
        mark: Mark::default(),
    }
}

fn judge(assertion: &Assertion, test: &Test, place: Place, rows: &[Vec<Cell>], more: bool) -> Check {
    let mut check = check(assertion, place);
    let name = &assertion.name;
    check.actual = show_rows(rows, more);
    check.attribute = Some(match test {
        Test::Equals(_) => "equals",
        Test::Rows(_) => "rows",
        Test::Min(_) => "min",
        Test::Max(_) => "max",
        Test::Empty(_) => "empty",
    });
    let single = match rows {
        [row] if row.len() == 1 => Some(&row[0]),
        _ => None,
    };
    let got = describe(rows, more);
    let passed = match test {
        Test::Equals(expected) => {
            check.expected = scalar_json(expected);
            check.message = format!("assertion `{name}` gave {got}, expected {}", scalar_text(expected));
            single.is_some_and(|cell| equal(cell, expected))
        }
        Test::Rows(expected) => {
            check.expected = Json::Array(
                expected
                    .iter()
                    .map(|row| Json::Array(row.iter().map(scalar_json).collect()))
                    .collect(),
            );
            let s = if expected.len() == 1 { "" } else { "s" };
            check.message = format!("assertion `{name}` gave {got}, expected {} row{s}", expected.len());
            check.detail = first_difference(expected, rows);
            !more
                && rows.len() == expected.len()
                && rows.iter().zip(expected).all(|(row, expected)| {
                    row.len() == expected.len() && row.iter().zip(expected).all(|(cell, scalar)| equal(cell, scalar))
                })
        }
        Test::Min(bound) => {
            check.expected = json!(format!(">= {}", bound.text));
            check.message = format!("assertion `{name}` gave {got}, expected at least {}", bound.text);
            single
                .and_then(number)
                .zip(decimal(&bound.text))
                .is_some_and(|(n, bound)| n >= bound)
        }
        Test::Max(bound) => {
            check.expected = json!(format!("<= {}", bound.text));
            check.message = format!("assertion `{name}` gave {got}, expected at most {}", bound.text);
            single
                .and_then(number)
                .zip(decimal(&bound.text))
                .is_some_and(|(n, bound)| n <= bound)
        }
        Test::Empty(true) => {
            check.expected = json!("no row");
            check.message = format!("assertion `{name}` gave {got}, expected no row");
            rows.is_empty()
        }
        Test::Empty(false) => {
            check.expected = json!("at least one row");
            check.message = format!("assertion `{name}` gave no row, expected at least one");
            !rows.is_empty()
        }
    };
    if passed {
        check.status = Status::Passed;
        check.detail = None;
    }
    check
}

/// Whether a value is the expected one, in the terms of the value's type.
fn equal(cell: &Cell, expected: &Scalar) -> bool {
    let Some(text) = &cell.text else {
        return expected.scalar_type == ScalarType::Null;
    };
    if expected.scalar_type == ScalarType::Null {
        return false;
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

fn scalar_json(scalar: &Scalar) -> Json {
    match scalar.scalar_type {
        ScalarType::Null => Json::Null,
        ScalarType::Bool(value) => Json::Bool(value),
        ScalarType::Number => number_json(&scalar.text),
        ScalarType::Text => Json::from(scalar.text.as_str()),
    }
}

fn number_json(text: &str) -> Json {
    text.parse::<i64>().map_or_else(|_| Json::from(text), Json::from)
}

fn scalar_text(scalar: &Scalar) -> String {
    match scalar.scalar_type {
        ScalarType::Null => "null".into(),
        ScalarType::Bool(_) | ScalarType::Number | ScalarType::Text => scalar.text.clone(),
    }
}

fn cell_json(cell: &Cell) -> Json {
    match (&cell.text, cell.cell_type) {
        (None, _) => Json::Null,
        (Some(text), CellType::Bool) => Json::Bool(text == "t"),
        (Some(text), CellType::Number) => number_json(text),
        (Some(text), CellType::Text | CellType::Json) => Json::from(text.as_str()),
    }
}

fn cell_text(cell: &Cell) -> String {
    match (&cell.text, cell.cell_type) {
        (None, _) => "null".into(),
        (Some(text), CellType::Bool) => (text == "t").to_string(),
        (Some(text), CellType::Number | CellType::Text | CellType::Json) => shorten(text).into_owned(),
    }
}

/// The rows as JSON; a single value as itself.
fn show_rows(rows: &[Vec<Cell>], more: bool) -> Json {
    const SHOWN: usize = 20;
    match rows {
        [] => json!("no row"),
        [row] if row.len() == 1 => cell_json(&row[0]),
        _ => {
            let mut shown: Vec<Json> = rows
                .iter()
                .take(SHOWN)
                .map(|row| Json::Array(row.iter().map(cell_json).collect()))
                .collect();
            if rows.len() > SHOWN {
                let than = if more { "more than " } else { "" };
                shown.push(json!(format!("… {than}{} more rows", rows.len() - SHOWN)));
            }
            Json::Array(shown)
        }
    }
}

fn row_text(row: &[Cell]) -> String {
    format!("[{}]", row.iter().map(cell_text).collect::<Vec<_>>().join(", "))
}

/// What came back, in a few words.
fn describe(rows: &[Vec<Cell>], more: bool) -> String {
    const SHOWN: usize = 5;
    match rows {
        [] => "no row".into(),
        [row] if row.len() == 1 => cell_text(&row[0]),
        _ => {
            let shown: Vec<String> = rows.iter().take(SHOWN).map(|r| row_text(r)).collect();
            let rest = if rows.len() > SHOWN { ", …" } else { "" };
            let than = if more { "more than " } else { "" };
            let s = if rows.len() == 1 { "" } else { "s" };
            format!("{than}{} row{s}: {}{rest}", rows.len(), shown.join(", "))
        }
    }
}

/// The first row that differs.
fn first_difference(expected: &[Vec<Scalar>], rows: &[Vec<Cell>]) -> Option<String> {
    let show = |row: &[Scalar]| format!("[{}]", row.iter().map(scalar_text).collect::<Vec<_>>().join(", "));
    let (i, (expected, row)) = expected.iter().zip(rows).enumerate().find(|(_, (expected, row))| {
        expected.len() != row.len() || !row.iter().zip(*expected).all(|(cell, scalar)| equal(cell, scalar))
    })?;
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
        };
        let scalar = Scalar {
            text: expected.into(),
            scalar_type: expected_type,
        };
        assert_eq!(equal(&cell, &scalar), result, "{text:?} against {expected:?}");
    }

    #[test]
    fn values_compare_in_the_terms_of_their_type() {
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

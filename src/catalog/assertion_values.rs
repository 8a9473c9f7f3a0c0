//! Compares the values of an assertion by the rules of their types, where the texts differ.
//!
//! PostgreSQL reads the expected text as a value of the column's type, and compares it with the operator that the type
//! is sorted or hashed by. Both texts are parameters, so that neither is ever part of a statement, and the operators are
//! found by the type and not by the search path.

use std::collections::BTreeSet;

use super::client::Client;
use super::server_error::ServerError;
use crate::expectation::Test;
use crate::observed::{Cell, CellType, TypedEquality};
use crate::sql::{Sql, Statement};
use crate::yaml::{Scalar, ScalarType};

/// How many pairs of values are compared by one statement. PostgreSQL allows 1664 columns.
const BATCH: usize = 500;

/// The types of texts, whose values are equal if their texts are: `text`, `varchar` and `unknown`.
const TEXTS: [u32; 3] = [25, 1043, 705];

/// The types of JSON. Only the second has an operator that compares values.
const JSON: u32 = 114;
const JSONB: u32 = 3802;

/// Two texts that may be the same value.
struct ComparedTexts {
    row: usize,
    column: usize,
    type_oid: u32,
    actual: String,
    expected: String,
}

/// Adds to the cells what PostgreSQL says of the expected texts. An error of a statement is followed by `reset`, which
/// rolls back.
///
/// # Errors
/// The connection breaks.
pub(super) async fn compare(
    client: &mut Client,
    tests: &[&Test],
    types: &[u32],
    rows: &mut [Vec<Cell>],
    reset: &[Sql],
) -> Result<(), ServerError> {
    let pairs: Vec<ComparedTexts> = tests.iter().flat_map(|test| pairs(test, types, rows)).collect();
    // Types without an operator, whose values are equal if they are printed alike.
    let mut without_operator = BTreeSet::new();
    let (mut start, mut size) = (0, BATCH);
    while let Some(first) = pairs.get(start) {
        let batch = &pairs[start..pairs.len().min(start + size)];
        match ask(client, batch, &without_operator).await {
            Ok(answers) => {
                for (pair, answer) in batch.iter().zip(answers) {
                    record(rows, pair, answer);
                }
                start += batch.len();
            }
            Err(error) if error.code.is_empty() => return Err(error),
            Err(error) => {
                client.execute(reset).await?;
                if batch.len() > 1 {
                    size = batch.len() / 2;
                } else if error.code.starts_with("42") && without_operator.insert(first.type_oid) {
                    size = BATCH;
                } else {
                    record(rows, first, TypedEquality::Invalid(error.message));
                    // The assertion fails, whatever comes behind it.
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

fn pairs(test: &Test, types: &[u32], rows: &[Vec<Cell>]) -> Vec<ComparedTexts> {
    let expected: Vec<&[Scalar]> = match test {
        Test::Equals(value) => vec![std::slice::from_ref(value)],
        Test::Rows(expected) => expected.iter().map(Vec::as_slice).collect(),
        Test::Min(_) | Test::Max(_) | Test::Empty(_) => return Vec::new(),
    };
    if expected.len() != rows.len() {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    for (row, (cells, scalars)) in rows.iter().zip(expected).enumerate() {
        if cells.len() != scalars.len() {
            return Vec::new();
        }
        for (column, ((cell, scalar), type_oid)) in cells.iter().zip(scalars).zip(types).enumerate() {
            let Some(actual) = &cell.text else { continue };
            let is_number = cell.cell_type == CellType::Number && scalar.text.parse::<f64>().is_ok();
            let is_null = scalar.scalar_type == ScalarType::Null;
            if !is_null && !is_number && *actual != scalar.text && !TEXTS.contains(type_oid) {
                pairs.push(ComparedTexts {
                    row,
                    column,
                    type_oid: if *type_oid == JSON { JSONB } else { *type_oid },
                    actual: actual.clone(),
                    expected: scalar.text.clone(),
                });
            }
        }
    }
    pairs
}

/// Compares the pairs with one statement.
async fn ask(
    client: &mut Client,
    pairs: &[ComparedTexts],
    without_operator: &BTreeSet<u32>,
) -> Result<Vec<TypedEquality>, ServerError> {
    let mut statement = Statement::new("SELECT ");
    let (mut types, mut values) = (Vec::new(), Vec::new());
    for (number, pair) in pairs.iter().enumerate() {
        if number > 0 {
            statement = statement.then(", ");
        }
        types.push(pair.type_oid);
        values.push(pair.expected.as_str());
        if without_operator.contains(&pair.type_oid) {
            statement = statement.then("$").then(values.len());
            continue;
        }
        types.push(pair.type_oid);
        values.push(pair.actual.as_str());
        statement = statement
            .then("ARRAY[$")
            .then(values.len() - 1)
            .then("] OPERATOR(pg_catalog.=) ARRAY[$")
            .then(values.len())
            .then("]");
    }
    let rows = client.run_with_values(&statement, &types, &values).await?;
    let answers = pairs.iter().enumerate().map(|(column, pair)| {
        let printed = rows.first().and_then(|row| row.bytes(column)).unwrap_or_default();
        let is_equal = if without_operator.contains(&pair.type_oid) {
            printed == pair.actual.as_bytes()
        } else {
            printed == b"t"
        };
        if is_equal {
            TypedEquality::Equal
        } else {
            TypedEquality::Different
        }
    });
    Ok(answers.collect())
}

fn record(rows: &mut [Vec<Cell>], pair: &ComparedTexts, answer: TypedEquality) {
    if let Some(cell) = rows.get_mut(pair.row).and_then(|row| row.get_mut(pair.column)) {
        cell.answers.insert(pair.expected.clone(), answer);
    }
}

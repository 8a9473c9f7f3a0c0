//! Compares pairs of texts with the planner.
//!
//! For each pair, `EXPLAIN (VERBOSE)` plans a query that selects both texts. Its row consists of nulls of the types of the
//! relation's columns, so nothing is executed and no privilege on the relation is needed. If the plan prints both texts
//! alike, they mean the same.
//!
//! PostgreSQL also prints some equal expressions differently, such as `substring(a from 1 for 2)` and
//! `substring(a, 1, 2)`. If the prints differ, a second query has the condition `X OR (Y AND marker)`, where X depends on
//! one text and Y on the other. If X equals Y, the planner simplifies this to X, and the printed plan lacks the marker. A
//! plan does not print every COLLATE; if one of the texts has one, only the second query decides.
//!
//! One `DO` block sends all pairs, so the number of statements does not grow with the number of texts, and an invalid text
//! does not affect the others. A text cannot end its statement and begin another one: PL/pgSQL opens a cursor for each,
//! and PostgreSQL refuses a cursor for several statements before it runs anything. Without PL/pgSQL, the pairs go one by
//! one through the extended protocol, which also refuses several statements.
//!
//! The plans stay on the server because they may be long, for example that of `repeat('x', 100000000)`.

use serde::Deserialize;

use super::super::client::Client;
use super::super::server_error::{Meaning, ServerError};
use super::equivalents::same_print;
use super::pair::{MARKER, Pair, Side};
use super::set_path;
use crate::sql;
use crate::sql::{Sql, Statement, literal};

/// The result of planning a pair.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct PlannerResult {
    /// The number of expressions in the plan: two, unless a text contains more than one.
    pub(super) count: Option<u64>,
    /// Whether the plan prints both texts alike.
    #[serde(default)]
    pub(super) is_same: bool,
    /// Whether the plan of the second query lacks the marker, so that both texts are equal.
    #[serde(default)]
    pub(super) is_equal: bool,
    /// What the plan prints of both texts, if they differ and may be equivalent by the manual.
    #[serde(default)]
    prints: Option<[String; 2]>,
    /// The SQLSTATE of an error.
    code: Option<String>,
    /// The message of an error.
    message: Option<String>,
}

/// The SQLSTATE with which PostgreSQL refuses a cursor for several statements.
pub(super) const SEVERAL_STATEMENTS: &str = "42P11";

impl PlannerResult {
    fn from_error(error: ServerError) -> Self {
        // The extended protocol reports several statements as a syntax error.
        let is_several = error.routine.as_deref() == Some("exec_parse_message");
        Self {
            code: Some(if is_several {
                SEVERAL_STATEMENTS.to_owned()
            } else {
                error.code
            }),
            message: Some(error.message),
            ..Self::default()
        }
    }

    /// Whether the prints differ only in spellings that PostgreSQL's manual states to be equivalent.
    pub(super) fn is_equivalent(&self) -> bool {
        self.prints
            .as_ref()
            .is_some_and(|[expected, actual]| same_print(expected, actual))
    }

    /// Whether an object in a text was not found.
    pub(super) fn is_undefined(&self) -> bool {
        self.count.is_none() && self.error().meaning() == Meaning::Undefined
    }

    /// The error; empty if there was none.
    pub(super) fn error(&self) -> ServerError {
        ServerError {
            code: self.code.clone().unwrap_or_default(),
            message: ServerError::shorten(self.message.as_deref().unwrap_or_default()),
            ..ServerError::default()
        }
    }
}

/// Plans all pairs in one round trip.
///
/// # Errors
/// The server does not run PL/pgSQL for this role, or the connection breaks.
pub(super) async fn all_at_once(
    client: &mut Client,
    pairs: &[(&Pair, bool)],
) -> Result<Vec<PlannerResult>, ServerError> {
    let questions: Vec<serde_json::Value> = pairs
        .iter()
        .map(|(pair, has_collation)| {
            if pair.is_any_type() {
                let [expected, actual] = [Side::Expected, Side::Actual].map(|side| pair.base_type(side));
                return serde_json::json!({
                    "path": pair.path(), "expected": expected.as_str(), "actual": actual.as_str()
                });
            }
            let second = pair.implication_query();
            serde_json::json!({
                "path": pair.path(),
                "sql": pair.plan_query().as_str(),
                "second": second.as_ref().map(Statement::as_str),
                "closely": has_collation,
                "prints": pair.has_equivalents && !has_collation,
            })
        })
        .collect();
    let batch = [
        sql!["SAVEPOINT driftgate"],
        sql![
            "SET LOCAL driftgate.questions = ",
            literal(&serde_json::Value::Array(questions).to_string())
        ],
        sql![PLANNER_BLOCK],
        sql!["SELECT pg_catalog.current_setting('driftgate.answers')"],
    ];
    match client.rows(&batch).await {
        Ok(rows) => {
            let answers = rows.first().map(|row| row.text(0)).transpose()?.flatten();
            serde_json::from_str(answers.unwrap_or("[]")).map_err(ServerError::broken)
        }
        Err(error) => {
            if !error.code.is_empty() {
                client.execute(&[sql!["ROLLBACK TO SAVEPOINT driftgate"]]).await?;
            }
            Err(error)
        }
    }
}

const PLANNER_BLOCK: &str = include_str!("planner.sql");

/// Plans the pairs one by one.
///
/// # Errors
/// The connection breaks.
pub(super) async fn one_by_one(
    client: &mut Client,
    pairs: &[(&Pair, bool)],
) -> Result<Vec<PlannerResult>, ServerError> {
    let mut outcomes = Vec::new();
    for (pair, has_collation) in pairs {
        outcomes.push(match compare_one(client, pair, *has_collation).await {
            Ok(outcome) => outcome,
            Err(error) if error.code.is_empty() => return Err(error),
            Err(error) => PlannerResult::from_error(error),
        });
    }
    Ok(outcomes)
}

async fn compare_one(client: &mut Client, pair: &Pair, has_collation: bool) -> Result<PlannerResult, ServerError> {
    if pair.is_any_type() {
        let mut types = Vec::new();
        for (side, path) in [(Side::Expected, Some(pair.path())), (Side::Actual, None)] {
            types.push(run_isolated(client, path, &Statement::new(pair.base_type(side))).await?);
        }
        return Ok(PlannerResult {
            count: Some(2),
            is_same: types[0] == types[1],
            ..PlannerResult::default()
        });
    }
    let plan = run_isolated(client, Some(pair.path()), &pair.plan_query()).await?;
    let plan: serde_json::Value = serde_json::from_str(&plan).map_err(ServerError::broken)?;
    let output = plan.pointer("/0/Plan/Output").and_then(serde_json::Value::as_array);
    let output = output.cloned().unwrap_or_default();
    let is_same = output.first() == output.get(1);
    let mut is_equal = false;
    if let Some(second) = pair.implication_query()
        && (!is_same || has_collation)
    {
        match run_isolated(client, Some(pair.path()), &second).await {
            Ok(plan) => is_equal = is_without_marker(&plan),
            Err(error) if error.code.is_empty() => return Err(error),
            // The text is valid but cannot be in a condition: the result stays "different".
            Err(_) => {}
        }
    }
    Ok(PlannerResult {
        count: u64::try_from(output.len()).ok(),
        is_same,
        is_equal,
        prints: (pair.has_equivalents && !has_collation)
            .then(|| prints(&output))
            .flatten(),
        ..PlannerResult::default()
    })
}

/// What a plan prints of both texts.
fn prints(output: &[serde_json::Value]) -> Option<[String; 2]> {
    match output {
        [expected, actual] => Some([expected.as_str()?.to_owned(), actual.as_str()?.to_owned()]),
        _ => None,
    }
}

/// Whether the condition of the topmost node of a plan lacks the marker.
fn is_without_marker(plan: &str) -> bool {
    let plan: serde_json::Value = serde_json::from_str(plan).unwrap_or_default();
    ["Filter", "One-Time Filter", "Join Filter"]
        .iter()
        .find_map(|key| plan.pointer(&format!("/0/Plan/{key}"))?.as_str())
        .is_some_and(|filter| !filter.contains(MARKER))
}

/// Runs one statement under a search path, through the extended protocol.
async fn run_isolated(client: &mut Client, path: Option<&str>, statement: &Statement) -> Result<String, ServerError> {
    let before: [Sql; 2] = [sql!["SAVEPOINT driftgate"], set_path(path)];
    let result = match client.execute(&before).await {
        Ok(()) => client.run_single(statement).await,
        Err(error) => Err(error),
    };
    if result.as_ref().err().is_none_or(|error| !error.code.is_empty()) {
        client.execute(&[sql!["ROLLBACK TO SAVEPOINT driftgate"]]).await?;
    }
    let lines: Result<Vec<String>, ServerError> = result?
        .iter()
        .map(|row| Ok(row.text(0)?.unwrap_or_default().to_owned()))
        .collect();
    Ok(lines?.concat())
}

//! Running the queries of assertions.

use std::collections::BTreeSet;

use futures_util::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Column as _, Either, PgConnection, Row as _, TypeInfo as _, ValueRef as _};

use super::capture::as_before;
use super::server_error::{Meaning, ServerError};
use crate::compare::assertion::{Cell, CellSort, MOST_ROWS, Outcome};
use crate::error::Failure;
use crate::expectation::Assertion;
use crate::node::shorten;
use crate::sql_text::{quote_literal, quote_name};

/// Runs the query of an assertion, in the transaction that [`super::capture::capture`] began.
///
/// It runs as a cursor, for which PostgreSQL takes only a query; a text of several statements is refused by the
/// extended protocol, and the transaction is read-only besides.
///
/// # Errors
/// A [`Failure`] if the connection breaks.
pub async fn assertion(
    connection: &mut PgConnection,
    assertion: &Assertion,
    search_path: &str,
) -> Result<Outcome, Failure> {
    let doing = format!("running the assertion `{}`", assertion.name);
    let mut path = vec![quote_name(&assertion.schema)];
    if !search_path.trim().is_empty() {
        path.push(search_path.to_owned());
    }
    // Not SET, whose grammar has no word for the empty search path that a role may have.
    let settings = format!(
        "{}; SELECT set_config('search_path', {}, true)",
        as_before(),
        quote_literal(&path.join(", "))
    );
    run(connection, assertion, &settings)
        .await
        .map_err(|e| e.failure(&doing))
}

/// The names of the extensions that could be created, in the transaction that [`super::capture::capture`] began.
///
/// # Errors
/// A [`Failure`] if the connection breaks.
pub async fn available_extensions(connection: &mut PgConnection) -> Result<BTreeSet<String>, Failure> {
    let found = rows(connection, "SELECT name::text FROM pg_catalog.pg_available_extensions").await;
    let found = found.map_err(|e| e.failure("asking which extensions there are"))?;
    Ok(found
        .iter()
        .filter_map(|row| row.try_get::<String, _>(0).ok())
        .collect())
}

async fn run(connection: &mut PgConnection, assertion: &Assertion, settings: &str) -> Result<Outcome, ServerError> {
    execute(connection, &format!("SAVEPOINT driftgate; {settings}")).await?;
    let sql = assertion.sql.trim().trim_end_matches(';');
    let declared = alone(
        connection,
        &format!("DECLARE driftgate_assertion NO SCROLL CURSOR FOR\n{sql}\n"),
    )
    .await;
    let outcome = match declared {
        Ok(()) => match rows(connection, &format!("FETCH {} FROM driftgate_assertion", MOST_ROWS + 1)).await {
            Ok(rows) => {
                let more = rows.len() > MOST_ROWS;
                Outcome::Rows(rows.iter().take(MOST_ROWS).map(cells).collect(), more)
            }
            Err(error) => failed(error)?,
        },
        Err(error) if error.code == "42601" => {
            let positioned = error.message.clone();
            execute(connection, &format!("ROLLBACK TO SAVEPOINT driftgate; {settings}")).await?;
            why_not_a_query(connection, sql, positioned).await?
        }
        Err(error) => failed(error)?,
    };
    execute(connection, "ROLLBACK TO SAVEPOINT driftgate").await?;
    Ok(outcome)
}

fn failed(error: ServerError) -> Result<Outcome, ServerError> {
    if error.code.is_empty() {
        return Err(error);
    }
    let class = error.code.get(..2).unwrap_or_default();
    if error.message.contains("data-modifying statements in WITH") {
        return Ok(Outcome::Refused("it would write".into()));
    }
    Ok(match (error.meaning(), class) {
        // DECLARE … CURSOR refuses SELECT INTO, and WITH that writes; functions may not end the transaction or
        // make it read-write.
        (Meaning::Write, _) | (_, "0A" | "25" | "2D" | "2F" | "38") => Outcome::Refused(error.message),
        (Meaning::Undefined, _) => match error.code.as_str() {
            "42P11" => Outcome::Refused(error.message),
            // The end of the line is ours.
            _ => Outcome::Invalid(error.message.replace("\n\"", "\"")),
        },
        (_, "08") if error.message.starts_with("bind message supplies") => {
            Outcome::Invalid("it has a parameter such as $1, for which there is no value".into())
        }
        (Meaning::Permission, _) => Outcome::Unverified(
            error.message,
            Some("GRANT SELECT on what it reads to the role that connects".into()),
        ),
        (Meaning::Timeout, _) => {
            let hint = match error.code.as_str() {
                "55P03" => "another session holds a lock: raise --lock-timeout, or run it again later",
                _ => "raise --statement-timeout, or make the query cheaper",
            };
            Outcome::Unverified(error.message, Some(hint.into()))
        }
        (Meaning::Concurrent | Meaning::Other, _) => Outcome::Unverified(error.message, None),
    })
}

/// Tells a text that is no query from a query with a mistake in it, without running anything: EXPLAIN reads all
/// that writes rows, and a statement of another sort has its mistake at its first word.
async fn why_not_a_query(connection: &mut PgConnection, sql: &str, message: String) -> Result<Outcome, ServerError> {
    let first = sql
        .split(|c: char| !c.is_alphanumeric())
        .find(|w| !w.is_empty())
        .unwrap_or("");
    let is_first = |message: &str| !first.is_empty() && message.contains(&format!("at or near \"{first}\""));
    let explained = alone(connection, &format!("EXPLAIN (COSTS OFF)\n{sql}\n")).await;
    let error = match explained {
        Ok(()) if is_first(&message) => return Ok(Outcome::Refused(not_a_query(first))),
        Ok(()) => return Ok(Outcome::Refused("it would write".into())),
        Err(error) if error.code.is_empty() => return Err(error),
        Err(error) => error,
    };
    Ok(match error.code.as_str() {
        "42601" if error.message.contains("multiple commands") => {
            Outcome::Refused("it is more than one statement".into())
        }
        _ if is_first(&message) => Outcome::Refused(not_a_query(first)),
        "42601" => Outcome::Invalid(message.replace("\n\"", "\"")),
        // EXPLAIN could read it and DECLARE could not: it writes, if it could be planned.
        _ => Outcome::Refused(format!("it would write; {}", error.message)),
    })
}

fn not_a_query(first: &str) -> String {
    format!("{} is not a query", shorten(&first.to_uppercase()))
}

/// Runs statements of our own.
async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), ServerError> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await?;
    Ok(())
}

/// Runs one statement with a text of the user's in it: through the extended protocol, which takes no second one.
async fn alone(connection: &mut PgConnection, sql: &str) -> Result<(), ServerError> {
    sqlx::query(AssertSqlSafe(sql.to_owned()))
        .persistent(false)
        .execute(connection)
        .await?;
    Ok(())
}

async fn rows(connection: &mut PgConnection, sql: &str) -> Result<Vec<PgRow>, ServerError> {
    let mut rows = Vec::new();
    let mut results = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_many(connection);
    while let Some(step) = results.try_next().await? {
        if let Either::Right(row) = step {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// Runs statements of our own under a savepoint, to which it goes back when they fail.
pub(super) async fn in_savepoint(connection: &mut PgConnection, sql: &str) -> Result<Vec<PgRow>, ServerError> {
    let result = rows(
        connection,
        &format!("SAVEPOINT driftgate; {sql}; RELEASE SAVEPOINT driftgate"),
    )
    .await;
    if let Err(error) = &result
        && !error.code.is_empty()
    {
        execute(connection, "ROLLBACK TO SAVEPOINT driftgate").await?;
    }
    result
}

fn cells(row: &PgRow) -> Vec<Cell> {
    row.columns()
        .iter()
        .enumerate()
        .map(|(i, column)| Cell {
            text: row
                .try_get_raw(i)
                .ok()
                .filter(|value| !value.is_null())
                .and_then(|value| value.as_str().ok().map(str::to_owned)),
            sort: match column.type_info().name() {
                "JSON" | "JSONB" => CellSort::Json,
                "INT2" | "INT4" | "INT8" | "NUMERIC" | "FLOAT4" | "FLOAT8" | "OID" => CellSort::Number,
                "BOOL" => CellSort::Bool,
                _ => CellSort::Text,
            },
        })
        .collect()
}

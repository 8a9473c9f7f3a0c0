//! Runs the queries of assertions.

use std::collections::BTreeMap;

use super::Limits;
use super::assertion_values;
use super::blame;
use super::capture::{begin_transaction, reset_planner_settings};
use super::client::{Cells, Client};
use super::invalid_query;
use super::server_error::{Meaning, ServerError};
use crate::error::Failure;
use crate::expectation::{Assertion, Test};
use crate::hint::Hint;
use crate::observed::{AssertionResult, Cell, CellType, InvalidQuery, MOST_ROWS};
use crate::sql;
use crate::sql::{Sql, Statement, literal};
use crate::sql_text::{quote_name, tokens};
use crate::yaml::shorten;

/// Runs the query of an assertion, in the transaction that [`super::capture::capture`] began.
///
/// It runs as a cursor, for which PostgreSQL accepts only a query. The extended protocol refuses a text with several
/// statements. In addition, the transaction is read-only.
///
/// # Errors
/// A [`Failure`] if the connection breaks.
pub async fn run(client: &mut Client, assertion: &Assertion, search_path: &str) -> Result<AssertionResult, Failure> {
    let doing = format!("running the assertion `{}`", assertion.name);
    let mut path = vec![quote_name(&assertion.schema)];
    if !search_path.trim().is_empty() {
        path.push(search_path.to_owned());
    }
    // Not SET, whose grammar cannot express the empty search path that a role may have.
    let path = sql![
        "SELECT pg_catalog.set_config('search_path', ",
        literal(&path.join(", ")),
        ", true)"
    ];
    let settings: Vec<Sql> = reset_planner_settings().into_iter().chain([path]).collect();
    run_as_cursor(client, assertion, &settings)
        .await
        .map_err(|e| e.failure(&doing))
}

/// Begins a transaction for assertions alone, with the same limits as that of [`super::capture::capture`].
///
/// # Errors
/// The server refuses.
pub async fn begin(client: &mut Client, limits: Limits) -> Result<(), Failure> {
    client
        .execute(&begin_transaction(limits))
        .await
        .map_err(|error| error.failure("beginning a transaction for assertions"))
}

/// Comes before the text of an assertion.
const DECLARE: &str = "DECLARE driftgate_assertion NO SCROLL CURSOR FOR\n";

async fn run_as_cursor(
    client: &mut Client,
    assertion: &Assertion,
    settings: &[Sql],
) -> Result<AssertionResult, ServerError> {
    let begin =
        |first: &'static str| -> Vec<Sql> { [sql![first]].into_iter().chain(settings.iter().cloned()).collect() };
    client.execute(&begin("SAVEPOINT driftgate")).await?;
    let sql = assertion.sql.trim().trim_end_matches(';');
    let declare = Statement::new(DECLARE).then_text(sql);
    let declared = client.run_single(&declare).await;
    let outcome = match declared {
        Ok(_) => match client
            .rows(&[sql!["FETCH ", MOST_ROWS + 1, " FROM driftgate_assertion"]])
            .await
        {
            Ok(rows) => read_rows(client, assertion, &rows, &begin("ROLLBACK TO SAVEPOINT driftgate")).await?,
            Err(error) => explain_or_blame(client, error, sql).await?,
        },
        Err(error) if error.code == "42601" => {
            client.execute(&begin("ROLLBACK TO SAVEPOINT driftgate")).await?;
            why_not_a_query(client, sql, error).await?
        }
        Err(error) => explain_or_blame(client, error, sql).await?,
    };
    client.execute(&[sql!["ROLLBACK TO SAVEPOINT driftgate"]]).await?;
    Ok(outcome)
}

/// The rows that were fetched. Expected texts that differ are compared by the rules of the types.
async fn read_rows(
    client: &mut Client,
    assertion: &Assertion,
    rows: &[Cells],
    reset: &[Sql],
) -> Result<AssertionResult, ServerError> {
    let more = rows.len() > MOST_ROWS;
    let types: Vec<u32> = rows
        .first()
        .map(|row| row.columns().iter().map(|column| column.type_oid).collect())
        .unwrap_or_default();
    let mut cells: Vec<Vec<Cell>> = rows.iter().take(MOST_ROWS).map(to_cells).collect();
    if !more {
        let tests: Vec<&Test> = assertion.tests.iter().map(|(test, _)| test).collect();
        assertion_values::compare(client, &tests, &types, &mut cells, reset).await?;
    }
    Ok(AssertionResult::Rows(cells, more))
}

/// Explains an error, and says who holds the lock if the query waited for one.
async fn explain_or_blame(client: &mut Client, error: ServerError, sql: &str) -> Result<AssertionResult, ServerError> {
    if !error.is_lock_timeout() {
        return explain_error(error, sql);
    }
    client.execute(&[sql!["ROLLBACK TO SAVEPOINT driftgate"]]).await?;
    let message = blame(client, error.clone(), None).await?;
    explain_error(ServerError { message, ..error }, sql)
}

fn explain_error(error: ServerError, sql: &str) -> Result<AssertionResult, ServerError> {
    if error.code.is_empty() {
        return Err(error);
    }
    let class = error.code.get(..2).unwrap_or_default();
    // The cursor is neither scrollable nor held, so that this routine has no other error of this code. Source:
    // src/backend/parser/analyze.c.
    if error.code == "0A000" && error.is_from("transformDeclareCursorStmt") {
        return Ok(AssertionResult::Refused("it would write".into()));
    }
    Ok(match (error.meaning(), class) {
        // DECLARE … CURSOR refuses SELECT INTO, and WITH that writes; functions may not end the transaction or
        // make it read-write.
        (Meaning::Write, _) | (_, "0A" | "25" | "2D" | "2F" | "38") => AssertionResult::Refused(error.message),
        (Meaning::Undefined, _) => match error.code.as_str() {
            "42P11" => AssertionResult::Refused(error.message),
            _ => AssertionResult::Invalid(invalid_query::explain(&error, sql, DECLARE)),
        },
        // Binding fails only because of the number of parameters. Source: src/backend/tcop/postgres.c.
        (_, "08") if error.is_from("exec_bind_message") => AssertionResult::Invalid(InvalidQuery {
            why: "it has a parameter such as $1, for which there is no value".into(),
            is_mistake: true,
            ..InvalidQuery::default()
        }),
        (Meaning::Permission, _) if error.is_row_security() => AssertionResult::Unverified(
            error.message,
            Some(Hint::advice(
                "row security would hide rows from the role that connects, so the result would be wrong: use \
                 --assertions-url with a role that owns the table or has BYPASSRLS, and SELECT on what the query reads",
            )),
        ),
        (Meaning::Permission, _) => {
            let hint = grant(&error.message);
            AssertionResult::Unverified(error.message, Some(Hint::advice(hint)))
        }
        (Meaning::Timeout, _) => {
            let hint = match error.code.as_str() {
                "55P03" => "another session holds a lock: raise --lock-timeout, or try again later",
                _ => "raise --statement-timeout, or make the query cheaper",
            };
            AssertionResult::Unverified(error.message, Some(Hint::advice(hint)))
        }
        (Meaning::Concurrent | Meaning::Exhausted | Meaning::Other, _) => {
            AssertionResult::Unverified(error.message, None)
        }
    })
}

/// What to grant after PostgreSQL refused a query. The message names the object, unless it is translated.
fn grant(message: &str) -> String {
    let named = message
        .strip_prefix("permission denied for ")
        .and_then(|rest| rest.split_once(' '));
    match named {
        Some(("schema", name)) => format!("grant USAGE on the schema {name} to the role that connects"),
        Some(("function" | "procedure", name)) => format!("grant EXECUTE on {name} to the role that connects"),
        Some((kind @ ("table" | "view" | "sequence"), name)) => {
            format!("grant SELECT on the {kind} {name} to the role that connects")
        }
        Some(("materialized" | "foreign", rest)) => {
            let name = rest.rsplit(' ').next().unwrap_or(rest);
            format!("grant SELECT on {name} to the role that connects")
        }
        Some(_) | None => "grant SELECT on the tables that it reads to the role that connects".to_owned(),
    }
}

/// Distinguishes a statement that is not a query from a query with a mistake, without running anything. EXPLAIN accepts
/// every statement that writes rows; for any other statement, the error position is its first word.
async fn why_not_a_query(
    client: &mut Client,
    sql: &str,
    declaring: ServerError,
) -> Result<AssertionResult, ServerError> {
    let first = tokens(sql).into_iter().next().map_or(0..0, |token| token.range);
    let position = DECLARE.chars().count() + sql[..first.start].chars().count() + 1;
    let first = &sql[first];
    let is_at_first_word = !first.is_empty() && declaring.position.is_some_and(|at| at.get() == position);
    let explained = client
        .run_single(&Statement::new("EXPLAIN (COSTS OFF)\n").then_text(sql))
        .await;
    let error = match explained {
        Ok(_) if is_at_first_word => return Ok(AssertionResult::Refused(not_a_query(first))),
        Ok(_) => return Ok(AssertionResult::Refused("it would write".into())),
        Err(error) if error.code.is_empty() => return Err(error),
        Err(error) => error,
    };
    Ok(match error.code.as_str() {
        // The parser accepts several statements; this routine does not.
        "42601" if error.is_from("exec_parse_message") => {
            AssertionResult::Refused("it is more than one statement".into())
        }
        _ if is_at_first_word => AssertionResult::Refused(not_a_query(first)),
        "42601" => AssertionResult::Invalid(invalid_query::explain(&declaring, sql, DECLARE)),
        // EXPLAIN parsed it and DECLARE did not: it would write.
        _ => AssertionResult::Refused(format!("it would write; {}", error.message)),
    })
}

fn not_a_query(first: &str) -> String {
    format!("{} is not a query", shorten(&first.to_uppercase()))
}

/// The longest text of a cell that is kept, in bytes. A longer one is truncated and its length is appended, so that it
/// does not equal an expected value by chance.
const MAX_CELL_BYTES: usize = 64 * 1024;

fn to_cells(row: &Cells) -> Vec<Cell> {
    row.columns()
        .iter()
        .enumerate()
        .map(|(i, column)| Cell {
            text: row.bytes(i).map(|bytes| match bytes.get(..MAX_CELL_BYTES) {
                Some(start) => format!("{} … ({} bytes)", String::from_utf8_lossy(start), bytes.len()),
                None => String::from_utf8_lossy(bytes).into_owned(),
            }),
            // The object identifiers of types, from `pg_type.dat`.
            cell_type: match column.type_oid {
                114 | 3802 => CellType::Json,
                20 | 21 | 23 | 26 | 700 | 701 | 1700 => CellType::Number,
                16 => CellType::Bool,
                _ => CellType::Text,
            },
            answers: BTreeMap::new(),
        })
        .collect()
}

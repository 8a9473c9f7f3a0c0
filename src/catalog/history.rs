//! Reading the history of a migration tool.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use super::observe::in_savepoint;
use super::server_error::{Meaning, ServerError};
use crate::compare::history::History;
use crate::error::Failure;
use crate::expectation::ExpectedHistory;
use crate::migrations::{Migration, State, Tool};
use crate::object_id::ObjectId;
use crate::sql_text::{quote_literal, quote_name};

/// Reads the history of a migration tool, in the transaction that [`super::capture::capture`] began. Where it may stand
/// in several tables, the catalog says first which of them is there.
///
/// # Errors
/// A [`Failure`] if the connection breaks.
pub async fn history(
    connection: &mut PgConnection,
    expected: &ExpectedHistory,
    role: &str,
) -> Result<History, Failure> {
    if let [(tool, table)] = expected.candidates.as_slice() {
        return read(connection, tool, table, role).await;
    }
    let mut found: Vec<(&'static Tool, ObjectId)> = Vec::new();
    let there = tables(connection, expected)
        .await
        .map_err(|error| error.failure("looking for the history of migrations"))?;
    for (tool, table) in &expected.candidates {
        let Some(there_is) = there.iter().find(|there| there.table == *table) else {
            continue;
        };
        // Of the tables of one tool the usual one comes first.
        if found.iter().all(|(other, _)| other.name != tool.name) && is_of(tool, there_is, &there) {
            found.push((tool, table.clone()));
        }
    }
    match found.as_slice() {
        [] => Ok(History::Missing),
        [(tool, table)] => read(connection, tool, table, role).await,
        _ => Ok(History::Several(found)),
    }
}

/// A table that may be a history: its name, and its columns with their types.
struct There {
    table: ObjectId,
    columns: Vec<String>,
}

/// Whether a table is of a tool, by its columns and by what stands beside it.
fn is_of(tool: &Tool, table: &There, there: &[There]) -> bool {
    let has = |column: &str| {
        table.columns.iter().any(|there| {
            // A column is told with its type, or by its name alone.
            *there == column || there.split_once(' ').is_some_and(|(name, _)| name == column)
        })
    };
    let beside = |name: &str| {
        there
            .iter()
            .any(|other| other.table.last() == name && other.table.prefix(1) == table.table.prefix(1))
    };
    tool.columns.iter().all(|column| has(column))
        && tool.beside.is_none_or(|other| match other.strip_prefix('!') {
            Some(absent) => !beside(absent),
            None => beside(other),
        })
}

/// Which of the tables that may be histories are there.
async fn tables(connection: &mut PgConnection, expected: &ExpectedHistory) -> Result<Vec<There>, ServerError> {
    let mut wanted: Vec<String> = Vec::new();
    for (tool, table) in &expected.candidates {
        if let [schema, name] = table.parts() {
            let beside = tool.beside.map(|name| name.trim_start_matches('!'));
            for name in [Some(&**name), beside].into_iter().flatten() {
                let pair = format!("({}, {})", quote_literal(schema), quote_literal(name));
                if !wanted.contains(&pair) {
                    wanted.push(pair);
                }
            }
        }
    }
    let sql = format!(
        "SELECT n.nspname::text AS schema, c.relname::text AS name, \
                (SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, NULL), E'\\n' ORDER BY a.attnum) \
                 FROM pg_catalog.pg_attribute AS a \
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns \
         FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'v', 'f') AND (n.nspname, c.relname) IN ({})",
        wanted.join(", ")
    );
    let rows = in_savepoint(connection, &format!("SET LOCAL search_path = pg_catalog; {sql}")).await?;
    Ok(rows
        .iter()
        .map(|row| There {
            table: ObjectId::new(vec![text(row, "schema"), text(row, "name")]),
            columns: text(row, "columns").lines().map(str::to_owned).collect(),
        })
        .collect())
}

fn text(row: &PgRow, column: &str) -> String {
    row.try_get::<String, _>(column).unwrap_or_default()
}

async fn read(
    connection: &mut PgConnection,
    tool: &'static Tool,
    table: &ObjectId,
    role: &str,
) -> Result<History, Failure> {
    let query = tool.query(table);
    match in_savepoint(connection, &format!("SET LOCAL search_path = pg_catalog; {query}")).await {
        Ok(rows) => Ok(History::Read {
            tool,
            table: table.clone(),
            migrations: rows
                .iter()
                .map(|row| Migration {
                    name: text(row, "name"),
                    version: text(row, "version"),
                    state: State::parse(&text(row, "state")).unwrap_or(State::Failed),
                    checksum: row.try_get("checksum").ok().flatten(),
                })
                .collect(),
        }),
        Err(error) if matches!(error.code.as_str(), "42P01" | "3F000") => Ok(History::Missing),
        Err(error) if error.code.is_empty() => Err(error.failure(&format!("reading the history of {}", tool.name))),
        Err(error) => {
            let hint = match error.meaning() {
                Meaning::Permission => Some(format!(
                    "GRANT USAGE ON SCHEMA {} TO {role}; GRANT SELECT ON {} TO {role};",
                    quote_name(&table.parts()[0]),
                    table.to_sql(),
                    role = quote_name(role),
                )),
                Meaning::Timeout => Some(match error.code.as_str() {
                    "55P03" => "another session holds a lock: raise --lock-timeout, or run it again later".into(),
                    _ => "raise --statement-timeout".into(),
                }),
                Meaning::Undefined => Some(format!("is this a table of {}?", tool.name)),
                Meaning::Write | Meaning::Concurrent | Meaning::Other => None,
            };
            Ok(History::Unreadable {
                tool,
                table: table.clone(),
                why: error.message,
                hint,
            })
        }
    }
}

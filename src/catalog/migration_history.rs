//! Reads the history of a migration tool.
//!
//! The history may be a view, or have a policy or an index on an expression. Planning a query on it could run code of its
//! owner. Therefore only ordinary tables are read, with `COPY … TO`, which does not use the planner. The rows are then sent
//! back to the server as data, and the query of the tool reads them from there.
//!
//! COPY does not show which transaction wrote a row. Where the owner of the table can act as the connected role anyway, its
//! code gains nothing from that role, and a query reads the rows with their ages.

mod tables;

use tables::{HistoryTable, TableColumn};

use super::client::{Cells, Client};
use super::server_error::{Meaning, ServerError};
use super::{blame, in_savepoint, row_age};
use crate::error::Failure;
use crate::expectation::ExpectedHistory;
use crate::hint::Hint;
use crate::migrations::{Migration, MigrationState, Tool};
use crate::object_id::ObjectId;
use crate::observed::MigrationHistory;
use crate::sql;
use crate::sql::{Sql, literal, name, qualified};
use crate::sql_text::quote_name;

/// Reads the history of a migration tool, in the transaction that [`super::capture::capture`] began. If
/// several tables are possible, it first looks them up in the catalog.
///
/// # Errors
/// A [`Failure`] if the connection breaks.
pub async fn read_history(
    client: &mut Client,
    expected: &ExpectedHistory,
    role: &str,
) -> Result<MigrationHistory, Failure> {
    let mut found: Vec<(&'static Tool, &HistoryTable)> = Vec::new();
    let tables = tables::named(client, expected)
        .await
        .map_err(|error| error.failure("looking for the migration history"))?;
    let is_only = expected.candidates.len() == 1;
    for (tool, table) in &expected.candidates {
        let Some(history) = tables.iter().find(|found| found.id == *table) else {
            continue;
        };
        // The usual table of a tool comes before its other tables.
        let is_first = found.iter().all(|(other, _)| other.name != tool.name);
        if is_only || is_first && history.belongs_to(tool, &tables) {
            found.push((tool, history));
        }
    }
    match found.as_slice() {
        [] => {
            let elsewhere = tables::elsewhere(client, expected)
                .await
                .map_err(|error| error.failure("looking for the migration history in other schemas"))?;
            Ok(MigrationHistory::Missing(elsewhere))
        }
        [(tool, history)] => read_table(client, tool, history, role).await,
        _ => Ok(MigrationHistory::Several(
            found
                .iter()
                .map(|(tool, history)| (*tool, history.id.clone()))
                .collect(),
        )),
    }
}

/// The columns of a table that the query of a tool may use.
fn columns<'a>(tool: &Tool, history: &'a HistoryTable) -> Vec<&'a TableColumn> {
    let words: Vec<&str> = tool.query.split(|c: char| c != '_' && !c.is_alphanumeric()).collect();
    history
        .columns
        .iter()
        .filter(|column| words.contains(&&*column.name))
        .collect()
}

/// The column with the age of a row, as [`row_age::parse`] reads it.
const AGE: &str = "driftgate_age";

/// A row of a history, as an object of texts.
type JsonRow = serde_json::Map<String, serde_json::Value>;

/// Reads the rows of a table.
async fn rows(client: &mut Client, part: &ObjectId, columns: &[&TableColumn]) -> Result<Vec<JsonRow>, ServerError> {
    let names = Sql::join(columns.iter().map(|column| name(&column.name)), ", ");
    let copy = sql!["COPY ", qualified(part), " (", names, ") TO STDOUT"];
    let mut rows = Vec::new();
    client
        .copy_out(&copy, |line| {
            let line = String::from_utf8_lossy(line);
            let cells = line.trim_end_matches('\n').split('\t');
            let row = columns
                .iter()
                .zip(cells)
                .map(|(column, cell)| (column.name.clone(), unescape_copy(cell).into()))
                .collect();
            rows.push(row);
            Ok(())
        })
        .await?;
    Ok(rows)
}

/// Reads the rows of a table with a query, and the age of each as the column [`AGE`].
async fn rows_with_ages(
    client: &mut Client,
    table: &ObjectId,
    columns: &[&TableColumn],
) -> Result<Vec<JsonRow>, ServerError> {
    let names = columns.iter().map(|column| sql![", t.", name(&column.name)]);
    let query = sql![
        row_age::OF_HISTORY,
        Sql::join(names, ""),
        " FROM ONLY ",
        qualified(table),
        " AS t"
    ];
    let rows = client.rows(&[query]).await?;
    let text = |cells: &Cells, column: usize| {
        let bytes = cells.bytes(column)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    };
    let row = |cells: &Cells| {
        let names = std::iter::once(AGE).chain(columns.iter().map(|column| column.name.as_str()));
        let cells = names
            .enumerate()
            .map(|(i, name)| (name.to_owned(), text(cells, i).into()));
        cells.collect()
    };
    Ok(rows.iter().map(row).collect())
}

/// A cell in the text format of COPY. Source: PostgreSQL's documentation, "COPY", "Text Format".
fn unescape_copy(cell: &str) -> Option<String> {
    if cell == "\\N" {
        return None;
    }
    let mut out = String::with_capacity(cell.len());
    let mut characters = cell.chars();
    while let Some(c) = characters.next() {
        out.push(match c {
            '\\' => match characters.next() {
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('v') => '\u{b}',
                Some(other) => other,
                None => '\\',
            },
            c => c,
        });
    }
    Some(out)
}

/// The query of a tool on rows that were read.
fn query(tool: &'static Tool, columns: &[&TableColumn], data: Vec<JsonRow>) -> Sql {
    let types = columns.iter().map(|column| {
        sql![
            name(&column.name),
            " ",
            // The type was read from the catalog; only a known name becomes part of the query.
            column.sql_type.as_deref().map_or_else(|| sql!["text"], type_name)
        ]
    });
    sql![
        "WITH driftgate_history AS (SELECT * FROM pg_catalog.jsonb_to_recordset(",
        literal(&serde_json::Value::from_iter(data).to_string()),
        "::jsonb) AS r(",
        Sql::join(types.chain([sql![AGE, " text"]]), ", "),
        "))\n",
        Sql::replaced(
            tool.query,
            &[
                ("FROM {table}", ", driftgate_age FROM {table}"),
                ("{table}", "driftgate_history"),
            ],
        ),
    ]
}

async fn migrations(
    client: &mut Client,
    tool: &'static Tool,
    history: &HistoryTable,
) -> Result<Vec<Migration>, ServerError> {
    let columns = columns(tool, history);
    let mut data: Vec<JsonRow> = Vec::new();
    let has_ages = history.is_trusted && matches!(history.parts.as_slice(), [only] if only.id == history.id);
    client.execute(&[sql!["SAVEPOINT driftgate"]]).await?;
    for part in &history.parts {
        let read = if has_ages {
            rows_with_ages(client, &part.id, &columns).await
        } else {
            rows(client, &part.id, &columns).await
        };
        match read {
            Ok(rows) => data.extend(rows),
            Err(error) if error.code.is_empty() => return Err(error),
            Err(error) => {
                client.execute(&[sql!["ROLLBACK TO SAVEPOINT driftgate"]]).await?;
                return Err(error);
            }
        }
    }
    let query = query(tool, &columns, data);
    let rows = in_savepoint(client, vec![query]).await?;
    let text = |row: &Cells, column: &str| -> Result<String, ServerError> {
        Ok(row.named(column)?.unwrap_or_default().to_owned())
    };
    rows.iter()
        .map(|row| {
            Ok(Migration {
                name: text(row, "name")?,
                version: text(row, "version")?,
                state: MigrationState::parse(&text(row, "state")?).unwrap_or(MigrationState::Failed),
                checksum: row.named("checksum")?.map(str::to_owned),
                written_in: row.named(AGE)?.and_then(row_age::parse),
            })
        })
        .collect()
}

/// The types of columns in histories, as in SQL. Any other type is read as text.
const TYPES: [&str; 14] = [
    "text",
    "character varying",
    "character",
    "name",
    "boolean",
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "bytea",
    "timestamp without time zone",
    "timestamp with time zone",
    "date",
    "jsonb",
];

fn type_name(sql_type: &str) -> Sql {
    let known = TYPES.iter().find(|known| **known == sql_type);
    sql![known.copied().unwrap_or("text")]
}

async fn read_table(
    client: &mut Client,
    tool: &'static Tool,
    history: &HistoryTable,
    role: &str,
) -> Result<MigrationHistory, Failure> {
    let table = &history.id;
    let unreadable = |why: String, hint: Option<Hint>| MigrationHistory::Unreadable {
        tool,
        table: table.clone(),
        why,
        hint,
    };
    if let Some((part, why)) = history.parts.iter().find_map(|part| Some((&part.id, part.refused?))) {
        return Ok(unreadable(
            format!("{part} {why}; reading it could run code of its owner"),
            Some(Hint::advice(format!(
                "{} keeps its history in an ordinary table",
                tool.title
            ))),
        ));
    }
    if let Some(column) = tool.telltale_columns.iter().find(|column| !history.has(column)) {
        let name = column.split(' ').next().unwrap_or_default();
        return Ok(unreadable(
            format!("column \"{name}\" does not exist"),
            Some(Hint::advice(format!("is this a table of {}?", tool.name))),
        ));
    }
    match migrations(client, tool, history).await {
        Ok(migrations) => Ok(MigrationHistory::Read {
            tool,
            table: table.clone(),
            migrations,
        }),
        Err(error) if matches!(error.code.as_str(), "42P01" | "3F000") => Ok(MigrationHistory::Missing(Vec::new())),
        Err(error) if error.code.is_empty() => Err(error.failure(&format!("reading the history of {}", tool.name))),
        Err(error) => {
            let hint = hint(&error, tool, history, role);
            let failure = |error: ServerError| error.failure(&format!("reading the history of {}", tool.name));
            let why = blame(client, error, Some(table)).await.map_err(failure)?;
            Ok(unreadable(why, hint))
        }
    }
}

/// A hint for a history that cannot be read.
fn hint(error: &ServerError, tool: &Tool, history: &HistoryTable, role: &str) -> Option<Hint> {
    match error.meaning() {
        Meaning::Permission if error.is_row_security() => Some(Hint::advice_with_sql(
            format!(
                "row security would hide rows from the role {role}; connect as the owner of {}, or give the role BYPASSRLS",
                history.id
            ),
            format!("ALTER ROLE {} BYPASSRLS;", quote_name(role)),
        )),
        Meaning::Permission => {
            let tables = history.parts.iter().map(|part| part.id.to_sql());
            Some(Hint::sql(format!(
                "GRANT USAGE ON SCHEMA {} TO {role}; GRANT SELECT ON {} TO {role};",
                quote_name(history.id.schema()),
                tables.collect::<Vec<_>>().join(", "),
                role = quote_name(role),
            )))
        }
        Meaning::Timeout => Some(Hint::advice(match error.code.as_str() {
            "55P03" => "another session holds a lock: raise --lock-timeout, or try again later",
            _ => "raise --statement-timeout",
        })),
        Meaning::Undefined => Some(Hint::advice(format!("is this a table of {}?", tool.name))),
        Meaning::Write | Meaning::Concurrent | Meaning::Exhausted | Meaning::Other => None,
    }
}

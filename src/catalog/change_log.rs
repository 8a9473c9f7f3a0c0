//! Reads who changed objects from a table that an event trigger fills.
//!
//! Planning a query on a table can run code of its owner, and COPY does not show which transaction wrote a row. Therefore
//! only ordinary tables and their partitions are read whose owners can act as the connected role anyway.

use super::client::{Cells, Client};
use super::server_error::{Meaning, ServerError};
use super::{blame, in_savepoint};
use crate::error::Failure;
use crate::expectation::{ChangeColumn, ChangeLog};
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::observed::{ChangeAuthor, RecordedChange};
use crate::sql;
use crate::sql::{Sql, literal, name, qualified};
use crate::sql_text::quote_name;

/// The most rows that are read. Transactions with more of them are those of large migrations.
const MOST: usize = 10_000;

/// What a table says about some transactions.
#[derive(Debug)]
pub enum ChangesFound {
    /// Its rows.
    Rows(Vec<RecordedChange>),
    /// It was not read: why, and what to do.
    Unreadable(String, Option<Hint>),
}

/// The tables that hold the rows, and their columns.
const TABLES: &str = "\
WITH RECURSIVE parts(oid) AS (\
 SELECT c.oid FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
 WHERE n.nspname = {schema} AND c.relname = {table} \
 UNION SELECT i.inhrelid FROM parts AS p JOIN pg_catalog.pg_inherits AS i ON i.inhparent = p.oid) \
SELECT n.nspname::pg_catalog.text, c.relname::pg_catalog.text, c.relkind::pg_catalog.text, \
 pg_catalog.pg_get_userbyid(c.relowner)::pg_catalog.text, \
 pg_catalog.pg_has_role(c.relowner, current_user, 'USAGE')::pg_catalog.text, \
 (SELECT pg_catalog.json_object_agg(a.attname, CASE WHEN t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace \
   THEN pg_catalog.format_type(a.atttypid, NULL) ELSE '' END) \
  FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid \
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::pg_catalog.text \
FROM parts AS p JOIN pg_catalog.pg_class AS c ON c.oid = p.oid \
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1, 2";

/// Reads what a table says about these transactions, in the transaction that [`super::capture::capture`] began. Without
/// transactions, it finds out whether the table can be read.
///
/// # Errors
/// The connection breaks.
pub async fn read(
    client: &mut Client,
    log: &ChangeLog,
    transactions: &[&str],
    role: &str,
) -> Result<ChangesFound, Failure> {
    let failure = |error: ServerError| error.failure(&format!("reading {}", log.table));
    let [schema, table] = log.table.parts() else {
        return Ok(ChangesFound::Rows(Vec::new()));
    };
    let tables = Sql::template(TABLES, |place| match place {
        "schema" => Some(literal(schema)),
        "table" => Some(literal(table)),
        _ => None,
    });
    let found = in_savepoint(client, vec![tables]).await.map_err(failure)?;
    let parts = found
        .iter()
        .map(AuditPart::of)
        .collect::<Result<Vec<_>, _>>()
        .map_err(failure)?;
    let query = match query(log, &parts, transactions, role) {
        Ok(query) => query,
        Err((why, hint)) => return Ok(ChangesFound::Unreadable(why, hint)),
    };
    match in_savepoint(client, vec![query]).await {
        Ok(rows) if rows.len() > MOST => Ok(ChangesFound::Unreadable(
            format!("it has more than {MOST} rows about the transactions of the findings"),
            None,
        )),
        Ok(rows) => Ok(ChangesFound::Rows(rows.iter().filter_map(change).collect())),
        Err(error) if error.code.is_empty() => Err(failure(error)),
        Err(error) => {
            let hint = hint(&error, &parts, role);
            let why = blame(client, error, Some(&log.table)).await.map_err(failure)?;
            Ok(ChangesFound::Unreadable(why, hint))
        }
    }
}

/// A table that holds rows.
struct AuditPart {
    id: ObjectId,
    kind: String,
    owner: String,
    is_trusted: bool,
    columns: serde_json::Map<String, serde_json::Value>,
}

impl AuditPart {
    fn of(row: &Cells) -> Result<Self, ServerError> {
        let cell = |column: usize| row.text(column).map(|text| text.unwrap_or_default().to_owned());
        Ok(Self {
            id: ObjectId::new(vec![cell(0)?, cell(1)?]),
            kind: cell(2)?,
            owner: cell(3)?,
            is_trusted: cell(4)? == "true",
            columns: serde_json::from_str(&cell(5)?).unwrap_or_default(),
        })
    }

    /// The type of a column, if it is one of PostgreSQL's own.
    fn column_type(&self, column: &str) -> Option<&str> {
        self.columns.get(column)?.as_str()
    }
}

type Refusal = (String, Option<Hint>);

/// The query for the rows of all parts.
fn query(log: &ChangeLog, parts: &[AuditPart], transactions: &[&str], role: &str) -> Result<Sql, Refusal> {
    if parts.is_empty() {
        return Err(("it does not exist".to_owned(), None));
    }
    let mut queries = Vec::new();
    for part in parts.iter().filter(|part| part.kind != "p") {
        if part.kind != "r" {
            let why = format!(
                "{} is not an ordinary table; reading it could run code of its owner",
                part.id
            );
            return Err((why, None));
        }
        if !part.is_trusted {
            let why = format!(
                "its owner {} cannot act as {role}, and reading it could run code of its owner",
                part.owner
            );
            let grant = format!("GRANT {} TO {};", quote_name(role), quote_name(&part.owner));
            return Err((why, Some(Hint::sql(grant))));
        }
        let columns = ChangeColumn::ALL.iter().map(|column| select(log, part, *column));
        let columns: Vec<Sql> = columns.collect::<Result<_, _>>().map_err(|why| (why, None))?;
        queries.push(sql![
            "SELECT t.xmin::pg_catalog.text, t.cmin::pg_catalog.text",
            Sql::join(columns, ""),
            " FROM ONLY ",
            qualified(&part.id),
            " AS t WHERE ",
            only_of(transactions)
        ]);
    }
    if queries.is_empty() {
        return Err(("it has no partitions".to_owned(), None));
    }
    Ok(sql![
        Sql::join(queries, " UNION ALL "),
        " LIMIT ",
        i32::try_from(MOST + 1).unwrap_or(i32::MAX)
    ])
}

/// A column, with a comma before it.
fn select(log: &ChangeLog, part: &AuditPart, column: ChangeColumn) -> Result<Sql, String> {
    let written = log.column(column);
    let needed = column == ChangeColumn::Object || log.named(column).is_some();
    match part.column_type(written) {
        None if needed => Err(format!(
            "{} has no column \"{written}\" ({} of `changes`)",
            part.id,
            column.name()
        )),
        None => Ok(sql![", NULL"]),
        Some("timestamp with time zone") => Ok(sql![
            ", pg_catalog.to_char(t.",
            name(written),
            " AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"')"
        ]),
        // What prints a type of an extension may be anyone's code.
        Some("" | "json" | "xml") => Err(format!(
            "the type of the column \"{written}\" is not one of PostgreSQL's own"
        )),
        Some(_) => Ok(sql![", t.", name(written), "::pg_catalog.text"]),
    }
}

/// The condition on rows of these transactions. Rows that are older than the table remembers, and those of a table that was
/// restored with its rows, say nothing.
fn only_of(transactions: &[&str]) -> Sql {
    if transactions.is_empty() {
        return sql!["false"];
    }
    let transactions = Sql::join(transactions.iter().map(|number| literal(number)), ", ");
    sql![
        "t.xmin::pg_catalog.text IN (",
        transactions,
        ") AND pg_catalog.age(t.xmin) BETWEEN 0 AND \
         (SELECT pg_catalog.age(c.relfrozenxid) FROM pg_catalog.pg_class AS c WHERE c.oid = t.tableoid) \
         AND t.xmin <> (SELECT a.xmin FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = t.tableoid AND a.attnum = -1)"
    ]
}

fn change(row: &Cells) -> Option<RecordedChange> {
    let cell = |column: usize| {
        let text = String::from_utf8_lossy(row.bytes(column)?).into_owned();
        Some(text).filter(|text| !text.trim().is_empty())
    };
    // The order of [`ChangeColumn::ALL`].
    Some(RecordedChange {
        transaction: cell(0)?,
        command: cell(1)?.parse().ok()?,
        object: cell(2)?,
        author: ChangeAuthor {
            user: cell(3),
            application: cell(4),
            tag: cell(5),
            time: cell(6),
        },
    })
}

fn hint(error: &ServerError, parts: &[AuditPart], role: &str) -> Option<Hint> {
    match error.meaning() {
        Meaning::Permission if error.is_row_security() => {
            Some(Hint::advice(format!("row security hides rows from the role {role}")))
        }
        Meaning::Permission => {
            let role = quote_name(role);
            let tables: Vec<String> = parts.iter().map(|part| part.id.to_sql()).collect();
            let schema = quote_name(parts.first()?.id.schema());
            Some(Hint::sql(format!(
                "GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT SELECT ON {} TO {role};",
                tables.join(", ")
            )))
        }
        Meaning::Timeout => Some(Hint::advice("raise --statement-timeout or --lock-timeout")),
        Meaning::Undefined | Meaning::Write | Meaning::Concurrent | Meaning::Exhausted | Meaning::Other => None,
    }
}

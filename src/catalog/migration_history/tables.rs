//! The tables that may be the history of a migration tool.

use crate::catalog::client::Client;
use crate::catalog::in_savepoint;
use crate::catalog::server_error::ServerError;
use crate::expectation::ExpectedHistory;
use crate::migrations::Tool;
use crate::object_id::ObjectId;
use crate::sql;
use crate::sql::{Sql, literal};

/// A table that may be a migration history.
pub(super) struct HistoryTable {
    pub(super) id: ObjectId,
    pub(super) columns: Vec<TableColumn>,
    /// The tables that store its rows: itself, its partitions, and tables that inherit from it.
    pub(super) parts: Vec<StoredTable>,
    /// Whether its owner can act as the connected role.
    pub(super) is_trusted: bool,
}

/// A column of a history table.
pub(super) struct TableColumn {
    pub(super) name: String,
    /// Its type without modifiers; `None` if it is not one of PostgreSQL's own types.
    pub(super) sql_type: Option<String>,
}

/// A table that stores rows.
pub(super) struct StoredTable {
    pub(super) id: ObjectId,
    /// Why it is not read.
    pub(super) refused: Option<&'static str>,
}

impl HistoryTable {
    /// Whether it has a column, given as a name or as a name and a type.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|found| {
            let sql_type = found.sql_type.as_deref().unwrap_or_default();
            found.name == column || format!("{} {sql_type}", found.name) == column
        })
    }

    /// Whether it belongs to a tool, according to its columns and the other tables in the schema.
    pub(super) fn belongs_to(&self, tool: &Tool, tables: &[Self]) -> bool {
        let has_sibling = |name: &str| {
            let mut tables = tables.iter();
            tables.any(|other| other.id.last() == name && other.id.schema() == self.id.schema())
        };
        tool.telltale_columns.iter().all(|column| self.has(column))
            && tool.sibling_table.is_none_or(|other| match other.strip_prefix('!') {
                Some(absent) => !has_sibling(absent),
                None => has_sibling(other),
            })
    }
}

/// Looks up the tables that may be histories, and the tables that store their rows.
const TABLES: &str = "\
WITH RECURSIVE parts(top, oid) AS (\
 SELECT c.oid, c.oid FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {wanted} \
 UNION SELECT p.top, i.inhrelid FROM parts AS p JOIN pg_catalog.pg_inherits AS i ON i.inhparent = p.oid) \
SELECT pg_catalog.json_build_object(\
 'schema', n.nspname, 'name', c.relname, \
 'trusted', pg_catalog.pg_has_role(c.relowner, current_user, 'USAGE'), \
 'columns', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, \
              CASE WHEN t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace \
                   THEN pg_catalog.format_type(a.atttypid, NULL) END) ORDER BY a.attnum) \
             FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid \
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), \
 'parts', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(pn.nspname, pc.relname, pc.relkind) ORDER BY pn.nspname, pc.relname) \
           FROM parts AS p JOIN pg_catalog.pg_class AS pc ON pc.oid = p.oid \
           JOIN pg_catalog.pg_namespace AS pn ON pn.oid = pc.relnamespace WHERE p.top = c.oid))::text \
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
WHERE c.oid IN (SELECT top FROM parts) ORDER BY n.nspname, c.relname";

/// Finds the existing tables among the possible ones.
pub(super) async fn named(client: &mut Client, expected: &ExpectedHistory) -> Result<Vec<HistoryTable>, ServerError> {
    let tables = expected.candidates.iter().flat_map(|(tool, table)| {
        let names = names(tool, table);
        names.map(|name| sql!["(", literal(table.schema()), ", ", literal(name), ")"])
    });
    let wanted = sql!["(n.nspname, c.relname) IN (", Sql::join(distinct(tables), ", "), ")"];
    find(client, &wanted).await
}

/// The histories in other schemas, if a file says no table: one tool may have its table where its configuration wants it.
pub(super) async fn elsewhere(
    client: &mut Client,
    expected: &ExpectedHistory,
) -> Result<Vec<(&'static Tool, ObjectId)>, ServerError> {
    let tables = expected.candidates.iter();
    let names = tables.flat_map(|(tool, table)| names(tool, table).map(literal));
    let wanted = sql![
        "c.relname IN (",
        Sql::join(distinct(names), ", "),
        ") AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
    ];
    let tables = find(client, &wanted).await?;
    let mut found: Vec<(&'static Tool, ObjectId)> = Vec::new();
    for history in &tables {
        let mut candidates = expected.candidates.iter();
        let owner = candidates.find(|(tool, table)| {
            table.last() == history.id.last() && *table != history.id && history.belongs_to(tool, &tables)
        });
        found.extend(owner.map(|(tool, _)| (*tool, history.id.clone())));
    }
    Ok(found)
}

/// The names of a possible table, and of the one beside it that tells its tool apart.
fn names<'a>(tool: &Tool, table: &'a ObjectId) -> impl Iterator<Item = &'a str> {
    let sibling = tool.sibling_table.map(|name| name.trim_start_matches('!'));
    [Some(table.last()), sibling].into_iter().flatten()
}

fn distinct(all: impl Iterator<Item = Sql>) -> Vec<Sql> {
    let mut distinct: Vec<Sql> = Vec::new();
    for sql in all {
        if !distinct.contains(&sql) {
            distinct.push(sql);
        }
    }
    distinct
}

/// The tables for which a condition on pg_class `c` and pg_namespace `n` holds.
async fn find(client: &mut Client, wanted: &Sql) -> Result<Vec<HistoryTable>, ServerError> {
    let query = Sql::template(TABLES, |place| (place == "wanted").then(|| wanted.clone()));
    let rows = in_savepoint(client, vec![query]).await?;
    rows.iter()
        .map(|row| {
            let json = serde_json::from_str(row.text(0)?.unwrap_or("{}")).map_err(ServerError::broken)?;
            Ok(parse_table(&json))
        })
        .collect()
}

fn parse_table(json: &serde_json::Value) -> HistoryTable {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let items = |key: &str| json[key].as_array().cloned().unwrap_or_default();
    HistoryTable {
        id: ObjectId::new(vec![text(&json["schema"]), text(&json["name"])]),
        columns: items("columns")
            .iter()
            .map(|column| TableColumn {
                name: text(&column[0]),
                sql_type: column[1].as_str().map(str::to_owned),
            })
            .collect(),
        parts: items("parts")
            .iter()
            // A partitioned table stores no rows itself.
            .filter(|part| part[2] != "p")
            .map(|part| StoredTable {
                id: ObjectId::new(vec![text(&part[0]), text(&part[1])]),
                refused: match part[2].as_str() {
                    Some("r") => None,
                    Some("v") => Some("is a view"),
                    Some("m") => Some("is a materialized view"),
                    Some("f") => Some("is a foreign table"),
                    Some(_) | None => Some("is not a table"),
                },
            })
            .collect(),
        is_trusted: json["trusted"] == true,
    }
}

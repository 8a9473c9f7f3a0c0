//! Parses `changes`: the table that an event trigger fills with who changed what.

use super::keys::{ChangeColumn, ChangesKey};
use super::parse::Parser;
use crate::error::Problem;
use crate::object_id::{ObjectId, split_name};
use crate::source_map::Place;
use crate::yaml::Entry;

/// A table with one row for each change of an object, which an event trigger writes in the transaction of the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeLog {
    /// The table.
    pub table: ObjectId,
    /// Its columns that the file names, each with its name in the table.
    pub columns: Vec<(ChangeColumn, String)>,
    /// Its place in the file.
    pub place: Place,
}

impl ChangeLog {
    /// The name of a column in the table.
    #[must_use]
    pub fn column(&self, column: ChangeColumn) -> &str {
        self.named(column).unwrap_or(column.usual_name())
    }

    /// The name that the file has for a column.
    #[must_use]
    pub fn named(&self, column: ChangeColumn) -> Option<&str> {
        let mut columns = self.columns.iter();
        columns.find(|(named, _)| *named == column).map(|(_, name)| &**name)
    }
}

/// Reads `changes`.
pub(super) fn parse_changes(parser: &mut Parser, entry: &Entry) {
    let (mut table, mut columns) = (None, Vec::new());
    let before = parser.problems.len();
    for item in parser.mapping(&entry.key, &entry.value) {
        match ChangesKey::named(&item.key) {
            Some(ChangesKey::Table) => table = parse_table(parser, item),
            Some(ChangesKey::Columns) => columns = parse_columns(parser, item),
            None => parser.unknown_key(item, ChangesKey::NAMES),
        }
    }
    match table {
        Some(table) => {
            parser.out.changes = Some(ChangeLog {
                table,
                columns,
                place: entry.place,
            });
        }
        None if parser.problems.len() == before => parser.problems.push(
            Problem::at(entry.place, "`changes` needs `table`")
                .hint("name the table that the event trigger fills: `changes: {table: audit.ddl}`"),
        ),
        None => {}
    }
}

fn parse_table(parser: &mut Parser, entry: &Entry) -> Option<ObjectId> {
    let written = parser.text(entry)?;
    match split_name(&written).as_deref() {
        Some([name]) => Some(ObjectId::new(vec![parser.out.schema.clone(), name.clone()])),
        Some([schema, name]) => Some(ObjectId::new(vec![schema.clone(), name.clone()])),
        Some(_) | None => {
            parser.problems.push(
                Problem::at(entry.value.place, format!("`{written}` is not the name of a table"))
                    .hint("write a dot or quote inside a name as in SQL: '\"odd.name\"'"),
            );
            None
        }
    }
}

fn parse_columns(parser: &mut Parser, entry: &Entry) -> Vec<(ChangeColumn, String)> {
    let mut columns = Vec::new();
    for item in parser.mapping(&entry.key, &entry.value) {
        match ChangeColumn::named(&item.key) {
            Some(column) => columns.extend(parser.text(item).map(|name| (column, name))),
            None => parser.unknown_key(item, ChangeColumn::NAMES),
        }
    }
    columns
}

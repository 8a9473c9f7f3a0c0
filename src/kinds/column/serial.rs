//! `serial` and its relatives.

use super::common;
use crate::error::Problem;
use crate::object_id::ObjectId;
use crate::sql_text::quote_literal;
use crate::yaml::{Entry, Node, ScalarType};

/// The pseudo-types of CREATE TABLE for an integer with its own sequence, and the real types.
const SERIALS: [(&str, &str); 6] = [
    ("serial", "integer"),
    ("serial4", "integer"),
    ("bigserial", "bigint"),
    ("serial8", "bigint"),
    ("smallserial", "smallint"),
    ("serial2", "smallint"),
];

/// Expands `serial` as CREATE TABLE does: an integer that is not null and has a default from a sequence.
pub(super) fn rewrite(id: &ObjectId, mut entries: Vec<Entry>) -> Result<Vec<Entry>, Problem> {
    let Some(at) = entries.iter().position(|entry| entry.key == "type") else {
        return Ok(entries);
    };
    let place = entries[at].value.place;
    let word = entries[at]
        .value
        .scalar()
        .map_or(String::new(), |s| s.text.trim().to_lowercase());
    let Some((serial, integer)) = SERIALS.iter().find(|(serial, _)| *serial == word) else {
        return Ok(entries);
    };
    if let Some(entry) = entries.iter().find(|entry| {
        let null = entry.key == "nullable"
            && entry
                .value
                .scalar()
                .is_some_and(|s| s.scalar_type == ScalarType::Bool(true));
        null || ["default", "identity", "generated"].contains(&entry.key.as_str())
    }) {
        return Err(Problem::at(entry.place, format!("`{serial}` cannot be combined with `{}`", entry.key)).hint(format!(
            "`{serial}` means `{integer} not null` and a default from a sequence; write the type as `{integer}` for anything else"
        )));
    }
    let [schema, table, column] = id.parts() else {
        return Ok(entries);
    };
    let sequence = ObjectId::new(vec![schema.to_string(), sequence_name(table, column)]);
    let default = format!("nextval({})", quote_literal(&common::sql_name(&sequence)));
    let entry = |key: &str, value: Node| Entry::new(key, place, value);
    entries[at].value = Node::text(*integer, place);
    if !entries.iter().any(|entry| entry.key == "nullable") {
        entries.push(entry("nullable", Node::bool(false, place)));
    }
    entries.push(entry("default", Node::text(default, place)));
    Ok(entries)
}

/// The name that PostgreSQL gives to the sequence of a serial column: the longer name is cut until it fits.
fn sequence_name(table: &str, column: &str) -> String {
    const LONGEST: usize = 63 - "__seq".len();
    let (mut first, mut second) = (table.len(), column.len());
    while first + second > LONGEST {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let cut = |name: &str, length: usize| name[..name.floor_char_boundary(length)].to_owned();
    format!("{}_{}_seq", cut(table, first), cut(column, second))
}

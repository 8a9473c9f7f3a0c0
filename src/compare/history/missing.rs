//! The finding that there is no history.

use crate::expectation::ExpectedHistory;
use crate::finding::{About, Check, OtherCode};
use crate::hint::Hint;
use crate::migrations::Tool;
use crate::object_id::ObjectId;
use crate::sql_text::show_name;

/// How many tables in other schemas are named.
const SHOWN: usize = 3;

/// The table of the tool does not exist, or no table of any tool if the file does not name one. `elsewhere` are tables of
/// other schemas that may be meant.
pub(super) fn finding(expected: &ExpectedHistory, elsewhere: &[(&'static Tool, ObjectId)]) -> Check {
    let (about, what, apply) = match (expected.tool, expected.candidates.first()) {
        (Some(tool), Some((_, table))) => (
            About::MigrationHistory(Some(table.clone())),
            format!("the migration history of {}, table {table}, does not exist", tool.name),
            tool.apply,
        ),
        (_, first) => {
            let schema = first.map_or("public", |(_, table)| table.schema());
            (
                About::MigrationHistory(None),
                format!("no table of a known migration tool exists in schema {schema}"),
                "apply the migrations",
            )
        }
    };
    let (message, hint) = match elsewhere {
        [] => {
            let who = if expected.tool.is_some() {
                "the tool has not applied any migration here"
            } else {
                "no migration has been applied here"
            };
            (
                format!("{what}: {who}"),
                format!("{apply}; or check that this is the right database"),
            )
        }
        [(_, first), ..] => (
            format!("{what}; {}", there(expected, elsewhere)),
            format!(
                "if that is the history, write `schema: {}` below `migrations`; otherwise {apply}",
                show_name(first.schema())
            ),
        ),
    };
    let code = OtherCode::MigrationHistoryMissing.into();
    Check::drift(about, code, expected.place, &expected.terms, message)
        .values("present", "absent")
        .hint(Hint::advice(hint))
}

/// The tables of other schemas: `table app.alembic_version does`.
fn there(expected: &ExpectedHistory, elsewhere: &[(&'static Tool, ObjectId)]) -> String {
    let shown: Vec<String> = elsewhere
        .iter()
        .take(SHOWN)
        .map(|(tool, table)| match expected.tool {
            Some(_) => table.to_string(),
            None => format!("{table} of {}", tool.name),
        })
        .collect();
    let more = match elsewhere.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let verb = if elsewhere.len() == 1 { "does" } else { "do" };
    format!("{}{more} {verb}", shown.join(", "))
}

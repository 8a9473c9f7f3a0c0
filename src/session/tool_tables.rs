//! The tables that a migration tool creates for itself. No folder of migrations contains them.

use crate::finding::{Check, Code};
use crate::kinds::Kind;
use crate::migrations::Tool;
use crate::object_id::ObjectId;
use crate::snapshot::{IMPLICIT, Snapshot};
use crate::value::Value;

/// Marks the tables of a tool, and what belongs to them, as implicit: they are not expected to be listed.
pub(super) fn mark_implicit(snapshot: &mut Snapshot, tool: &Tool) {
    let tables = tables(tool);
    let is_table = |id: &ObjectId| is_of_tool(tool, &tables, id);
    for kind in Kind::ALL {
        let spec = kind.spec();
        for (id, object) in snapshot.of_kind_mut(*kind) {
            let by_column = kind.owning_column(object).unwrap_or_default();
            let is_owned = by_column
                .iter()
                .rev()
                .nth(1)
                .is_some_and(|table| tables.contains(&table.as_str()));
            let is_its_schema = kind.is_namespace() && is_table(id);
            if spec.parents.is_empty() && (is_its_schema || (id.is_in_schema() && is_table(id)) || is_owned) {
                object.set(IMPLICIT, Value::Bool(true));
            }
        }
    }
}

/// Whether a database has the history of a tool.
pub(crate) fn has_history(snapshot: &Snapshot, tool: &Tool) -> bool {
    let names: Vec<&str> = std::iter::once(tool.table)
        .chain(tool.other_tables.iter().copied())
        .collect();
    Kind::roots().any(|kind| {
        let mut ids = snapshot.of_kind(kind).map(|(id, _)| id);
        ids.any(|id| {
            id.is_in_schema() && names.contains(&id.last()) && tool.schema.is_none_or(|schema| schema == id.schema())
        })
    })
}

/// Whether an object belongs to any of these tools.
pub(crate) fn has_any(tools: &[&'static Tool], id: &ObjectId) -> bool {
    id.parts().len() > 1 && tools.iter().any(|tool| is_of_tool(tool, &tables(tool), id))
}

/// Whether a finding says that something of the tool is missing.
pub(super) fn is_missing_of(tool: &Tool, check: &Check) -> bool {
    let is_missing = match check.code {
        Code::Missing(_) => true,
        Code::Unexpected(_) | Code::Differs(..) | Code::AssertionFailed(_) | Code::Other(_) => false,
    };
    is_missing
        && check.about.as_object().is_some_and(|(kind, id)| {
            (kind.is_namespace() || id.parts().len() > 1) && is_of_tool(tool, &tables(tool), id)
        })
}

fn tables(tool: &Tool) -> Vec<&'static str> {
    [tool.table]
        .iter()
        .chain(tool.other_tables)
        .chain(tool.bookkeeping_tables)
        .copied()
        .collect()
}

fn is_of_tool(tool: &Tool, tables: &[&str], id: &ObjectId) -> bool {
    match id.parts() {
        [schema, name, ..] => tool.schema == Some(&**schema) || tables.contains(&&**name),
        [only] => tool.schema == Some(&**only),
        [] => false,
    }
}

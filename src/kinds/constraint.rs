//! The statements that add, alter and drop the constraints of a table.

use super::{FindingDetail, HintContext, Kind, common, hint};
use crate::fix::{Fix, FixStep, RunMode};
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::value::Value;

/// The condition under which a constraint can be added.
const ADD: &str = "every row must satisfy it, so correct those that do not first";

/// The statement that adds a missing constraint. `definition` is the text behind its name, if the file says enough.
pub(super) fn add(finding: &HintContext<'_>, definition: Option<&str>) -> Hint {
    let Some(definition) = definition else {
        return Hint::advice("apply the migration that adds it");
    };
    let relation = common::sql_name(&finding.id.relation());
    let named = common::named(finding.id).map_or(String::new(), |n| format!("CONSTRAINT {} ", common::name(n)));
    let sql = format!("ALTER TABLE {relation} ADD {named}{definition};");
    let attach = common::named(finding.id).and_then(|name| common::partitions::attach_index(finding, name));
    let comment = common::named(finding.id).and_then(|_| comment(finding, finding.id));
    Hint::advice_with_sql(ADD, with(with(sql, attach), comment))
}

/// The statement that drops a constraint. `loss` is what the database does not guarantee after it.
pub(super) fn drop(id: &ObjectId, loss: &str) -> Hint {
    Hint::advice_with_sql(
        format!("this drops the constraint: {loss}"),
        alter(id, "DROP CONSTRAINT", ""),
    )
}

/// The statements that replace a constraint by the expected one. `definition` is the text behind its name.
pub(super) fn replace(finding: &HintContext<'_>, definition: &str) -> Hint {
    let relation = common::sql_name(&finding.id.relation());
    let name = common::name(finding.id.last());
    // A column that was dropped before took the constraint with it.
    let sql = format!("ALTER TABLE {relation} DROP CONSTRAINT IF EXISTS {name}, ADD CONSTRAINT {name} {definition};");
    Hint::advice_with_sql(
        format!("this drops the constraint and adds it as expected; {ADD}"),
        with(sql, comment(finding, finding.id)),
    )
}

/// The statement that sets the comment that an object of a table had before it was replaced, or is to have.
pub(super) fn comment(finding: &HintContext<'_>, id: &ObjectId) -> Option<String> {
    let text = finding.wanted(common::COMMENT.name);
    let target = format!(
        "CONSTRAINT {} ON {}",
        common::name(id.last()),
        common::sql_name(&id.relation())
    );
    (!text.is_null()).then(|| hint::comment(&target, text).text().into_owned())
}

/// Statements with another one behind them.
pub(super) fn with(sql: String, more: Option<String>) -> String {
    match more {
        Some(more) => format!("{sql} {more}"),
        None => sql,
    }
}

/// The statement that checks the rows that are older than a constraint.
pub(super) fn validate(id: &ObjectId, expected: &Value) -> Hint {
    if *expected == Value::Bool(false) {
        return Hint::advice("the constraint has been validated: leave out `validated: false`");
    }
    Hint::advice_with_sql(
        "PostgreSQL refuses it if older rows violate the constraint, so correct those first",
        alter(id, "VALIDATE CONSTRAINT", ""),
    )
}

/// The statement that changes when and whether a foreign key is checked. Other constraints have no such statement.
pub(super) fn alter_foreign_key(finding: &HintContext<'_>, attribute: &str, expected: &Value) -> Option<Hint> {
    let is_never_deferred = *finding.wanted("deferrable") == Value::Bool(false);
    let change = match (attribute, expected) {
        ("deferrable", Value::Bool(true)) => " DEFERRABLE",
        ("deferrable", Value::Bool(false)) => " NOT DEFERRABLE",
        ("initially", Value::Text(when)) if when == "deferred" => " DEFERRABLE INITIALLY DEFERRED",
        ("initially", _) if (finding.written)("deferrable").is_some() && is_never_deferred => " NOT DEFERRABLE",
        ("initially", _) => " DEFERRABLE INITIALLY IMMEDIATE",
        ("enforced", Value::Bool(true)) => " ENFORCED",
        ("enforced", _) => " NOT ENFORCED",
        _ => return None,
    };
    Some(Hint::sql(alter(finding.id, "ALTER CONSTRAINT", change)))
}

/// The terms behind the definition of a constraint: when it is checked, and whether.
pub(super) fn terms(finding: &HintContext<'_>) -> String {
    let mut terms = String::new();
    if finding.wanted_text("initially") == Some("deferred") {
        terms.push_str(" DEFERRABLE INITIALLY DEFERRED");
    } else if finding.wants("deferrable") {
        terms.push_str(" DEFERRABLE");
    }
    if *finding.wanted("enforced") == Value::Bool(false) {
        terms.push_str(" NOT ENFORCED");
    } else if (finding.written)("validated") == Some(&Value::Bool(false)) {
        terms.push_str(" NOT VALID");
    }
    terms
}

/// What the index of a key has besides the columns.
pub(super) fn index_terms(finding: &HintContext<'_>) -> String {
    let include = common::name_list(finding.wanted("include"));
    let include = if include.is_empty() {
        include
    } else {
        format!(" INCLUDE ({include})")
    };
    format!(
        "{include}{}{}",
        storage(finding.wanted("options")),
        tablespace(finding, " USING INDEX TABLESPACE ")
    )
}

/// The storage options of an index, as CREATE INDEX has them.
pub(super) fn storage(options: &Value) -> String {
    match common::option_list(options) {
        Some(list) => format!(" WITH ({list})"),
        None => String::new(),
    }
}

/// The tablespace of an index, behind the words that name it.
pub(super) fn tablespace(finding: &HintContext<'_>, words: &str) -> String {
    let tablespace = finding.wanted_text("tablespace");
    tablespace.map_or(String::new(), |name| format!("{words}{}", common::name(name)))
}

/// The columns of a key, the last with WITHOUT OVERLAPS if it has that.
pub(super) fn key_columns(finding: &HintContext<'_>) -> String {
    let overlaps = if finding.wants("without_overlaps") {
        " WITHOUT OVERLAPS"
    } else {
        ""
    };
    format!("({}{overlaps})", common::name_list(finding.wanted("columns")))
}

fn alter(id: &ObjectId, verb: &str, change: &str) -> String {
    let (relation, constraint) = (common::sql_name(&id.relation()), common::name(id.last()));
    format!("ALTER TABLE {relation} {verb} {constraint}{change};")
}

/// The steps of a script that add a missing constraint: first for new rows, which blocks the table for a moment only, and
/// then for all rows, which blocks no writes. `None` if the statement of the hint is the only one, as for a partitioned table.
pub(super) fn add_in_steps(finding: &HintContext<'_>, definition: Option<String>) -> Option<Fix> {
    let (FindingDetail::Missing(_), Some(name), Some(Kind::Table)) =
        (&finding.detail, common::named(finding.id), finding.parent)
    else {
        return None;
    };
    let is_whole = |attribute: &str| (finding.written)(attribute) != Some(&Value::Bool(false));
    let table = finding.snapshot.get(Kind::Table, &finding.id.relation());
    let is_plain = table.is_some_and(|table| table.get("partition_by").is_null());
    if !is_plain || !is_whole("validated") || !is_whole("enforced") {
        return None;
    }
    let (relation, name) = (common::sql_name(&finding.id.relation()), common::name(name));
    let add = format!(
        "ALTER TABLE {relation} ADD CONSTRAINT {name} {} NOT VALID;",
        definition?
    );
    Some(Fix::of_steps(vec![
        FixStep::new(with(add, comment(finding, finding.id)), RunMode::Together),
        FixStep::new(
            format!("ALTER TABLE {relation} VALIDATE CONSTRAINT {name};"),
            RunMode::Alone,
        ),
    ]))
}

//! The statements that add, alter and drop the constraints of a table.

use super::{FindingDetail, HintContext, Kind, common, hint};
use crate::fix::{Fix, FixStep, RunMode};
use crate::hint::Hint;
use crate::object_id::{LONGEST_NAME, ObjectId};
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

/// The advice on a constraint that has been validated although the file does not expect it.
pub(super) const IS_VALIDATED: &str = "the constraint has been validated: leave out `validated: false`";

/// The statement that checks the rows that are older than a constraint.
pub(super) fn validate(id: &ObjectId, expected: &Value) -> Hint {
    if *expected == Value::Bool(false) {
        return Hint::advice(IS_VALIDATED);
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

/// The steps of a script that add a missing constraint, or replace one that cannot be altered: first for new rows, which
/// blocks the table for a moment only, and then for all rows, which blocks no writes. `None` if the statement of the hint is
/// the only one, as for a partitioned table.
pub(super) fn add_in_steps(finding: &HintContext<'_>, definition: Option<String>, is_replaced: bool) -> Option<Fix> {
    let drop = match &finding.detail {
        FindingDetail::Missing(_) => "",
        FindingDetail::Differs { .. } if is_replaced => "DROP CONSTRAINT IF EXISTS ",
        _ => return None,
    };
    let name = common::named(finding.id)?;
    let is_whole = |attribute: &str| (finding.written)(attribute) != Some(&Value::Bool(false));
    if !is_plain_table(finding, &finding.id.relation()) || !is_whole("validated") || !is_whole("enforced") {
        return None;
    }
    let (relation, name) = (common::sql_name(&finding.id.relation()), common::name(name));
    let drop = if drop.is_empty() {
        String::new()
    } else {
        format!("{drop}{name}, ")
    };
    let add = format!(
        "ALTER TABLE {relation} {drop}ADD CONSTRAINT {name} {} NOT VALID;",
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

/// Whether the parent of what was found is a table that exists and is not partitioned.
fn is_plain_table(finding: &HintContext<'_>, table: &ObjectId) -> bool {
    let table = finding.snapshot.get(Kind::Table, table);
    finding.parent == Some(Kind::Table) && table.is_some_and(|table| table.get("partition_by").is_null())
}

/// The steps of a script that add a missing key: its index is built first, which blocks no writes. `words` are those of the
/// constraint, and `nulls` is what the index has besides. `None` if the statement of the hint is the only one.
pub(super) fn add_using_index(
    finding: &HintContext<'_>,
    (table, name): (&ObjectId, &str),
    (words, nulls): (&str, &str),
) -> Option<Fix> {
    let made = format!("{name}_new");
    let is_missing = matches!(finding.detail, FindingDetail::Missing(_));
    let is_attached = common::partitions::attach_index(finding, name).is_some();
    let columns = finding.wanted_list("columns");
    if !is_missing
        || is_attached
        || made.len() > LONGEST_NAME
        || columns.is_empty()
        || columns.iter().any(|column| column.contains('('))
        || finding.wants("without_overlaps")
        || !is_plain_table(finding, table)
    {
        return None;
    }
    let (relation, new) = (
        common::sql_name(table),
        ObjectId::new(vec![table.schema(), made.as_str()]),
    );
    let include = common::name_list(finding.wanted("include"));
    let include = if include.is_empty() {
        include
    } else {
        format!(" INCLUDE ({include})")
    };
    let build = format!(
        "DROP INDEX CONCURRENTLY IF EXISTS {}; CREATE UNIQUE INDEX CONCURRENTLY {} ON {relation} {}{include}{nulls}{}{};",
        common::sql_name(&new),
        common::name(&made),
        key_columns(finding),
        storage(finding.wanted("options")),
        tablespace(finding, " TABLESPACE ")
    );
    let add = format!(
        "ALTER TABLE {relation} ADD CONSTRAINT {} {words} USING INDEX {}{};",
        common::name(name),
        common::name(&made),
        terms(finding)
    );
    let comment = comment(finding, &table.child(name));
    Some(Fix::of_steps(vec![
        FixStep::new(build, RunMode::Outside),
        FixStep::new(with(add, comment), RunMode::Together),
    ]))
}

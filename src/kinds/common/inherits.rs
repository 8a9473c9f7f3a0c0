//! Advice on the tables that a table inherits from.

use super::sql_name;
use crate::hint::Hint;
use crate::kinds::{HintContext, Kind};
use crate::object_id::{ObjectId, split_name};
use crate::value::Value;

/// The statements that change what a table inherits from, unless both lists name the same parents.
pub(in crate::kinds) fn change(finding: &HintContext<'_>, expected: &Value, actual: &Value) -> Option<Hint> {
    let (Some(wanted), Some(there)) = (parents(finding, expected), parents(finding, actual)) else {
        return Some(Hint::advice("change it with ALTER TABLE … NO INHERIT and INHERIT"));
    };
    let removed: Vec<&ObjectId> = there.iter().filter(|id| !wanted.contains(id)).collect();
    let kept: Vec<&ObjectId> = there.iter().filter(|id| wanted.contains(id)).collect();
    // INHERIT puts a parent behind the others.
    if !wanted.iter().zip(&kept).all(|(one, other)| one == *other) {
        return Some(Hint::advice(
            "the order of the parents follows from the order in which they were added: take the table from its parents with \
             NO INHERIT, and give it back in the expected order with INHERIT",
        ));
    }
    let left: Vec<&str> = removed
        .iter()
        .flat_map(|parent| left_behind(finding, parent, &kept))
        .collect();
    if !left.is_empty() {
        return Some(Hint::advice(format!(
            "run ALTER TABLE … NO INHERIT; the table keeps what it has inherited ({}), so drop that, too",
            left.join(", ")
        )));
    }
    let added: Vec<&ObjectId> = wanted.iter().filter(|id| !there.contains(id)).collect();
    let both: Vec<&str> = added.iter().flat_map(|parent| declared_too(finding, parent)).collect();
    if !both.is_empty() {
        return Some(Hint::advice(format!(
            "run ALTER TABLE … INHERIT, and write `declared: true` for what the table then declares and inherits ({})",
            both.join(", ")
        )));
    }
    let table = sql_name(finding.id);
    let removed = removed
        .iter()
        .map(|parent| format!("ALTER TABLE {table} NO INHERIT {};", sql_name(parent)));
    let added = added
        .into_iter()
        .map(|parent| format!("ALTER TABLE {table} INHERIT {};", sql_name(parent)));
    let statements: Vec<String> = removed.chain(added).collect();
    if statements.is_empty() {
        return None;
    }
    Some(Hint::advice_with_sql(
        "the table keeps its columns; PostgreSQL refuses INHERIT unless it has the columns and checks of the parent",
        statements.join(" "),
    ))
}

/// The tables in a list.
fn parents(finding: &HintContext<'_>, list: &Value) -> Option<Vec<ObjectId>> {
    let names = list.texts().into_iter().map(split_name);
    names
        .map(|parts| {
            let mut parts = parts?;
            if parts.len() == 1 {
                parts.insert(0, finding.schema.to_owned());
            }
            Some(ObjectId::new(parts))
        })
        .collect()
}

/// The columns and checks that a table has from a parent alone, and keeps without it.
fn left_behind<'a>(finding: &HintContext<'a>, parent: &ObjectId, kept: &[&ObjectId]) -> Vec<&'a str> {
    let snapshot = finding.snapshot;
    let inherited = |kind: Kind| {
        snapshot.children(kind, finding.id).filter(move |(id, object)| {
            let has = |parent: &ObjectId| snapshot.get(kind, &parent.child(id.last())).is_some();
            object.is_implicit() && has(parent) && !kept.iter().any(|parent| has(parent))
        })
    };
    let all = inherited(Kind::Column).chain(inherited(Kind::Check));
    all.map(|(id, _)| id.last()).collect()
}

/// The columns and checks that the file lists and the parent has, too. With the parent, the table declares and inherits them.
fn declared_too<'a>(finding: &HintContext<'a>, parent: &ObjectId) -> Vec<&'a str> {
    let listed = |kind: Kind, attribute: &'static str| {
        let snapshot = finding.snapshot;
        snapshot.children(kind, finding.id).filter(move |(id, _)| {
            let written = |attribute| (finding.written_elsewhere)(kind, id, attribute);
            finding.is_closed
                && written(attribute).is_some()
                && written(super::DECLARED.name) != Some(&Value::Bool(true))
                && snapshot.get(kind, &parent.child(id.last())).is_some()
        })
    };
    let all = listed(Kind::Column, "type").chain(listed(Kind::Check, "expression"));
    all.map(|(id, _)| id.last()).collect()
}

//! What a script runs about findings in columns, where that is not the statement of the hint.

use super::{Kind, common};
use crate::fix::{Fix, FixStep, InList, Loss, Recreated, RunMode};
use crate::kinds::{FindingDetail, HintContext};
use crate::object_id::{LONGEST_NAME, ObjectId, split_name};
use crate::value::Value;

pub(super) fn fix(finding: &HintContext<'_>) -> Option<Fix> {
    match (&finding.detail, finding.parent) {
        (FindingDetail::Missing(attributes), Some(Kind::Table)) => add(finding, attributes),
        (
            FindingDetail::Differs {
                attribute: "nullable",
                expected: Value::Bool(false),
                ..
            },
            Some(Kind::Table),
        ) => set_not_null(finding),
        (
            FindingDetail::Differs {
                attribute: "type",
                expected: Value::Text(to),
                actual: Value::Text(from),
            },
            Some(Kind::Table),
        ) => {
            let fix =
                Fix::of(super::hint::hint(finding)?.statements()?).recreates(Recreated::Column(finding.id.clone()));
            Some(fix.loses((!is_wider(from, to)).then(|| Loss::Conversion {
                column: finding.id.clone(),
                from: from.clone(),
                to: to.clone(),
            })))
        }
        (FindingDetail::Differs { attribute, .. }, Some(Kind::Table)) if RECURSES.contains(attribute) => {
            only_as_found(finding, attribute)
        }
        (_, _) => None,
    }
}

/// The attributes that ALTER TABLE also changes in the tables that inherit the column, whatever they have there.
const RECURSES: &[&str] = &["default", "statistics", "storage", "compression", "options"];

/// Changes the column and those that inherit it and are the same. One that differs is not touched: if it should not, there
/// is a finding about it.
fn only_as_found(finding: &HintContext<'_>, attribute: &str) -> Option<Fix> {
    let found = |table: &ObjectId| {
        let column = finding.snapshot.get(Kind::Column, &table.child(finding.id.last()))?;
        Some(column.get(attribute))
    };
    let relation = finding.id.relation();
    let tables = heirs(finding, &relation);
    let own = found(&relation)?;
    if tables.iter().all(|table| found(table) == Some(own)) {
        return None;
    }
    let hint = super::hint::hint(finding)?;
    let alter = format!("ALTER TABLE {} ", common::sql_name(&relation));
    let sql = hint
        .statements()
        .filter(|sql| sql.matches("ALTER ").count() == sql.matches(&alter).count() * 2)?;
    let same = tables.iter().filter(|table| found(table) == Some(own));
    let statements: Vec<String> = [&relation]
        .into_iter()
        .chain(same)
        .map(|table| sql.replace(&alter, &format!("ALTER TABLE ONLY {} ", common::sql_name(table))))
        .collect();
    Some(Fix::of(statements.join(" ")))
}

/// The tables that inherit from a table, directly or not, and its partitions.
fn heirs(finding: &HintContext<'_>, table: &ObjectId) -> Vec<ObjectId> {
    let mut all: Vec<ObjectId> = Vec::new();
    let mut next = vec![table.clone()];
    while let Some(parent) = next.pop() {
        for (id, object) in finding.snapshot.of_kind(Kind::Table) {
            let parents = object
                .get("inherits")
                .texts()
                .into_iter()
                .chain(object.get("partition_of").as_text());
            let mut parents = parents.filter_map(split_name).map(ObjectId::new);
            if parents.any(|named| named == parent) && !all.contains(id) {
                all.push(id.clone());
                next.push(id.clone());
            }
        }
    }
    all
}

/// Adds a column. What the definition cannot say is set after it.
fn add(finding: &HintContext<'_>, attributes: &[(&'static str, Value)]) -> Option<Fix> {
    let attributes: Vec<(&'static str, Value)> = attributes
        .iter()
        .filter(|(name, _)| !Kind::Column.is_set_after_creation(name))
        .cloned()
        .collect();
    let definition = super::hint::definition(finding, &attributes)?;
    let (table, column) = (
        common::sql_name(&finding.id.relation()),
        common::name(finding.id.last()),
    );
    let add = Fix::of(format!("ALTER TABLE {table} ADD COLUMN {column} {definition};"));
    Some(add.list(InList::Entry(format!("{column} {definition}"))))
}

/// Sets NOT NULL without reading the table under a lock that blocks everybody: a constraint that has been validated proves
/// to PostgreSQL that no row has a null.
fn set_not_null(finding: &HintContext<'_>) -> Option<Fix> {
    let (table, column) = (
        common::sql_name(&finding.id.relation()),
        common::name(finding.id.last()),
    );
    let proof = format!("{}_is_not_null", finding.id.last());
    if proof.len() > LONGEST_NAME {
        return None;
    }
    let proof = common::name(&proof);
    Some(Fix::of_steps(vec![
        FixStep::new(
            format!("ALTER TABLE {table} ADD CONSTRAINT {proof} CHECK ({column} IS NOT NULL) NOT VALID;"),
            RunMode::Together,
        ),
        FixStep::new(
            format!("ALTER TABLE {table} VALIDATE CONSTRAINT {proof};"),
            RunMode::Alone,
        ),
        FixStep::new(
            format!(
                "ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL; ALTER TABLE {table} DROP CONSTRAINT {proof};"
            ),
            RunMode::Together,
        ),
    ]))
}

/// Whether a type is the other one without its modifier, or with none smaller, as far as the words say it.
fn is_wider(from: &str, to: &str) -> bool {
    let split = |text: &str| -> Option<(String, Vec<u64>)> {
        let Some((name, rest)) = text.split_once('(') else {
            return Some((text.to_owned(), Vec::new()));
        };
        let (inside, behind) = rest.split_once(')')?;
        let numbers: Result<Vec<u64>, _> = inside.split(',').map(|number| number.trim().parse()).collect();
        Some((format!("{}{behind}", name.trim_end()), numbers.ok()?))
    };
    match (split(from), split(to)) {
        (Some((name, _)), Some((other, none))) if none.is_empty() => name == other,
        // Digits behind the point take the place of those before it.
        (Some((name, there)), Some((other, wanted))) => {
            let before = |numbers: &[u64]| {
                let number = |at: usize| numbers.get(at).copied().unwrap_or(0);
                number(0).saturating_sub(number(1))
            };
            name == other
                && there.len() == wanted.len()
                && there.iter().zip(&wanted).all(|(there, wanted)| there <= wanted)
                && before(&there) <= before(&wanted)
        }
        (_, _) => false,
    }
}

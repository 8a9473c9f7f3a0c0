//! What a script runs about findings in columns, where that is not the statement of the hint.

use super::{Kind, common};
use crate::fix::{Fix, FixStep, InList, Loss, Recreated, RunMode};
use crate::kinds::{FindingDetail, HintContext};
use crate::object_id::LONGEST_NAME;
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
        (_, _) => None,
    }
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

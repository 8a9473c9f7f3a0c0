//! Check constraints.

use super::{
    Advice, CreationRank, FindingDetail, HintContext, Kind, KindSpec, ListForm, Reading, Shorthand, SqlAddress, Syntax,
    common, constraint, probe,
};
use crate::attribute::{Attr, CatalogRow, Compare, Literal, Shape};
use crate::hint::Hint;
use crate::snapshot::COPY_OF;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "check",
    one: Some("a check constraint"),
    section: "checks",
    parents: &[Kind::Table, Kind::ForeignTable],
    identity: &["schema", "relation", "name"],
    doc: "A check constraint.",
    query: include_str!("check.sql"),
    attrs: &[
        Attr::new("expression", Shape::Sql, "What every row must satisfy.")
            .stored_in(CatalogRow::Own)
            .compare(Compare::Expression)
            .identifies(),
        common::VALIDATED,
        common::ENFORCED,
        Attr::new("no_inherit", Shape::Bool, "Whether inheriting tables are exempt.")
            .stored_in(CatalogRow::Own)
            .default(Literal::Bool(false)),
        common::DECLARED,
        common::COMMENT,
    ],
    syntax: Syntax {
        list: ListForm::ByMeaning,
        shorthand: Shorthand::Scalar("expression"),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        extra_columns: &[COPY_OF, common::INHERITED],
        ..Reading::DEFAULT
    },
    advice: Advice {
        address: SqlAddress::Constraint,
        hint: Some(hint),
        fix: Some(|finding| constraint::add_in_steps(finding, definition(finding), is_replaced(finding))),
        rank: CreationRank::Key,
        probe: Some(&probe::CONSTRAINT),
        ..Advice::DEFAULT
    },
    drops_with_column: true,
    ..KindSpec::EMPTY
};

/// Whether no statement alters what differs.
fn is_replaced(finding: &HintContext<'_>) -> bool {
    let altered = ["declared", "validated", "comment"];
    matches!(&finding.detail, FindingDetail::Differs { attribute, .. } if !altered.contains(attribute))
}

fn definition(finding: &HintContext<'_>) -> Option<String> {
    let no_inherit = if finding.wants("no_inherit") { " NO INHERIT" } else { "" };
    let expression = finding.wanted_text("expression")?;
    Some(format!(
        "CHECK ({expression}){no_inherit}{}",
        constraint::terms(finding)
    ))
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let definition = || definition(finding);
    match &finding.detail {
        FindingDetail::Missing(_) => Some(constraint::add(finding, definition().as_deref())),
        FindingDetail::Unexpected => Some(
            common::inherited(finding)
                .unwrap_or_else(|| constraint::drop(finding.id, "PostgreSQL then accepts rows that it forbids")),
        ),
        FindingDetail::Differs {
            attribute, expected, ..
        } => match *attribute {
            "declared" => Some(common::declare(expected)),
            "validated" => Some(constraint::validate(finding.id, expected)),
            _ => Some(constraint::replace(finding, &definition()?)),
        },
        FindingDetail::Unreadable { .. } => None,
    }
}

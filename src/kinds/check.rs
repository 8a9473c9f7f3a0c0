//! Check constraints.

use super::{Advice, FindingDetail, HintContext, Kind, KindSpec, ListForm, Reading, Shorthand, Syntax, common};
use crate::attribute::{Attr, Compare, Literal, Shape};
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
            .compare(Compare::Expression)
            .identifies(),
        common::VALIDATED,
        common::ENFORCED,
        Attr::new("no_inherit", Shape::Bool, "Whether inheriting tables are exempt.").default(Literal::Bool(false)),
        common::COMMENT,
    ],
    syntax: Syntax {
        list: ListForm::ByMeaning,
        shorthand: Shorthand::Scalar("expression"),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        extra_columns: &[COPY_OF],
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let expression = common::expected(attributes, "expression")?;
            Some(common::add_constraint(
                &finding.id.relation(),
                common::named(finding.id),
                &format!("CHECK ({expression})"),
            ))
        }
        FindingDetail::Unexpected => Some(common::drop_constraint(finding.id)),
        FindingDetail::Differs { attribute, .. } => match *attribute {
            "validated" => Some(common::validate_constraint(finding.id)),
            "comment" => None,
            _ => Some(common::recreate_constraint(finding.id)),
        },
        FindingDetail::Unreadable { .. } => None,
    }
}

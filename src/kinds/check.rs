//! Check constraints.

use super::{Finding, FindingSort, Kind, KindSpec, ListForm, Shorthand, common};
use crate::attribute::{Attr, Compare, Literal, Shape};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "check",
    section: "checks",
    parents: &[Kind::Table],
    identity: &["schema", "relation", "name"],
    doc: "A check constraint.",
    query: include_str!("check.sql"),
    attrs: &[
        Attr::new("expression", Shape::Sql, "What every row must satisfy.")
            .compare(Compare::Expression)
            .identifies(),
        common::VALIDATED,
        common::ENFORCED,
        Attr::new("no_inherit", Shape::Bool, "Whether tables that inherit are exempt.").default(Literal::Bool(false)),
        common::COMMENT,
    ],
    list: ListForm::ByMeaning,
    shorthand: Shorthand::Scalar("expression"),
    hint,
    ..KindSpec::EMPTY
};

fn hint(finding: &Finding<'_>) -> Option<String> {
    match &finding.sort {
        FindingSort::Missing(attributes) => {
            let expression = common::expected(attributes, "expression")?;
            Some(common::add_constraint(
                &finding.id.prefix(2),
                common::named(finding.id),
                &format!("CHECK ({expression})"),
            ))
        }
        FindingSort::Unexpected => Some(common::drop_constraint(finding.id)),
        FindingSort::Differs { attribute, .. } => match *attribute {
            "validated" => Some(common::validate_constraint(finding.id)),
            "comment" => None,
            _ => Some(common::recreate_constraint(finding.id)),
        },
        FindingSort::Unreadable { .. } => None,
    }
}

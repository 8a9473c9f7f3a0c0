//! Check constraints of domains.

use super::{Advice, FindingDetail, HintContext, Kind, KindSpec, ListForm, Reading, Shorthand, Syntax, common};
use crate::attribute::{Attr, Compare, Shape};
use crate::hint::Hint;
use crate::object_id::ObjectId;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "domain_check",
    one: Some("a check constraint of a domain"),
    section: "checks",
    parents: &[Kind::Domain],
    identity: &["schema", "relation", "name"],
    doc: "A check constraint of a domain; the value that is checked is called `VALUE`.",
    query: include_str!("domain_check.sql"),
    attrs: &[
        Attr::new("expression", Shape::Sql, "What every value must satisfy.")
            .compare(Compare::Expression)
            .identifies(),
        common::VALIDATED,
        common::COMMENT,
    ],
    syntax: Syntax {
        list: ListForm::ByMeaning,
        shorthand: Shorthand::Scalar("expression"),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some("'d' IN (SELECT typtype FROM type_kinds)"),
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let alter = |id: &ObjectId, what: &str| format!("ALTER DOMAIN {} {what};", common::sql_name(&id.relation()));
    let drop = || {
        alter(
            finding.id,
            &format!("DROP CONSTRAINT {}", common::name(finding.id.last())),
        )
    };
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let expression = common::expected(attributes, "expression")?;
            let named = common::named(finding.id).map_or(String::new(), |n| format!("CONSTRAINT {} ", common::name(n)));
            Some(Hint::sql(alter(
                finding.id,
                &format!("ADD {named}CHECK ({expression})"),
            )))
        }
        FindingDetail::Unexpected => Some(Hint::sql(drop())),
        FindingDetail::Differs { attribute, .. } => match *attribute {
            "validated" => Some(Hint::sql(alter(
                finding.id,
                &format!("VALIDATE CONSTRAINT {}", common::name(finding.id.last())),
            ))),
            "comment" => None,
            _ => Some(Hint::advice_with_sql(common::RECREATE_CONSTRAINT, drop())),
        },
        FindingDetail::Unreadable { .. } => None,
    }
}

//! Rewrite rules.

use super::trigger::{ENABLED, enable};
use super::{Advice, FindingDetail, HintContext, Kind, KindSpec, Reading, Shorthand, Syntax, UsersAdd, common};
use crate::attribute::{Attr, Compare, Shape};
use crate::hint::Hint;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "rule",
    section: "rules",
    parents: &[Kind::Table, Kind::View],
    identity: &["schema", "relation", "name"],
    doc: "A rewrite rule. The rules that implement views are not included.",
    query: include_str!("rule.sql"),
    users_add: UsersAdd::All,
    attrs: &[
        Attr::new(
            "definition",
            Shape::Text,
            "The statement that creates it, as `pg_get_ruledef` prints it; line ends and blank lines around it do not matter.",
        )
        .compare(Compare::Lines),
        ENABLED,
        common::COMMENT,
    ],
    syntax: Syntax {
        shorthand: Shorthand::Scalar("definition"),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM relation_kinds WHERE relhasrules)"),
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let relation = common::sql_name(&finding.id.relation());
    let name = common::name(finding.id.last());
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice("apply the migration that creates it")),
        FindingDetail::Unexpected => Some(Hint::sql(format!("DROP RULE {name} ON {relation};"))),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected.as_text()) {
            ("enabled", Some(enabled)) if finding.parent == Some(Kind::Table) => Some(Hint::sql(format!(
                "ALTER TABLE {relation} {} RULE {name};",
                enable(enabled)
            ))),
            ("definition", _) => Some(Hint::advice("run CREATE OR REPLACE RULE with the expected definition")),
            _ => None,
        },
    }
}

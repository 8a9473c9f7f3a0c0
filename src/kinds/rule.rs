//! Rewrite rules.

use super::trigger::{ENABLED, enable};
use super::{Finding, FindingSort, Kind, KindSpec, Shorthand, common};
use crate::attribute::{Attr, Compare, Shape};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "rule",
    section: "rules",
    parents: &[Kind::Table, Kind::View],
    identity: &["schema", "relation", "name"],
    doc: "A rewrite rule, other than the one that makes a view a view.",
    query: include_str!("rule.sql"),
    if_any: Some("EXISTS (SELECT FROM sorts_of_relations WHERE relhasrules)"),
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
    shorthand: Shorthand::Scalar("definition"),
    hint,
    ..KindSpec::EMPTY
};

fn hint(finding: &Finding<'_>) -> Option<String> {
    let relation = common::sql_name(&finding.id.prefix(2));
    let name = common::name(finding.id.last());
    match &finding.sort {
        FindingSort::Missing(_) => Some("apply the migration that creates it".into()),
        FindingSort::Unexpected => Some(format!("DROP RULE {name} ON {relation};")),
        FindingSort::Unreadable { .. } => None,
        FindingSort::Differs {
            attribute, expected, ..
        } => match (*attribute, expected.as_text()) {
            ("enabled", Some(enabled)) if finding.parent == Some(Kind::Table) => {
                Some(format!("ALTER TABLE {relation} {} RULE {name};", enable(enabled)))
            }
            ("definition", _) => Some("CREATE OR REPLACE RULE with the definition that is expected".into()),
            _ => None,
        },
    }
}

//! Rewrite rules.

use super::trigger::{ENABLED, enable};
use super::{
    Advice, FindingDetail, HintContext, Kind, KindSpec, Reading, Shorthand, SqlAddress, Syntax, UsersAdd, common, probe,
};
use crate::attribute::{Attr, CatalogRow, Compare, Shape};
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
        ).stored_in(CatalogRow::Own)
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
        address: SqlAddress::On("RULE"),
        set_later: &["enabled"],
        hint: Some(hint),
        probe: Some(&probe::RULE),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let relation = common::sql_name(&finding.id.relation());
    let name = common::name(finding.id.last());
    match &finding.detail {
        FindingDetail::Missing(_) => Some(match create(finding) {
            Some((create, rule)) => Hint::sql(format!("{create} {rule}")),
            None => Hint::advice("apply the migration that creates it"),
        }),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "this drops the rule, so PostgreSQL runs the statements as they are written",
            format!("DROP RULE {name} ON {relation};"),
        )),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected.as_text()) {
            ("enabled", Some(enabled)) if finding.parent == Some(Kind::Table) => Some(Hint::sql(format!(
                "ALTER TABLE {relation} {} RULE {name};",
                enable(enabled)
            ))),
            ("definition", _) => Some(match create(finding) {
                Some((create, rule)) => Hint::sql(format!("{create} OR REPLACE {rule}")),
                None => Hint::advice("run CREATE OR REPLACE RULE with the expected definition"),
            }),
            _ => None,
        },
    }
}

/// The word CREATE of the expected definition, and the statement behind it. A comment in the definition would hide what
/// follows it where the statement is on one line.
fn create<'a>(finding: &HintContext<'a>) -> Option<(&'a str, String)> {
    let definition = finding.wanted_text("definition")?.trim().trim_end_matches(';');
    let (create, rule) = definition.split_at_checked("CREATE".len())?;
    let is_create = create.eq_ignore_ascii_case("create") && rule.trim_start().to_lowercase().starts_with("rule");
    (is_create && !rule.contains("--")).then(|| (create, format!("{};", rule.trim_start())))
}

//! Schemas.

use super::{Advice, CreationRank, FindingDetail, HintContext, KeyForm, KindSpec, Role, Syntax, common, probe};
use crate::hint::Hint;
use crate::sql;
use crate::sql::name;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "schema",
    section: "schemas",
    identity: &["name"],
    doc: "A schema.",
    query: include_str!("schema.sql"),
    attrs: &[common::OWNER, common::grants(&common::OF_SCHEMA), common::COMMENT],
    role: Role::Namespace {
        create: |schema| sql!["CREATE SCHEMA IF NOT EXISTS ", name(schema)],
    },
    syntax: Syntax {
        key: KeyForm::Part,
        ..Syntax::DEFAULT
    },
    advice: Advice {
        default_grants: Some("schemas"),
        alter_keyword: Some("SCHEMA"),
        hint: Some(hint),
        rank: CreationRank::Base,
        probe: Some(&probe::SCHEMA),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::sql(format!("CREATE SCHEMA {name};"))),
        FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected.as_text()) {
            ("grants", _) => common::grant(&format!("SCHEMA {name}"), expected, actual),
            _ => None,
        },
    }
}

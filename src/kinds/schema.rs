//! Schemas.

use super::{Finding, FindingSort, KeyForm, KindSpec, common};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "schema",
    section: "schemas",
    identity: &["name"],
    doc: "A schema.",
    query: include_str!("schema.sql"),
    attrs: &[common::OWNER, common::GRANTS, common::COMMENT],
    key: KeyForm::Part,
    namespace: true,
    noun: Some("SCHEMA"),
    hint,
    ..KindSpec::EMPTY
};

fn hint(finding: &Finding<'_>) -> Option<String> {
    let name = common::sql_name(finding.id);
    match &finding.sort {
        FindingSort::Missing(_) => Some(format!("CREATE SCHEMA {name};")),
        FindingSort::Unexpected | FindingSort::Unreadable { .. } => None,
        FindingSort::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected.as_text()) {
            ("grants", _) => common::grant(&format!("SCHEMA {name}"), expected, actual),
            _ => None,
        },
    }
}

//! Composite types.

use super::{Finding, FindingSort, KeyForm, KindSpec, common};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "composite_type",
    section: "composite_types",
    identity: &["schema", "name"],
    doc: "A composite type that was created as one; the row types of tables and views are not among them.",
    query: include_str!("composite_type.sql"),
    if_any: Some("'c' IN (SELECT relkind FROM sorts_of_relations)"),
    attrs: &[common::OWNER, common::GRANTS_BEYOND_PUBLIC, common::COMMENT],
    key: KeyForm::Qualified,
    noun: Some("TYPE"),
    hint,
    ..KindSpec::EMPTY
};

fn hint(finding: &Finding<'_>) -> Option<String> {
    match &finding.sort {
        FindingSort::Missing(_) => Some("apply the migration that creates it".into()),
        FindingSort::Unexpected | FindingSort::Unreadable { .. } => None,
        FindingSort::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected) {
            ("grants", _) => common::grant(&format!("TYPE {}", common::sql_name(finding.id)), expected, actual),
            _ => None,
        },
    }
}

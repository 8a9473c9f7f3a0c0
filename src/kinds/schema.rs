//! Schemas.

use super::{KeyForm, KindSpec, common};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "schema",
    section: "schemas",
    identity: &["name"],
    doc: "A schema.",
    query: include_str!("schema.sql"),
    attrs: &[common::OWNER, common::GRANTS, common::COMMENT],
    key: KeyForm::Part,
    namespace: true,
    hint: |finding| match finding.sort {
        super::FindingSort::Missing(_) => Some(format!("CREATE SCHEMA {};", common::sql_name(finding.id))),
        super::FindingSort::Unexpected
        | super::FindingSort::Differs { .. }
        | super::FindingSort::Unreadable { .. } => None,
    },
    ..KindSpec::EMPTY
};

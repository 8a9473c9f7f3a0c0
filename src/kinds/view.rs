//! Views.

use super::{FindingSort, KeyForm, KindSpec, common};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "view",
    section: "views",
    identity: &["schema", "name"],
    doc: "A view.",
    query: include_str!("view.sql"),
    attrs: &[common::OWNER, common::COMMENT],
    key: KeyForm::Qualified,
    hint: |finding| match finding.sort {
        FindingSort::Missing(_) => {
            Some("apply the migration that creates it, or look whether this is the right database".into())
        }
        FindingSort::Unexpected | FindingSort::Differs { .. } | FindingSort::Unreadable { .. } => None,
    },
    ..KindSpec::EMPTY
};

//! Procedures.

use super::function::{BODY, LANGUAGE, SECURITY};
use super::{FindingSort, KeyForm, KindSpec, common, signature};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "procedure",
    section: "procedures",
    identity: &["schema", "name", "arguments"],
    doc: "A procedure, named with the types of its arguments; the name alone is any procedure of this name.",
    query: include_str!("procedure.sql"),
    attrs: &[LANGUAGE, SECURITY, BODY, common::OWNER, common::COMMENT],
    key: KeyForm::Signature,
    same: Some(signature::same),
    hint: |finding| match finding.sort {
        FindingSort::Missing(_) => Some("apply the migration that creates it".into()),
        FindingSort::Unexpected => None,
        FindingSort::Differs { .. } => Some("CREATE OR REPLACE PROCEDURE with the definition that is expected".into()),
    },
    ..KindSpec::EMPTY
};

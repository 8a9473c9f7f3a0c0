//! Transforms.

use super::{Finding, FindingSort, KindSpec, common};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "transform",
    section: "transforms",
    identity: &["name"],
    doc: "How a language sees a type. Named with the type as PostgreSQL prints it and the language: `'\"billing.point for plpython3u\"'`.",
    query: include_str!("transform.sql"),
    if_any: Some("EXISTS (SELECT FROM pg_transform)"),
    attrs: &[
        common::other("from_sql", "The function that gives a value to the language; `null` for none."),
        common::other("to_sql", "The function that takes a value from the language; `null` for none."),
        common::COMMENT,
    ],
    hint,
    ..KindSpec::EMPTY
};

fn hint(finding: &Finding<'_>) -> Option<String> {
    let (of, language) = finding.id.last().rsplit_once(" for ")?;
    match &finding.sort {
        FindingSort::Missing(_) => Some("apply the migration that creates it".into()),
        FindingSort::Unexpected => Some(format!("DROP TRANSFORM FOR {of} LANGUAGE {};", common::name(language))),
        FindingSort::Differs { attribute, .. } => {
            (*attribute != "comment").then(|| "CREATE OR REPLACE TRANSFORM as expected".into())
        }
        FindingSort::Unreadable { .. } => None,
    }
}

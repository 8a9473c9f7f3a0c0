//! Transforms.

use super::{Advice, FindingDetail, HintContext, KindSpec, Reading, common};
use crate::hint::Hint;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "transform",
    section: "transforms",
    identity: &["name"],
    doc: "How a language represents a type. The name has the type as PostgreSQL prints it and the language: `'\"billing.point for plpython3u\"'`.",
    query: include_str!("transform.sql"),
    attrs: &[
        common::other(
            "from_sql",
            "The function that converts a value for the language; `null` for none.",
        ),
        common::other(
            "to_sql",
            "The function that converts a value from the language; `null` for none.",
        ),
        common::COMMENT,
    ],
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_transform)"),
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let (of, language) = finding.id.last().rsplit_once(" for ")?;
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice("apply the migration that creates it")),
        FindingDetail::Unexpected => Some(Hint::sql(format!(
            "DROP TRANSFORM FOR {of} LANGUAGE {};",
            common::name(language)
        ))),
        FindingDetail::Differs { attribute, .. } => {
            (*attribute != "comment").then(|| Hint::advice("run CREATE OR REPLACE TRANSFORM as expected"))
        }
        FindingDetail::Unreadable { .. } => None,
    }
}

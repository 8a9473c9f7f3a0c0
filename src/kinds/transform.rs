//! Transforms.

use super::{
    Advice, CreationRank, FindingDetail, HintContext, KindSpec, Matching, Reading, Syntax, common, more_probes,
};
use crate::attribute::{Form, Verdict};
use crate::hint::Hint;
use crate::object_id::ObjectId;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "transform",
    section: "transforms",
    identity: &["name"],
    doc: "How a language represents a type. The name has the type and the language: `'\"billing.point for plpython3u\"'`.",
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
    syntax: Syntax {
        key_is_name: false,
        ..Syntax::DEFAULT
    },
    matching: Matching {
        same_identity: Some(same),
        ..Matching::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        rank: CreationRank::Routine,
        probe: Some(&more_probes::TRANSFORM),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// Whether both transforms are of the same type and language.
fn same(expected: &ObjectId, actual: &ObjectId) -> Verdict {
    if expected == actual {
        return Verdict::Equal;
    }
    match (expected.last().rsplit_once(" for "), actual.last().rsplit_once(" for ")) {
        (Some((of, language)), Some((actual_of, actual_language))) => {
            Verdict::when(language.trim() == actual_language).and(Verdict::ask(Form::BaseType, of.trim(), actual_of))
        }
        (None, _) | (_, None) => Verdict::Different,
    }
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let (of, language) = finding.id.last().rsplit_once(" for ")?;
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice("apply the migration that creates it")),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "functions that use the transform fail then",
            format!("DROP TRANSFORM FOR {of} LANGUAGE {};", common::name(language)),
        )),
        FindingDetail::Differs { attribute, .. } => {
            (*attribute != "comment").then(|| Hint::advice("run CREATE OR REPLACE TRANSFORM as expected"))
        }
        FindingDetail::Unreadable { .. } => None,
    }
}

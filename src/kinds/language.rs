//! Procedural languages.

use super::{Advice, CreationRank, FindingDetail, HintContext, KindSpec, common, more_probes};
use crate::attribute::{Attr, Literal, Shape};
use crate::hint::Hint;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "language",
    section: "languages",
    identity: &["name"],
    doc: "A procedural language. Those that come with PostgreSQL or an extension need not be listed.",
    query: include_str!("language.sql"),
    attrs: &[
        Attr::new(
            "trusted",
            Shape::Bool,
            "Whether roles that are not superusers may write functions in it.",
        )
        .default(Literal::Bool(false)),
        common::other("handler", "The function that calls functions in it; `null` for none."),
        common::other("inline", "The function that runs DO blocks in it; `null` for none."),
        common::other(
            "validator",
            "The function that checks new functions in it; `null` for none.",
        ),
        common::OWNER,
        common::grants(&common::OF_LANGUAGE),
        common::COMMENT,
    ],
    advice: Advice {
        alter_keyword: Some("LANGUAGE"),
        hint: Some(hint),
        rank: CreationRank::Base,
        probe: Some(&more_probes::LANGUAGE),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::name(finding.id.last());
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice("apply the migration that creates it, or its extension")),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "PostgreSQL refuses it while functions are written in the language",
            format!("DROP LANGUAGE {name};"),
        )),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected.as_text()) {
            ("grants", _) => common::grant(&format!("LANGUAGE {name}"), expected, actual),
            ("owner" | "comment", _) => None,
            _ => Some(Hint::advice("run CREATE OR REPLACE LANGUAGE as expected")),
        },
    }
}

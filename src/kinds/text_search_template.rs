//! Text search templates.

use super::{Advice, CreationRank, HintContext, KeyForm, KindSpec, Reading, Syntax, common, more_probes};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::hint::Hint;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "text_search_template",
    section: "text_search_templates",
    identity: &["schema", "name"],
    doc: "A text search template.",
    query: include_str!("text_search_template.sql"),
    attrs: &[
        Attr::new(
            "init",
            Shape::QualifiedName,
            "The function that initializes a dictionary from its options; `null` for none.",
        )
        .compare(Compare::Name)
        .refers_to(common::ROUTINES)
        .default(Literal::Null),
        Attr::new("lexize", Shape::QualifiedName, "The function that looks a token up.")
            .compare(Compare::Name)
            .refers_to(common::ROUTINES),
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some(
            "EXISTS (SELECT FROM pg_ts_template c WHERE c.tmplnamespace = ANY ((SELECT oids FROM schemas)::oid[]))",
        ),
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        rank: CreationRank::Routine,
        probe: Some(&more_probes::TEXT_SEARCH_TEMPLATE),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    finding.if_differs(|attribute, _, _| {
        (attribute != "comment")
            .then(|| Hint::advice("a text search template cannot be altered: drop it and create it as expected"))
    })
}

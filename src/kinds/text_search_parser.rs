//! Text search parsers.

use super::{Advice, CreationRank, HintContext, KeyForm, KindSpec, Reading, Syntax, common, more_probes};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::hint::Hint;

/// A function of a parser.
const fn function(name: &'static str, doc: &'static str) -> Attr {
    Attr::new(name, Shape::QualifiedName, doc)
        .compare(Compare::Name)
        .refers_to(super::common::ROUTINES)
}

pub(super) static SPEC: KindSpec = KindSpec {
    name: "text_search_parser",
    section: "text_search_parsers",
    identity: &["schema", "name"],
    doc: "A text search parser.",
    query: include_str!("text_search_parser.sql"),
    attrs: &[
        function("start", "The function that starts the parser."),
        function("token", "The function that returns the next token."),
        function("end", "The function that ends the parser."),
        function("headline", "The function that makes a headline; `null` for none.").default(Literal::Null),
        function("token_types", "The function that lists the types of its tokens."),
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some(
            "EXISTS (SELECT FROM pg_ts_parser c WHERE c.prsnamespace = ANY ((SELECT oids FROM schemas)::oid[]))",
        ),
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        rank: CreationRank::Routine,
        probe: Some(&more_probes::TEXT_SEARCH_PARSER),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    finding.if_differs(|attribute, _, _| {
        (attribute != "comment")
            .then(|| Hint::advice("a text search parser cannot be altered: drop it and create it as expected"))
    })
}

//! Foreign-data wrappers.

use super::{Advice, CreationRank, HintContext, KindSpec, Masked, Reading, common, more_probes};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::hint::Hint;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "foreign_data_wrapper",
    section: "foreign_data_wrappers",
    identity: &["name"],
    doc: "A foreign-data wrapper.",
    query: include_str!("foreign_data_wrapper.sql"),
    attrs: &[
        Attr::new(
            "handler",
            Shape::QualifiedName,
            "The function that accesses foreign tables; `null` for none.",
        )
        .compare(Compare::Name)
        .refers_to(common::ROUTINES)
        .default(Literal::Null),
        Attr::new(
            "validator",
            Shape::QualifiedName,
            "The function that checks options; `null` for none.",
        )
        .compare(Compare::Name)
        .refers_to(common::ROUTINES)
        .default(Literal::Null),
        Attr::new(
            "connection",
            Shape::QualifiedName,
            "The function that makes the connections of subscriptions; `null` for none.",
        )
        .compare(Compare::Name)
        .refers_to(common::ROUTINES)
        .default(Literal::Null)
        .since(19),
        common::FOREIGN_OPTIONS,
        common::OWNER,
        common::grants(&common::OF_FOREIGN),
        common::COMMENT,
    ],
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_foreign_data_wrapper)"),
        masked: Masked::OPTIONS,
        ..Reading::DEFAULT
    },
    advice: Advice {
        alter_keyword: Some("FOREIGN DATA WRAPPER"),
        hint: Some(hint),
        rank: CreationRank::Base,
        probe: Some(&more_probes::FOREIGN_DATA_WRAPPER),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::name(finding.id.last());
    let alter = |what: &str| Some(Hint::sql(format!("ALTER FOREIGN DATA WRAPPER {name} {what};")));
    finding.if_differs(|attribute, expected, actual| match (attribute, expected.as_text()) {
        ("handler", Some(function)) => alter(&format!("HANDLER {function}")),
        ("handler", None) => alter("NO HANDLER"),
        ("validator", Some(function)) => alter(&format!("VALIDATOR {function}")),
        ("validator", None) => alter("NO VALIDATOR"),
        ("connection", Some(function)) => alter(&format!("CONNECTION {function}")),
        ("connection", None) => alter("NO CONNECTION"),
        ("grants", _) => common::grant(&format!("FOREIGN DATA WRAPPER {name}"), expected, actual),
        _ => None,
    })
}

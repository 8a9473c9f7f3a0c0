//! Foreign servers.

use super::{Advice, CreationRank, HintContext, KindSpec, Masked, Reading, common, more_probes};
use crate::attribute::{Attr, Literal, Shape};
use crate::hint::Hint;
use crate::sql_text::quote_literal;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "foreign_server",
    section: "servers",
    identity: &["name"],
    doc: "A foreign server.",
    query: include_str!("foreign_server.sql"),
    attrs: &[
        Attr::new("wrapper", Shape::Name, "Its foreign-data wrapper."),
        Attr::new("type", Shape::Text, "Its type; `null` for none.").default(Literal::Null),
        Attr::new("version", Shape::Text, "Its version; `null` for none.").default(Literal::Null),
        common::FOREIGN_OPTIONS,
        common::OWNER,
        common::grants(&common::OF_FOREIGN),
        common::COMMENT,
    ],
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_foreign_server)"),
        masked: Masked::OPTIONS,
        ..Reading::DEFAULT
    },
    advice: Advice {
        alter_keyword: Some("SERVER"),
        hint: Some(hint),
        rank: CreationRank::Base,
        probe: Some(&more_probes::FOREIGN_SERVER),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::name(finding.id.last());
    finding.if_differs(|attribute, expected, actual| match (attribute, expected.as_text()) {
        ("version", Some(version)) => Some(Hint::sql(format!(
            "ALTER SERVER {name} VERSION {};",
            quote_literal(version)
        ))),
        ("grants", _) => common::grant(&format!("FOREIGN SERVER {name}"), expected, actual),
        _ => None,
    })
}

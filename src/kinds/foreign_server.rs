//! Foreign servers.

use super::{Finding, FindingSort, KindSpec, Masked, common};
use crate::attribute::{Attr, Literal, Shape};
use crate::sql_text::quote_literal;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "foreign_server",
    section: "servers",
    identity: &["name"],
    doc: "A foreign server.",
    query: include_str!("foreign_server.sql"),
    if_any: Some("EXISTS (SELECT FROM pg_foreign_server)"),
    attrs: &[
        Attr::new("wrapper", Shape::Name, "The foreign-data wrapper that reaches it."),
        Attr::new("type", Shape::Text, "Its type; `null` for none.").default(Literal::Null),
        Attr::new("version", Shape::Text, "Its version; `null` for none.").default(Literal::Null),
        common::FOREIGN_OPTIONS,
        common::OWNER,
        common::GRANTS,
        common::COMMENT,
    ],
    masked: Masked::OPTIONS,
    noun: Some("SERVER"),
    hint,
    ..KindSpec::EMPTY
};

fn hint(finding: &Finding<'_>) -> Option<String> {
    let name = common::name(finding.id.last());
    match &finding.sort {
        FindingSort::Missing(_) => Some("apply the migration that creates it".into()),
        FindingSort::Unexpected | FindingSort::Unreadable { .. } => None,
        FindingSort::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected.as_text()) {
            ("version", Some(version)) => Some(format!("ALTER SERVER {name} VERSION {};", quote_literal(version))),
            ("grants", _) => common::grant(&format!("FOREIGN SERVER {name}"), expected, actual),
            _ => None,
        },
    }
}

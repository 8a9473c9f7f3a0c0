//! Foreign tables.

use super::{Finding, FindingSort, KeyForm, KindSpec, Masked, common};
use crate::attribute::{Attr, Shape};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "foreign_table",
    section: "foreign_tables",
    identity: &["schema", "name"],
    doc: "A foreign table.",
    query: include_str!("foreign_table.sql"),
    if_any: Some("'f' IN (SELECT relkind FROM sorts_of_relations)"),
    attrs: &[
        Attr::new("server", Shape::Name, "The foreign server that holds it."),
        common::FOREIGN_OPTIONS,
        common::OWNER,
        common::GRANTS,
        common::COMMENT,
    ],
    key: KeyForm::Qualified,
    masked: Masked::OPTIONS,
    noun: Some("FOREIGN TABLE"),
    hint,
    ..KindSpec::EMPTY
};

fn hint(finding: &Finding<'_>) -> Option<String> {
    let name = common::sql_name(finding.id);
    match &finding.sort {
        FindingSort::Missing(_) => Some("apply the migration that creates it".into()),
        FindingSort::Unexpected | FindingSort::Unreadable { .. } => None,
        FindingSort::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected.as_text()) {
            ("grants", _) => common::grant(&name, expected, actual),
            _ => None,
        },
    }
}

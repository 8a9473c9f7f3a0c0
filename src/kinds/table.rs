//! Tables.

use super::{Finding, FindingSort, KeyForm, KindSpec, common};
use crate::attribute::{Attr, Literal, Shape};
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "table",
    section: "tables",
    identity: &["schema", "name"],
    doc: "A table, partitioned or not.",
    query: include_str!("table.sql"),
    attrs: &[
        Attr::new(
            "persistence",
            Shape::OneOf(&["permanent", "unlogged", "temporary"]),
            "Whether its rows survive a crash and a session.",
        )
        .default(Literal::Text("permanent")),
        Attr::new(
            "row_security",
            Shape::OneOf(&["enabled", "disabled"]),
            "Whether its policies are in force.",
        )
        .default(Literal::Text("disabled")),
        Attr::new(
            "row_security_forced",
            Shape::Bool,
            "Whether its policies hold for its owner too.",
        )
        .default(Literal::Bool(false)),
        common::OPTIONS,
        common::OWNER,
        common::COMMENT,
    ],
    key: KeyForm::Qualified,
    hint,
    ..KindSpec::EMPTY
};

fn hint(finding: &Finding<'_>) -> Option<String> {
    let name = common::sql_name(finding.id);
    match finding.sort {
        FindingSort::Missing(_) => {
            Some("apply the migration that creates it, or look whether this is the right database".into())
        }
        FindingSort::Unexpected | FindingSort::Unreadable { .. } => None,
        FindingSort::Differs { attribute, expected, .. } => match (attribute, expected.as_text()) {
            ("row_security", Some("enabled")) => Some(format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;")),
            ("row_security", Some("disabled")) => Some(format!("ALTER TABLE {name} DISABLE ROW LEVEL SECURITY;")),
            ("row_security_forced", _) => {
                let no = if *expected == Value::Bool(true) { "" } else { "NO " };
                Some(format!("ALTER TABLE {name} {no}FORCE ROW LEVEL SECURITY;"))
            }
            ("persistence", Some("permanent")) => Some(format!("ALTER TABLE {name} SET LOGGED;")),
            ("persistence", Some("unlogged")) => Some(format!("ALTER TABLE {name} SET UNLOGGED;")),
            ("owner", Some(owner)) => Some(format!("ALTER TABLE {name} OWNER TO {};", common::name(owner))),
            _ => None,
        },
    }
}

//! Views.

use super::{Finding, FindingSort, KeyForm, KindSpec, common};
use crate::attribute::{Attr, Compare, Shape};

/// The query of a view.
pub(super) const DEFINITION: Attr = Attr::new(
    "definition",
    Shape::Text,
    "Its query, as `pg_get_viewdef` prints it; line ends and blank lines around it do not matter.",
)
.compare(Compare::Lines);

pub(super) static SPEC: KindSpec = KindSpec {
    name: "view",
    section: "views",
    identity: &["schema", "name"],
    doc: "A view.",
    query: include_str!("view.sql"),
    attrs: &[
        DEFINITION,
        common::OPTIONS,
        common::OWNER,
        common::GRANTS,
        common::COMMENT,
    ],
    key: KeyForm::Qualified,
    hint,
    ..KindSpec::EMPTY
};

fn hint(finding: &Finding<'_>) -> Option<String> {
    let name = common::sql_name(finding.id);
    match &finding.sort {
        FindingSort::Missing(_) => {
            Some("apply the migration that creates it, or look whether this is the right database".into())
        }
        FindingSort::Unexpected | FindingSort::Unreadable { .. } => None,
        FindingSort::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected.as_text()) {
            ("definition", _) => Some("CREATE OR REPLACE VIEW with the definition that is expected".into()),
            ("owner", Some(owner)) => Some(format!("ALTER VIEW {name} OWNER TO {};", common::name(owner))),
            ("options", _) => common::set_options(&format!("ALTER VIEW {name}"), expected, actual),
            ("grants", _) => common::grant(&name, expected, actual),
            _ => None,
        },
    }
}

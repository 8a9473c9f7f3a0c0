//! Access methods.

use super::{Advice, FindingDetail, HintContext, KindSpec, common};
use crate::attribute::{Attr, Compare, Shape};
use crate::hint::Hint;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "access_method",
    section: "access_methods",
    identity: &["name"],
    doc: "An access method of tables or indexes. Those that come with PostgreSQL or an extension need not be listed.",
    query: include_str!("access_method.sql"),
    attrs: &[
        Attr::new(
            "type",
            Shape::OneOf(&["index", "table"]),
            "Whether it is for tables or indexes.",
        ),
        Attr::new("handler", Shape::QualifiedName, "The handler function.").compare(Compare::Name),
        common::COMMENT,
    ],
    advice: Advice {
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::name(finding.id.last());
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice("apply the migration that creates it")),
        FindingDetail::Unexpected => Some(Hint::sql(format!("DROP ACCESS METHOD {name};"))),
        FindingDetail::Differs { attribute, .. } => (*attribute != "comment").then(|| {
            Hint::advice_with_sql(
                "an access method cannot be altered; drop it and create it as expected",
                format!("DROP ACCESS METHOD {name};"),
            )
        }),
        FindingDetail::Unreadable { .. } => None,
    }
}

//! Access methods.

use super::{Advice, CreationRank, FindingDetail, HintContext, KindSpec, SqlAddress, common, more_probes};
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
        Attr::new("handler", Shape::QualifiedName, "The handler function.")
            .compare(Compare::Name)
            .refers_to(common::ROUTINES),
        common::COMMENT,
    ],
    advice: Advice {
        address: SqlAddress::Plain("ACCESS METHOD"),
        hint: Some(hint),
        rank: CreationRank::Base,
        probe: Some(&more_probes::ACCESS_METHOD),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::name(finding.id.last());
    let create = || {
        let (what, handler) = (finding.wanted_text("type")?, finding.wanted_text("handler")?);
        let (what, handler) = (what.to_uppercase(), common::sql_names(handler));
        Some(format!("CREATE ACCESS METHOD {name} TYPE {what} HANDLER {handler};"))
    };
    match &finding.detail {
        FindingDetail::Missing(_) => Some(match create() {
            Some(sql) => Hint::sql(sql),
            None => Hint::advice("apply the migration that creates it"),
        }),
        FindingDetail::Unexpected => (!finding.object?.is_implicit()).then(|| {
            Hint::advice_with_sql(
                "PostgreSQL refuses it while tables or indexes use it",
                format!("DROP ACCESS METHOD {name};"),
            )
        }),
        FindingDetail::Differs { .. } => Some(Hint::advice_with_sql(
            "this drops the access method and creates it as expected; PostgreSQL refuses it while tables or indexes use it",
            format!("DROP ACCESS METHOD {name}; {}", create()?),
        )),
        FindingDetail::Unreadable { .. } => None,
    }
}

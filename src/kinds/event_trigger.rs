//! Event triggers.

use super::trigger::{ENABLED, enable};
use super::{Advice, FindingDetail, HintContext, KindSpec, Reading, common};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::hint::Hint;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "event_trigger",
    section: "event_triggers",
    identity: &["name"],
    doc: "An event trigger.",
    query: include_str!("event_trigger.sql"),
    attrs: &[
        Attr::new("event", Shape::Name, "The event that fires it: `ddl_command_end`."),
        Attr::new(
            "tags",
            Shape::List(&Shape::Text),
            "The commands that fire it, such as `CREATE TABLE`; `null` for all.",
        )
        .compare(Compare::Unordered)
        .default(Literal::EmptyList),
        Attr::new("function", Shape::QualifiedName, "The function that it runs.").compare(Compare::Name),
        ENABLED,
        common::OWNER,
        common::COMMENT,
    ],
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_event_trigger)"),
        ..Reading::DEFAULT
    },
    advice: Advice {
        alter_keyword: Some("EVENT TRIGGER"),
        hint: Some(hint),
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::name(finding.id.last());
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice("apply the migration that creates it")),
        FindingDetail::Unexpected => Some(Hint::sql(format!("DROP EVENT TRIGGER {name};"))),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected.as_text()) {
            ("enabled", Some(enabled)) => Some(Hint::sql(format!("ALTER EVENT TRIGGER {name} {};", enable(enabled)))),
            ("comment", _) => None,
            _ => Some(Hint::advice_with_sql(
                "drop the event trigger and create it as expected",
                format!("DROP EVENT TRIGGER {name};"),
            )),
        },
    }
}

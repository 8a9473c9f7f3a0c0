//! Event triggers.

use super::trigger::{ENABLED, enable};
use super::{Finding, FindingSort, KindSpec, common};
use crate::attribute::{Attr, Compare, Literal, Shape};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "event_trigger",
    section: "event_triggers",
    identity: &["name"],
    doc: "An event trigger.",
    query: include_str!("event_trigger.sql"),
    if_any: Some("EXISTS (SELECT FROM pg_event_trigger)"),
    attrs: &[
        Attr::new("event", Shape::Name, "The event that fires it: `ddl_command_end`."),
        Attr::new(
            "tags",
            Shape::List(&Shape::Text),
            "The commands that fire it, such as `CREATE TABLE`; left out for all.",
        )
        .compare(Compare::Unordered)
        .default(Literal::EmptyList),
        Attr::new("function", Shape::QualifiedName, "The function that it runs.").compare(Compare::Name),
        ENABLED,
        common::OWNER,
        common::COMMENT,
    ],
    noun: Some("EVENT TRIGGER"),
    hint,
    ..KindSpec::EMPTY
};

fn hint(finding: &Finding<'_>) -> Option<String> {
    let name = common::name(finding.id.last());
    match &finding.sort {
        FindingSort::Missing(_) => Some("apply the migration that creates it".into()),
        FindingSort::Unexpected => Some(format!("DROP EVENT TRIGGER {name};")),
        FindingSort::Unreadable { .. } => None,
        FindingSort::Differs {
            attribute, expected, ..
        } => match (*attribute, expected.as_text()) {
            ("enabled", Some(enabled)) => Some(format!("ALTER EVENT TRIGGER {name} {};", enable(enabled))),
            ("comment", _) => None,
            _ => Some(format!("DROP EVENT TRIGGER {name}; and create it as expected")),
        },
    }
}

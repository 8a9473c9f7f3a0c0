//! Event triggers.

use super::trigger::{ENABLED, enable};
use super::{Advice, FindingDetail, HintContext, KindSpec, Reading, common, constraint, hint, probe};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::hint::Hint;
use crate::sql_text::quote_literal;

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
        Attr::new("function", Shape::QualifiedName, "The function that it runs.")
            .compare(Compare::Name)
            .refers_to(common::ROUTINES),
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
        probe: Some(&probe::EVENT_TRIGGER),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::name(finding.id.last());
    let drop = format!("DROP EVENT TRIGGER {name};");
    match &finding.detail {
        FindingDetail::Missing(_) => Some(match create(finding) {
            Some(sql) => Hint::sql(sql),
            None => Hint::advice("apply the migration that creates it"),
        }),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "this drops the event trigger, so what it does no longer happens",
            drop,
        )),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected.as_text()) {
            ("enabled", Some(enabled)) => Some(Hint::sql(format!("ALTER EVENT TRIGGER {name} {};", enable(enabled)))),
            _ => Some(Hint::advice_with_sql(
                "this drops the event trigger and creates it as expected; run both statements in one transaction",
                format!("{drop} {}", create(finding)?),
            )),
        },
    }
}

/// The statements that create the expected event trigger.
fn create(finding: &HintContext<'_>) -> Option<String> {
    let name = common::name(finding.id.last());
    let (event, function) = (
        finding.wanted_text("event")?,
        finding.reference(finding.wanted_text("function")?),
    );
    let tags: Vec<String> = finding.wanted_list("tags").into_iter().map(quote_literal).collect();
    let tags = if tags.is_empty() {
        String::new()
    } else {
        format!(" WHEN TAG IN ({})", tags.join(", "))
    };
    let create = format!(
        "CREATE EVENT TRIGGER {name} ON {}{tags} EXECUTE FUNCTION {}();",
        common::name(event),
        function
    );
    let enabled = finding.wanted_text("enabled").filter(|enabled| *enabled != "origin");
    let enabled = enabled.map(|enabled| format!("ALTER EVENT TRIGGER {name} {};", enable(enabled)));
    let create = constraint::with(create, enabled);
    let comment = finding.wanted(common::COMMENT.name);
    let target = format!("EVENT TRIGGER {name}");
    let comment = (!comment.is_null()).then(|| hint::comment(&target, comment).text().into_owned());
    let owner = finding.wanted_text(common::OWNER.name);
    let owner = owner.map(|owner| {
        common::set_owner("EVENT TRIGGER", finding.id, owner)
            .text()
            .into_owned()
    });
    Some(constraint::with(constraint::with(create, owner), comment))
}

//! Subscriptions.

use super::{Advice, FindingDetail, HintContext, KindSpec, Matching, Reading, common, more_probes};
use crate::attribute::{Attr, Compare, Comparison, Literal, Shape, Verdict};
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::sql_text::quote_literal;
use crate::value::Value;

/// An option that is on or off.
const fn switch(name: &'static str, doc: &'static str, default: bool) -> Attr {
    Attr::new(name, Shape::Bool, doc).default(Literal::Bool(default))
}

pub(super) static SPEC: KindSpec = KindSpec {
    name: "subscription",
    section: "subscriptions",
    identity: &["name"],
    doc: "A subscription to publications of another server. Its connection is not compared, because only superusers may read it, \
          and neither is `synchronous_commit`, which only they may read in PostgreSQL 13.",
    query: include_str!("subscription.sql"),
    attrs: &[
        switch("enabled", "Whether it replicates.", true).always_checked("it is disabled: it replicates nothing").set_in_operation(),
        Attr::new("publications", common::NAMES, "The publications that it receives.").compare(Compare::Unordered),
        Attr::new(
            "slot",
            Shape::Name,
            "The replication slot of the publisher. If left out: the one with the name of the subscription. `null` for none.",
        ),
        switch("binary", "Whether it requests values in binary form.", false).since(14),
        Attr::new(
            "streaming",
            Shape::OneOf(&["off", "on", "parallel"]),
            "Whether it receives transactions that are still in progress.",
        )
        .since(14),
        switch("two_phase", "Whether it receives prepared transactions.", false).since(15),
        switch("disable_on_error", "Whether an error disables it.", false).since(15),
        switch("password_required", "Whether it must connect with a password.", true).since(16),
        switch(
            "run_as_owner",
            "Whether changes are applied as its owner, not as the owners of the tables.",
            false,
        )
        .since(16),
        Attr::new(
            "origin",
            Shape::OneOf(&["any", "none"]),
            "Whether it also receives changes that the publisher received by replication.",
        )
        .default(Literal::Text("any"))
        .since(16),
        switch(
            "failover",
            "Whether its slot is synchronized to standbys of the publisher.",
            false,
        )
        .since(17),
        Attr::new(
            "server",
            Shape::Name,
            "The foreign server that describes its connection; `null` for a connection of its own.",
        )
        .default(Literal::Null)
        .since(19),
        switch(
            "retain_dead_tuples",
            "Whether it keeps what it needs to detect updates of rows that were deleted.",
            false,
        )
        .since(19),
        Attr::new(
            "max_retention_duration",
            Shape::Integer,
            "For how many milliseconds it keeps that at most; 0 for no limit.",
        )
        .default(Literal::Integer(0))
        .since(19),
        switch(
            "retention_active",
            "Whether it still keeps what `retain_dead_tuples` asks for.",
            true,
        )
        .always_checked("it has stopped keeping dead tuples: it cannot detect updates of rows that were deleted")
        .since(19),
        Attr::new(
            "wal_receiver_timeout",
            Shape::Text,
            "After how long without a message it ends the connection, such as `30s`; `-1` for the setting of the server.",
        )
        .compare(Compare::Custom(same_duration))
        .default(Literal::Text("-1"))
        .since(19),
        common::OWNER,
        common::COMMENT,
    ],
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_subscription)"),
        ..Reading::DEFAULT
    },
    matching: Matching {
        implied_default: Some(derived),
        ..Matching::DEFAULT
    },
    advice: Advice {
        alter_keyword: Some("SUBSCRIPTION"),
        hint: Some(hint),
        probe: Some(&more_probes::SUBSCRIPTION),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// CREATE SUBSCRIPTION creates a slot with the same name.
fn derived(id: &ObjectId, attribute: &str) -> Option<Value> {
    (attribute == "slot").then(|| Value::from(id.last()))
}

/// Whether two values of a setting in milliseconds are the same: the catalog has the text that was written.
fn same_duration(comparison: &Comparison<'_>) -> Verdict {
    let (expected, actual) = (comparison.expected.to_string(), comparison.actual.to_string());
    Verdict::when(expected == actual || milliseconds(&expected).is_some_and(|time| Some(time) == milliseconds(&actual)))
}

/// A time as PostgreSQL reads the value of a setting whose unit is milliseconds.
fn milliseconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let number = text
        .find(|c: char| !c.is_ascii_digit() && c != '-')
        .unwrap_or(text.len());
    let factor = match text[number..].trim() {
        "" | "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    text[..number].parse::<i64>().ok()?.checked_mul(factor)
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::name(finding.id.last());
    let alter = |what: String| Some(Hint::sql(format!("ALTER SUBSCRIPTION {name} {what};")));
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice("apply the migration that creates it")),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "drop the subscription, which also drops its slot",
            format!("DROP SUBSCRIPTION {name};"),
        )),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected) {
            ("enabled", Value::Bool(true)) => alter("ENABLE".into()),
            ("enabled", _) => alter("DISABLE".into()),
            ("publications", _) => {
                // A disabled subscription cannot read the tables of its publications.
                let later = if finding.wants("enabled") {
                    ""
                } else {
                    " WITH (refresh = false)"
                };
                alter(format!("SET PUBLICATION {}{later}", common::name_list(expected)))
            }
            ("slot", Value::Null) => alter("SET (slot_name = NONE)".into()),
            ("slot", Value::Text(slot)) => alter(format!("SET (slot_name = {})", common::name(slot))),
            ("server", Value::Text(server)) => alter(format!("SERVER {}", common::name(server))),
            ("wal_receiver_timeout", _) => alter(format!(
                "SET (wal_receiver_timeout = {})",
                quote_literal(&expected.to_string())
            )),
            ("retention_active", _) => Some(Hint::advice(
                "let the subscription catch up with the publisher, or raise `max_retention_duration`",
            )),
            ("owner" | "comment" | "server", _) => None,
            (option, Value::Bool(_) | Value::Integer(_) | Value::Text(_)) => {
                alter(format!("SET ({option} = {expected})"))
            }
            _ => None,
        },
    }
}

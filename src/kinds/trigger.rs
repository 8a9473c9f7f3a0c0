//! Triggers.

use super::{Advice, FindingDetail, HintContext, Kind, KindSpec, Reading, UsersAdd, common};
use crate::attribute::{Attr, Compare, Comparison, Form, Literal, Shape, Verdict};
use crate::hint::Hint;
use crate::snapshot::{COPY_OF, IN_PARTITIONS};
use crate::value::Value;

/// The sessions in which a trigger, event trigger or rule fires.
pub(super) const ENABLED: Attr = Attr::new(
    "enabled",
    Shape::OneOf(&["origin", "always", "replica", "disabled"]),
    "The sessions in which it fires: `origin` means all but those that apply replicated changes.",
)
.default(Literal::Text("origin"))
.always_checked("it exists, but does not fire as it does by default");

pub(super) static SPEC: KindSpec = KindSpec {
    name: "trigger",
    section: "triggers",
    parents: &[Kind::Table, Kind::View, Kind::ForeignTable],
    identity: &["schema", "relation", "name"],
    doc: "A trigger. The internal triggers of constraints are not included.",
    query: include_str!("trigger.sql"),
    users_add: UsersAdd::WithOwnFunction("function"),
    attrs: &[
        Attr::new(
            "timing",
            Shape::OneOf(&["before", "after", "instead of"]),
            "Whether it fires before, after or instead of the event.",
        ),
        Attr::new(
            "events",
            Shape::List(&Shape::OneOf(&["insert", "update", "delete", "truncate"])),
            "What fires it.",
        )
        .compare(Compare::Unordered),
        Attr::new("columns", common::NAMES, "The columns of UPDATE OF; none for all.")
            .compare(Compare::Unordered)
            .default(Literal::EmptyList),
        Attr::new(
            "for_each",
            Shape::OneOf(&["row", "statement"]),
            "Whether it fires once per row or once per statement.",
        )
        .default(Literal::Text("statement")),
        Attr::new(
            "condition",
            Shape::Sql,
            "The condition of WHEN, which can use `OLD` and `NEW`; `null` for none. PostgreSQL decides whether it means the same.",
        )
        .compare(Compare::Custom(same_condition))
        .default(Literal::Null),
        Attr::new("function", Shape::QualifiedName, "The function that it runs.").compare(Compare::Name),
        Attr::new("arguments", Shape::List(&Shape::Text), "The arguments of the function.")
            .default(Literal::EmptyList),
        ENABLED.holds_in_partitions(),
        Attr::new("constraint", Shape::Bool, "Whether it is a constraint trigger.").default(Literal::Bool(false)),
        common::DEFERRABLE,
        common::INITIALLY,
        Attr::new("old_table", Shape::Name, "The name of the transition table with the old rows; `null` for none.")
            .default(Literal::Null),
        Attr::new("new_table", Shape::Name, "The name of the transition table with the new rows; `null` for none.")
            .default(Literal::Null),
        common::COMMENT,
    ],
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM relation_kinds WHERE relhastriggers)"),
        extra_columns: &[COPY_OF, IN_PARTITIONS],
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn same_condition(comparison: &Comparison<'_>) -> Verdict {
    match (comparison.expected, comparison.actual) {
        (Value::Text(expected), Value::Text(actual)) => Verdict::ask(Form::Rows(&["old", "new"]), expected, actual),
        (expected, actual) => Verdict::when(expected == actual),
    }
}

/// The keyword of ALTER … TRIGGER or RULE that sets when it fires.
pub(super) fn enable(enabled: &str) -> &'static str {
    match enabled {
        "always" => "ENABLE ALWAYS",
        "replica" => "ENABLE REPLICA",
        "disabled" => "DISABLE",
        _ => "ENABLE",
    }
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let relation = common::sql_name(&finding.id.relation());
    let name = common::name(finding.id.last());
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice("apply the migration that creates it")),
        FindingDetail::Unexpected => Some(Hint::sql(format!("DROP TRIGGER {name} ON {relation};"))),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected) {
            ("enabled", Value::Text(enabled)) => {
                let foreign = if finding.parent == Some(Kind::ForeignTable) {
                    "FOREIGN "
                } else {
                    ""
                };
                let view = finding.parent == Some(Kind::View);
                let own = (finding.partitions.is_empty() || finding.object?.get(ENABLED.name) != *expected)
                    .then(|| format!("ALTER {foreign}TABLE {relation} {} TRIGGER {name};", enable(enabled)));
                let of_partitions = common::partitions::for_each_partition(finding, |partition| {
                    let partition = common::sql_name(partition);
                    format!("ALTER TABLE {partition} {} TRIGGER {name};", enable(enabled))
                });
                let statements: Vec<String> = own
                    .into_iter()
                    .chain([of_partitions])
                    .filter(|statement| !statement.is_empty())
                    .collect();
                (!view).then(|| Hint::sql(statements.join(" ")))
            }
            ("comment", _) => None,
            _ => Some(Hint::advice_with_sql(
                "drop the trigger and create it as expected",
                format!("DROP TRIGGER {name} ON {relation};"),
            )),
        },
    }
}

//! Triggers.

use super::{
    Advice, FindingDetail, HintContext, Kind, KindSpec, Reading, SqlAddress, UsersAdd, common, constraint, hint, probe,
};
use crate::attribute::{Attr, CatalogRow, Compare, Comparison, Form, Literal, Shape, Verdict};
use crate::hint::Hint;
use crate::snapshot::{COPY_OF, IN_PARTITIONS};
use crate::sql_text::quote_literal;
use crate::value::Value;

/// The sessions in which a trigger, event trigger or rule fires.
pub(super) const ENABLED: Attr = Attr::new(
    "enabled",
    Shape::OneOf(&["origin", "always", "replica", "disabled"]),
    "The sessions in which it fires: `origin` means all but those that apply replicated changes.",
)
.stored_in(CatalogRow::Own)
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
        ).stored_in(CatalogRow::Own),
        Attr::new(
            "events",
            Shape::List(&Shape::OneOf(&["insert", "update", "delete", "truncate"])),
            "What fires it.",
        ).stored_in(CatalogRow::Own)
        .compare(Compare::Unordered),
        Attr::new("columns", common::NAMES, "The columns of UPDATE OF; none for all.").stored_in(CatalogRow::Own)
            .compare(Compare::Unordered)
            .default(Literal::EmptyList),
        Attr::new(
            "for_each",
            Shape::OneOf(&["row", "statement"]),
            "Whether it fires once per row or once per statement.",
        ).stored_in(CatalogRow::Own)
        .default(Literal::Text("statement")),
        Attr::new(
            "condition",
            Shape::Sql,
            "The condition of WHEN, which can use `OLD` and `NEW`; `null` for none. PostgreSQL decides whether it means the same.",
        ).stored_in(CatalogRow::Own)
        .compare(Compare::Custom(same_condition))
        .default(Literal::Null),
        Attr::new("function", Shape::QualifiedName, "The function that it runs.").stored_in(CatalogRow::Own).compare(Compare::Name).refers_to(common::ROUTINES),
        Attr::new("arguments", Shape::List(&Shape::Text), "The arguments of the function.").stored_in(CatalogRow::Own)
            .default(Literal::EmptyList),
        ENABLED.holds_in_partitions(),
        Attr::new("constraint", Shape::Bool, "Whether it is a constraint trigger.").stored_in(CatalogRow::Own).default(Literal::Bool(false)),
        Attr::new("from", Shape::QualifiedName, "The other table that a constraint trigger refers to (FROM); `null` for none.")
            .compare(Compare::Name)
            .default(Literal::Null)
            .exceptional(),
        common::DEFERRABLE,
        common::INITIALLY,
        Attr::new("old_table", Shape::Name, "The name of the transition table with the old rows; `null` for none.").stored_in(CatalogRow::Own)
            .default(Literal::Null),
        Attr::new("new_table", Shape::Name, "The name of the transition table with the new rows; `null` for none.").stored_in(CatalogRow::Own)
            .default(Literal::Null),
        common::EXTENSIONS,
        common::COMMENT,
    ],
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM relation_kinds WHERE relhastriggers)"),
        extra_columns: &[COPY_OF, IN_PARTITIONS],
        ..Reading::DEFAULT
    },
    advice: Advice {
        address: SqlAddress::On("TRIGGER"),
        hint: Some(hint),
        probe: Some(&probe::TRIGGER),
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
    let drop = format!("DROP TRIGGER {name} ON {relation};");
    match &finding.detail {
        FindingDetail::Missing(_) => Some(match create(finding) {
            Some(sql) => Hint::sql(sql),
            None => Hint::advice("apply the migration that creates it"),
        }),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "this drops the trigger, so what it does no longer happens",
            drop,
        )),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected.as_text()) {
            ("depends_on_extensions", _) => {
                common::depend_on_extensions(&format!("ALTER TRIGGER {name} ON {relation}"), expected, actual)
            }
            ("enabled", Some(enabled)) => {
                let own = finding.partitions.is_empty() || finding.object?.get(ENABLED.name) != *expected;
                let own = if own {
                    set_enabled(finding, enabled)?
                } else {
                    String::new()
                };
                let of_partitions = common::partitions::for_each_partition(finding, |partition| {
                    let (partition, name) = (common::sql_name(partition), common::name(finding.id.last()));
                    format!("ALTER TABLE {partition} {} TRIGGER {name};", enable(enabled))
                });
                Some(Hint::sql([own, of_partitions].join(" ").trim()))
            }
            _ => Some(Hint::advice_with_sql(
                "this drops the trigger and creates it as expected; run both statements in one transaction",
                format!("{drop} {}", create(finding)?),
            )),
        },
    }
}

/// The statement that sets in which sessions it fires.
fn set_enabled(finding: &HintContext<'_>, enabled: &str) -> Option<String> {
    let foreign = match finding.parent {
        Some(Kind::View) => return None,
        Some(Kind::ForeignTable) => "FOREIGN ",
        Some(_) | None => "",
    };
    let (relation, name) = (
        common::sql_name(&finding.id.relation()),
        common::name(finding.id.last()),
    );
    Some(format!(
        "ALTER {foreign}TABLE {relation} {} TRIGGER {name};",
        enable(enabled)
    ))
}

/// The statements that create the expected trigger.
fn create(finding: &HintContext<'_>) -> Option<String> {
    let events: Vec<String> = finding
        .wanted_list("events")
        .into_iter()
        .map(|event| match common::name_list(finding.wanted("columns")) {
            columns if event == "update" && !columns.is_empty() => format!("UPDATE OF {columns}"),
            _ => event.to_uppercase(),
        })
        .collect();
    let (timing, function) = (
        finding.wanted_text("timing")?,
        finding.reference(finding.wanted_text("function")?),
    );
    let constraint = if finding.wants("constraint") { "CONSTRAINT " } else { "" };
    let for_each = finding.wanted_text("for_each").unwrap_or("statement");
    let condition = finding
        .wanted_text("condition")
        .map_or(String::new(), |condition| format!(" WHEN ({condition})"));
    let arguments: Vec<String> = finding
        .wanted_list("arguments")
        .into_iter()
        .map(quote_literal)
        .collect();
    if events.is_empty() {
        return None;
    }
    let from = finding.wanted_text("from");
    let from = from.map_or(String::new(), |table| format!(" FROM {}", finding.reference(table)));
    let (name, relation) = (
        common::name(finding.id.last()),
        common::sql_name(&finding.id.relation()),
    );
    let create = format!(
        "CREATE {constraint}TRIGGER {name} {} {} ON {relation}{from}{}{} FOR EACH {}{condition} EXECUTE FUNCTION {}({});",
        timing.to_uppercase(),
        events.join(" OR "),
        constraint::terms(finding),
        transition_tables(finding),
        for_each.to_uppercase(),
        function,
        arguments.join(", ")
    );
    let enabled = finding.wanted_text("enabled").filter(|enabled| *enabled != "origin");
    let create = constraint::with(create, enabled.and_then(|enabled| set_enabled(finding, enabled)));
    let comment = finding.wanted(common::COMMENT.name);
    let target = format!("TRIGGER {name} ON {relation}");
    let comment = (!comment.is_null()).then(|| hint::comment(&target, comment).text().into_owned());
    Some(constraint::with(create, comment))
}

/// The clause that names the transition tables.
fn transition_tables(finding: &HintContext<'_>) -> String {
    let tables: String = [("old_table", "OLD"), ("new_table", "NEW")]
        .iter()
        .filter_map(|(attribute, word)| {
            let name = common::name(finding.wanted_text(attribute)?);
            Some(format!(" {word} TABLE AS {name}"))
        })
        .collect();
    if tables.is_empty() {
        tables
    } else {
        format!(" REFERENCING{tables}")
    }
}

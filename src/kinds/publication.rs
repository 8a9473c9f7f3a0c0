//! Publications.

use std::collections::BTreeSet;

use super::{Advice, HintContext, KeyForm, KindSpec, Reading, Syntax, common, probe};
use crate::attribute::{Attr, Compare, Comparison, Literal, Shape, Verdict, split_reference};
use crate::error::Problem;
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::value::Value;
use crate::yaml::{Entry, NodeValue};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "publication",
    section: "publications",
    identity: &["name"],
    doc: "A publication: a set of changes for logical replication.",
    query: include_str!("publication.sql"),
    attrs: &[
        Attr::new("all_tables", Shape::Bool, "Whether it publishes every table.").default(Literal::Bool(false)),
        Attr::new(
            "tables",
            Shape::List(&Shape::Reference),
            "The tables that it lists, in any order. Columns and row filters are written in the table, under \
             `publications`.",
        )
        .compare(Compare::Custom(same_tables))
        .default(Literal::EmptyList),
        Attr::new(
            "except",
            Shape::List(&Shape::Reference),
            "The tables that it leaves out of `all_tables`, in any order.",
        )
        .compare(Compare::Custom(same_tables))
        .default(Literal::EmptyList)
        .since(19),
        Attr::new("all_sequences", Shape::Bool, "Whether it publishes every sequence.")
            .default(Literal::Bool(false))
            .since(19),
        Attr::new("schemas", common::NAMES, "The schemas whose tables it publishes.")
            .compare(Compare::Unordered)
            .default(Literal::EmptyList)
            .since(15),
        Attr::new(
            "operations",
            Shape::List(&Shape::OneOf(&["insert", "update", "delete", "truncate"])),
            "The operations that it publishes.",
        )
        .compare(Compare::Unordered),
        Attr::new(
            "via_root",
            Shape::Bool,
            "Whether changes of a partition are published as changes of the partitioned table.",
        )
        .default(Literal::Bool(false)),
        Attr::new(
            "generated_columns",
            Shape::OneOf(&["none", "stored"]),
            "Which generated columns it publishes.",
        )
        .default(Literal::Text("none"))
        .since(18),
        common::OWNER,
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Part,
        rewrite: Some(rewrite),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_publication)"),
        ..Reading::DEFAULT
    },
    advice: Advice {
        alter_keyword: Some("PUBLICATION"),
        hint: Some(hint),
        probe: Some(&probe::PUBLICATION),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// Columns cannot be written here.
fn rewrite(_: &ObjectId, entries: Vec<Entry>) -> Result<Vec<Entry>, Problem> {
    for entry in entries
        .iter()
        .filter(|entry| entry.key == "tables" || entry.key == "except")
    {
        let NodeValue::List(items) = &entry.value.value else {
            continue;
        };
        for item in items {
            let text = item.scalar().map_or("", |scalar| scalar.text.as_str());
            if let Some((_, Some(_))) = split_reference(text) {
                let problem = Problem::at(
                    item.place,
                    format!("`{text}` has columns, but `{}` takes tables without columns", entry.key),
                );
                return Err(if entry.key == "tables" {
                    problem.hint("write the columns in the table: `publications: {<publication>: {columns: [a, b]}}`")
                } else {
                    problem.hint("a table is left out as a whole")
                });
            }
        }
    }
    Ok(entries)
}

/// Whether two lists name the same tables.
fn same_tables(comparison: &Comparison<'_>) -> Verdict {
    let tables = |value: &Value| {
        let mut tables: Vec<_> = value.texts().into_iter().map(split_reference).collect();
        tables.sort();
        tables
    };
    let (expected, actual) = (tables(comparison.expected), tables(comparison.actual));
    Verdict::when(expected == actual && !expected.contains(&None))
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    let alter = |what: String| Some(Hint::sql(format!("ALTER PUBLICATION {name} {what};")));
    // SET TABLE would remove the column lists and row filters of the remaining tables.
    let tables = |these: &Value, other: &Value| {
        let other: BTreeSet<_> = other.texts().into_iter().map(split_reference).collect();
        let names: Vec<String> = these
            .texts()
            .into_iter()
            .filter(|table| !other.contains(&split_reference(table)))
            .map(|table| format!("ONLY {}", common::sql_names(table)))
            .collect();
        names.join(", ")
    };
    finding.if_differs(|attribute, expected, actual| match (attribute, expected) {
        ("operations", Value::List(_)) => alter(format!("SET (publish = '{}')", expected.texts().join(", "))),
        ("via_root", Value::Bool(value)) => alter(format!("SET (publish_via_partition_root = {value})")),
        ("generated_columns", Value::Text(word)) => alter(format!("SET (publish_generated_columns = {word})")),
        ("except" | "all_sequences", _) if finding.wants("all_tables") => {
            let except: Vec<String> = finding
                .wanted_list("except")
                .into_iter()
                // Without ONLY, the tables that inherit from it are left out, too.
                .map(|table| format!("TABLE ONLY {}", common::sql_names(table)))
                .collect();
            let except = match except.join(", ") {
                none if none.is_empty() => none,
                tables => format!(" EXCEPT ({tables})"),
            };
            let sequences = if finding.wants("all_sequences") { ", ALL SEQUENCES" } else { "" };
            alter(format!("SET ALL TABLES{except}{sequences}"))
        }
        ("tables", _) if finding.object.is_some_and(|object| *object.get("all_tables") == Value::Bool(true)) => {
            Some(Hint::advice(
                "it publishes every table, and lists none: change `except`, or drop the publication and create it as expected",
            ))
        }
        ("tables", _) => {
            let changes = [("ADD", tables(expected, actual)), ("DROP", tables(actual, expected))];
            let statements: Vec<String> = changes
                .iter()
                .filter(|(_, tables)| !tables.is_empty())
                .map(|(change, tables)| format!("ALTER PUBLICATION {name} {change} TABLE {tables};"))
                .collect();
            common::join_statements(&statements)
        }
        ("all_tables" | "except" | "all_sequences", _) => Some(Hint::advice(
            "this attribute of a publication cannot be altered: drop the publication and create it as expected",
        )),
        _ => None,
    })
}

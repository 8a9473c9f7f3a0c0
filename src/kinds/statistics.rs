//! Extended statistics.

use super::{Advice, FindingDetail, HintContext, Kind, KindSpec, Matching, Reading, common};
use crate::attribute::{Attr, Compare, Comparison, Form, Literal, Shape, Verdict};
use crate::hint::Hint;
use crate::sql_text::split_commas;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "statistics",
    one: Some("a statistics object"),
    section: "statistics",
    parents: &[Kind::Table, Kind::MaterializedView],
    identity: &["schema", "relation", "name"],
    doc: "Extended statistics: what the planner knows about several columns or about expressions.",
    query: include_str!("statistics.sql"),
    attrs: &[
        Attr::new(
            "kinds",
            Shape::List(&Shape::OneOf(&["ndistinct", "dependencies", "mcv", "expressions"])),
            "What is collected; with expressions, always including `expressions`.",
        )
        .compare(Compare::Unordered),
        Attr::new("columns", common::NAMES, "Its columns.")
            .compare(Compare::Unordered)
            .default(Literal::EmptyList),
        Attr::new("expressions", Shape::List(&Shape::Sql), "Its expressions, in order.")
            .compare(Compare::Custom(same_expressions))
            .default(Literal::EmptyList)
            .since(14),
        Attr::new(
            "target",
            Shape::Integer,
            "The statistics target. If left out: that of its columns.",
        )
        .default(Literal::Null),
        Attr::new(
            "in_schema",
            Shape::Name,
            "The schema that holds it. If left out: that of its table.",
        ),
        common::OWNER,
        common::COMMENT,
    ],
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_statistic_ext)"),
        ..Reading::DEFAULT
    },
    matching: Matching {
        implied_default: Some(|id, attribute| (attribute == "in_schema").then(|| Value::Text(id.schema().to_owned()))),
        ..Matching::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// The catalog function prints all expressions as a single text.
fn same_expressions(comparison: &Comparison<'_>) -> Verdict {
    let parts = |value: &Value| -> Vec<String> {
        let texts = value.texts().into_iter();
        texts.flat_map(split_commas).map(str::to_owned).collect()
    };
    let (expected, actual) = (parts(comparison.expected), parts(comparison.actual));
    if expected.len() != actual.len() {
        return Verdict::Different;
    }
    expected
        .iter()
        .zip(&actual)
        .fold(Verdict::Equal, |verdict, (expected, actual)| {
            verdict.and(Verdict::ask(Form::Expression, expected, actual))
        })
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let list = |name: &str| common::expected(attributes, name);
            let mut on: Vec<String> = list("columns").map(common::name_list).into_iter().collect();
            let expressions = list("expressions").map(Value::texts).unwrap_or_default();
            on.extend(expressions.into_iter().map(|expression| format!("({expression})")));
            if on.is_empty() {
                return None;
            }
            let kinds: Vec<&str> = list("kinds").map(Value::texts).unwrap_or_default();
            let kinds: Vec<&str> = kinds.into_iter().filter(|kind| *kind != "expressions").collect();
            let kinds = if kinds.is_empty() {
                String::new()
            } else {
                format!(" ({})", kinds.join(", "))
            };
            let [of_table, _, name] = finding.id.parts() else {
                return None;
            };
            let schema = list("in_schema").and_then(Value::as_text).unwrap_or(of_table);
            Some(Hint::sql(format!(
                "CREATE STATISTICS {}.{}{kinds} ON {} FROM {};",
                common::name(schema),
                common::name(name),
                on.join(", "),
                common::sql_name(&finding.id.relation())
            )))
        }
        FindingDetail::Differs {
            attribute: "in_schema",
            expected,
            actual,
        } => {
            let name = common::name(finding.id.last());
            let (expected, actual) = (common::name(expected.as_text()?), common::name(actual.as_text()?));
            Some(Hint::sql(format!("ALTER STATISTICS {actual}.{name} SET SCHEMA {expected};")))
        }
        FindingDetail::Differs { .. } | FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
    }
}

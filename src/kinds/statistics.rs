//! Extended statistics.

use std::collections::BTreeSet;

use super::{Advice, FindingDetail, HintContext, Kind, KindSpec, Matching, Reading, common, hint, more_probes};
use crate::attribute::{Attr, Compare, Comparison, Form, Literal, Shape, Verdict};
use crate::fix::{Fix, Loss};
use crate::hint::Hint;
use crate::sql_text::{split_commas, unquote_name};
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
        .compare(Compare::Custom(same_kinds)),
        Attr::new("columns", common::NAMES, "Its columns.")
            .compare(Compare::Custom(same_columns))
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
        hint: Some(advise),
        set_later: &["target"],
        fix: Some(fix),
        probe: Some(&more_probes::STATISTICS),
        ..Advice::DEFAULT
    },
    drops_with_column: true,
    ..KindSpec::EMPTY
};

/// The texts of expressions, each either the name of a column or something else. PostgreSQL keeps a virtual column as an
/// expression, and a plain column that is written as an expression as a column.
struct Expressions {
    columns: BTreeSet<String>,
    others: Vec<String>,
}

impl Expressions {
    fn of(value: &Value, comparison: &Comparison<'_>) -> Self {
        let relation = comparison.id.relation();
        let column = |text: &str| {
            unquote_name(text).filter(|name| comparison.snapshot.get(Kind::Column, &relation.child(name)).is_some())
        };
        let (mut columns, mut others) = (BTreeSet::new(), Vec::new());
        // The catalog function prints all expressions as a single text.
        for text in value.texts().into_iter().flat_map(split_commas) {
            match column(text) {
                Some(name) => {
                    columns.insert(name);
                }
                None => others.push(text.to_owned()),
            }
        }
        Self { columns, others }
    }
}

/// The names in a list.
fn names(value: &Value) -> BTreeSet<String> {
    value.texts().into_iter().map(str::to_owned).collect()
}

/// What the file expects of another attribute of the same statistics.
fn written(comparison: &Comparison<'_>, attribute: &str) -> Value {
    (comparison.written)(attribute)
        .cloned()
        .unwrap_or(Value::List(Vec::new()))
}

/// Whether the same is collected. What is collected of expressions follows from a virtual column that is written as a
/// column.
fn same_kinds(comparison: &Comparison<'_>) -> Verdict {
    let kinds = |value: &Value| {
        let mut kinds = names(value);
        kinds.remove("expressions");
        kinds
    };
    let virtual_columns = Expressions::of(comparison.object.get("expressions"), comparison).columns;
    match Compare::Unordered.compare(comparison) {
        Verdict::Different if !virtual_columns.is_disjoint(&names(&written(comparison, "columns"))) => {
            Verdict::when(kinds(comparison.expected) == kinds(comparison.actual))
        }
        verdict => verdict,
    }
}

fn same_columns(comparison: &Comparison<'_>) -> Verdict {
    let mut expected = names(comparison.expected);
    expected.extend(Expressions::of(&written(comparison, "expressions"), comparison).columns);
    let actual = names(comparison.actual);
    let virtual_columns = Expressions::of(comparison.object.get("expressions"), comparison).columns;
    let is_there = |column: &String| actual.contains(column) || virtual_columns.contains(column);
    Verdict::when(actual.is_subset(&expected) && expected.iter().all(is_there))
}

fn same_expressions(comparison: &Comparison<'_>) -> Verdict {
    let expected = Expressions::of(comparison.expected, comparison);
    let actual = Expressions::of(comparison.actual, comparison);
    let columns = names(comparison.object.get("columns"));
    let as_columns = names(&written(comparison, "columns"));
    let expected_columns: BTreeSet<_> = expected.columns.difference(&columns).collect();
    let actual_columns: BTreeSet<_> = actual.columns.difference(&as_columns).collect();
    if expected_columns != actual_columns || expected.others.len() != actual.others.len() {
        return Verdict::Different;
    }
    expected
        .others
        .iter()
        .zip(&actual.others)
        .fold(Verdict::Equal, |verdict, (expected, actual)| {
            verdict.and(Verdict::ask(Form::Expression, expected, actual))
        })
}

fn advise(finding: &HintContext<'_>) -> Option<Hint> {
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::sql(create(finding)?.1)),
        FindingDetail::Differs {
            attribute: "in_schema",
            expected,
            actual,
        } => {
            let name = common::name(without_schema(finding.id.last(), actual.as_text()?));
            let (expected, actual) = (common::name(expected.as_text()?), common::name(actual.as_text()?));
            Some(Hint::sql(format!(
                "ALTER STATISTICS {actual}.{name} SET SCHEMA {expected};"
            )))
        }
        FindingDetail::Differs { .. } | FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
    }
}

/// The name of the expected statistics, and the statement that creates them.
fn create(finding: &HintContext<'_>) -> Option<(String, String)> {
    let mut on: Vec<String> = finding.wanted_list("columns").into_iter().map(common::name).collect();
    let expressions = finding.wanted_list("expressions");
    let expressions = expressions.into_iter().flat_map(split_commas);
    on.extend(expressions.map(|expression| format!("({expression})")));
    if on.is_empty() {
        return None;
    }
    let kinds = finding.wanted_list("kinds");
    let kinds: Vec<&str> = kinds.into_iter().filter(|kind| *kind != "expressions").collect();
    let kinds = if kinds.is_empty() {
        String::new()
    } else {
        format!(" ({})", kinds.join(", "))
    };
    let [of_table, _, name] = finding.id.parts() else {
        return None;
    };
    let schema = finding.wanted_text("in_schema").unwrap_or(of_table);
    let name = format!(
        "{}.{}",
        common::name(schema),
        common::name(without_schema(name, schema))
    );
    let table = common::sql_name(&finding.id.relation());
    let create = format!("CREATE STATISTICS {name}{kinds} ON {} FROM {table};", on.join(", "));
    Some((name, create))
}

/// What a script runs: statistics of other columns or of another kind are dropped and created.
fn fix(finding: &HintContext<'_>) -> Option<Fix> {
    let FindingDetail::Differs { attribute, actual, .. } = &finding.detail else {
        return None;
    };
    let (name, create) = create(finding)?;
    let target = |default| match finding.wanted("target") {
        Value::Integer(target) => Some(format!("ALTER STATISTICS {name} SET STATISTICS {target};")),
        _ => default,
    };
    match *attribute {
        "target" => {
            let found = finding
                .object?
                .get("in_schema")
                .as_text()
                .unwrap_or(finding.id.schema());
            let found = format!(
                "{}.{}",
                common::name(found),
                common::name(without_schema(finding.id.last(), found))
            );
            let reset = format!("ALTER STATISTICS {found} SET STATISTICS -1;");
            target((!actual.is_null()).then_some(reset)).map(Fix::of)
        }
        "kinds" | "columns" | "expressions" => {
            let mut statements = vec![format!("DROP STATISTICS {name};"), create];
            let owner = finding.wanted_text(common::OWNER.name);
            statements.extend(owner.map(|owner| format!("ALTER STATISTICS {name} OWNER TO {};", common::name(owner))));
            statements.extend(target(None));
            let comment = finding.wanted(common::COMMENT.name);
            if !comment.is_null() {
                let comment = hint::comment(&format!("STATISTICS {name}"), comment);
                statements.extend(comment.statements().map(str::to_owned));
            }
            let loss = Loss::Other("what ANALYZE has collected for these statistics, until it runs again");
            Some(Fix::of(statements.join(" ")).loses(loss))
        }
        "comment" => hint::comment(&format!("STATISTICS {name}"), finding.wanted("comment"))
            .statements()
            .map(Fix::of),
        "owner" => {
            let owner = common::name(finding.wanted_text("owner")?);
            Some(Fix::of(format!("ALTER STATISTICS {name} OWNER TO {owner};")))
        }
        _ => None,
    }
}

/// The name without the schema that the query adds where the table has several of one name.
fn without_schema<'a>(name: &'a str, schema: &str) -> &'a str {
    let rest = name.strip_prefix(schema).and_then(|rest| rest.strip_prefix('.'));
    rest.unwrap_or(name)
}

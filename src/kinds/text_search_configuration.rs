//! Text search configurations.

use std::collections::BTreeMap;

use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, Kind, KindSpec, Reading, Syntax, common, more_probes,
};
use crate::attribute::{Attr, Compare, Comparison, Literal, Shape, Verdict, is_name};
use crate::hint::Hint;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "text_search_configuration",
    section: "text_search_configurations",
    identity: &["schema", "name"],
    doc: "A text search configuration.",
    query: include_str!("text_search_configuration.sql"),
    attrs: &[
        Attr::new("parser", Shape::QualifiedName, "Its parser.")
            .compare(Compare::Name)
            .refers_to(&[Kind::TextSearchParser]),
        Attr::new(
            "mappings",
            Shape::Map(&Shape::List(&Shape::QualifiedName)),
            "The dictionaries for each type of token, such as `asciiword`, in the order in which they are tried.",
        )
        .compare(Compare::Custom(same_mappings))
        .refers_to(&[Kind::TextSearchDictionary])
        .default(Literal::EmptyMap),
        common::OWNER,
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some(
            "EXISTS (SELECT FROM pg_ts_config c WHERE c.cfgnamespace = ANY ((SELECT oids FROM schemas)::oid[]))",
        ),
        ..Reading::DEFAULT
    },
    advice: Advice {
        alter_keyword: Some("TEXT SEARCH CONFIGURATION"),
        set_later: &["mappings"],
        hint: Some(hint),
        rank: CreationRank::Routine,
        probe: Some(&more_probes::TEXT_SEARCH_CONFIGURATION),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// Whether the same types have the same dictionaries.
fn same_mappings(comparison: &Comparison<'_>) -> Verdict {
    let (Value::Map(expected), Value::Map(actual)) = (comparison.expected, comparison.actual) else {
        return Verdict::Different;
    };
    Verdict::when(
        expected.keys().eq(actual.keys())
            && expected.values().zip(actual.values()).all(|(expected, actual)| {
                same_dictionaries(expected, actual, &|expected, actual| {
                    comparison.is_name(expected, actual)
                })
            }),
    )
}

/// Whether two lists name the same dictionaries.
fn same_dictionaries(expected: &Value, actual: &Value, is_name: &dyn Fn(&str, &str) -> bool) -> bool {
    let (names, there) = (expected.texts(), actual.texts());
    let mut pairs = names.iter().zip(&there);
    expected == actual
        || (names.len() == there.len()
            && !names.is_empty()
            && pairs.all(|(expected, actual)| is_name(expected, actual)))
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let parser = common::expected(attributes, "parser").and_then(Value::as_text)?;
            let parser = finding.reference(parser);
            Some(Hint::advice_with_sql(
                "create the configuration and add its mappings",
                format!("CREATE TEXT SEARCH CONFIGURATION {name} (PARSER = {parser});"),
            ))
        }
        FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, *expected) {
            ("mappings", Value::Map(expected)) => mappings_hint(finding, expected, actual),
            _ => None,
        },
    }
}

/// The statements that change the mappings that differ.
fn mappings_hint(finding: &HintContext<'_>, expected: &BTreeMap<String, Value>, actual: &Value) -> Option<Hint> {
    let Value::Map(actual) = actual else {
        return None;
    };
    let alter = format!("ALTER TEXT SEARCH CONFIGURATION {}", common::sql_name(finding.id));
    let is_name = |expected: &str, actual: &str| {
        // The schema of the file comes before PostgreSQL's own.
        let reference = finding.reference(expected);
        is_name(expected, actual, finding.schema) && (reference == expected || reference == common::sql_names(actual))
    };
    let mut statements = Vec::new();
    for (token, dictionaries) in expected {
        let change = match actual.get(token) {
            Some(there) if same_dictionaries(dictionaries, there, &is_name) => continue,
            Some(_) => "ALTER",
            None => "ADD",
        };
        let dictionaries: Vec<String> = dictionaries
            .texts()
            .into_iter()
            .map(|name| finding.reference(name))
            .collect();
        statements.push(format!(
            "{alter} {change} MAPPING FOR {} WITH {};",
            common::name(token),
            dictionaries.join(", ")
        ));
    }
    for token in actual.keys().filter(|token| !expected.contains_key(*token)) {
        statements.push(format!("{alter} DROP MAPPING FOR {};", common::name(token)));
    }
    common::join_statements(&statements)
}

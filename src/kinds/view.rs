//! Views.

use super::{
    Advice, FindingDetail, HintContext, KeyForm, Kind, KindSpec, Matching, Reading, Syntax, common, constraint, stub,
};
use crate::attribute::{Attr, Compare, Comparison, Form, Shape, Verdict, same_lines};
use crate::hint::Hint;
use crate::value::Value;

/// The query of a view.
pub(super) const DEFINITION: Attr = Attr::new(
    "definition",
    Shape::Text,
    "Its query. PostgreSQL decides whether it means the same; aliases of tables must be the same.",
)
.compare(Compare::Custom(same_query));

/// PostgreSQL considers some equal queries different.
pub(super) const OR_AS_FOUND: &str = ", or, if both mean the same, expect the definition that was found";

fn same_query(comparison: &Comparison<'_>) -> Verdict {
    match (comparison.expected, comparison.actual) {
        (Value::Text(expected), Value::Text(actual)) if !same_lines(expected, actual) => {
            Verdict::ask(Form::Query, expected, actual)
        }
        (Value::Text(_), Value::Text(_)) => Verdict::Equal,
        (expected, actual) => Verdict::when(expected == actual),
    }
}

pub(super) static SPEC: KindSpec = KindSpec {
    name: "view",
    section: "views",
    identity: &["schema", "name"],
    doc: "A view.",
    query: include_str!("view.sql"),
    attrs: &[
        DEFINITION,
        common::OPTIONS,
        common::OWNER,
        common::grants(&common::OF_TABLE),
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        catalog_codes: &["v"],
        if_any: Some("'v' IN (SELECT relkind FROM relation_kinds)"),
        ..Reading::DEFAULT
    },
    matching: Matching {
        settled_by: Some((DEFINITION.name, Kind::Column)),
        ..Matching::DEFAULT
    },
    advice: Advice {
        alter_keyword: Some("VIEW"),
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    stub: Some(stub::relation),
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    match &finding.detail {
        FindingDetail::Missing(_) => Some(match create(finding, &name) {
            Some(create) => Hint::sql(format!("CREATE {create}")),
            None => Hint::advice("apply the migration that creates it, or check that this is the right database"),
        }),
        FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected.as_text()) {
            ("definition", _) => Some(match create(finding, &name) {
                Some(create) => Hint::advice_with_sql(
                    format!("PostgreSQL refuses it if the columns change; drop the view first then{OR_AS_FOUND}"),
                    format!("CREATE OR REPLACE {create}"),
                ),
                None => Hint::advice(format!(
                    "run CREATE OR REPLACE VIEW with the expected definition{OR_AS_FOUND}"
                )),
            }),
            ("options", _) => common::set_options(&format!("ALTER VIEW {name}"), expected, actual),
            ("grants", _) => common::grant(&name, expected, actual),
            _ => None,
        },
    }
}

/// The statement that creates the expected view, behind CREATE. A comment in the definition would hide what follows it
/// where the statement is on one line.
fn create(finding: &HintContext<'_>, name: &str) -> Option<String> {
    let definition = finding.wanted_text("definition")?.trim().trim_end_matches(';');
    let options = constraint::storage(finding.wanted("options"));
    (!definition.contains("--")).then(|| format!("VIEW {name}{options} AS {definition};"))
}

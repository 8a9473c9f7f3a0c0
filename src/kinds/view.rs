//! Views.

use std::collections::BTreeMap;

use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, Kind, KindSpec, Matching, Reading, Syntax, common,
    constraint, hint, probe, stub,
};
use crate::attribute::{Attr, CatalogRow, Compare, Comparison, Form, Question, Shape, Verdict, same_lines};
use crate::fix::{Fix, Recreated};
use crate::hint::Hint;
use crate::snapshot::Object;
use crate::value::Value;

/// The query of a view.
pub(super) const DEFINITION: Attr = Attr::new(
    "definition",
    Shape::Text,
    "Its query. PostgreSQL decides whether it means the same; aliases of tables must be the same.",
)
.stored_in(CatalogRow::Definition)
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
        default_grants: Some("tables"),
        alter_keyword: Some("VIEW"),
        hint: Some(hint),
        condition: Some(condition),
        fix: Some(fix),
        rank: CreationRank::Query,
        probe: Some(&probe::RELATION),
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
            ("definition", _) if finding.is_refused => Some(create_again(finding, &name)),
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

/// A view that PostgreSQL does not replace is dropped and created, with what depends on it.
fn fix(finding: &HintContext<'_>) -> Option<Fix> {
    let is_definition =
        matches!(&finding.detail, FindingDetail::Differs { attribute, .. } if *attribute == DEFINITION.name);
    if !is_definition || !finding.is_refused {
        return None;
    }
    let create = create(finding, &common::sql_name(finding.id))?;
    Some(Fix::of(format!("CREATE {create}")).recreates(Recreated::Query(finding.id.clone())))
}

/// CREATE OR REPLACE VIEW keeps the columns that the view has.
fn condition(finding: &HintContext<'_>) -> Option<Question> {
    match &finding.detail {
        FindingDetail::Differs {
            attribute,
            expected: Value::Text(definition),
            ..
        } if *attribute == DEFINITION.name => Some(Question {
            form: Form::Columns,
            expected: definition.clone(),
            actual: format!("SELECT * FROM {}", common::sql_name(finding.id)),
        }),
        _ => None,
    }
}

/// The advice on a view that PostgreSQL cannot replace by the expected one.
fn create_again(finding: &HintContext<'_>, name: &str) -> Hint {
    let words = "CREATE OR REPLACE VIEW cannot change the columns that a view has";
    let Some(create) = create(finding, name).filter(|_| !has_more(finding)) else {
        return Hint::advice(format!(
            "{words}: drop the view and create it as expected, with its triggers and rules and with what its columns have\
             {OR_AS_FOUND}"
        ));
    };
    let mut statements = vec![format!("DROP VIEW {name};"), format!("CREATE {create}")];
    let owner = finding.wanted_text(common::OWNER.name);
    statements.extend(owner.map(|owner| format!("ALTER VIEW {name} OWNER TO {};", common::name(owner))));
    let grants = common::grant(name, finding.wanted("grants"), &Value::Map(BTreeMap::new()));
    statements.extend(grants.as_ref().and_then(Hint::statements).map(str::to_owned));
    let comment = finding.wanted(common::COMMENT.name);
    if !comment.is_null() {
        statements.push(hint::comment(&format!("VIEW {name}"), comment).text().into_owned());
    }
    let lost = if finding.is_closed {
        ""
    } else {
        "; its triggers, its rules and what its columns have are lost"
    };
    Hint::advice_with_sql(
        format!(
            "{words}, so this drops the view and creates it again{lost}; PostgreSQL refuses it while another view uses it{OR_AS_FOUND}"
        ),
        statements.join(" "),
    )
}

/// Whether the view has something besides its query that is dropped with it and that the attributes of the view do not
/// say: triggers, rules, or privileges, defaults and comments of columns.
fn has_more(finding: &HintContext<'_>) -> bool {
    let is_plain = |kind: Kind, object: &Object| {
        let attrs = kind.spec().attrs.iter();
        kind.is_column()
            && attrs
                .filter(|attr| attr.default.is_some() || attr.name == common::COMMENT.name)
                .all(|attr| {
                    let value = object.get(attr.name);
                    value.is_null() || attr.default.is_some_and(|default| default.is(value))
                })
    };
    let kinds = Kind::ALL
        .iter()
        .filter(|kind| kind.spec().parents.contains(&Kind::View));
    kinds.copied().any(|kind| {
        let mut objects = finding.snapshot.children(kind, finding.id);
        objects.any(|(_, object)| !is_plain(kind, object))
    })
}

/// The statement that creates the expected view, behind CREATE. A comment in the definition would hide what follows it
/// where the statement is on one line.
fn create(finding: &HintContext<'_>, name: &str) -> Option<String> {
    let definition = finding.wanted_text("definition")?.trim().trim_end_matches(';');
    let options = constraint::storage(finding.wanted("options"));
    (!definition.contains("--")).then(|| format!("VIEW {name}{options} AS {definition};"))
}

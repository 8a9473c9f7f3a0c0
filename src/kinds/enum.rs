//! Enumerated types.

use std::collections::BTreeSet;

use super::{Advice, FindingDetail, HintContext, KeyForm, KindSpec, Reading, Shorthand, Stub, Syntax, common};
use crate::attribute::{Attr, Shape};
use crate::error::Problem;
use crate::hint::Hint;
use crate::object_id::{LONGEST_NAME, ObjectId};
use crate::sql;
use crate::sql::{Sql, literal, qualified};
use crate::sql_text::quote_literal;
use crate::value::Value;
use crate::yaml::{Entry, NodeValue};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "enum",
    section: "enums",
    identity: &["schema", "name"],
    doc: "An enumerated type.",
    query: include_str!("enum.sql"),
    attrs: &[
        Attr::new(
            "labels",
            Shape::List(&Shape::Text),
            "Its labels, in the order in which they sort.",
        )
        .subset_key("includes"),
        common::OWNER,
        common::grants(&common::OF_TYPE),
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        shorthand: Shorthand::List("labels"),
        rewrite: Some(check_labels),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        catalog_codes: &["e"],
        if_any: Some("'e' IN (SELECT typtype FROM type_kinds)"),
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    stub: Some(|id, object, _| {
        let labels = object.get("labels").texts();
        let labels = Sql::join(labels.into_iter().map(literal), ", ");
        Some(Stub::of(sql!["CREATE TYPE ", qualified(id), " AS ENUM (", labels, ")"]))
    }),
    ..KindSpec::EMPTY
};

/// PostgreSQL refuses labels that are too long; it does not cut them. Every character has at least one byte.
fn check_labels(_: &ObjectId, entries: Vec<Entry>) -> Result<Vec<Entry>, Problem> {
    let lists = entries
        .iter()
        .filter(|entry| ["labels", "includes"].contains(&entry.key.as_str()));
    for entry in lists {
        let NodeValue::List(items) = &entry.value.value else {
            continue;
        };
        for item in items {
            let label = item.scalar().map_or("", |scalar| scalar.text.as_str());
            if label.chars().count() > LONGEST_NAME {
                return Err(Problem::at(item.place, format!("the label `{label}` is too long"))
                    .hint(format!("PostgreSQL refuses labels of more than {LONGEST_NAME} bytes")));
            }
        }
    }
    Ok(entries)
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let labels = common::expected(attributes, "labels")?;
            let list: Vec<String> = labels.texts().iter().map(|l| quote_literal(l)).collect();
            Some(Hint::sql(format!("CREATE TYPE {name} AS ENUM ({});", list.join(", "))))
        }
        FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } => match *attribute {
            "labels" => Some(labels_hint(&name, expected, actual)),
            "grants" => common::grant(&format!("TYPE {name}"), expected, actual),
            _ => None,
        },
    }
}

fn labels_hint(name: &str, expected: &Value, actual: &Value) -> Hint {
    let (expected, actual) = (expected.texts(), actual.texts());
    let listed: BTreeSet<&str> = expected.iter().copied().collect();
    let there: BTreeSet<&str> = actual.iter().copied().collect();
    let first_there = expected.iter().find(|label| there.contains(**label));
    let missing: Vec<String> = expected
        .iter()
        .enumerate()
        .filter(|(_, label)| !there.contains(**label))
        .map(|(i, label)| {
            let place = match i.checked_sub(1).and_then(|before| expected.get(before)) {
                Some(before) => format!(" AFTER {}", quote_literal(before)),
                None => match first_there {
                    Some(after) => format!(" BEFORE {}", quote_literal(after)),
                    None => String::new(),
                },
            };
            format!("ALTER TYPE {name} ADD VALUE {}{place};", quote_literal(label))
        })
        .collect();
    if !missing.is_empty() {
        return Hint::sql(missing.join(" "));
    }
    if actual.iter().any(|label| !listed.contains(label)) {
        return Hint::advice(
            "PostgreSQL cannot remove a label: create a new type and change the columns to it, or allow the label",
        );
    }
    Hint::advice("PostgreSQL cannot reorder labels: create a new type and change the columns to it")
}

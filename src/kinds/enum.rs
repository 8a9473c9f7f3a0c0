//! Enumerated types.

use std::collections::BTreeSet;

use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, KindSpec, Reading, Shorthand, Stub, Syntax, common,
    probe,
};
use crate::attribute::{Attr, CatalogRow, Literal, Shape};
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
        .stored_in(CatalogRow::Labels)
        .default(Literal::EmptyList)
        .subset_key("includes"),
        common::OWNER,
        common::grants(&common::OF_TYPE),
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        shorthand: Shorthand::List("labels"),
        rewrite: Some(check_labels),
        synonyms: &[("values", "labels")],
        ..Syntax::DEFAULT
    },
    reading: Reading {
        catalog_codes: &["e"],
        if_any: Some("'e' IN (SELECT typtype FROM type_kinds)"),
        ..Reading::DEFAULT
    },
    advice: Advice {
        default_grants: Some("types"),
        alter_keyword: Some("TYPE"),
        hint: Some(hint),
        rank: CreationRank::Type,
        probe: Some(&probe::TYPE),
        ..Advice::DEFAULT
    },
    stub: Some(|id, object, _| {
        let labels = object.get("labels").texts();
        let labels = Sql::join(labels.into_iter().map(literal), ", ");
        Some(Stub::of(sql!["CREATE TYPE ", qualified(id), " AS ENUM (", labels, ")"]))
    }),
    required: &["labels"],
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
            "labels" => Labels::new(expected, actual).hint(&name, finding.at_least),
            "grants" => common::grant(&format!("TYPE {name}"), expected, actual),
            _ => None,
        },
    }
}

/// The labels that are expected and those that were found.
struct Labels<'a> {
    expected: Vec<&'a str>,
    actual: Vec<&'a str>,
    listed: BTreeSet<&'a str>,
    there: BTreeSet<&'a str>,
}

impl<'a> Labels<'a> {
    fn new(expected: &'a Value, actual: &'a Value) -> Self {
        let (expected, actual) = (expected.texts(), actual.texts());
        let (listed, there) = (expected.iter().copied().collect(), actual.iter().copied().collect());
        Self {
            expected,
            actual,
            listed,
            there,
        }
    }

    /// The statements that change the labels, where there are such statements.
    fn hint(&self, name: &str, at_least: bool) -> Option<Hint> {
        if at_least {
            return self.added(name, false);
        }
        let renamed = self.renamed();
        if !renamed.is_empty() {
            return Some(rename_hint(name, &renamed));
        }
        let kept: Vec<&str> = self
            .expected
            .iter()
            .copied()
            .filter(|label| self.there.contains(label))
            .collect();
        if kept.len() < self.actual.len() {
            return Some(Hint::advice(
                "PostgreSQL cannot remove a label: create a new type and change the columns to it, or allow the label",
            ));
        }
        if kept != self.actual {
            return Some(Hint::advice(
                "PostgreSQL cannot reorder labels: create a new type and change the columns to it",
            ));
        }
        self.added(name, true)
    }

    /// The labels that differ where all others are the same, in the same order: the found and the expected one of each.
    fn renamed(&self) -> Vec<(&'a str, &'a str)> {
        let pairs = self.actual.iter().copied().zip(self.expected.iter().copied());
        let differ: Vec<(&str, &str)> = pairs.filter(|(from, to)| from != to).collect();
        let are_new = differ
            .iter()
            .all(|(from, to)| !self.listed.contains(from) && !self.there.contains(to));
        let is_likely = self.expected.len() == self.actual.len() && are_new && differ.len() < self.expected.len();
        if is_likely { differ } else { Vec::new() }
    }

    /// The statements that add the missing labels, each in its place if the order matters.
    fn added(&self, name: &str, in_place: bool) -> Option<Hint> {
        let first_there = self.expected.iter().find(|label| self.there.contains(**label));
        let place = |i: usize| match i.checked_sub(1).and_then(|before| self.expected.get(before)) {
            _ if !in_place => String::new(),
            Some(before) => format!(" AFTER {}", quote_literal(before)),
            None => first_there.map_or(String::new(), |after| format!(" BEFORE {}", quote_literal(after))),
        };
        let missing = self
            .expected
            .iter()
            .enumerate()
            .filter(|(_, label)| !self.there.contains(**label));
        let statements: Vec<String> = missing
            .map(|(i, label)| format!("ALTER TYPE {name} ADD VALUE {}{};", quote_literal(label), place(i)))
            .collect();
        common::join_statements(&statements)
    }
}

fn rename_hint(name: &str, renamed: &[(&str, &str)]) -> Hint {
    let statements: Vec<String> = renamed
        .iter()
        .map(|(from, to)| {
            let (from, to) = (quote_literal(from), quote_literal(to));
            format!("ALTER TYPE {name} RENAME VALUE {from} TO {to};")
        })
        .collect();
    Hint::advice_with_sql(
        "if it is the same label under another name, rename it; rows that have it then show the new name",
        statements.join(" "),
    )
}

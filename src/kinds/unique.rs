//! Unique keys: constraints by name, or by meaning anything that guarantees the same.

use super::common::partitions::ATTACHED_TO;
use super::index_key::IndexKey;
use super::primary_key::{VALID, WITHOUT_OVERLAPS};
use super::{
    Advice, CreationRank, FindingDetail, HintContext, Kind, KindSpec, ListForm, Matching, Reading, Shorthand,
    SqlAddress, StandIn, Syntax, common, constraint, probe,
};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::fix::Fix;
use crate::hint::Hint;
use crate::snapshot::{IN_PARTITIONS, Object};
use crate::value::Value;

/// Whether nulls count as equal.
pub(super) const NULLS_NOT_DISTINCT: Attr = Attr::new(
    "nulls_not_distinct",
    Shape::Bool,
    "Whether nulls are equal, so that only one row may have a null.",
)
.default(Literal::Bool(false))
.since(15);

pub(super) static SPEC: KindSpec = KindSpec {
    name: "unique",
    one: Some("a unique constraint"),
    section: "unique",
    parents: &[Kind::Table],
    identity: &["schema", "relation", "name"],
    doc: "A unique key. In a list: any unique constraint, primary key or unique index that guarantees it. \
          By name: a unique constraint, or a unique index that guarantees the same.",
    query: include_str!("unique.sql"),
    attrs: &[
        Attr::new("columns", common::NAMES, "Its columns.")
            .compare(Compare::OrderedByName)
            .identifies(),
        common::INCLUDE,
        NULLS_NOT_DISTINCT,
        common::DEFERRABLE,
        common::INITIALLY,
        WITHOUT_OVERLAPS,
        VALID,
        common::INDEX_OPTIONS,
        common::INDEX_TABLESPACE,
        common::INDEX_COMMENT,
        ATTACHED_TO,
        common::COMMENT,
    ],
    syntax: Syntax {
        list: ListForm::ByMeaning,
        shorthand: Shorthand::List("columns"),
        ..Syntax::DEFAULT
    },
    matching: Matching {
        stand_ins: &[
            StandIn {
                kind: Kind::PrimaryKey,
                attributes: from_primary_key,
            },
            StandIn {
                kind: Kind::Index,
                attributes: from_index,
            },
        ],
        not_copied: common::NOT_COPIED,
        ..Matching::DEFAULT
    },
    reading: Reading {
        if_any: Some("'u' IN (SELECT contype FROM constraint_kinds)"),
        ..Reading::OF_PARTITIONS
    },
    advice: Advice {
        address: SqlAddress::Constraint,
        hint: Some(hint),
        fix: Some(fix),
        rank: CreationRank::Key,
        probe: Some(&probe::CONSTRAINT),
        ..Advice::DEFAULT
    },
    required: &["columns"],
    drops_with_column: true,
    ..KindSpec::EMPTY
};

#[expect(clippy::unnecessary_wraps, reason = "the table of stand-ins needs this signature")]
fn from_primary_key(object: &Object) -> Result<Vec<(&'static str, Value)>, &'static str> {
    let same = |name: &'static str| (name, object.get(name).clone());
    Ok(vec![
        same("columns"),
        same("include"),
        ("nulls_not_distinct", Value::Bool(false)),
        same("deferrable"),
        same("initially"),
        same("without_overlaps"),
        same("valid"),
        same(IN_PARTITIONS),
        same("options"),
        same("tablespace"),
        same("index_comment"),
        same(ATTACHED_TO.name),
        same("comment"),
    ])
}

fn from_index(object: &Object) -> Result<Vec<(&'static str, Value)>, &'static str> {
    if *object.get("unique") != Value::Bool(true) {
        return Err("is not unique");
    }
    if !object.get("where").is_null() {
        return Err("is unique, but partial");
    }
    if *object.get("valid") != Value::Bool(true) {
        return Err("is unique, but INVALID");
    }
    if *object.get("immediate") != Value::Bool(true) {
        return Err("is unique, but deferrable");
    }
    let keys: Vec<IndexKey> = object
        .get("keys")
        .texts()
        .into_iter()
        .map(IndexKey::parse_catalog)
        .collect();
    if keys.iter().any(IndexKey::has_collation) {
        return Err("is unique, but not by the collation of the column");
    }
    let columns: Option<Vec<Value>> = keys.iter().map(|key| key.column().map(Value::from)).collect();
    let columns = columns.ok_or("is unique, but on an expression")?;
    let same = |name: &'static str| (name, object.get(name).clone());
    Ok(vec![
        ("columns", Value::List(columns)),
        same("include"),
        same("nulls_not_distinct"),
        ("deferrable", Value::Bool(false)),
        ("initially", Value::from("immediate")),
        // Among unique indexes, only those of WITHOUT OVERLAPS have another method.
        (
            "without_overlaps",
            Value::Bool(*object.get("method") != Value::from("btree")),
        ),
        same("valid"),
        same(IN_PARTITIONS),
        same("options"),
        same("tablespace"),
        ("index_comment", Value::Null),
        same(ATTACHED_TO.name),
        same("comment"),
    ])
}

fn fix(finding: &HintContext<'_>) -> Option<Fix> {
    let nulls = if finding.wants("nulls_not_distinct") {
        " NULLS NOT DISTINCT"
    } else {
        ""
    };
    let added = common::named(finding.id)
        .and_then(|name| constraint::add_using_index(finding, (&finding.id.relation(), name), ("UNIQUE", nulls)));
    added.or_else(|| common::make_valid_outside(finding, hint(finding)))
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let definition = || {
        let nulls = if finding.wants("nulls_not_distinct") {
            " NULLS NOT DISTINCT"
        } else {
            ""
        };
        let (columns, index) = (constraint::key_columns(finding), constraint::index_terms(finding));
        format!("UNIQUE{nulls} {columns}{index}{}", constraint::terms(finding))
    };
    let is_constraint = finding.snapshot.get(Kind::Unique, finding.id).is_some();
    let has_columns = !finding.wanted_list("columns").is_empty();
    if let Some(hint) = common::partitions::attachment(finding, finding.id.last()) {
        return Some(hint);
    }
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let columns = common::expected(attributes, "columns")
                .map(Value::texts)
                .unwrap_or_default();
            if let Some(expression) = columns.into_iter().find(|text| text.contains('(')) {
                return Some(Hint::advice(format!(
                    "a unique constraint has columns only; if `{expression}` is an expression, write it under `indexes`: \
                     `{{keys: [{expression}], unique: true}}`"
                )));
            }
            Some(constraint::add(finding, has_columns.then(definition).as_deref()))
        }
        FindingDetail::Unexpected => Some(constraint::drop(finding.id, "PostgreSQL then accepts duplicates")),
        FindingDetail::Differs { attribute, .. } if *attribute == VALID.name => {
            let nulls = match finding.object?.get(NULLS_NOT_DISTINCT.name) {
                Value::Bool(true) => "UNIQUE NULLS NOT DISTINCT",
                _ => "UNIQUE",
            };
            common::partitions::make_constraint_valid(finding, finding.id.last(), nulls)
        }
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } if is_constraint && common::is_of_index(attribute) => {
            common::alter_index(&common::index_name(finding.id), attribute, expected, actual)
        }
        FindingDetail::Differs { .. } if is_constraint => Some(constraint::replace(finding, &definition())),
        FindingDetail::Differs { .. } => Some(Hint::advice(
            "a primary key or a unique index gives this guarantee: change that, or expect what it has",
        )),
        FindingDetail::Unreadable { .. } => None,
    }
}

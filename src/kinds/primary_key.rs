//! Primary keys.

use super::{FindingSort, KeyForm, Kind, KindSpec, Shorthand, common};
use crate::attribute::{Attr, Literal, Shape};
use crate::value::Value;

/// Whether the index behind a key or constraint can be used.
pub(super) const VALID: Attr = Attr::new(
    "valid",
    Shape::Bool,
    "Whether the index behind it is valid and in use.",
)
.default(Literal::Bool(true))
.implied("the index behind it is INVALID")
.code("invalid");

/// Whether the last column of a key holds ranges that must not overlap.
pub(super) const WITHOUT_OVERLAPS: Attr = Attr::new(
    "without_overlaps",
    Shape::Bool,
    "Whether the last column holds ranges that must not overlap.",
)
.default(Literal::Bool(false))
.since(18);

pub(super) static SPEC: KindSpec = KindSpec {
    name: "primary_key",
    section: "primary_key",
    parents: &[Kind::Table],
    identity: &["schema", "relation"],
    doc: "The primary key of a table.",
    query: include_str!("primary_key.sql"),
    attrs: &[
        Attr::new("name", Shape::Name, "The name of the constraint."),
        common::COLUMNS,
        common::INCLUDE,
        common::DEFERRABLE,
        common::INITIALLY,
        WITHOUT_OVERLAPS,
        VALID,
        common::COMMENT,
    ],
    key: KeyForm::Only,
    shorthand: Shorthand::List("columns"),
    derived: Some(|id, attribute| (attribute == "name").then(|| Value::Text(format!("{}_pkey", id.last())))),
    hint: |finding| match &finding.sort {
        FindingSort::Missing(attributes) => {
            let columns = common::name_list(common::expected(attributes, "columns")?);
            Some(common::add_constraint(finding.id, None, &format!("PRIMARY KEY ({columns})")))
        }
        FindingSort::Unexpected | FindingSort::Differs { .. } | FindingSort::Unreadable { .. } => None,
    },
    ..KindSpec::EMPTY
};

//! Primary keys.

use super::{Advice, FindingDetail, KeyForm, Kind, KindSpec, Matching, Reading, Shorthand, Syntax, common};
use crate::attribute::{Attr, Literal, Shape};
use crate::value::Value;

/// Whether the index behind a key or constraint can be used.
pub(super) const VALID: Attr = Attr::new("valid", Shape::Bool, "Whether the index behind it is valid and in use.")
    .default(Literal::Bool(true))
    .always_checked("the index behind it is INVALID")
    .code_suffix("invalid")
    .holds_in_partitions();

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
    syntax: Syntax {
        key: KeyForm::Only,
        shorthand: Shorthand::List("columns"),
        ..Syntax::DEFAULT
    },
    matching: Matching {
        implied_default: Some(|id, attribute| {
            (attribute == "name").then(|| Value::Text(format!("{}_pkey", id.last())))
        }),
        ..Matching::DEFAULT
    },
    reading: Reading::OF_PARTITIONS,
    advice: Advice {
        hint: Some(|finding| match &finding.detail {
            FindingDetail::Missing(attributes) => {
                let columns = common::name_list(common::expected(attributes, "columns")?);
                Some(common::add_constraint(
                    finding.id,
                    None,
                    &format!("PRIMARY KEY ({columns})"),
                ))
            }
            FindingDetail::Differs { attribute, .. } if *attribute == VALID.name => {
                let index = finding.object?.get("name").as_text()?;
                common::partitions::make_constraint_valid(finding, index, "PRIMARY KEY")
            }
            FindingDetail::Unexpected | FindingDetail::Differs { .. } | FindingDetail::Unreadable { .. } => None,
        }),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

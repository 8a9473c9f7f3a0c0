//! Composite types.

use super::{Advice, CreationRank, HintContext, KeyForm, KindSpec, Reading, Syntax, common, probe, stub};
use crate::attribute::Attr;
use crate::hint::Hint;

/// The names of the attributes in their order.
const COLUMN_ORDER: Attr = Attr::new(
    "column_order",
    common::NAMES,
    "The names of its attributes in their order, which decides what `row(…)::type` means.",
);

pub(super) static SPEC: KindSpec = KindSpec {
    name: "composite_type",
    section: "composite_types",
    identity: &["schema", "name"],
    doc: "A composite type created with CREATE TYPE; the row types of tables and views are not included.",
    query: include_str!("composite_type.sql"),
    attrs: &[
        COLUMN_ORDER,
        common::OWNER,
        common::grants(&common::OF_TYPE),
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        catalog_codes: &["c"],
        if_any: Some("'c' IN (SELECT relkind FROM relation_kinds)"),
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
    stub: Some(stub::relation),
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    finding.if_differs(|attribute, expected, actual| match (attribute, expected) {
        ("column_order", _) => Some(Hint::advice(
            "the order of attributes cannot be altered: drop those behind the first that differs, and add them again in this order",
        )),
        ("grants", _) => common::grant(&format!("TYPE {}", common::sql_name(finding.id)), expected, actual),
        _ => None,
    })
}

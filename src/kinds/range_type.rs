//! Range types.

use super::{Advice, CreationRank, HintContext, KeyForm, KindSpec, Matching, Reading, Stub, Syntax, common, probe};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::snapshot::{Object, Snapshot};
use crate::sql;
use crate::sql::{name, qualified};
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "range_type",
    section: "range_types",
    identity: &["schema", "name"],
    doc: "A range type.",
    query: include_str!("range_type.sql"),
    attrs: &[
        Attr::new("subtype", Shape::Sql, "The type of its bounds.").compare(Compare::BaseType),
        Attr::new(
            "operator_class",
            Shape::QualifiedName,
            "The operator class that orders the bounds, if it is not the default one of their type.",
        )
        .compare(Compare::Name)
        .refers_to(common::IN_KEYS)
        .default(Literal::Null),
        Attr::new(
            "collation",
            Shape::QualifiedName,
            "The collation that orders the bounds, if it is not that of their type.",
        )
        .compare(Compare::Name)
        .refers_to(common::COLLATIONS)
        .default(Literal::Null),
        Attr::new(
            "canonical",
            Shape::QualifiedName,
            "The function that makes equal ranges identical; `null` for none.",
        )
        .compare(Compare::Name)
        .refers_to(common::ROUTINES)
        .default(Literal::Null),
        Attr::new(
            "subtype_diff",
            Shape::QualifiedName,
            "The function that gives the distance of two bounds; `null` for none.",
        )
        .compare(Compare::Name)
        .refers_to(common::ROUTINES)
        .default(Literal::Null),
        Attr::new(
            "multirange",
            Shape::Name,
            "The name of its multirange type, with the schema if that is another one.",
        )
        .since(14),
        common::OWNER,
        common::grants(&common::OF_TYPE),
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        catalog_codes: &["r"],
        if_any: Some("'r' IN (SELECT typtype FROM type_kinds)"),
        ..Reading::DEFAULT
    },
    matching: Matching {
        implied_default: Some(derived),
        ..Matching::DEFAULT
    },
    advice: Advice {
        default_grants: Some("types"),
        alter_keyword: Some("TYPE"),
        hint: Some(hint),
        rank: CreationRank::Type,
        probe: Some(&probe::TYPE),
        ..Advice::DEFAULT
    },
    stub: Some(stub),
    ..KindSpec::EMPTY
};

/// A range over the same type. The functions that make its constants canonical are not created: they are code.
fn stub(id: &ObjectId, object: &Object, _: &Snapshot) -> Option<Stub> {
    let mut stub = Stub::of(sql!["CREATE TYPE ", qualified(id), " AS RANGE (SUBTYPE = "]);
    stub = stub.then_type(object.get("subtype").as_text()?);
    if let Some(multirange) = object.get("multirange").as_text() {
        stub = stub.then(sql![", MULTIRANGE_TYPE_NAME = ", name(multirange)]);
    }
    Some(stub.then(")"))
}

/// PostgreSQL derives the name of the multirange type from that of the range type.
fn derived(id: &ObjectId, attribute: &str) -> Option<Value> {
    const LONGEST: usize = 63;
    if attribute != "multirange" {
        return None;
    }
    let name = id.last();
    let mut multirange = if name.contains("range") {
        name.replacen("range", "multirange", 1)
    } else {
        const SUFFIX: &str = "_multirange";
        let length = name.floor_char_boundary(LONGEST - SUFFIX.len());
        format!("{}{SUFFIX}", &name[..length])
    };
    multirange.truncate(multirange.floor_char_boundary(LONGEST));
    Some(Value::Text(multirange))
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    finding.if_differs(|attribute, expected, actual| match (attribute, expected) {
        ("grants", _) => common::grant(&format!("TYPE {}", common::sql_name(finding.id)), expected, actual),
        ("comment" | "owner", _) => None,
        _ => Some(Hint::advice(
            "a range type cannot be altered: create another type and change the columns to it",
        )),
    })
}

//! Operator classes.

use super::{
    Advice, CreationRank, HintContext, KeyForm, Kind, KindSpec, Matching, Reading, Syntax, common, more_probes,
    signature,
};
use crate::attribute::{Attr, Compare, Literal, Shape, Verdict};
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::sql_text::show_name;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "operator_class",
    section: "operator_classes",
    identity: &["schema", "name", "method"],
    doc: "An operator class, named with its access method: `money_ops(btree)`; the name alone is every operator class of this \
          name. Its operators and functions are those of its family.",
    query: include_str!("operator_class.sql"),
    attrs: &[
        Attr::new("type", Shape::Sql, "The type whose values it is for.").compare(Compare::BaseType),
        Attr::new(
            "default",
            Shape::Bool,
            "Whether it is the default for indexes on the type.",
        )
        .default(Literal::Bool(false)),
        Attr::new(
            "family",
            Shape::QualifiedName,
            "Its operator family. If left out: the one with the same name.",
        )
        .compare(Compare::Name)
        .refers_to(&[Kind::OperatorFamily]),
        Attr::new(
            "storage",
            Shape::Sql,
            "The type that an index stores, if it is another one; `null` for none.",
        )
        .compare(Compare::BaseType)
        .default(Literal::Null),
        common::OWNER,
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Signature,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some(
            "EXISTS (SELECT FROM pg_opclass c WHERE c.opcnamespace = ANY ((SELECT oids FROM schemas)::oid[]))",
        ),
        ..Reading::DEFAULT
    },
    matching: Matching {
        same_identity: Some(same),
        implied_default: Some(derived),
        ..Matching::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        rank: CreationRank::Routine,
        probe: Some(&more_probes::OPERATOR_CLASS),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// Whether the names are equal, and the access methods if one is written.
pub(super) fn same(expected: &ObjectId, actual: &ObjectId) -> Verdict {
    let at = expected.parts().len().saturating_sub(1);
    Verdict::when(
        expected == actual || expected.last() == signature::ANY_ARGUMENTS && expected.prefix(at) == actual.prefix(at),
    )
}

/// CREATE OPERATOR CLASS creates a family with the same name.
fn derived(id: &ObjectId, attribute: &str) -> Option<Value> {
    match (attribute, id.parts()) {
        ("family", [schema, name, _]) => Some(Value::Text(format!("{}.{}", show_name(schema), show_name(name)))),
        _ => None,
    }
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = using(finding.id);
    finding.if_differs(|attribute, expected, _| match (attribute, expected) {
        ("owner", Value::Text(owner)) => Some(Hint::sql(format!(
            "ALTER OPERATOR CLASS {name} OWNER TO {};",
            common::name(owner)
        ))),
        ("comment" | "owner", _) => None,
        _ => Some(Hint::advice(
            "this attribute of an operator class cannot be altered: drop the operator class and create it as expected",
        )),
    })
}

/// A class or family as SQL names it: `app.money_ops USING btree`.
pub(super) fn using(id: &ObjectId) -> String {
    format!("{} USING {}", common::sql_name(&id.relation()), common::name(id.last()))
}

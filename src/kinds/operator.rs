//! Operators.

use super::stub::written_name;
use super::{
    Advice, CreationRank, HintContext, KeyForm, KindSpec, Matching, Reading, Stub, Syntax, common, more_probes,
    signature,
};
use crate::attribute::{Attr, Compare, Literal, Shape, Verdict};
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::snapshot::{Object, Snapshot};
use crate::sql;
use crate::sql::name;
use crate::sql_text::split_commas;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "operator",
    section: "operators",
    identity: &["schema", "name", "arguments"],
    doc: "An operator, named with the types of its operands: `===(text, text)`, `!!(none, integer)` for a prefix \
          operator; the name alone is every operator of this name.",
    query: include_str!("operator.sql"),
    attrs: &[
        Attr::new("function", Shape::QualifiedName, "The function that computes it.")
            .compare(Compare::Name)
            .refers_to(common::ROUTINES),
        common::other(
            "commutator",
            "The operator with the same result for exchanged operands; `null` for none.",
        ),
        common::other("negator", "The operator with the opposite result; `null` for none."),
        common::other(
            "restrict",
            "The function that estimates how many rows satisfy it; `null` for none.",
        ),
        common::other(
            "join",
            "The function that estimates how many rows of a join satisfy it; `null` for none.",
        ),
        Attr::new("hashes", Shape::Bool, "Whether it can be used for a hash join.").default(Literal::Bool(false)),
        Attr::new("merges", Shape::Bool, "Whether it can be used for a merge join.").default(Literal::Bool(false)),
        common::OWNER,
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Signature,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some(
            "EXISTS (SELECT FROM pg_operator c WHERE c.oprnamespace = ANY ((SELECT oids FROM schemas)::oid[]))",
        ),
        ..Reading::DEFAULT
    },
    matching: Matching {
        same_identity: Some(same),
        ..Matching::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        rank: CreationRank::Routine,
        probe: Some(&more_probes::OPERATOR),
        ..Advice::DEFAULT
    },
    stub: Some(stub),
    ..KindSpec::EMPTY
};

/// `none` is not a type, so the server cannot compare it: only `none` equals `none`.
fn same(expected: &ObjectId, actual: &ObjectId) -> Verdict {
    let (left, right) = (split_commas(expected.last()), split_commas(actual.last()));
    let none = |operand: &str| operand.eq_ignore_ascii_case("none");
    if left.len() == 2 && left.iter().zip(&right).any(|(a, b)| none(a) != none(b)) {
        return Verdict::Different;
    }
    signature::same(expected, actual)
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let [schema, name, arguments] = finding.id.parts() else {
        return None;
    };
    finding.if_differs(|attribute, expected, _| {
        let alter = |what: String| {
            Some(Hint::sql(format!(
                "ALTER OPERATOR {}.{name} ({arguments}) {what};",
                common::name(schema)
            )))
        };
        match (attribute, expected) {
            ("restrict" | "join", Value::Null) => alter(format!("SET ({} = NONE)", attribute.to_uppercase())),
            ("restrict" | "join", Value::Text(function)) => alter(format!(
                "SET ({} = {})",
                attribute.to_uppercase(),
                finding.reference(function)
            )),
            ("owner", Value::Text(owner)) => alter(format!("OWNER TO {}", common::name(owner))),
            ("comment", _) => None,
            _ => Some(Hint::advice("drop the operator and create it as expected")),
        }
    })
}

/// An operator with the same name and function, without commutator and negator.
fn stub(id: &ObjectId, object: &Object, _: &Snapshot) -> Option<Stub> {
    let [schema, operator, arguments] = id.parts() else {
        return None;
    };
    // An operator cannot be quoted: only the characters of operators go into the statement.
    if operator.is_empty() || !operator.chars().all(|c| "+-*/<>=~!@#%^&|`?".contains(c)) {
        return None;
    }
    let function = written_name(object.get("function").as_text()?)?;
    let mut stub = Stub::of(sql!["CREATE OPERATOR ", name(schema), "."]).then_operator(operator);
    stub = stub.then(sql![" (FUNCTION = ", function]);
    for (side, argument) in ["LEFTARG", "RIGHTARG"].into_iter().zip(split_commas(arguments)) {
        if argument != "none" {
            stub = stub.then(sql![", ", side, " = "]).then_type(argument);
        }
    }
    Some(stub.then(")"))
}

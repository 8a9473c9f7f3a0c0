//! Aggregate functions.

use super::stub::written_name;
use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, KindSpec, Matching, Reading, Stub, Syntax, argument,
    common, hint, probe,
};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::fix::Fix;
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::snapshot::{Object, Snapshot};
use crate::sql;
use crate::sql::name;
use crate::sql_text::{quote_literal, split_commas};
use crate::value::Value;

/// What a final function does to the state.
const fn modify(name: &'static str) -> Attr {
    Attr::new(
        name,
        Shape::OneOf(&["read_only", "shareable", "read_write"]),
        "Whether the final function changes the state.",
    )
    .default(Literal::Text("read_only"))
}

/// Whether a final function also gets the arguments.
const fn extra(name: &'static str) -> Attr {
    Attr::new(
        name,
        Shape::Bool,
        "Whether the final function also gets the types of the arguments.",
    )
    .default(Literal::Bool(false))
}

/// The estimated size of a state, in bytes.
const fn size(name: &'static str) -> Attr {
    Attr::new(
        name,
        Shape::Integer,
        "The estimated size of a state, in bytes; 0 for the estimate of PostgreSQL.",
    )
    .default(Literal::Integer(0))
}

pub(super) static SPEC: KindSpec = KindSpec {
    name: "aggregate",
    section: "aggregates",
    identity: &["schema", "name", "argument_types"],
    doc: "An aggregate function, named with the types of its arguments; the name alone is every aggregate of this name. \
          The arguments of an ordered-set aggregate are the direct ones followed by the sorted ones.",
    query: include_str!("aggregate.sql"),
    attrs: &[
        Attr::new(
            argument::ARGUMENTS,
            Shape::Sql,
            "Its arguments with their modes and names, as in CREATE AGGREGATE: `value numeric`, `VARIADIC text[]`, \
             `fraction float8 ORDER BY value float8`.",
        )
        .compare(Compare::Custom(argument::same_aggregate_arguments)),
        Attr::new(
            "kind",
            Shape::OneOf(&["normal", "ordered-set", "hypothetical"]),
            "Whether it is called with its arguments alone, or WITHIN GROUP.",
        )
        .default(Literal::Text("normal")),
        Attr::new(
            "direct_arguments",
            Shape::Integer,
            "How many of the arguments of an ordered-set aggregate are direct.",
        )
        .default(Literal::Integer(0)),
        Attr::new(
            "state_function",
            Shape::QualifiedName,
            "The function that adds a row to the state.",
        )
        .compare(Compare::Name)
        .refers_to(common::ROUTINES),
        Attr::new("state_type", Shape::Sql, "The type of the state.").compare(Compare::BaseType),
        size("state_size"),
        Attr::new(
            "initial_condition",
            Shape::Text,
            "The state before the first row, as a text; `null` for none.",
        )
        .default(Literal::Null),
        common::other(
            "final_function",
            "The function that computes the result from the state; `null` for none.",
        ),
        extra("final_function_extra"),
        modify("final_function_modify"),
        common::other(
            "combine_function",
            "The function that combines two states; `null` for none.",
        ),
        common::other(
            "serialize_function",
            "The function that serializes a state; `null` for none.",
        ),
        common::other(
            "deserialize_function",
            "The function that deserializes a state; `null` for none.",
        ),
        common::other(
            "moving_state_function",
            "The function that adds a row to the state of a moving frame; `null` for none.",
        ),
        common::other(
            "moving_inverse_function",
            "The function that removes a row from the state of a moving frame; `null` for none.",
        ),
        Attr::new(
            "moving_state_type",
            Shape::Sql,
            "The type of the state of a moving frame; `null` for none.",
        )
        .compare(Compare::BaseType)
        .default(Literal::Null),
        size("moving_state_size"),
        Attr::new(
            "moving_initial_condition",
            Shape::Text,
            "The state of a moving frame before the first row, as a text; `null` for none.",
        )
        .default(Literal::Null),
        common::other(
            "moving_final_function",
            "The function that computes the result from the state of a moving frame; `null` for none.",
        ),
        extra("moving_final_function_extra"),
        modify("moving_final_function_modify"),
        Attr::new(
            "sort_operator",
            Shape::QualifiedName,
            "The sort operator of an aggregate such as `min` or `max`; `null` for none.",
        )
        .compare(Compare::Name)
        .refers_to(common::ROUTINES)
        .default(Literal::Null),
        Attr::new(
            "parallel",
            Shape::OneOf(&["unsafe", "restricted", "safe"]),
            "Whether it may run in parallel.",
        )
        .default(Literal::Text("unsafe")),
        common::OWNER,
        common::grants(&common::OF_FUNCTION),
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Signature,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some("'a' IN (SELECT prokind FROM routine_kinds)"),
        extra_columns: &[argument::NAMES],
        ..Reading::DEFAULT
    },
    matching: Matching {
        same_identity: Some(super::signature::same),
        ..Matching::DEFAULT
    },
    advice: Advice {
        default_grants: Some("functions"),
        hint: Some(advise),
        fix: Some(fix),
        rank: CreationRank::Routine,
        probe: Some(&probe::ROUTINE),
        ..Advice::DEFAULT
    },
    stub: Some(stub),
    ..KindSpec::EMPTY
};

/// An aggregate of the same arguments, state and result. Its functions are stubs, too, or PostgreSQL's own.
fn stub(id: &ObjectId, object: &Object, _: &Snapshot) -> Option<Stub> {
    let [schema, aggregate, arguments] = id.parts() else {
        return None;
    };
    let direct = match object.get("direct_arguments") {
        Value::Integer(direct) if object.get("kind").as_text() != Some("normal") => usize::try_from(*direct).ok(),
        Value::Integer(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Secret(_)
        | Value::List(_)
        | Value::Map(_) => None,
    };
    let mut stub = Stub::of(sql!["CREATE AGGREGATE ", name(schema), ".", name(aggregate), "("]);
    let arguments = split_commas(arguments);
    if arguments.is_empty() {
        stub = stub.then("*");
    }
    for (number, sql_type) in arguments.into_iter().enumerate() {
        stub = stub.then(match (number, direct) {
            (0, Some(0)) => "ORDER BY ",
            (0, _) => "",
            (number, Some(direct)) if number == direct => " ORDER BY ",
            (_, _) => ", ",
        });
        stub = stub.then_type(sql_type);
    }
    let state_function = written_name(object.get("state_function").as_text()?)?;
    stub = stub.then(sql![") (SFUNC = ", state_function, ", STYPE = "]);
    stub = stub.then_type(object.get("state_type").as_text()?);
    if let Some(function) = object.get("final_function").as_text() {
        stub = stub.then(sql![", FINALFUNC = ", written_name(function)?]);
        if *object.get("final_function_extra") == Value::Bool(true) {
            stub = stub.then(", FINALFUNC_EXTRA");
        }
    }
    if object.get("kind").as_text() == Some("hypothetical") {
        stub = stub.then(", HYPOTHETICAL");
    }
    Some(stub.then(")"))
}

/// The statements that create an aggregate or change it.
fn fix(finding: &HintContext<'_>) -> Option<Fix> {
    // CREATE OR REPLACE AGGREGATE changes neither these nor the type of the result.
    let fixed = [
        "kind",
        "direct_arguments",
        "state_type",
        "final_function",
        argument::ARGUMENTS,
    ];
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Fix::of(format!("CREATE AGGREGATE {};", definition(finding)?))),
        FindingDetail::Differs {
            attribute: "owner",
            expected: Value::Text(owner),
            ..
        } => {
            let (aggregate, owner) = (signature(finding), common::name(owner));
            Some(Fix::of(format!("ALTER AGGREGATE {aggregate} OWNER TO {owner};")))
        }
        FindingDetail::Differs {
            attribute: "comment",
            expected,
            ..
        } => {
            let comment = hint::comment(&format!("AGGREGATE {}", signature(finding)), expected);
            comment.statements().map(Fix::of)
        }
        FindingDetail::Differs { attribute, .. } if !fixed.contains(attribute) && *attribute != "grants" => Some(
            Fix::of(format!("CREATE OR REPLACE AGGREGATE {};", definition(finding)?)),
        ),
        FindingDetail::Differs { .. } | FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
    }
}

/// The aggregate as statements name it, with its arguments.
fn signature(finding: &HintContext<'_>) -> String {
    let arguments = finding.wanted_text(argument::ARGUMENTS);
    let arguments = arguments
        .filter(|arguments| !arguments.trim().is_empty())
        .unwrap_or("*");
    format!("{}({arguments})", common::sql_name(&finding.id.relation()))
}

/// The aggregate as CREATE AGGREGATE has it, behind its name.
fn definition(finding: &HintContext<'_>) -> Option<String> {
    let text = |name: &str| finding.wanted_text(name);
    let mut clauses = vec![
        format!("SFUNC = {}", finding.reference(text("state_function")?)),
        format!("STYPE = {}", finding.sql_type(text("state_type")?)),
    ];
    for (name, clause) in [
        ("final_function", "FINALFUNC"),
        ("combine_function", "COMBINEFUNC"),
        ("serialize_function", "SERIALFUNC"),
        ("deserialize_function", "DESERIALFUNC"),
        ("moving_state_function", "MSFUNC"),
        ("moving_inverse_function", "MINVFUNC"),
        ("moving_final_function", "MFINALFUNC"),
    ] {
        clauses.extend(text(name).map(|function| format!("{clause} = {}", finding.reference(function))));
    }
    clauses.extend(text("moving_state_type").map(|name| format!("MSTYPE = {}", finding.sql_type(name))));
    for (name, clause) in [
        ("initial_condition", "INITCOND"),
        ("moving_initial_condition", "MINITCOND"),
    ] {
        clauses.extend(text(name).map(|value| format!("{clause} = {}", quote_literal(value))));
    }
    for (name, clause) in [("state_size", "SSPACE"), ("moving_state_size", "MSSPACE")] {
        if let Value::Integer(size @ 1..) = finding.wanted(name) {
            clauses.push(format!("{clause} = {size}"));
        }
    }
    for (name, clause) in [
        ("final_function_extra", "FINALFUNC_EXTRA"),
        ("moving_final_function_extra", "MFINALFUNC_EXTRA"),
    ] {
        if finding.wants(name) {
            clauses.push(clause.to_owned());
        }
    }
    // What PostgreSQL takes if nothing is said depends on the kind.
    let usual = text("kind").filter(|kind| *kind != "normal").map(|_| "read_only");
    for (modify, clause) in [
        (text("final_function_modify").or(usual), "FINALFUNC_MODIFY"),
        (text("moving_final_function_modify"), "MFINALFUNC_MODIFY"),
    ] {
        clauses.extend(modify.map(|modify| format!("{clause} = {}", modify.to_uppercase())));
    }
    clauses.extend(text("sort_operator").map(|operator| format!("SORTOP = {}", operator_name(operator))));
    clauses.extend(text("parallel").map(|parallel| format!("PARALLEL = {}", parallel.to_uppercase())));
    if text("kind") == Some("hypothetical") {
        clauses.push("HYPOTHETICAL".to_owned());
    }
    Some(format!("{} ({})", signature(finding), clauses.join(", ")))
}

/// The name of an operator, which may be qualified with a schema.
fn operator_name(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((schema, operator)) => format!("OPERATOR({schema}.{operator})"),
        None => format!("OPERATOR({name})"),
    }
}

fn advise(finding: &HintContext<'_>) -> Option<Hint> {
    finding.if_differs(|attribute, expected, actual| match (attribute, expected) {
        // GRANT and REVOKE call an aggregate a function.
        ("grants", _) => {
            let name = common::sql_name(&finding.id.relation());
            common::grant(&format!("FUNCTION {name}({})", finding.id.last()), expected, actual)
        }
        // The arguments of an ordered-set aggregate are written differently here, and the finding does not say how.
        ("owner", Value::Text(_)) | ("comment", _) => None,
        ("arguments", _) => Some(Hint::advice(
            "drop the aggregate and create it as expected: CREATE OR REPLACE AGGREGATE keeps the names of the arguments",
        )),
        _ => Some(Hint::advice(
            "run CREATE OR REPLACE AGGREGATE with the expected definition",
        )),
    })
}

//! Casts.

use super::stub::written_name;
use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, Kind, KindSpec, Matching, Reading, Stub, Syntax, common,
    constraint, hint, more_probes,
};
use crate::attribute::{Attr, Compare, Form, Literal, Shape, Verdict};
use crate::fix::Fix;
use crate::hint::Hint;
use crate::object_id::{ObjectId, split_name};
use crate::snapshot::{Object, Snapshot};
use crate::sql;
use crate::sql_text::{Token, TokenKind, tokens};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "cast",
    section: "casts",
    identity: &["name"],
    doc: "A cast that is not built in, named with its two types: `'\"text as billing.status\"'`.",
    query: include_str!("cast.sql"),
    attrs: &[
        Attr::new(
            "method",
            Shape::OneOf(&["function", "inout", "binary"]),
            "How it casts: with a function, with the output and input functions of the types, or by taking the bytes as they are.",
        )
        .default(Literal::Text("function")),
        Attr::new(
            "function",
            Shape::QualifiedName,
            "The function that casts; `null` for none.",
        )
        .compare(Compare::Name).refers_to(common::ROUTINES)
        .default(Literal::Null),
        Attr::new(
            "context",
            Shape::OneOf(&["explicit", "assignment", "implicit"]),
            "Where it is applied without CAST.",
        )
        .default(Literal::Text("explicit")),
        common::COMMENT,
    ],
    syntax: Syntax {
        key_is_name: false,
        key: KeyForm::Part,
        ..Syntax::DEFAULT
    },
    matching: Matching {
        same_identity: Some(same),
        ..Matching::DEFAULT
    },
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_cast WHERE oid >= 16384)"),
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        fix: Some(fix),
        rank: CreationRank::Routine,
        probe: Some(&more_probes::CAST),
        ..Advice::DEFAULT
    },
    stub: Some(stub),
    ..KindSpec::EMPTY
};

/// Whether both casts are of the same types.
fn same(expected: &ObjectId, actual: &ObjectId) -> Verdict {
    if expected == actual {
        return Verdict::Equal;
    }
    match (split_types(expected.last()), split_types(actual.last())) {
        (Some((source, target)), Some((actual_source, actual_target))) => {
            Verdict::ask(Form::BaseType, source, actual_source).and(Verdict::ask(Form::BaseType, target, actual_target))
        }
        (None, _) | (_, None) => Verdict::Different,
    }
}

/// The two types of `text as billing.status`.
fn split_types(name: &str) -> Option<(&str, &str)> {
    let is_as = |token: &&Token| token.kind == TokenKind::Word && name[token.range.clone()].eq_ignore_ascii_case("as");
    let tokens = tokens(name);
    let between = tokens.iter().find(is_as)?;
    let (source, target) = (name[..between.range.start].trim(), name[between.range.end..].trim());
    (!source.is_empty() && !target.is_empty()).then_some((source, target))
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let types = sql_types(finding.id.last());
    match &finding.detail {
        FindingDetail::Missing(_) => Some(match create(finding, &types) {
            Some(sql) => Hint::sql(sql),
            None => Hint::advice("apply the migration that creates it"),
        }),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "this drops the cast, so statements that use it fail",
            format!("DROP CAST ({types});"),
        )),
        FindingDetail::Differs {
            attribute, expected, ..
        } => Some(if *attribute == "comment" {
            hint::comment(&format!("CAST ({types})"), expected)
        } else {
            match create(finding, &types) {
                Some(create) => Hint::advice_with_sql(
                    "this drops the cast and creates it as expected; run both statements in one transaction",
                    format!("DROP CAST ({types}); {create}"),
                ),
                None => Hint::advice("a cast cannot be altered; drop it and create it as expected"),
            }
        }),
        FindingDetail::Unreadable { .. } => None,
    }
}

/// The two types as statements write them. The name has them unquoted, and the type of another schema with it.
fn sql_types(types: &str) -> String {
    let sql = |sql_type: &str| {
        if sql_type.contains('.') {
            common::sql_names(sql_type)
        } else {
            sql_type.to_owned()
        }
    };
    match split_types(types) {
        Some((source, target)) => format!("{} AS {}", sql(source), sql(target)),
        None => types.to_owned(),
    }
}

/// What a script runs about a cast with a function, whose arguments the attribute does not say: those of the only function
/// of this name, or else the source of the cast.
fn fix(finding: &HintContext<'_>) -> Option<Fix> {
    let types = sql_types(finding.id.last());
    let (source, _) = split_types(&types)?;
    let function = finding.wanted_text("function")?;
    let mut named = finding
        .snapshot
        .of_kind(Kind::Function)
        .filter(|(id, _)| is_name_of(function, id, finding.schema));
    let arguments = match (named.next(), named.next()) {
        (Some((id, _)), None) => id.last(),
        (_, _) => source,
    };
    let method = format!("WITH FUNCTION {}({arguments})", finding.reference(function));
    let create = create_with(finding, &types, &method);
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Fix::of(create)),
        FindingDetail::Differs { attribute, .. } if *attribute != common::COMMENT.name => {
            Some(Fix::of(format!("DROP CAST ({types}); {create}")))
        }
        FindingDetail::Differs { .. } | FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
    }
}

/// Whether a name, which may be qualified, is that of a function.
fn is_name_of(name: &str, id: &ObjectId, schema: &str) -> bool {
    split_name(name).is_some_and(|mut parts| {
        if parts.len() == 1 {
            parts.insert(0, schema.to_owned());
        }
        id.relation() == ObjectId::new(parts)
    })
}

/// The statements that create the expected cast. Those with a function need its signature, which the attribute lacks.
fn create(finding: &HintContext<'_>, types: &str) -> Option<String> {
    let method = match (finding.wanted_text("function"), finding.wanted_text("method")) {
        (Some(_), _) | (None, None | Some("function")) => return None,
        (None, Some("inout")) => "WITH INOUT",
        (None, Some(_)) => "WITHOUT FUNCTION",
    };
    Some(create_with(finding, types, method))
}

/// The statements that create the expected cast with a method.
fn create_with(finding: &HintContext<'_>, types: &str, method: &str) -> String {
    let context = match finding.wanted_text("context") {
        Some("implicit") => " AS IMPLICIT",
        Some("assignment") => " AS ASSIGNMENT",
        Some(_) | None => "",
    };
    let comment = finding.wanted(common::COMMENT.name);
    let comment = (!comment.is_null()).then(|| hint::comment(&format!("CAST ({types})"), comment).text().into_owned());
    constraint::with(format!("CREATE CAST ({types}) {method}{context};"), comment)
}

fn stub(id: &ObjectId, object: &Object, _: &Snapshot) -> Option<Stub> {
    let (source, target) = id
        .last()
        .split_once(" as ")
        .filter(|(_, target)| !target.contains(" as "))?;
    let stub = Stub::of("CREATE CAST (")
        .then_type(source)
        .then(" AS ")
        .then_type(target)
        .then(")");
    let stub = match object.get("function").as_text() {
        Some(function) => stub
            .then(sql![" WITH FUNCTION ", written_name(function)?, "("])
            .then_type(source)
            .then(")"),
        None if object.get("method").as_text() == Some("inout") => stub.then(" WITH INOUT"),
        None => stub.then(" WITHOUT FUNCTION"),
    };
    Some(stub.then(match object.get("context").as_text() {
        Some("implicit") => " AS IMPLICIT",
        Some("assignment") => " AS ASSIGNMENT",
        Some(_) | None => "",
    }))
}

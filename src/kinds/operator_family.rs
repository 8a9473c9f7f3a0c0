//! Operator families.

use super::operator_class::{same, using};
use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, KindSpec, Matching, Reading, Syntax, common, more_probes,
};
use crate::attribute::{Attr, Compare, Comparison, Literal, Shape, Verdict};
use crate::hint::Hint;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "operator_family",
    section: "operator_families",
    identity: &["schema", "name", "method"],
    doc: "An operator family, named with its access method: `money_ops(btree)`; the name alone is every operator family of this \
          name. Every operator class is in one, by default in one of its own name.",
    query: include_str!("operator_family.sql"),
    attrs: &[
        Attr::new(
            "operators",
            Shape::Map(&Shape::Text),
            "The operators, including those of its classes, each under its strategy and the types of its operands: \
             `{'1 (money, money)': pg_catalog.<}`; an ordering operator has its sort family: \
             `pg_catalog.<-> for order by pg_catalog.float_ops`.",
        )
        .compare(Compare::Custom(same_names))
        .refers_to(common::ROUTINES)
        .default(Literal::EmptyMap),
        Attr::new(
            "functions",
            Shape::Map(&Shape::Text),
            "The functions, including those of its classes, each under its number and types: \
             `{'1 (money, money)': pg_catalog.cash_cmp}`.",
        )
        .compare(Compare::Custom(same_names))
        .refers_to(common::ROUTINES)
        .default(Literal::EmptyMap),
        common::OWNER,
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Signature,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some(
            "EXISTS (SELECT FROM pg_opfamily c WHERE c.opfnamespace = ANY ((SELECT oids FROM schemas)::oid[]))",
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
        probe: Some(&more_probes::OPERATOR_FAMILY),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// Whether the same keys have the same names, an ordering operator with the same sort family.
fn same_names(comparison: &Comparison<'_>) -> Verdict {
    let (Value::Map(expected), Value::Map(actual)) = (comparison.expected, comparison.actual) else {
        return Verdict::Different;
    };
    Verdict::when(
        expected.keys().eq(actual.keys())
            && expected.values().zip(actual.values()).all(|pair| match pair {
                (Value::Text(expected), Value::Text(actual)) => {
                    let (expected, actual) = (split_family(expected), split_family(actual));
                    comparison.is_name(expected.0, actual.0)
                        && match (expected.1, actual.1) {
                            (Some(expected), Some(actual)) => comparison.is_name(expected, actual),
                            (expected, actual) => expected == actual,
                        }
                }
                (expected, actual) => expected == actual,
            }),
    )
}

/// The operator or function, and the sort family of an ordering operator.
fn split_family(text: &str) -> (&str, Option<&str>) {
    match text.split_once(" for order by ") {
        Some((operator, family)) => (operator.trim(), Some(family.trim())),
        None => (text, None),
    }
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = using(finding.id);
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice(
            "apply the migration that creates it, or an operator class in it",
        )),
        FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected) {
            ("operators" | "functions", _) => Some(Hint::advice(format!(
                "run ALTER OPERATOR FAMILY {name} to add or drop the members that differ"
            ))),
            ("owner", Value::Text(owner)) => Some(Hint::sql(format!(
                "ALTER OPERATOR FAMILY {name} OWNER TO {};",
                common::name(owner)
            ))),
            _ => None,
        },
    }
}

//! Functions.

use super::{Finding, FindingSort, KeyForm, KindSpec, common, signature};
use crate::attribute::{Attr, Compare, Literal, Shape};

/// The language.
pub(super) const LANGUAGE: Attr = Attr::new("language", Shape::Name, "The language it is written in.");

/// With whose privileges it runs.
pub(super) const SECURITY: Attr = Attr::new(
    "security",
    Shape::OneOf(&["invoker", "definer"]),
    "With whose privileges it runs.",
)
.default(Literal::Text("invoker"));

/// The source text.
pub(super) const BODY: Attr = Attr::new(
    "body",
    Shape::Text,
    "Its source text; line ends and blank lines around it do not matter.",
)
.compare(Compare::Lines);

pub(super) static SPEC: KindSpec = KindSpec {
    name: "function",
    section: "functions",
    identity: &["schema", "name", "arguments"],
    doc: "A function, named with the types of its arguments: `f(text, integer)`; the name alone is any function of this name.",
    query: include_str!("function.sql"),
    attrs: &[
        Attr::new("returns", Shape::Sql, "The type it returns; `record` for RETURNS TABLE.")
            .compare(Compare::BaseType),
        Attr::new("returns_set", Shape::Bool, "Whether it returns any number of rows.").default(Literal::Bool(false)),
        LANGUAGE,
        Attr::new(
            "volatility",
            Shape::OneOf(&["immutable", "stable", "volatile"]),
            "What its result depends on.",
        )
        .default(Literal::Text("volatile")),
        Attr::new("strict", Shape::Bool, "Whether it is null when an argument is.").default(Literal::Bool(false)),
        SECURITY,
        BODY,
        common::OWNER,
        common::COMMENT,
    ],
    key: KeyForm::Signature,
    same: Some(signature::same),
    hint,
    ..KindSpec::EMPTY
};

fn hint(finding: &Finding<'_>) -> Option<String> {
    let alter = |what: &str| Some(format!("ALTER FUNCTION {} {what};", signature::show(finding.id)));
    match &finding.sort {
        FindingSort::Missing(_) => Some("apply the migration that creates it".into()),
        FindingSort::Unexpected => None,
        FindingSort::Differs { attribute, expected, .. } => match (*attribute, expected.as_text()) {
            ("volatility", Some(volatility)) => alter(&volatility.to_uppercase()),
            ("security", Some(security)) => alter(&format!("SECURITY {}", security.to_uppercase())),
            _ => Some("CREATE OR REPLACE FUNCTION with the definition that is expected".into()),
        },
    }
}

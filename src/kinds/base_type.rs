//! Base types.

use super::{Advice, CreationRank, HintContext, KeyForm, KindSpec, Reading, Syntax, common, probe};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::hint::Hint;

/// A function of a type.
const fn function(name: &'static str, doc: &'static str) -> Attr {
    Attr::new(name, Shape::QualifiedName, doc)
        .compare(Compare::Name)
        .refers_to(common::ROUTINES)
        .default(Literal::Null)
}

pub(super) static SPEC: KindSpec = KindSpec {
    name: "base_type",
    section: "base_types",
    identity: &["schema", "name"],
    doc: "A base type, with its functions, or a shell type, which is only declared and has no functions.",
    query: include_str!("base_type.sql"),
    attrs: &[
        function(
            "input",
            "The function that reads a value from text; `null` for a shell type.",
        ),
        function(
            "output",
            "The function that writes a value as text; `null` for a shell type.",
        ),
        function(
            "receive",
            "The function that reads a value in its binary form; `null` for none.",
        ),
        function(
            "send",
            "The function that writes a value in its binary form; `null` for none.",
        ),
        function(
            "typmod_in",
            "The function that reads the modifiers of the type; `null` for none.",
        ),
        function(
            "typmod_out",
            "The function that writes the modifiers of the type; `null` for none.",
        ),
        function(
            "analyze",
            "The function that collects statistics for ANALYZE; `null` for the usual ones.",
        ),
        function(
            "subscript",
            "The function that handles subscripts; `null` for none, or that of an array of fixed length.",
        )
        .since(14),
        Attr::new(
            "length",
            Shape::Integer,
            "The number of bytes of a value; `null` if it varies.",
        )
        .default(Literal::Null),
        Attr::new(
            "passed_by_value",
            Shape::Bool,
            "Whether values are passed to functions by value.",
        )
        .default(Literal::Bool(false)),
        Attr::new(
            "alignment",
            Shape::OneOf(&["char", "int2", "int4", "double"]),
            "How values are aligned in a row.",
        )
        .default(Literal::Text("int4")),
        Attr::new(
            "storage",
            Shape::OneOf(&["plain", "main", "external", "extended"]),
            "The storage strategy for long values.",
        )
        .default(Literal::Text("plain")),
        Attr::new(
            "category",
            Shape::Text,
            "The category, one character, that decides between ambiguous casts.",
        )
        .default(Literal::Text("U")),
        Attr::new(
            "preferred",
            Shape::Bool,
            "Whether it is the preferred type of its category.",
        )
        .default(Literal::Bool(false)),
        Attr::new(
            "default",
            Shape::Text,
            "The default value of columns, as text; `null` for none.",
        )
        .default(Literal::Null),
        Attr::new(
            "element",
            Shape::Sql,
            "The type of its elements, if its values have subscripts.",
        )
        .compare(Compare::BaseType)
        .default(Literal::Null),
        Attr::new(
            "delimiter",
            Shape::Text,
            "The character between the elements of its arrays.",
        )
        .default(Literal::Text(",")),
        Attr::new("collatable", Shape::Bool, "Whether its values have a collation.").default(Literal::Bool(false)),
        common::OWNER,
        common::grants(&common::OF_TYPE),
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        catalog_codes: &["b", "p"],
        if_any: Some("EXISTS (SELECT FROM type_kinds WHERE typtype = 'p' OR typtype = 'b' AND NOT is_array)"),
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
    ..KindSpec::EMPTY
};

/// The properties that ALTER TYPE … SET can set.
/// Source: <https://www.postgresql.org/docs/current/sql-altertype.html>
const ALTERABLE: [&str; 7] = [
    "receive",
    "send",
    "typmod_in",
    "typmod_out",
    "analyze",
    "subscript",
    "storage",
];

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    let is_shell = finding.object.is_some_and(|object| object.get("input").is_null());
    finding.if_differs(|attribute, expected, actual| match attribute {
        "comment" | "owner" => None,
        "grants" => common::grant(&format!("TYPE {name}"), expected, actual),
        _ if is_shell => Some(Hint::advice(
            "the type is only declared: create its functions, and then the type with them",
        )),
        "storage" if expected.as_text() != Some("plain") && actual.as_text() != Some("plain") => {
            let storage = expected.as_text()?;
            Some(Hint::sql(format!("ALTER TYPE {name} SET (STORAGE = {storage});")))
        }
        _ if attribute != "storage" && ALTERABLE.contains(&attribute) => {
            let function = expected
                .as_text()
                .map_or_else(|| "NONE".to_owned(), |name| finding.reference(name));
            Some(Hint::sql(format!(
                "ALTER TYPE {name} SET ({} = {function});",
                attribute.to_uppercase()
            )))
        }
        _ => Some(Hint::advice(
            "this property of a base type cannot be altered: create another type and change the columns to it",
        )),
    })
}

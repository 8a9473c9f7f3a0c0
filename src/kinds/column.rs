//! Columns of tables and views.

mod attribute;
mod conversion;
mod definition;
mod fix;
mod hint;
mod identity;
mod serial;

use super::spec::NEVER;
use super::{
    Advice, CreationRank, CustomForm, Implication, Implied, Kind, KindSpec, Masked, Matching, Reading, Role, Shorthand,
    SqlAddress, Syntax, common, probe, storage_option,
};
use crate::attribute::{Attr, CatalogRow, Compare, Comparison, Literal, Shape, Verdict};
use crate::fix::Loss;
use crate::snapshot::COPY_OF;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "column",
    section: "columns",
    parents: &[Kind::Table, Kind::View, Kind::MaterializedView, Kind::ForeignTable, Kind::CompositeType],
    identity: &["schema", "relation", "name"],
    doc: "A column.",
    query: include_str!("column.sql"),
    attrs: &[
        Attr::new("type", Shape::Sql, "Its type, with its modifiers.").stored_in(CatalogRow::Own).compare(Compare::Type),
        Attr::new("nullable", Shape::Bool, "Whether it may be null.").stored_in(CatalogRow::Own).default(Literal::Bool(true)),
        Attr::new("not_null_validated", Shape::Bool, "Whether rows older than its NOT NULL have been checked; `false` is NOT VALID.")
            .default(Literal::Bool(true))
            .always_checked("its NOT NULL is NOT VALID: rows older than the constraint have not been checked")
            .exceptional()
            .since(18),
        Attr::new("not_null_no_inherit", Shape::Bool, "Whether its NOT NULL does not apply to tables that inherit from this one.")
            .default(Literal::Bool(false))
            .exceptional()
            .since(18),
        Attr::new(
            "not_null_declared",
            Shape::Bool,
            "Whether the table declares the NOT NULL of a column that it merely inherits. It then stays when the parent drops it.",
        )
        .default(Literal::Bool(false))
        .exceptional()
        .since(18),
        Attr::new(
            "not_null_name",
            Shape::Name,
            "The name of its NOT NULL constraint; only compared where it is written.",
        )
        .on_request()
        .since(18),
        Attr::new("not_null_comment", Shape::Text, "The comment on its NOT NULL constraint; `null` for none.")
            .default(Literal::Null)
            .exceptional()
            .since(18),
        Attr::new(
            "default",
            Shape::Sql,
            "The expression of the default; `null` for none. PostgreSQL decides whether it means the same.",
        ).stored_in(CatalogRow::Default)
        .compare(Compare::Custom(serial::same_default))
        .default(Literal::Null),
        Attr::new("generated", Shape::Sql, "The expression it is computed from; `null` for none.").stored_in(CatalogRow::Default)
            .compare(Compare::Computed("type"))
            .default(Literal::Null),
        Attr::new(
            "generation",
            Shape::OneOf(&["stored", "virtual"]),
            "Whether a generated column is computed when written or when read.",
        ),
        Attr::new(
            "identity",
            Shape::OneOf(&["always", "by default"]),
            "Whether it is an identity column, and of which type; `null` for none.",
        ).stored_in(CatalogRow::Own)
        .default(Literal::Null),
        Attr::new(
            "identity_options",
            Shape::Map(&Shape::Text),
            "The options of the sequence of an identity column that differ from their defaults: `start`, `increment`, `min`, `max`, \
             `cycle`, `cache`, and `type` if it is not that of the column.",
        )
        .default(Literal::EmptyMap),
        Attr::new("collation", Shape::QualifiedName, "The collation, if it is not that of the type.").stored_in(CatalogRow::Own)
            .compare(Compare::Custom(same_collation)).refers_to(common::COLLATIONS)
            .default(Literal::Null),
        Attr::new(
            "storage",
            Shape::OneOf(&["plain", "main", "external", "extended"]),
            "The storage strategy for long values, if it is not that of the type.",
        ).stored_in(CatalogRow::Own)
        .compare(Compare::Custom(same_storage))
        .default(Literal::Null),
        Attr::new(
            "compression",
            Shape::OneOf(&["pglz", "lz4"]),
            "The compression method for long values; `null` for the default of the server.",
        ).stored_in(CatalogRow::Own)
        .default(Literal::Null)
        .since(14),
        common::DECLARED,
        Attr::new("statistics", Shape::Integer, "The statistics target; `null` for the default of the server.").stored_in(CatalogRow::Own)
            .default(Literal::Null),
        Attr::new(
            "options",
            Shape::Map(&Shape::Text),
            "Its options: those of SET (…), and those of OPTIONS (…) for a column of a foreign table. The value of \
             an option that may hold a secret is never printed.",
        ).stored_in(CatalogRow::Own)
        .compare(Compare::Custom(storage_option::same_options))
        .default(Literal::EmptyMap),
        common::grants(&common::OF_COLUMN),
        common::COMMENT,
    ],
    required: &["type", "nullable"],
    role: Role::Column { type_attribute: "type", position: "position" },
    syntax: Syntax {
        shorthand: Shorthand::Custom {
            form: CustomForm::Text,
            expects: "a column as in CREATE TABLE, like `uuid not null`",
            expand: definition::expand,
            abbreviate: definition::abbreviate,
        },
        synonyms: &[
            ("not_null", "nullable: false"),
            ("notnull", "nullable: false"),
            ("required", "nullable: false"),
            ("null", "nullable: true"),
            ("autoincrement", "identity: always"),
        ],
        rewrite: Some(serial::rewrite),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        extra_columns: &[common::INHERITED, "type_storage", "type_default", "position", "type_collation", "own_sequence", COPY_OF],
        masked: Masked::OPTIONS,
        ..Reading::DEFAULT
    },
    matching: Matching {
        implied: Some(implied),
        parts: Some(serial::parts),
        not_copied: &[
            ("comment", NEVER),
            ("grants", NEVER),
            ("options", NEVER),
            ("identity_options", NEVER),
            ("identity", 17),
        ],
        ..Matching::DEFAULT
    },
    advice: Advice {
        address: SqlAddress::Column,
        set_later: &["storage", "compression", "statistics", "options", "identity_options"],
        fix: Some(fix::fix),
        hint: Some(hint::hint),
        condition: Some(conversion::condition),
        drop_loses: Some(|id| Loss::Values(id.clone())),
        rank: CreationRank::Column,
        probe: Some(&probe::COLUMN),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// Identity columns and those of the primary key are not null.
fn implied(implication: &Implication<'_>) -> Option<Implied> {
    if implication.attribute != "nullable" {
        return None;
    }
    let implied = |because| {
        Some(Implied {
            value: Value::Bool(false),
            because,
        })
    };
    if (implication.own)("identity").is_some_and(|identity| !identity.is_null()) {
        return implied("an identity column is never null");
    }
    let column = implication.id.last();
    let key = (implication.beside)(Kind::PrimaryKey, "columns").and_then(Value::as_list);
    if key.is_some_and(|columns| columns.iter().any(|of_key| of_key.as_text() == Some(column))) {
        return implied("a column of the primary key is never null");
    }
    None
}

/// The query gives no value if the collation is that of the type.
fn same_collation(comparison: &Comparison<'_>) -> Verdict {
    let (expected, actual) = (comparison.expected, comparison.actual);
    let actual = if actual.is_null() {
        comparison.object.get("type_collation")
    } else {
        actual
    };
    Verdict::when(match (expected.as_text(), actual.as_text()) {
        (Some(expected), Some(actual)) => comparison.is_name(expected, actual),
        (None, _) | (_, None) => *expected == *comparison.actual,
    })
}

/// The query gives no value if the storage is that of the type.
fn same_storage(comparison: &Comparison<'_>) -> Verdict {
    let (expected, actual) = (comparison.expected, comparison.actual);
    let own = actual.is_null() && !expected.is_null() && comparison.object.get("type_storage") == expected;
    Verdict::when(own || expected == actual)
}

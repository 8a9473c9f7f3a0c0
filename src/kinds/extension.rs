//! Extensions.

use super::{Advice, FindingDetail, KeyForm, KindSpec, Role, Shorthand, Stub, Syntax, common};
use crate::attribute::{Attr, Shape};
use crate::hint::Hint;
use crate::sql;
use crate::sql::{name, qualified};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "extension",
    section: "extensions",
    identity: &["name"],
    doc: "An extension that is installed in the database.",
    query: include_str!("extension.sql"),
    attrs: &[
        Attr::new("version", Shape::Text, "The version that is installed.").server_dependent(),
        Attr::new("schema", Shape::Name, "The schema that holds its objects."),
        Attr::new("comment", Shape::Text, "The comment on it."),
    ],
    role: Role::Extension,
    syntax: Syntax {
        key: KeyForm::Part,
        shorthand: Shorthand::Scalar("version"),
        ..Syntax::DEFAULT
    },
    advice: Advice {
        hint: Some(|finding| match finding.detail {
            FindingDetail::Missing(_) => Some(Hint::sql(format!(
                "CREATE EXTENSION {};",
                common::name(finding.id.last())
            ))),
            FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
            FindingDetail::Differs {
                attribute, expected, ..
            } => (attribute == "version").then(|| {
                let name = common::name(finding.id.last());
                Hint::sql(format!("ALTER EXTENSION {name} UPDATE TO '{expected}';"))
            }),
        }),
        ..Advice::DEFAULT
    },
    stub: Some(|id, object, _| {
        let schema = object.get("schema").as_text()?;
        let statement = sql![
            "CREATE EXTENSION IF NOT EXISTS ",
            qualified(id),
            " SCHEMA ",
            name(schema)
        ];
        Some(Stub::of(statement).in_schema(schema))
    }),
    ..KindSpec::EMPTY
};

//! Extensions.

use super::{FindingSort, KeyForm, KindSpec, Shorthand, Stub, common};
use crate::attribute::{Attr, Shape};
use crate::sql;
use crate::sql::{name, qualified};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "extension",
    section: "extensions",
    identity: &["name"],
    doc: "An extension that is installed in the database.",
    query: include_str!("extension.sql"),
    attrs: &[
        Attr::new("version", Shape::Text, "The version that is installed.").of_server(),
        Attr::new("schema", Shape::Name, "The schema that holds its objects."),
        Attr::new("comment", Shape::Text, "The comment on it."),
    ],
    key: KeyForm::Part,
    shorthand: Shorthand::Scalar("version"),
    of_server: true,
    stub: |id, object| {
        let schema = name(object.get("schema").as_text()?);
        Some(Stub::of(sql!["CREATE EXTENSION IF NOT EXISTS ", qualified(id), " SCHEMA ", schema]))
    },
    hint: |finding| match finding.sort {
        FindingSort::Missing(_) => Some(format!("CREATE EXTENSION {};", common::name(finding.id.last()))),
        FindingSort::Unexpected | FindingSort::Unreadable { .. } => None,
        FindingSort::Differs { attribute, expected, .. } => (attribute == "version").then(|| {
            format!("ALTER EXTENSION {} UPDATE TO '{expected}';", common::name(finding.id.last()))
        }),
    },
    ..KindSpec::EMPTY
};

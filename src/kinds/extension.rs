//! Extensions.

use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, KindSpec, Role, Shorthand, SqlAddress, Stub, Syntax,
    common, probe,
};
use crate::attribute::{Attr, CatalogRow, Shape};
use crate::fix::Loss;
use crate::hint::Hint;
use crate::sql;
use crate::sql::{name, qualified};
use crate::sql_text::quote_literal;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "extension",
    section: "extensions",
    identity: &["name"],
    doc: "An extension that is installed in the database.",
    query: include_str!("extension.sql"),
    attrs: &[
        Attr::new("version", Shape::Text, "The version that is installed.")
            .stored_in(CatalogRow::Own)
            .server_dependent(),
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
        address: SqlAddress::Plain("EXTENSION"),
        hint: Some(hint),
        drop_loses: Some(|_| Loss::Other("the objects of the extension, with their rows")),
        rank: CreationRank::Base,
        probe: Some(&probe::EXTENSION),
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

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::name(finding.id.last());
    match &finding.detail {
        FindingDetail::Missing(_) => {
            let text = |attribute| finding.wanted_text(attribute);
            let schema = text("schema").map_or(String::new(), |schema| format!(" SCHEMA {}", common::name(schema)));
            let version =
                text("version").map_or(String::new(), |version| format!(" VERSION {}", quote_literal(version)));
            Some(Hint::advice_with_sql(
                "its files must be installed on the server",
                format!("CREATE EXTENSION {name}{schema}{version};"),
            ))
        }
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "PostgreSQL refuses it while something uses the extension",
            format!("DROP EXTENSION {name};"),
        )),
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected.as_text()) {
            // The server may have no way from one version to the other, least of all back.
            ("version", Some(version)) => Some(Hint::advice(format!(
                "if pg_extension_update_paths({}) has a path to this version, run ALTER EXTENSION {name} UPDATE TO {}; otherwise \
                 install its files on the server, or expect the version that was found",
                quote_literal(finding.id.last()),
                quote_literal(version)
            ))),
            ("schema", Some(schema)) => Some(Hint::advice_with_sql(
                "PostgreSQL refuses it if the extension cannot be moved",
                format!("ALTER EXTENSION {name} SET SCHEMA {};", common::name(schema)),
            )),
            _ => None,
        },
        FindingDetail::Unreadable { .. } => None,
    }
}

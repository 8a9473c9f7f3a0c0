//! Domains.

use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, KindSpec, Reading, Role, Shorthand, Stub, Syntax,
    common, constraint, hint, probe,
};
use crate::attribute::{Attr, CatalogRow, Compare, Literal, Shape};
use crate::hint::Hint;
use crate::sql;
use crate::sql::qualified;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "domain",
    section: "domains",
    identity: &["schema", "name"],
    doc: "A domain: a type with constraints of its own.",
    query: include_str!("domain.sql"),
    attrs: &[
        Attr::new("type", Shape::Sql, "The underlying type, with its modifiers.")
            .stored_in(CatalogRow::Own)
            .compare(Compare::Type),
        Attr::new("nullable", Shape::Bool, "Whether its values may be null.")
            .stored_in(CatalogRow::Own)
            .default(Literal::Bool(true)),
        Attr::new("default", Shape::Sql, "The expression of the default; `null` for none.")
            .stored_in(CatalogRow::Own)
            .compare(Compare::Default("type"))
            .default(Literal::Null),
        Attr::new(
            "collation",
            Shape::QualifiedName,
            "The collation, if it is not that of the type.",
        )
        .compare(Compare::Name)
        .refers_to(common::COLLATIONS)
        .default(Literal::Null),
        common::OWNER,
        common::grants(&common::OF_TYPE),
        common::COMMENT,
    ],
    role: Role::Domain {
        type_attribute: "type",
        variable: "value",
    },
    syntax: Syntax {
        key: KeyForm::Qualified,
        shorthand: Shorthand::Scalar("type"),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        catalog_codes: &["d"],
        if_any: Some("'d' IN (SELECT typtype FROM type_kinds)"),
        ..Reading::DEFAULT
    },
    advice: Advice {
        default_grants: Some("types"),
        alter_keyword: Some("DOMAIN"),
        hint: Some(hint),
        rank: CreationRank::Type,
        probe: Some(&probe::TYPE),
        ..Advice::DEFAULT
    },
    stub: Some(|id, object, _| {
        let statement = sql!["CREATE DOMAIN ", qualified(id), " AS "];
        Some(Stub::of(statement).then_type(object.get("type").as_text()?))
    }),
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    let alter = |what: &str| Some(Hint::sql(format!("ALTER DOMAIN {name} {what};")));
    match &finding.detail {
        FindingDetail::Missing(_) => Some(match create(finding, &name) {
            Some(sql) => Hint::advice_with_sql("create the domain, and add its constraints then", sql),
            None => Hint::advice("apply the migration that creates it"),
        }),
        FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected) {
            ("grants", _) => common::grant(&format!("DOMAIN {name}"), expected, actual),
            ("type" | "collation", _) => Some(Hint::advice(
                "this attribute of a domain cannot be altered: create another domain and change the columns to it",
            )),
            ("nullable", Value::Bool(false)) => Some(Hint::advice_with_sql(
                "PostgreSQL refuses it while a column of the domain has a null, so fill those first",
                format!("ALTER DOMAIN {name} SET NOT NULL;"),
            )),
            ("nullable", Value::Bool(true)) => Some(Hint::advice_with_sql(
                "the domain then accepts nulls",
                format!("ALTER DOMAIN {name} DROP NOT NULL;"),
            )),
            ("default", Value::Null) => alter("DROP DEFAULT"),
            ("default", Value::Text(default)) => alter(&format!("SET DEFAULT {default}")),
            _ => None,
        },
    }
}

/// The statement that creates the expected domain, without its constraints.
fn create(finding: &HintContext<'_>, name: &str) -> Option<String> {
    let text = |attribute| finding.wanted_text(attribute);
    let collation = text("collation").map_or(String::new(), |name| format!(" COLLATE {}", common::sql_names(name)));
    let default = text("default").map_or(String::new(), |default| format!(" DEFAULT {default}"));
    let not_null = if *finding.wanted("nullable") == Value::Bool(false) {
        " NOT NULL"
    } else {
        ""
    };
    let create = format!(
        "CREATE DOMAIN {name} AS {}{collation}{default}{not_null};",
        text("type")?
    );
    let comment = finding.wanted(common::COMMENT.name);
    let comment = (!comment.is_null()).then(|| hint::comment(&format!("DOMAIN {name}"), comment).text().into_owned());
    Some(constraint::with(create, comment))
}

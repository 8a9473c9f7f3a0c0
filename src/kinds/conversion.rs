//! Conversions.

use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, KindSpec, Reading, Syntax, common, constraint, hint,
    more_probes,
};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::hint::Hint;
use crate::sql_text::quote_literal;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "conversion",
    section: "conversions",
    identity: &["schema", "name"],
    doc: "A conversion from one encoding to another.",
    query: include_str!("conversion.sql"),
    attrs: &[
        Attr::new("source", Shape::Text, "The encoding it converts from: `LATIN1`."),
        Attr::new("target", Shape::Text, "The encoding it converts to: `UTF8`."),
        Attr::new("function", Shape::QualifiedName, "The function that converts.")
            .compare(Compare::Name)
            .refers_to(common::ROUTINES),
        Attr::new(
            "default",
            Shape::Bool,
            "Whether it is the default conversion between the two encodings.",
        )
        .default(Literal::Bool(false)),
        common::OWNER,
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some(
            "EXISTS (SELECT FROM pg_conversion c WHERE c.connamespace = ANY ((SELECT oids FROM schemas)::oid[]))",
        ),
        ..Reading::DEFAULT
    },
    advice: Advice {
        alter_keyword: Some("CONVERSION"),
        hint: Some(hint),
        rank: CreationRank::Routine,
        probe: Some(&more_probes::CONVERSION),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    let create = || {
        let text = |attribute| finding.wanted_text(attribute);
        let (source, target) = (quote_literal(text("source")?), quote_literal(text("target")?));
        let function = common::sql_names(text("function")?);
        let default = if finding.wants("default") { "DEFAULT " } else { "" };
        let create = format!("CREATE {default}CONVERSION {name} FOR {source} TO {target} FROM {function};");
        let owner = text(common::OWNER.name);
        let owner = owner.map(|owner| common::set_owner("CONVERSION", finding.id, owner).text().into_owned());
        let comment = finding.wanted(common::COMMENT.name);
        let comment = (!comment.is_null()).then(|| {
            hint::comment(&format!("CONVERSION {name}"), comment)
                .text()
                .into_owned()
        });
        Some(constraint::with(constraint::with(create, owner), comment))
    };
    match &finding.detail {
        FindingDetail::Missing(_) => Some(match create() {
            Some(sql) => Hint::sql(sql),
            None => Hint::advice("apply the migration that creates it"),
        }),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "this drops the conversion, so the server can no longer convert with it",
            format!("DROP CONVERSION {name};"),
        )),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs { attribute, .. } => (*attribute != "owner").then_some(()).and_then(|()| {
            Some(Hint::advice_with_sql(
                "this drops the conversion and creates it as expected; run both statements in one transaction",
                format!("DROP CONVERSION {name}; {}", create()?),
            ))
        }),
    }
}

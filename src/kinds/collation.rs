//! Collations.

use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, KindSpec, Reading, Syntax, common, more_probes,
};
use crate::attribute::{Attr, Literal, Shape};
use crate::error::Problem;
use crate::fix::Fix;
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::sql_text::quote_literal;
use crate::value::Value;
use crate::yaml::Entry;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "collation",
    section: "collations",
    identity: &["schema", "name"],
    doc: "A collation.",
    query: include_str!("collation.sql"),
    attrs: &[
        Attr::new(
            "provider",
            Shape::OneOf(&["libc", "icu", "builtin", "default"]),
            "The library that implements it.",
        )
        .default(Literal::Text("libc"))
        .server_dependent(),
        Attr::new(
            "locale",
            Shape::Text,
            "The locale; for `libc`, `LC_COLLATE` and `LC_CTYPE` if they are the same.",
        )
        .default(Literal::Null)
        .server_dependent(),
        Attr::new(
            "lc_collate",
            Shape::Text,
            "`LC_COLLATE`, if it differs from `LC_CTYPE`.",
        )
        .default(Literal::Null),
        Attr::new("lc_ctype", Shape::Text, "`LC_CTYPE`, if it differs from `LC_COLLATE`.").default(Literal::Null),
        Attr::new(
            "deterministic",
            Shape::Bool,
            "Whether texts are equal only if they are the same, byte for byte.",
        )
        .default(Literal::Bool(true)),
        Attr::new(
            "rules",
            Shape::Text,
            "The ICU rules that customize the locale; `null` for none.",
        )
        .default(Literal::Null)
        .since(16),
        super::database::COLLATION_CURRENT,
        common::OWNER,
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        rewrite: Some(rewrite),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some(
            "EXISTS (SELECT FROM pg_collation c WHERE c.collnamespace = ANY ((SELECT oids FROM schemas)::oid[]))",
        ),
        ..Reading::DEFAULT
    },
    advice: Advice {
        alter_keyword: Some("COLLATION"),
        hint: Some(hint),
        fix: Some(fix),
        rank: CreationRank::Type,
        probe: Some(&more_probes::COLLATION),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// If `lc_collate` and `lc_ctype` are equal, they are the `locale`.
#[expect(clippy::unnecessary_wraps, reason = "the table of kinds needs this signature")]
fn rewrite(_: &ObjectId, mut entries: Vec<Entry>) -> Result<Vec<Entry>, Problem> {
    let at = |key: &str| entries.iter().position(|entry| entry.key == key);
    if let (Some(collate), Some(ctype), None) = (at("lc_collate"), at("lc_ctype"), at("locale")) {
        let text = |at: usize| entries[at].value.scalar().map(|scalar| scalar.text.as_str());
        if text(collate) == text(ctype) {
            "locale".clone_into(&mut entries[collate].key);
            entries.remove(ctype);
        }
    }
    Ok(entries)
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    finding.if_differs(|attribute, expected, _| match (attribute, expected) {
        ("comment" | "owner", _) => None,
        ("collation_current", _) => Some(Hint::advice_with_sql(
            "rebuild the indexes that use the collation with REINDEX, then record the version",
            format!("ALTER COLLATION {} REFRESH VERSION;", common::sql_name(finding.id)),
        )),
        _ => Some(Hint::advice(
            "this attribute of a collation cannot be altered: drop the collation and create it as expected",
        )),
    })
}

/// The statement that creates a collation.
fn fix(finding: &HintContext<'_>) -> Option<Fix> {
    let FindingDetail::Missing(_) = finding.detail else {
        return None;
    };
    let mut options = Vec::new();
    let provider = finding.wanted_text("provider").unwrap_or("libc");
    options.push(format!("provider = {provider}"));
    for option in ["locale", "lc_collate", "lc_ctype", "rules"] {
        options.extend(
            finding
                .wanted_text(option)
                .map(|value| format!("{option} = {}", quote_literal(value))),
        );
    }
    if *finding.wanted("deterministic") == Value::Bool(false) {
        options.push("deterministic = false".to_owned());
    }
    let name = common::sql_name(finding.id);
    (options.len() > 1).then(|| Fix::of(format!("CREATE COLLATION {name} ({});", options.join(", "))))
}

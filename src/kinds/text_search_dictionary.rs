//! Text search dictionaries.

use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, Kind, KindSpec, Reading, Syntax, common, more_probes,
};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::hint::Hint;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "text_search_dictionary",
    section: "text_search_dictionaries",
    identity: &["schema", "name"],
    doc: "A text search dictionary.",
    query: include_str!("text_search_dictionary.sql"),
    attrs: &[
        Attr::new("template", Shape::QualifiedName, "Its template.")
            .compare(Compare::Name)
            .refers_to(&[Kind::TextSearchTemplate]),
        Attr::new(
            "options",
            Shape::Text,
            "Its options, as PostgreSQL prints them: `language = 'english'`; `null` for none.",
        )
        .default(Literal::Null),
        common::OWNER,
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some(
            "EXISTS (SELECT FROM pg_ts_dict c WHERE c.dictnamespace = ANY ((SELECT oids FROM schemas)::oid[]))",
        ),
        ..Reading::DEFAULT
    },
    advice: Advice {
        alter_keyword: Some("TEXT SEARCH DICTIONARY"),
        hint: Some(hint),
        rank: CreationRank::Routine,
        probe: Some(&more_probes::TEXT_SEARCH_DICTIONARY),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let text = |name: &str| common::expected(attributes, name).and_then(Value::as_text);
            let options = text("options").map_or(String::new(), |options| format!(", {options}"));
            let template = finding.reference(text("template")?);
            Some(Hint::sql(format!(
                "CREATE TEXT SEARCH DICTIONARY {name} (TEMPLATE = {template}{options});"
            )))
        }
        FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected) {
            ("options", Value::Text(options)) => {
                Some(Hint::sql(format!("ALTER TEXT SEARCH DICTIONARY {name} ({options});")))
            }
            _ => None,
        },
    }
}

//! Text search dictionaries.

use super::{Finding, FindingSort, KeyForm, KindSpec, common};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "text_search_dictionary",
    section: "text_search_dictionaries",
    identity: &["schema", "name"],
    doc: "A text search dictionary.",
    query: include_str!("text_search_dictionary.sql"),
    if_any: Some("EXISTS (SELECT FROM pg_ts_dict c WHERE c.dictnamespace IN (SELECT oid FROM schemas))"),
    attrs: &[
        Attr::new("template", Shape::QualifiedName, "The template that it is made from.").compare(Compare::Name),
        Attr::new(
            "options",
            Shape::Text,
            "The options of its template, as PostgreSQL prints them: `language = 'english'`; `null` for none.",
        )
        .default(Literal::Null),
        common::OWNER,
        common::COMMENT,
    ],
    key: KeyForm::Qualified,
    noun: Some("TEXT SEARCH DICTIONARY"),
    hint,
    ..KindSpec::EMPTY
};

fn hint(finding: &Finding<'_>) -> Option<String> {
    let name = common::sql_name(finding.id);
    match &finding.sort {
        FindingSort::Missing(attributes) => {
            let text = |name: &str| common::expected(attributes, name).and_then(Value::as_text);
            let options = text("options").map_or(String::new(), |options| format!(", {options}"));
            let template = common::sql_names(text("template")?);
            Some(format!(
                "CREATE TEXT SEARCH DICTIONARY {name} (TEMPLATE = {template}{options});"
            ))
        }
        FindingSort::Unexpected | FindingSort::Unreadable { .. } => None,
        FindingSort::Differs {
            attribute, expected, ..
        } => match (*attribute, expected) {
            ("options", Value::Text(options)) => Some(format!("ALTER TEXT SEARCH DICTIONARY {name} ({options});")),
            _ => None,
        },
    }
}

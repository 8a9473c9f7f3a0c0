//! Text search templates.

use super::{Finding, FindingSort, KeyForm, KindSpec, common};
use crate::attribute::{Attr, Compare, Literal, Shape};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "text_search_template",
    section: "text_search_templates",
    identity: &["schema", "name"],
    doc: "A text search template.",
    query: include_str!("text_search_template.sql"),
    if_any: Some("EXISTS (SELECT FROM pg_ts_template c WHERE c.tmplnamespace IN (SELECT oid FROM schemas))"),
    attrs: &[
        Attr::new(
            "init",
            Shape::QualifiedName,
            "The function that reads the options of a dictionary; `null` for none.",
        )
        .compare(Compare::Name)
        .default(Literal::Null),
        Attr::new("lexize", Shape::QualifiedName, "The function that looks a token up.").compare(Compare::Name),
        common::COMMENT,
    ],
    key: KeyForm::Qualified,
    hint,
    ..KindSpec::EMPTY
};

fn hint(finding: &Finding<'_>) -> Option<String> {
    match &finding.sort {
        FindingSort::Missing(_) => Some("apply the migration that creates it".into()),
        FindingSort::Unexpected | FindingSort::Unreadable { .. } => None,
        FindingSort::Differs { attribute, .. } => (*attribute != "comment")
            .then(|| "a text search template cannot be altered: drop it and create it as expected".into()),
    }
}

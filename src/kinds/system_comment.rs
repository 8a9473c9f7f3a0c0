//! Comments on objects of extensions, and on languages of PostgreSQL, that were set after the installation.

use super::{Advice, FindingDetail, HintContext, KeyForm, KindSpec, Role, Shorthand, Syntax, more_probes};
use crate::attribute::{Attr, Shape};
use crate::hint::Hint;
use crate::sql_text::quote_literal;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "system_comment",
    section: "system_comments",
    identity: &["name"],
    doc: "A comment on an object of an extension, or on a language of PostgreSQL, that was set after the installation. The name is that of \
          `pg_identify_object`, with its type: `function public.hstore(pg_catalog.text,pg_catalog.text)`. After an update of the extension or \
          of the server, PostgreSQL does not know which comments are the extension's: none of them is compared.",
    query: include_str!("system_comment.sql"),
    attrs: &[Attr::new("comment", Shape::Text, "The comment.")],
    role: Role::Change,
    syntax: Syntax {
        key: KeyForm::Text,
        shorthand: Shorthand::Scalar("comment"),
        ..Syntax::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        probe: Some(&more_probes::SYSTEM_COMMENT),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let comment = match &finding.detail {
        FindingDetail::Missing(attributes) => super::common::expected(attributes, "comment"),
        FindingDetail::Differs { expected, .. } => Some(*expected),
        FindingDetail::Unexpected => Some(&Value::Null),
        FindingDetail::Unreadable { .. } => None,
    };
    let (object_type, name) = split(finding.id.last())?;
    let text = match comment? {
        Value::Text(text) => quote_literal(text),
        _ => "NULL".to_owned(),
    };
    Some(Hint::sql(format!(
        "COMMENT ON {} {name} IS {text};",
        object_type.to_uppercase()
    )))
}

/// The types whose name COMMENT takes as `pg_identify_object` gives it.
const TYPES: [&str; 12] = [
    "function",
    "procedure",
    "language",
    "type",
    "table",
    "view",
    "materialized view",
    "foreign table",
    "sequence",
    "schema",
    "operator",
    "event trigger",
];

fn split(name: &str) -> Option<(&str, &str)> {
    let known = TYPES.iter().filter_map(|known| {
        let rest = name.strip_prefix(known)?.strip_prefix(' ')?;
        Some((*known, rest))
    });
    known.max_by_key(|(known, _)| known.len())
}

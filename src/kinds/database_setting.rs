//! Settings of the database.

use super::{Finding, FindingSort, KindSpec, Shorthand, common};
use crate::attribute::{Attr, Shape};
use crate::error::Problem;
use crate::node::{Entry, Node};
use crate::object_id::ObjectId;
use crate::snapshot::OWNER;
use crate::sql_text::quote_literal;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "database_setting",
    section: "database_settings",
    identity: &["name"],
    doc: "A setting that ALTER DATABASE … SET has made, `statement_timeout`, or ALTER ROLE … IN DATABASE … SET for one role, \
          `search_path for app`.",
    query: include_str!("database_setting.sql"),
    if_any: Some("EXISTS (SELECT FROM pg_db_role_setting)"),
    attrs: &[Attr::new(
        "value",
        Shape::Text,
        "Its value as it was set. Of a setting with `password`, `secret`, `token` or `key` in its name it is only checked that it is set.",
    )],
    facts: &[OWNER],
    shorthand: Shorthand::Scalar("value"),
    rewrite,
    hint,
    ..KindSpec::EMPTY
};

/// Takes secrets out of what is expected, as the query takes them out of what is there.
#[expect(clippy::unnecessary_wraps, reason = "the table of kinds asks for this form")]
fn rewrite(id: &ObjectId, mut entries: Vec<Entry>) -> Result<Vec<Entry>, Problem> {
    let name = id.last().to_lowercase();
    let setting = name.split(" for ").next().unwrap_or_default();
    if ["password", "secret", "token", "key"].iter().any(|word| setting.contains(word)) {
        for entry in entries.iter_mut().filter(|entry| entry.key == "value") {
            entry.value = Node::text(common::HIDDEN, entry.value.place);
        }
    }
    Ok(entries)
}

fn hint(finding: &Finding<'_>) -> Option<String> {
    let (setting, of) = match finding.id.last().split_once(" for ") {
        Some((setting, role)) => (setting, format!("ALTER ROLE {} IN DATABASE …", common::name(role))),
        None => (finding.id.last(), "ALTER DATABASE …".to_owned()),
    };
    let value = |value: &str| {
        // A list of names is not one text.
        let is_hidden = value == common::HIDDEN;
        (!is_hidden && !value.contains([',', '"'])).then(|| format!("{of} SET {setting} = {};", quote_literal(value)))
    };
    match &finding.sort {
        FindingSort::Missing(attributes) => common::expected(attributes, "value").and_then(|v| value(v.as_text()?)),
        FindingSort::Unexpected => Some(format!("{of} RESET {setting};")),
        FindingSort::Differs { expected, .. } => value(expected.as_text()?),
        FindingSort::Unreadable { .. } => None,
    }
}

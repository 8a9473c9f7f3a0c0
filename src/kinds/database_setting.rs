//! Settings of the database.

use super::{Advice, FindingDetail, HintContext, KindSpec, Masked, Reading, Shorthand, Syntax, common};
use crate::attribute::{Attr, Compare, Shape};
use crate::hint::Hint;
use crate::secret::{is_digest, is_marker};
use crate::snapshot::OWNER;
use crate::sql_text::quote_literal;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "database_setting",
    section: "database_settings",
    identity: &["name"],
    doc: "A setting of ALTER DATABASE … SET, named `statement_timeout`, or of ALTER ROLE … IN DATABASE … SET, named \
          `search_path for app`.",
    query: include_str!("database_setting.sql"),
    attrs: &[Attr::new(
        "value",
        Shape::Text,
        "The value as it was set. The value of a setting that may hold a secret is never printed: it is compared with the value, or \
         with the digest that `pull --digest-key` writes; for `***` only its presence is checked.",
    )
    .compare(Compare::Custom(common::same_masked))],
    syntax: Syntax {
        shorthand: Shorthand::Scalar("value"),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_db_role_setting)"),
        extra_columns: &[OWNER],
        masked: Masked::SETTING,
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let (setting, of) = match finding.id.last().split_once(" for ") {
        Some((setting, role)) => (setting, format!("ALTER ROLE {} IN DATABASE …", common::name(role))),
        None => (finding.id.last(), "ALTER DATABASE …".to_owned()),
    };
    let value = |value: &str| {
        // A list of names is not a single text.
        let is_hidden = is_marker(value) || is_digest(value);
        (!is_hidden && !value.contains([',', '"']))
            .then(|| Hint::advice(format!("run {of} SET {setting} = {}", quote_literal(value))))
    };
    match &finding.detail {
        FindingDetail::Missing(attributes) => common::expected(attributes, "value").and_then(|v| value(v.as_text()?)),
        FindingDetail::Unexpected => Some(Hint::advice(format!("run {of} RESET {setting}"))),
        FindingDetail::Differs { expected, .. } => value(expected.as_text()?),
        FindingDetail::Unreadable { .. } => None,
    }
}

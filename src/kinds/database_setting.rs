//! Settings of the database.

use super::{
    Advice, FindingDetail, HintContext, KindSpec, Masked, Matching, Reading, Shorthand, Syntax, common, more_probes,
    setting,
};
use crate::attribute::{Attr, Compare, Comparison, Shape, Verdict};
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::snapshot::OWNER;

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
        "The value, compared by the type and unit of the setting: `60s` is `1min`. The value of a setting that may hold a secret is never printed: it is compared with the value, or \
         with the digest that `pull --digest-key` writes; for `***` only its presence is checked.",
    )
    .compare(Compare::Custom(same_value))],
    syntax: Syntax {
        key_is_name: false,
        shorthand: Shorthand::Scalar("value"),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_db_role_setting)"),
        extra_columns: &[OWNER],
        of_database: true,
        masked: Masked::SETTING,
        ..Reading::DEFAULT
    },
    matching: Matching {
        same_identity: Some(same_name),
        ..Matching::DEFAULT
    },
    rename_role: Some(|name, other| {
        let (setting, role) = name.split_once(" for ")?;
        Some(format!("{setting} for {}", other(role)))
    }),
    advice: Advice {
        hint: Some(hint),
        probe: Some(&more_probes::DATABASE_SETTING),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// The setting, and the role if it is that of a role.
fn split(id: &ObjectId) -> (&str, Option<&str>) {
    match id.last().split_once(" for ") {
        Some((setting, role)) => (setting, Some(role)),
        None => (id.last(), None),
    }
}

/// PostgreSQL does not distinguish case in the names of settings.
fn same_name(expected: &ObjectId, actual: &ObjectId) -> Verdict {
    let ((setting, role), (actual_setting, actual_role)) = (split(expected), split(actual));
    Verdict::when(setting.to_lowercase() == actual_setting.to_lowercase() && role == actual_role)
}

fn same_value(comparison: &Comparison<'_>) -> Verdict {
    setting::same_setting(split(comparison.id).0, comparison.expected, comparison.actual)
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let database = common::name(&finding.snapshot.server.database);
    let (setting, of) = match finding.id.last().split_once(" for ") {
        Some((setting, role)) => (
            setting,
            format!("ALTER ROLE {} IN DATABASE {database}", common::name(role)),
        ),
        None => (finding.id.last(), format!("ALTER DATABASE {database}")),
    };
    let set = |value: &str| {
        let value = common::setting_value(setting, value)?;
        Some(Hint::sql(format!("{of} SET {setting} TO {value};")))
    };
    match &finding.detail {
        FindingDetail::Missing(attributes) => common::expected(attributes, "value").and_then(|v| set(v.as_text()?)),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "new sessions then use the value of the server",
            format!("{of} RESET {setting};"),
        )),
        FindingDetail::Differs { expected, .. } => set(expected.as_text()?),
        FindingDetail::Unreadable { .. } => None,
    }
}

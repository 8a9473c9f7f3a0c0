//! User mappings.

use super::{Advice, CreationRank, FindingDetail, HintContext, KindSpec, Masked, Reading, common, more_probes};
use crate::attribute::{Attr, Compare, Comparison, Verdict};
use crate::fix::Loss;
use crate::hint::Hint;
use crate::value::Value;

/// The column that says whether the options are hidden from the current role.
const HIDDEN: &str = "hidden";

/// The options.
const OPTIONS: Attr = Attr {
    doc: "Its options: everything that OPTIONS (…) sets. PostgreSQL shows them to few roles. The value of an option \
          that may hold a secret is never printed: it is compared with the value, or with the digest that \
          `pull --digest-key` writes; for `***` only its presence is checked.",
    compare: Compare::Custom(same_options),
    ..common::FOREIGN_OPTIONS
};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "user_mapping",
    section: "user_mappings",
    identity: &["name"],
    doc: "The options with which a role connects to a foreign server. The name has the role and the server: `app on elsewhere`, `public on elsewhere`.",
    query: include_str!("user_mapping.sql"),
    attrs: &[OPTIONS],
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_foreign_server)"),
        extra_columns: &[HIDDEN],
        masked: Masked::OPTIONS,
        ..Reading::DEFAULT
    },
    rename_role: Some(|name, other| {
        let (role, server) = name.split_once(" on ")?;
        Some(format!("{} on {server}", other(role)))
    }),
    advice: Advice {
        hint: Some(hint),
        drop_loses: Some(|_| Loss::Other("the options of the user mapping, such as a password")),
        rank: CreationRank::Base,
        probe: Some(&more_probes::USER_MAPPING),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// Options that the role may not see are neither equal nor different.
fn same_options(comparison: &Comparison<'_>) -> Verdict {
    if *comparison.object.get(HIDDEN) == Value::Bool(true) {
        return Verdict::Unknown(
            "PostgreSQL shows the options of a user mapping only to the owner of the server and to the role itself",
        );
    }
    common::same_masked(comparison)
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let (role, server) = finding.id.last().split_once(" on ")?;
    let role = if role == "public" {
        "PUBLIC".to_owned()
    } else {
        common::name(role)
    };
    let mapping = format!("USER MAPPING FOR {role} SERVER {}", common::name(server));
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice_with_sql(
            "create it and add its options",
            format!("CREATE {mapping};"),
        )),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "the role can then no longer use the foreign tables of the server",
            format!("DROP {mapping};"),
        )),
        FindingDetail::Differs { .. } => Some(Hint::advice(format!(
            "run ALTER {mapping} OPTIONS (…) with the options that differ"
        ))),
        FindingDetail::Unreadable { .. } => None,
    }
}

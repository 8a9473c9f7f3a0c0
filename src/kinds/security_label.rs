//! Security labels.

use super::{Advice, FindingDetail, HintContext, KeyForm, KindSpec, Reading, Role, Shorthand, Syntax, more_probes};
use crate::attribute::{Attr, Shape};
use crate::hint::Hint;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "security_label",
    section: "security_labels",
    identity: &["name"],
    doc: "A label of SECURITY LABEL. The name has the provider and the object, with its type, as `pg_identify_object` has it: \
          `anon on table column public.people.email`, `anon on database`.",
    query: include_str!("security_label.sql"),
    attrs: &[Attr::new("label", Shape::Text, "The label.")],
    role: Role::Change,
    syntax: Syntax {
        key: KeyForm::Text,
        shorthand: Shorthand::Scalar("label"),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_seclabel) OR EXISTS (SELECT FROM pg_shseclabel)"),
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        probe: Some(&more_probes::SECURITY_LABEL),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    match &finding.detail {
        FindingDetail::Missing(_) | FindingDetail::Differs { .. } => {
            Some(Hint::advice("set the label with SECURITY LABEL as expected"))
        }
        FindingDetail::Unexpected => Some(Hint::advice("remove it with SECURITY LABEL and NULL as the label")),
        FindingDetail::Unreadable { .. } => None,
    }
}

//! Default privileges.

use super::{KindSpec, Reading, common};
use crate::attribute::Attr;
use crate::snapshot::OWNER;

/// The privileges.
const GRANTS: Attr = Attr {
    doc: "The privileges that roles will be granted, in any order: `{reader: [select]}`. What PUBLIC has by default is left out; \
          `{public: [none]}` says that it was revoked.",
    default: None,
    ..common::GRANTS
};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "default_privileges",
    one: Some("an entry of default privileges"),
    section: "default_privileges",
    identity: &["name"],
    doc: "The privileges on objects that a role will create. The name has the role, the schema if there is one, and the class of objects: \
          `app in billing on tables`, `app on functions`.",
    query: include_str!("default_privileges.sql"),
    attrs: &[GRANTS],
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_default_acl)"),
        extra_columns: &[OWNER],
        ..Reading::DEFAULT
    },
    ..KindSpec::EMPTY
};

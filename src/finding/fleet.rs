//! What a report of a fleet says beside the results of its targets.

use std::collections::BTreeMap;

use super::{Check, Target};

/// The fleet that was checked.
#[derive(Debug)]
pub struct FleetFacts {
    /// The fleet file.
    pub file: String,
    /// The targets, in the order of [`super::Report::targets`].
    pub members: Vec<Member>,
}

/// What a target is in its fleet.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// The schema that takes the place of that of the expectation files.
    pub schema: Option<String>,
    /// The server: host and port.
    pub server: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// The same finding in several targets. Names of targets never enter into it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupKey {
    /// The code of the finding.
    pub code: String,
    /// What it is about; the schema of a tenant is written `{schema}`.
    pub subject: String,
    /// What was found, in a sentence.
    pub message: String,
}

/// How reports write the schema of a tenant.
pub const SCHEMA: &str = "{schema}";

impl GroupKey {
    /// The group of a finding of a target with this schema.
    #[must_use]
    pub fn of(check: &Check, schema: Option<&str>) -> Self {
        let general = |text: &str| match schema {
            Some(schema) => without_schema(text, schema),
            None => text.to_owned(),
        };
        Self {
            code: check.code.to_string(),
            subject: general(&check.about.subject()),
            message: general(&check.message),
        }
    }
}

/// A text in which the name of a schema before a dot is written `{schema}`.
#[must_use]
pub fn without_schema(text: &str, schema: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(schema) {
        let (before, from) = rest.split_at(at);
        let after = &from[schema.len()..];
        out.push_str(before);
        let begins = !out.chars().next_back().is_some_and(is_word);
        let is_quoted = out.ends_with('"') && after.starts_with("\".");
        if is_quoted {
            out.pop();
            out.push_str(SCHEMA);
            rest = &after[1..];
        } else if begins && after.starts_with('.') {
            out.push_str(SCHEMA);
            rest = after;
        } else {
            out.push_str(schema);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// Whether a target was never reached, so that nothing is known of it.
#[must_use]
pub fn is_unreached(target: &Target) -> bool {
    target.failure.is_some() && target.server_version.is_empty()
}

#[cfg(test)]
mod tests {
    use super::without_schema;

    #[test]
    fn only_the_schema_itself_is_general() {
        let general = |text| without_schema(text, "t_1");
        assert_eq!(general("table t_1.orders"), "table {schema}.orders");
        assert_eq!(general("ON \"t_1\".orders (t_1)"), "ON {schema}.orders (t_1)");
        assert_eq!(
            general("table t_11.orders, at_1.b, t_1"),
            "table t_11.orders, at_1.b, t_1"
        );
        assert_eq!(general("nextval('t_1.s')"), "nextval('{schema}.s')");
    }
}

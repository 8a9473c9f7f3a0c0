//! The attribute of privileges, and the statements that change them.

use std::collections::{BTreeMap, BTreeSet};

use super::{join_statements, name};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::error::Problem;
use crate::hint::Hint;
use crate::privileges;
use crate::privileges::{Class, OPTION, Privileges};
use crate::value::Value;
use crate::yaml::{Entry, NodeValue};

/// The privileges on an object.
pub(in crate::kinds) const fn grants(of: &'static GrantsOf) -> Attr {
    Attr::new("grants", Shape::Map(of.shape), of.doc)
        .compare(Compare::Grants(of.privileges))
        .keyed_by_role()
        .default(Literal::EmptyMap)
}

/// The privileges on objects of a class.
pub(in crate::kinds) struct GrantsOf {
    privileges: Privileges,
    shape: &'static Shape,
    doc: &'static str,
}

macro_rules! grants_of {
    ($($(#[$doc:meta])* $name:ident = $privileges:expr, $text:expr;)*) => {
        $(
            $(#[$doc])*
            pub(in crate::kinds) static $name: GrantsOf = GrantsOf {
                privileges: $privileges,
                shape: &Shape::List(&Shape::Privilege($privileges)),
                doc: $text,
            };
        )*
    };
}

/// The description of the privileges on most objects.
const GRANTED: &str = "The privileges that roles were granted, in any order: `{reader: [select, insert with grant option]}`; \
     `public` is PUBLIC. `all` is every privilege that the server has, `none` is no privilege. The owner has all of them unless \
     this says something else.";

/// The description of the privileges on objects that PUBLIC may use by default.
const GRANTED_BEYOND_PUBLIC: &str = "The privileges that roles were granted, in any order: `{app: [all]}`. What the owner and PUBLIC \
     have by default is left out; `{public: [none]}` says that it was revoked.";

grants_of! {
    /// The privileges on tables, views and other relations with rows.
    OF_TABLE = Privileges::Of(&privileges::TABLE), GRANTED;
    /// The privileges on columns.
    OF_COLUMN = Privileges::Of(&privileges::COLUMN), "The privileges on this column alone that roles were granted, in any order: \
        `{reader: [select, update with grant option]}`; `public` is PUBLIC.";
    /// The privileges on sequences.
    OF_SEQUENCE = Privileges::Of(&privileges::SEQUENCE), GRANTED;
    /// The privileges on schemas.
    OF_SCHEMA = Privileges::Of(&privileges::SCHEMA), GRANTED;
    /// The privileges on foreign-data wrappers and foreign servers.
    OF_FOREIGN = Privileges::Of(&privileges::FOREIGN), GRANTED;
    /// The privileges on functions, procedures and aggregates.
    OF_FUNCTION = Privileges::Of(&privileges::FUNCTION), GRANTED_BEYOND_PUBLIC;
    /// The privileges on types and domains.
    OF_TYPE = Privileges::Of(&privileges::TYPE), GRANTED_BEYOND_PUBLIC;
    /// The privileges on databases.
    OF_DATABASE = Privileges::Of(&privileges::DATABASE), GRANTED_BEYOND_PUBLIC;
    /// The privileges on languages.
    OF_LANGUAGE = Privileges::Of(&privileges::LANGUAGE), GRANTED_BEYOND_PUBLIC;
}

/// Checks that the words below the key `grants` are privileges of a class that depends on the name of the object.
pub(in crate::kinds) fn check_grants(class: Option<Class>, entries: &[Entry]) -> Result<(), Problem> {
    let Some(class) = class else { return Ok(()) };
    let grants = entries.iter().filter(|entry| entry.key == "grants");
    let roles = grants.flat_map(|entry| match &entry.value.value {
        NodeValue::Map(roles) => roles.iter().collect(),
        NodeValue::List(_) | NodeValue::Scalar(_) => Vec::new(),
    });
    let items = roles.flat_map(|role| match &role.value.value {
        NodeValue::List(items) => items.as_slice(),
        NodeValue::Map(_) | NodeValue::Scalar(_) => &[],
    });
    for item in items {
        let Some(scalar) = item.scalar() else { continue };
        if class.normalize(&scalar.text).is_none() {
            let words: Vec<String> = class.words_to_write().iter().map(|word| format!("`{word}`")).collect();
            let problem = Problem::at(
                item.place,
                format!("`{}` is no privilege on {}", scalar.text, class.many),
            );
            return Err(problem.hint(format!("expected one of {}", words.join(", "))));
        }
    }
    Ok(())
}

/// The statements that change the grants on an object to the expected ones. `on` is the text after ON.
pub(in crate::kinds) fn grant(on: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    let changes = GrantChanges::between(expected, actual)?;
    let statements = changes
        .iter()
        .map(|change| change.statement("", |words| format!("{words} ON {on}")));
    join_statements(&statements.collect::<Vec<_>>())
}

/// One statement that changes the privileges of a role.
pub(in crate::kinds) struct GrantChanges {
    /// The words in front of the privileges: `REVOKE GRANT OPTION FOR`.
    verb: &'static str,
    privileges: Vec<String>,
    /// The word in front of the role and the role.
    role: String,
    /// The words behind the role.
    end: &'static str,
}

impl GrantChanges {
    /// The changes that make the actual privileges the expected ones.
    pub(in crate::kinds) fn between(expected: &Value, actual: &Value) -> Option<Vec<Self>> {
        let (Value::Map(expected), Value::Map(actual)) = (expected, actual) else {
            return None;
        };
        let of = |map: &BTreeMap<String, Value>, role: &str| -> BTreeSet<String> {
            let privileges = map.get(role).map(Value::texts).unwrap_or_default();
            privileges
                .into_iter()
                .filter(|p| *p != "none")
                .map(str::to_owned)
                .collect()
        };
        let mut changes = Vec::new();
        for role in expected.keys().chain(actual.keys()).collect::<BTreeSet<_>>() {
            changes.extend(Self::of_role(role, &of(expected, role), &of(actual, role)));
        }
        Some(changes)
    }

    fn of_role(role: &str, wanted: &BTreeSet<String>, there: &BTreeSet<String>) -> Vec<Self> {
        let option = |privilege: &str| format!("{privilege}{OPTION}");
        let (mut grant, mut grant_option, mut revoke_option, mut revoke) = (vec![], vec![], vec![], vec![]);
        for privilege in wanted.difference(there) {
            match privilege.strip_suffix(OPTION) {
                Some(privilege) => grant_option.push(privilege),
                None if there.contains(&option(privilege)) => revoke_option.push(privilege.as_str()),
                None => grant.push(privilege.as_str()),
            }
        }
        for privilege in there.difference(wanted) {
            let plain = privilege.strip_suffix(OPTION).unwrap_or(privilege);
            if !wanted.contains(plain) && !wanted.contains(&option(plain)) {
                revoke.push(plain);
            }
        }
        let name = match role {
            "public" => "PUBLIC".to_owned(),
            role => name(role),
        };
        let change = |verb, privileges: Vec<&str>, to: &str, end| Self {
            verb,
            privileges: privileges.into_iter().map(str::to_uppercase).collect(),
            role: format!("{to} {name}"),
            end,
        };
        let mut changes = vec![
            change("REVOKE GRANT OPTION FOR", revoke_option, "FROM", ""),
            change("GRANT", grant, "TO", ""),
            change("GRANT", grant_option, "TO", " WITH GRANT OPTION"),
            change("REVOKE", revoke, "FROM", ""),
        ];
        changes.retain(|change| !change.privileges.is_empty());
        changes
    }

    /// The statement. `on` puts the privileges and the object together; `before` comes in front of the verb.
    pub(in crate::kinds) fn statement(&self, before: &str, on: impl Fn(String) -> String) -> String {
        let Self { verb, role, end, .. } = self;
        format!("{before}{verb} {} {role}{end};", on(self.privileges.join(", ")))
    }

    /// The privileges of the statement.
    pub(in crate::kinds) fn privileges(&self) -> &[String] {
        &self.privileges
    }
}

//! The attribute of privileges, and the statements that change them.

use std::collections::{BTreeMap, BTreeSet};

use super::{join_statements, name};
use crate::attribute::{Attr, Compare, Literal, Shape, Weight};
use crate::error::Problem;
use crate::hint::Hint;
use crate::privileges;
use crate::privileges::{Class, OPTION, Privileges, split_grantor};
use crate::value::Value;
use crate::yaml::{Entry, NodeValue};

/// The privileges on an object.
pub(in crate::kinds) const fn grants(of: &'static GrantsOf) -> Attr {
    Attr::new("grants", Shape::Map(of.shape), of.doc)
        .compare(Compare::Grants(of.privileges))
        .keyed_by_role()
        .default(Literal::EmptyMap)
        .weight(Weight::Security)
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
     this says something else. `select granted by lead` was granted by another role than the owner; without `granted by`, any \
     role may have granted it, but in an exact object only the owner.";

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
    /// The role that grants or revokes, if that is not the owner.
    grantor: Option<String>,
    /// Whether the role also granted privileges, which must be revoked first.
    is_grantor: bool,
}

impl GrantChanges {
    /// The changes that make the actual privileges the expected ones.
    pub(in crate::kinds) fn between(expected: &Value, actual: &Value) -> Option<Vec<Self>> {
        let (Value::Map(expected), Value::Map(actual)) = (expected, actual) else {
            return None;
        };
        let (expected, actual) = (by_grantor(expected), by_grantor(actual));
        let grantors: BTreeSet<&str> = expected
            .keys()
            .chain(actual.keys())
            .filter_map(|(_, grantor)| *grantor)
            .collect();
        let none = BTreeSet::new();
        let mut changes = Vec::new();
        for key in expected.keys().chain(actual.keys()).collect::<BTreeSet<_>>() {
            let (wanted, there) = (expected.get(key).unwrap_or(&none), actual.get(key).unwrap_or(&none));
            let (role, grantor) = *key;
            changes.extend(Self::of_role(role, wanted, there).into_iter().map(|change| Self {
                grantor: grantor.map(str::to_owned),
                is_grantor: grantors.contains(role),
                ..change
            }));
        }
        changes.sort_by_key(Self::turn);
        changes
            .iter()
            .all(|change| change.is_possible(&expected))
            .then_some(changes)
    }

    /// Whether the grantor is to have what it must grant, with the grant option.
    fn is_possible(&self, expected: &PrivilegesByGrantor<'_>) -> bool {
        let Some(grantor) = self.grantor.as_deref().filter(|_| self.verb == "GRANT") else {
            return true;
        };
        let has = |privilege: &String| {
            let grantable = format!("{}{OPTION}", privilege.to_lowercase());
            let mut held = expected.iter().filter(|((role, _), _)| *role == grantor);
            held.any(|(_, privileges)| privileges.contains(grantable.as_str()))
        };
        self.privileges.iter().all(has)
    }

    /// When the statement runs: what depends on another privilege is revoked before that one and granted after it.
    fn turn(&self) -> u8 {
        let depends = self.grantor.is_some();
        match (self.verb.starts_with("REVOKE"), depends, self.is_grantor) {
            (true, true, false) => 0,
            (true, true, true) => 1,
            (_, false, _) => 2,
            (false, true, true) => 3,
            (false, true, false) => 4,
        }
    }

    fn of_role(role: &str, wanted: &BTreeSet<&str>, there: &BTreeSet<&str>) -> Vec<Self> {
        let option = |privilege: &str| format!("{privilege}{OPTION}");
        let (mut grant, mut grant_option, mut revoke_option, mut revoke) = (vec![], vec![], vec![], vec![]);
        for privilege in wanted.difference(there).copied() {
            match privilege.strip_suffix(OPTION) {
                Some(privilege) => grant_option.push(privilege),
                None if there.contains(option(privilege).as_str()) => revoke_option.push(privilege),
                None => grant.push(privilege),
            }
        }
        for privilege in there.difference(wanted).copied() {
            let plain = privilege.strip_suffix(OPTION).unwrap_or(privilege);
            if !wanted.contains(plain) && !wanted.contains(option(plain).as_str()) {
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
            grantor: None,
            is_grantor: false,
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

    /// The statement. `on` puts the privileges and the object together; `before` comes in front of the verb. A superuser and
    /// a member of the owner act as the owner, so that only the grantor itself can grant or revoke what another role granted.
    pub(in crate::kinds) fn statement(&self, before: &str, on: impl Fn(String) -> String) -> String {
        let Self { verb, role, end, .. } = self;
        let statement = format!("{before}{verb} {} {role}{end};", on(self.privileges.join(", ")));
        match &self.grantor {
            Some(grantor) => format!("SET ROLE {}; {statement} RESET ROLE;", name(grantor)),
            None => statement,
        }
    }

    /// The privileges of the statement.
    pub(in crate::kinds) fn privileges(&self) -> &[String] {
        &self.privileges
    }
}

/// Privileges by the role that has them and the role that granted them, if that is not the owner.
type PrivilegesByGrantor<'a> = BTreeMap<(&'a str, Option<&'a str>), BTreeSet<&'a str>>;

fn by_grantor(roles: &BTreeMap<String, Value>) -> PrivilegesByGrantor<'_> {
    let mut all = PrivilegesByGrantor::new();
    for (role, privileges) in roles {
        for privilege in privileges.texts().into_iter().filter(|privilege| *privilege != "none") {
            let (privilege, grantor) = split_grantor(privilege);
            all.entry((role, grantor)).or_default().insert(privilege);
        }
    }
    all
}

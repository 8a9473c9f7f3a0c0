//! What several kinds share.

pub(super) mod partitions;

use std::collections::{BTreeMap, BTreeSet};

use super::storage_option::{same_option, same_options};
use crate::attribute::{Attr, Compare, Comparison, Literal, Shape, Verdict};
use crate::error::Problem;
use crate::hint::Hint;
use crate::object_id::{ObjectId, split_name};
use crate::privileges;
use crate::privileges::{Class, OPTION, Privileges};
use crate::secret;
use crate::snapshot;
use crate::sql::Sql;
use crate::sql_text::quote_literal;
pub(super) use crate::sql_text::show_name as name;
use crate::value::Value;
use crate::yaml::{Entry, NodeValue};

/// A list of names in which order matters.
pub(super) const NAMES: Shape = Shape::List(&Shape::Name);

/// The comment.
pub(super) const COMMENT: Attr = Attr::new(
    "comment",
    Shape::Text,
    "The comment on it; `null` for none. Line ends at its end do not matter.",
)
.compare(Compare::Text)
.default(Literal::Null);

/// The owner.
pub(super) const OWNER: Attr = Attr::new(snapshot::OWNER, Shape::Name, "The role that owns it.");

/// An attribute that names another object, such as a function or an operator.
pub(super) const fn other(name: &'static str, doc: &'static str) -> Attr {
    Attr::new(name, Shape::QualifiedName, doc)
        .compare(Compare::Name)
        .default(Literal::Null)
}

/// Whether a constraint can be deferred.
pub(super) const DEFERRABLE: Attr = Attr::new(
    "deferrable",
    Shape::Bool,
    "Whether a transaction may defer the check to its end.",
)
.default(Literal::Bool(false));

/// When a constraint is checked unless a transaction says otherwise.
pub(super) const INITIALLY: Attr = Attr::new(
    "initially",
    Shape::OneOf(&["immediate", "deferred"]),
    "When it is checked, unless a transaction sets this differently.",
)
.default(Literal::Text("immediate"));

/// Whether rows older than the constraint have been checked.
pub(super) const VALIDATED: Attr = Attr::new(
    "validated",
    Shape::Bool,
    "Whether rows older than the constraint have been checked; `false` is NOT VALID.",
)
.default(Literal::Bool(true))
.always_checked("it is NOT VALID: rows older than the constraint have not been checked");

/// Whether a constraint is enforced.
pub(super) const ENFORCED: Attr = Attr::new(
    "enforced",
    Shape::Bool,
    "Whether PostgreSQL enforces it; `false` is NOT ENFORCED.",
)
.default(Literal::Bool(true))
.always_checked("it is NOT ENFORCED: PostgreSQL does not check it")
.since(18);

/// Columns that an index carries without being keys.
pub(super) const INCLUDE: Attr = Attr::new(
    "include",
    NAMES,
    "The columns that its index stores without using them as keys.",
)
.default(Literal::EmptyList);

/// The columns of a constraint, in order.
pub(super) const COLUMNS: Attr = Attr::new("columns", NAMES, "Its columns, in order.").identifies();

/// Storage options.
pub(super) const OPTIONS: Attr = Attr::new(
    "options",
    Shape::Map(&Shape::Text),
    "Its storage options: everything that WITH (…) sets. Values are compared by the type of the option: `on` is `true`.",
)
.compare(Compare::Custom(same_options))
.default(Literal::EmptyMap);

/// Options of a foreign-data wrapper and what it serves.
pub(super) const FOREIGN_OPTIONS: Attr = Attr::new(
    "options",
    Shape::Map(&Shape::Text),
    "Its options: everything that OPTIONS (…) sets. The value of an option that may hold a secret is never printed: it is \
     compared with the value, or with the digest that `pull --digest-key` writes; for `***` only its presence is checked.",
)
.compare(Compare::Custom(same_masked))
.default(Literal::EmptyMap);

/// Compares options or settings, of which some may be secrets.
pub(super) fn same_masked(comparison: &Comparison<'_>) -> Verdict {
    secret::compare(comparison.expected, comparison.actual)
}

/// The privileges on an object.
pub(super) const fn grants(of: &'static GrantsOf) -> Attr {
    Attr::new("grants", Shape::Map(of.shape), of.doc)
        .compare(Compare::Grants(of.privileges))
        .keyed_by_role()
        .default(Literal::EmptyMap)
}

/// The privileges on objects of a class.
pub(super) struct GrantsOf {
    privileges: Privileges,
    shape: &'static Shape,
    doc: &'static str,
}

macro_rules! grants_of {
    ($($(#[$doc:meta])* $name:ident = $privileges:expr, $text:expr;)*) => {
        $(
            $(#[$doc])*
            pub(super) static $name: GrantsOf = GrantsOf {
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
    /// The privileges on languages.
    OF_LANGUAGE = Privileges::Of(&privileges::LANGUAGE), GRANTED_BEYOND_PUBLIC;
}

/// The SQL of the columns of these attributes, for `{grants r c.relacl c.relowner}` in the queries of kinds. The first word
/// after the name is the class of the objects, as `acldefault` has it.
const COLUMNS_OF_GRANTS: [(&str, &str); 2] = [
    ("grants", include_str!("common/grants.sql")),
    ("column_grants", include_str!("common/column_grants.sql")),
];

/// The SQL of [`snapshot::IN_PARTITIONS`] of an index, for `{partition_indexes i.indexrelid}` in the queries of kinds.
const PARTITION_INDEXES: &str = include_str!("common/partition_indexes.sql");

/// The SQL of the types of the key of the table that a relation is a partition of, for `{bound_types c}`. The type of an
/// expression is null.
const BOUND_TYPES: &str = include_str!("common/bound_types.sql");

/// Replaces the placeholders of shared columns in the query of a kind.
pub(super) fn with_shared_columns(query: &'static str) -> Sql {
    Sql::template(query, |place| {
        let words: Vec<&'static str> = place.split(' ').collect();
        match words.as_slice() {
            ["partition_indexes", index] => Some(Sql::replaced(PARTITION_INDEXES.trim_end(), &[("$index", index)])),
            ["bound_types", relation] => Some(Sql::replaced(BOUND_TYPES.trim_end(), &[("$relation", relation)])),
            [name, class, acl, owner] => {
                let (_, column) = COLUMNS_OF_GRANTS.iter().find(|(known, _)| known == name)?;
                let words = [("$class", *class), ("$acl", *acl), ("$owner", *owner)];
                Some(Sql::replaced(column.trim_end(), &words))
            }
            _ => None,
        }
    })
}

/// Checks that the words below the key `grants` are privileges of a class that depends on the name of the object.
pub(super) fn check_grants(class: Option<Class>, entries: &[Entry]) -> Result<(), Problem> {
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
pub(super) fn grant(on: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    let changes = GrantChanges::between(expected, actual)?;
    let statements = changes
        .iter()
        .map(|change| change.statement("", |words| format!("{words} ON {on}")));
    join_statements(&statements.collect::<Vec<_>>())
}

/// One statement that changes the privileges of a role.
pub(super) struct GrantChanges {
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
    pub(super) fn between(expected: &Value, actual: &Value) -> Option<Vec<Self>> {
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
    pub(super) fn statement(&self, before: &str, on: impl Fn(String) -> String) -> String {
        let Self { verb, role, end, .. } = self;
        format!("{before}{verb} {} {role}{end};", on(self.privileges.join(", ")))
    }

    /// The privileges of the statement.
    pub(super) fn privileges(&self) -> &[String] {
        &self.privileges
    }
}

/// The statement that sets the owner of an object. `keyword` is the text between ALTER and the name.
pub(super) fn set_owner(keyword: &str, id: &ObjectId, owner: &str) -> Hint {
    Hint::sql(format!("ALTER {keyword} {} OWNER TO {};", sql_name(id), name(owner)))
}

/// Options as statements write them: `fillfactor = '70'`; none if there are none.
pub(super) fn option_list(options: &Value) -> Option<String> {
    let Value::Map(options) = options else {
        return None;
    };
    let list: Vec<String> = options
        .iter()
        .map(|(option, value)| format!("{option} = {}", quote_literal(&value.to_string())))
        .collect();
    (!list.is_empty()).then(|| list.join(", "))
}

/// The statement that changes storage options to the expected ones. `alter` is the text before SET.
pub(super) fn set_options(alter: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    let (Value::Map(expected), Value::Map(actual)) = (expected, actual) else {
        return None;
    };
    let set: Vec<String> = expected
        .iter()
        .filter(|(option, value)| {
            actual
                .get(*option)
                .is_none_or(|found| !same_option(option, value, found))
        })
        .map(|(option, value)| format!("{option} = {}", quote_literal(&value.to_string())))
        .collect();
    let reset: Vec<&str> = actual
        .keys()
        .filter(|option| !expected.contains_key(*option))
        .map(String::as_str)
        .collect();
    let statement = |word: &str, options: &str| format!("{alter} {word} ({options});");
    let mut statements = Vec::new();
    if !set.is_empty() {
        statements.push(statement("SET", &set.join(", ")));
    }
    if !reset.is_empty() {
        statements.push(statement("RESET", &reset.join(", ")));
    }
    join_statements(&statements)
}

/// Settings whose value is a list of names, which statements write without quotes around the whole.
/// Source: `variable_is_guc_list_quote` in PostgreSQL's `src/bin/pg_dump/dumputils.c`.
const LISTS_OF_NAMES: [&str; 5] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
];

/// The value of a setting as statements write it. None if it is hidden, because it may be a secret.
pub(super) fn setting_value(setting: &str, value: &str) -> Option<String> {
    let is_hidden = secret::is_marker(value) || secret::is_digest(value);
    (!is_hidden).then(|| match value {
        _ if !LISTS_OF_NAMES.contains(&setting.to_lowercase().as_str()) => quote_literal(value),
        "" | "\"\"" => "''".to_owned(),
        list => list.to_owned(),
    })
}

/// The statement that changes settings of an object to the expected ones. `alter` is the text before SET.
pub(super) fn set_settings(alter: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    let (Value::Map(expected), Value::Map(actual)) = (expected, actual) else {
        return None;
    };
    let changed = expected
        .iter()
        .filter(|(setting, value)| actual.get(*setting) != Some(value));
    let set: Option<Vec<String>> = changed
        .map(|(setting, value)| {
            Some(format!(
                " SET {setting} TO {}",
                setting_value(setting, value.as_text()?)?
            ))
        })
        .collect();
    let reset = actual
        .keys()
        .filter(|setting| !expected.contains_key(*setting))
        .map(|setting| format!(" RESET {setting}"));
    let changes: String = set?.into_iter().chain(reset).collect();
    (!changes.is_empty()).then(|| Hint::sql(format!("{alter}{changes};")))
}

/// Statements as one hint; none if there are none.
pub(super) fn join_statements(statements: &[String]) -> Option<Hint> {
    (!statements.is_empty()).then(|| Hint::sql(statements.join(" ")))
}

/// A name as statements in hints write it: quoted only where SQL needs it.
pub(super) fn sql_name(id: &ObjectId) -> String {
    id.parts().iter().map(|p| name(p)).collect::<Vec<_>>().join(".")
}

/// A dotted name of an expectation file or the catalog as statements in hints write it.
pub(super) fn sql_names(text: &str) -> String {
    split_name(text).map_or_else(|| text.to_owned(), |parts| sql_name(&ObjectId::new(parts)))
}

/// A list of names as statements in hints write it: `a, "B"`.
pub(super) fn name_list(value: &Value) -> String {
    value.texts().iter().map(|n| name(n)).collect::<Vec<_>>().join(", ")
}

/// The name of a constraint that is expected by name, not by meaning.
pub(super) fn named(id: &ObjectId) -> Option<&str> {
    id.parts().get(2).map(|part| &**part)
}

/// The value of an expected attribute.
pub(super) fn expected<'a>(attributes: &'a [(&'static str, Value)], name: &str) -> Option<&'a Value> {
    attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
}

//! What several kinds share.

pub(super) mod partitions;

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::{Attr, Compare, Comparison, Literal, Shape, Verdict};
use crate::hint::Hint;
use crate::object_id::{ObjectId, split_name};
use crate::secret;
use crate::snapshot;
use crate::sql::Sql;
use crate::sql_text::quote_literal;
pub(super) use crate::sql_text::show_name as name;
use crate::value::Value;

/// A list of names in which order matters.
pub(super) const NAMES: Shape = Shape::List(&Shape::Name);

/// The comment.
pub(super) const COMMENT: Attr =
    Attr::new("comment", Shape::Text, "The comment on it; `null` for none.").default(Literal::Null);

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
    "Its storage options: everything that WITH (…) sets.",
)
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
pub(super) const GRANTS: Attr = Attr::new(
    "grants",
    Shape::Map(&Shape::List(&Shape::Text)),
    "The privileges that roles other than its owner were granted, in any order: `{reader: [select, insert with grant option]}`; \
     `public` is PUBLIC.",
)
.compare(Compare::Custom(same_grants))
.keyed_by_role()
.default(Literal::EmptyMap);

/// The privileges on an object that PUBLIC may use by default.
pub(super) const GRANTS_BEYOND_PUBLIC: Attr = Attr::new(
    "grants",
    Shape::Map(&Shape::List(&Shape::Text)),
    "The privileges that roles other than its owner were granted, in any order: `{app: [execute]}`. What PUBLIC has by default \
     is left out; `{public: [none]}` says that it was revoked.",
)
.compare(Compare::Custom(same_grants))
.keyed_by_role()
.default(Literal::EmptyMap);

/// The SQL of the columns of these attributes, for `{grants c.relacl c.relowner}` in the queries of kinds.
const COLUMNS_OF_GRANTS: [(&str, &str); 2] = [
    ("grants", include_str!("common/grants.sql")),
    ("grants_beyond_public", include_str!("common/grants_beyond_public.sql")),
];

/// The SQL of [`snapshot::IN_PARTITIONS`] of an index, for `{partition_indexes i.indexrelid}` in the queries of kinds.
const PARTITION_INDEXES: &str = include_str!("common/partition_indexes.sql");

/// Replaces the placeholders of shared columns in the query of a kind.
pub(super) fn with_shared_columns(query: &'static str) -> Sql {
    Sql::template(query, |place| {
        let (name, names) = place.split_once(' ')?;
        if name == "partition_indexes" {
            return Some(Sql::replaced(PARTITION_INDEXES.trim_end(), &[("$index", names)]));
        }
        let (acl, owner) = names.split_once(' ')?;
        let (_, column) = COLUMNS_OF_GRANTS.iter().find(|(known, _)| *known == name)?;
        Some(Sql::replaced(column.trim_end(), &[("$acl", acl), ("$owner", owner)]))
    })
}

fn same_grants(comparison: &Comparison<'_>) -> Verdict {
    let by_role = |value: &Value| match value {
        Value::Map(map) => Some(
            map.iter()
                .map(|(role, privileges)| (role.clone(), privileges_of(privileges)))
                .collect::<BTreeMap<_, _>>(),
        ),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Text(_) | Value::Secret(_) | Value::List(_) => None,
    };
    Verdict::when(by_role(comparison.expected) == by_role(comparison.actual))
}

/// The privileges of one role, in the words of the catalog.
fn privileges_of(value: &Value) -> BTreeSet<String> {
    match value {
        Value::List(_) => value.texts().into_iter().map(str::to_lowercase).collect(),
        other => BTreeSet::from([other.to_string()]),
    }
}

/// The statements that change the grants on an object to the expected ones. `on` is the text after ON.
pub(super) fn grant(on: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    let (Value::Map(expected), Value::Map(actual)) = (expected, actual) else {
        return None;
    };
    let of = |map: &BTreeMap<String, Value>, role: &str| map.get(role).map(privileges_of).unwrap_or_default();
    let mut statements = Vec::new();
    for role in expected.keys().chain(actual.keys()).collect::<BTreeSet<_>>() {
        let (wanted, there) = (of(expected, role), of(actual, role));
        let to = if role == "public" {
            "PUBLIC".to_owned()
        } else {
            name(role)
        };
        // Privileges that are missing, or that lack the grant option, are granted; others are revoked.
        for privilege in wanted.difference(&there) {
            match privilege.strip_suffix(OPTION) {
                _ if privilege == "none" => statements.push(format!("REVOKE ALL ON {on} FROM {to};")),
                Some(privilege) => statements.push(format!(
                    "GRANT {} ON {on} TO {to} WITH GRANT OPTION;",
                    privilege.to_uppercase()
                )),
                None if there.contains(&format!("{privilege}{OPTION}")) => statements.push(format!(
                    "REVOKE GRANT OPTION FOR {} ON {on} FROM {to};",
                    privilege.to_uppercase()
                )),
                None => statements.push(format!("GRANT {} ON {on} TO {to};", privilege.to_uppercase())),
            }
        }
        for privilege in there.difference(&wanted) {
            let plain = privilege.strip_suffix(OPTION).unwrap_or(privilege);
            if plain != "none" && !wanted.contains(plain) && !wanted.contains(&format!("{plain}{OPTION}")) {
                statements.push(format!("REVOKE {} ON {on} FROM {to};", plain.to_uppercase()));
            }
        }
    }
    join_statements(&statements)
}

/// The statement that sets the owner of an object. `keyword` is the text between ALTER and the name.
pub(super) fn set_owner(keyword: &str, id: &ObjectId, owner: &str) -> Hint {
    Hint::sql(format!("ALTER {keyword} {} OWNER TO {};", sql_name(id), name(owner)))
}

/// The statement that changes storage options to the expected ones. `alter` is the text before SET.
pub(super) fn set_options(alter: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    let (Value::Map(expected), Value::Map(actual)) = (expected, actual) else {
        return None;
    };
    let set: Vec<String> = expected
        .iter()
        .filter(|(option, value)| actual.get(*option) != Some(value))
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

/// Statements as one hint; none if there are none.
pub(super) fn join_statements(statements: &[String]) -> Option<Hint> {
    (!statements.is_empty()).then(|| Hint::sql(statements.join(" ")))
}

/// The text after a privilege that its holder may grant.
const OPTION: &str = " with grant option";

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

/// The statement that adds a constraint to a relation.
pub(super) fn add_constraint(relation: &ObjectId, constraint: Option<&str>, definition: &str) -> Hint {
    let named = constraint.map_or(String::new(), |n| format!("CONSTRAINT {} ", name(n)));
    Hint::sql(format!("ALTER TABLE {} ADD {named}{definition};", sql_name(relation)))
}

/// The statement that drops a constraint of a relation.
pub(super) fn drop_constraint(id: &ObjectId) -> Hint {
    Hint::sql(alter_constraint(id, "DROP CONSTRAINT", ""))
}

fn alter_constraint(id: &ObjectId, verb: &str, change: &str) -> String {
    let (relation, constraint) = (sql_name(&id.relation()), name(id.last()));
    format!("ALTER TABLE {relation} {verb} {constraint}{change};")
}

/// The advice on an attribute of a constraint that no statement can alter.
pub(super) const RECREATE_CONSTRAINT: &str =
    "this attribute of a constraint cannot be altered; drop the constraint and add it as expected";

/// The hint for an attribute of a constraint that no statement can alter.
pub(super) fn recreate_constraint(id: &ObjectId) -> Hint {
    Hint::advice_with_sql(RECREATE_CONSTRAINT, alter_constraint(id, "DROP CONSTRAINT", ""))
}

/// The statement that checks the rows that are older than a constraint.
pub(super) fn validate_constraint(id: &ObjectId) -> Hint {
    Hint::sql(alter_constraint(id, "VALIDATE CONSTRAINT", ""))
}

/// The statement that changes when and whether a foreign key is checked. Other constraints have no such statement.
pub(super) fn alter_foreign_key(id: &ObjectId, attribute: &str, expected: &Value) -> Option<Hint> {
    let change = match (attribute, expected) {
        ("deferrable", Value::Bool(true)) => " DEFERRABLE",
        ("deferrable", Value::Bool(false)) => " NOT DEFERRABLE",
        ("initially", Value::Text(when)) if when == "deferred" => " DEFERRABLE INITIALLY DEFERRED",
        ("initially", _) => " INITIALLY IMMEDIATE",
        ("enforced", Value::Bool(true)) => " ENFORCED",
        ("enforced", _) => " NOT ENFORCED",
        _ => return None,
    };
    Some(Hint::sql(alter_constraint(id, "ALTER CONSTRAINT", change)))
}

/// The name of a constraint that is expected by name, not by meaning.
pub(super) fn named(id: &ObjectId) -> Option<&str> {
    id.parts().get(2).map(|part| &**part)
}

/// The value of an expected attribute.
pub(super) fn expected<'a>(attributes: &'a [(&'static str, Value)], name: &str) -> Option<&'a Value> {
    attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
}

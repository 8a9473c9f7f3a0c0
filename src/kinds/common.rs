//! What several kinds share.

use crate::attribute::{Attr, Literal, Shape};
use crate::object_id::{ObjectId, split_name};
use crate::sql_text::quote_name;
use crate::value::Value;

/// A list of names in which order matters.
pub(super) const NAMES: Shape = Shape::List(&Shape::Name);

/// The comment.
pub(super) const COMMENT: Attr =
    Attr::new("comment", Shape::Text, "The comment on it; `null` for none.").default(Literal::Null);

/// The owner.
pub(super) const OWNER: Attr = Attr::new("owner", Shape::Name, "The role that owns it.");

/// Whether a constraint can be deferred.
pub(super) const DEFERRABLE: Attr = Attr::new(
    "deferrable",
    Shape::Bool,
    "Whether a transaction may defer it to its end.",
)
.default(Literal::Bool(false));

/// When a constraint is checked unless a transaction says otherwise.
pub(super) const INITIALLY: Attr = Attr::new(
    "initially",
    Shape::OneOf(&["immediate", "deferred"]),
    "When it is checked unless a transaction says otherwise.",
)
.default(Literal::Text("immediate"));

/// Whether the rows that were there before have been checked.
pub(super) const VALIDATED: Attr = Attr::new(
    "validated",
    Shape::Bool,
    "Whether the rows that were there before it have been checked; `false` is NOT VALID.",
)
.default(Literal::Bool(true))
.implied("it is NOT VALID: the rows that were there before it have not been checked");

/// Whether a constraint is enforced.
pub(super) const ENFORCED: Attr = Attr::new(
    "enforced",
    Shape::Bool,
    "Whether PostgreSQL enforces it; `false` is NOT ENFORCED.",
)
.default(Literal::Bool(true))
.implied("it is NOT ENFORCED: PostgreSQL does not check it")
.since(18);

/// Columns that an index carries without being keys.
pub(super) const INCLUDE: Attr =
    Attr::new("include", NAMES, "Columns that its index carries without being keys.").default(Literal::EmptyList);

/// The columns of a constraint, in order.
pub(super) const COLUMNS: Attr = Attr::new("columns", NAMES, "Its columns, in order.").identifies();

/// Storage options.
pub(super) const OPTIONS: Attr = Attr::new(
    "options",
    Shape::Map(&Shape::Text),
    "Its storage options: everything that WITH (…) sets.",
)
.default(Literal::EmptyMap);

/// A name as statements in hints write it: quoted only where SQL needs it.
pub(super) fn sql_name(id: &ObjectId) -> String {
    id.parts().iter().map(|p| name(p)).collect::<Vec<_>>().join(".")
}

/// A dotted name of an expectation file or the catalog as statements in hints write it.
pub(super) fn sql_names(text: &str) -> String {
    split_name(text).map_or_else(|| text.to_owned(), |parts| sql_name(&ObjectId::new(parts)))
}

/// The words that PostgreSQL takes for no name unless they are quoted.
const RESERVED: &str = " all analyse analyze and any array as asc asymmetric authorization binary both case cast check \
    collate collation column concurrently constraint create cross current_catalog current_date current_role \
    current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except \
    false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join \
    lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer \
    overlaps placing primary references returning right select session_user similar some symmetric system_user table \
    tablesample then to trailing true union unique user using variadic verbose when where window with ";

/// One name as statements in hints write it.
pub(super) fn name(part: &str) -> String {
    let plain = part
        .chars()
        .enumerate()
        .all(|(i, c)| c == '_' || c.is_ascii_lowercase() || (i > 0 && c.is_ascii_digit()));
    if plain && !part.is_empty() && !RESERVED.contains(&format!(" {part} ")) {
        part.to_owned()
    } else {
        quote_name(part)
    }
}

/// A list of names as statements in hints write it: `a, "B"`.
pub(super) fn name_list(value: &Value) -> String {
    value.texts().iter().map(|n| name(n)).collect::<Vec<_>>().join(", ")
}

/// The statement that adds a constraint to a relation.
pub(super) fn add_constraint(relation: &ObjectId, constraint: Option<&str>, definition: &str) -> String {
    let named = constraint.map_or(String::new(), |n| format!("CONSTRAINT {} ", name(n)));
    format!("ALTER TABLE {} ADD {named}{definition};", sql_name(relation))
}

/// The statement that drops a constraint of a relation.
pub(super) fn drop_constraint(id: &ObjectId) -> String {
    format!(
        "ALTER TABLE {} DROP CONSTRAINT {};",
        sql_name(&id.prefix(2)),
        name(id.last())
    )
}

/// What to do about a constraint that no statement can alter in this.
pub(super) fn recreate_constraint(id: &ObjectId) -> String {
    format!(
        "a constraint cannot be altered in this: {} and add it as expected",
        drop_constraint(id)
    )
}

/// The statement that checks the rows that were there before a constraint.
pub(super) fn validate_constraint(id: &ObjectId) -> String {
    format!(
        "ALTER TABLE {} VALIDATE CONSTRAINT {};",
        sql_name(&id.prefix(2)),
        name(id.last())
    )
}

/// The statement that changes when and whether a foreign key is checked, the only constraint for which there is one.
pub(super) fn alter_foreign_key(id: &ObjectId, attribute: &str, expected: &Value) -> Option<String> {
    let words = match (attribute, expected) {
        ("deferrable", Value::Bool(true)) => "DEFERRABLE",
        ("deferrable", Value::Bool(false)) => "NOT DEFERRABLE",
        ("initially", Value::Text(when)) if when == "deferred" => "DEFERRABLE INITIALLY DEFERRED",
        ("initially", _) => "INITIALLY IMMEDIATE",
        ("enforced", Value::Bool(true)) => "ENFORCED",
        ("enforced", _) => "NOT ENFORCED",
        _ => return None,
    };
    Some(format!(
        "ALTER TABLE {} ALTER CONSTRAINT {} {words};",
        sql_name(&id.prefix(2)),
        name(id.last())
    ))
}

/// The name of a constraint that is expected by name, not by meaning.
pub(super) fn named(id: &ObjectId) -> Option<&str> {
    id.parts().get(2).map(String::as_str)
}

/// The value of an expected attribute.
pub(super) fn expected<'a>(attributes: &'a [(&'static str, Value)], name: &str) -> Option<&'a Value> {
    attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
}

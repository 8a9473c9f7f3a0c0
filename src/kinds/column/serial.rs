//! `serial` and its relatives, and the options of identities.

use std::collections::BTreeMap;

use super::{Kind, common};
use crate::attribute::{Compare, Comparison, Verdict};
use crate::error::Problem;
use crate::hint::Hint;
use crate::kinds::{HintContext, WrittenValue};
use crate::object_id::{ObjectId, split_name};
use crate::snapshot::{Object, Snapshot};
use crate::sql_text::quote_literal;
use crate::value::Value;
use crate::yaml::{Entry, Node, ScalarType};

/// The pseudo-types of CREATE TABLE for an integer with its own sequence, and the real types.
const SERIALS: [(&str, &str); 6] = [
    ("serial", "integer"),
    ("serial4", "integer"),
    ("bigserial", "bigint"),
    ("serial8", "bigint"),
    ("smallserial", "smallint"),
    ("serial2", "smallint"),
];

/// The default of `serial`. The name of the sequence does not matter: it may be any, and may have been changed.
pub(super) const OWN_SEQUENCE: &str = "the next value of the sequence that the column owns";

/// Expands `serial` as CREATE TABLE does: an integer that is not null and has a default from a sequence.
pub(super) fn rewrite(_: &ObjectId, mut entries: Vec<Entry>) -> Result<Vec<Entry>, Problem> {
    let Some(at) = entries.iter().position(|entry| entry.key == "type") else {
        return Ok(entries);
    };
    let place = entries[at].value.place;
    let word = entries[at]
        .value
        .scalar()
        .map_or(String::new(), |s| s.text.trim().to_lowercase());
    let Some((serial, integer)) = SERIALS.iter().find(|(serial, _)| *serial == word) else {
        return Ok(entries);
    };
    if let Some(entry) = entries.iter().find(|entry| {
        let null = entry.key == "nullable"
            && entry
                .value
                .scalar()
                .is_some_and(|s| s.scalar_type == ScalarType::Bool(true));
        null || ["default", "identity", "generated"].contains(&entry.key.as_str())
    }) {
        return Err(Problem::at(entry.place, format!("`{serial}` cannot be combined with `{}`", entry.key)).hint(format!(
            "`{serial}` means `{integer} not null` and a default from a sequence; write the type as `{integer}` for anything else"
        )));
    }
    let entry = |key: &str, value: Node| Entry::new(key, place, value);
    entries[at].value = Node::text(*integer, place);
    if !entries.iter().any(|entry| entry.key == "nullable") {
        entries.push(entry("nullable", Node::bool(false, place)));
    }
    entries.push(entry("default", Node::text(OWN_SEQUENCE, place)));
    Ok(entries)
}

/// The pseudo-type for an integer type, if the default is that of a serial column.
pub(super) fn word(integer: &str, default: Option<&str>) -> Option<&'static str> {
    let mut serials = SERIALS.iter().filter(|_| default == Some(OWN_SEQUENCE));
    serials.find(|(_, of)| *of == integer).map(|(serial, _)| *serial)
}

/// Whether a default is the expected one. That of a serial column is right if the column owns the sequence, which has the
/// type of the column.
pub(super) fn same_default(comparison: &Comparison<'_>) -> Verdict {
    if comparison.expected.as_text() != Some(OWN_SEQUENCE) {
        // A default of NULL is not that of the domain.
        if !comparison.object.get("type_default").is_null()
            && comparison.expected.is_null() != comparison.actual.is_null()
        {
            return Verdict::Different;
        }
        return Compare::Default("type").compare(comparison);
    }
    Verdict::when(match own_sequence(comparison.object) {
        Some((_, sql_type)) => comparison.object.get("type").as_text() == Some(sql_type),
        None => false,
    })
}

/// The sequence that a column owns and takes its default from, and the type of the sequence.
pub(super) fn own_sequence(column: &Object) -> Option<(&str, &str)> {
    match column.get("own_sequence").texts().as_slice() {
        [sequence, sql_type] => Some((sequence, sql_type)),
        _ => None,
    }
}

/// The sequence of a serial column is a part of the column.
pub(super) fn parts(expected: &[WrittenValue<'_>], actual: &Object) -> Vec<(Kind, ObjectId)> {
    let is_serial = expected
        .iter()
        .any(|(name, value)| *name == "default" && value.as_text() == Some(OWN_SEQUENCE));
    let sequence = own_sequence(actual).filter(|_| is_serial);
    let id = sequence.and_then(|(name, _)| split_name(name)).map(ObjectId::new);
    id.map(|id| (Kind::Sequence, id)).into_iter().collect()
}

/// The sequence that a column owns, among those that were read.
pub(super) fn owned<'a>(snapshot: &'a Snapshot, column: &ObjectId) -> Option<&'a ObjectId> {
    let owner = column.parts().iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut sequences = snapshot.of_kind(Kind::Sequence);
    let is_owner = |object: &Object| {
        let named = object.get("owned_by").as_text().and_then(split_name);
        named.is_some_and(|named| named == owner)
    };
    sequences.find(|(_, object)| is_owner(object)).map(|(id, _)| id)
}

/// The sequence whose next value a default takes, as PostgreSQL prints it.
fn sequence_of(finding: &HintContext<'_>, default: &str) -> Option<ObjectId> {
    let inside = default.strip_prefix("nextval('")?.strip_suffix("'::regclass)")?;
    let mut parts = split_name(&inside.replace("''", "'"))?;
    if parts.len() == 1 {
        parts.insert(0, finding.schema.to_owned());
    }
    Some(ObjectId::new(parts))
}

/// Whether a sequence does not exist, as far as that is known.
fn is_missing(finding: &HintContext<'_>, sequence: &ObjectId) -> bool {
    finding.is_closed && sequence.schema() == finding.id.schema() && !finding.snapshot.has_named(sequence)
}

/// Whether `serial` would make the sequence of a default, which does not exist.
pub(super) fn makes(finding: &HintContext<'_>, default: &str) -> bool {
    let (relation, column) = (finding.id.relation(), finding.id.last());
    let name = format!("{}_{column}_seq", relation.last());
    let made = ObjectId::new(vec![relation.schema(), name.as_str()]);
    name.len() < 64 && sequence_of(finding, default).is_some_and(|id| id == made && is_missing(finding, &id))
}

/// The advice on a default that takes the next value of a sequence which does not exist.
pub(super) fn missing_sequence(finding: &HintContext<'_>, default: &str) -> Option<Hint> {
    let sequence = sequence_of(finding, default).filter(|id| is_missing(finding, id))?;
    let sequence = common::sql_name(&sequence);
    Some(Hint::advice(format!(
        "create the sequence {sequence} first: the default takes its next value"
    )))
}

/// The default that takes the next value of a sequence.
pub(super) fn next_value(sequence: &ObjectId) -> String {
    format!("nextval({})", quote_literal(&common::sql_name(sequence)))
}

/// The options of an identity that differ, as its sequence has them.
pub(super) fn identity_changes(options: &BTreeMap<String, Value>, actual: &BTreeMap<String, Value>) -> Vec<String> {
    [
        ("increment", "INCREMENT BY", "INCREMENT BY 1"),
        ("min", "MINVALUE", "NO MINVALUE"),
        ("max", "MAXVALUE", "NO MAXVALUE"),
        ("start", "START WITH", "START WITH 1"),
        ("cache", "CACHE", "CACHE 1"),
        ("cycle", "CYCLE", "NO CYCLE"),
    ]
    .iter()
    .filter(|(option, ..)| options.get(*option) != actual.get(*option))
    .map(|(option, set, reset)| match options.get(*option) {
        Some(value) if *option == "cycle" && value.to_string() == "true" => "CYCLE".to_owned(),
        Some(value) if *option != "cycle" => format!("{set} {value}"),
        Some(_) | None => (*reset).to_owned(),
    })
    .collect()
}

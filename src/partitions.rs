//! What partitions get from the object that they are partitions of.
//!
//! PostgreSQL creates columns, constraints, indexes and triggers of a partition as copies. A copy needs no expectation of its
//! own: it is expected to be as the object that it is a copy of.

use crate::attribute::Attr;
use crate::kinds::{KeyForm, Kind};
use crate::object_id::{ObjectId, split_name};
use crate::snapshot::{COPY_OF, Object, PARTITIONS, Snapshot};
use crate::value::Value;

/// The identity of the object that an object is a partition of.
#[must_use]
pub fn parent(kind: Kind, object: &Object) -> Option<ObjectId> {
    let attribute = kind.spec().partition?.attributes.parent;
    object.get(attribute).as_text().and_then(split_name).map(ObjectId::new)
}

/// The relations whose columns and checks a relation has from them: the one that it is a partition of, and those that it
/// inherits from. A statement that changes one of these columns or checks changes it in the relation, too.
#[must_use]
pub fn ancestors(snapshot: &Snapshot, relation: &ObjectId) -> Vec<ObjectId> {
    let found =
        Kind::of_partitions().find_map(|(kind, partition)| Some((kind, partition, snapshot.get(kind, relation)?)));
    let Some((kind, partition, object)) = found else {
        return Vec::new();
    };
    let names = object.get(partition.attributes.inherits).texts();
    let inherited = names.into_iter().filter_map(split_name).map(ObjectId::new);
    inherited.chain(parent(kind, object)).collect()
}

/// The partitions of an object, sorted by their names.
#[must_use]
pub fn partitions(object: &Object) -> Vec<(Kind, ObjectId)> {
    let Value::Map(partitions) = object.get(PARTITIONS) else {
        return Vec::new();
    };
    let mut found: Vec<(Kind, ObjectId)> = partitions
        .iter()
        .filter_map(|(name, code)| {
            let (kind, _) = Kind::of_partitions().find(|(kind, _)| {
                code.as_text()
                    .is_some_and(|code| kind.spec().reading.catalog_codes.contains(&code))
            })?;
            Some((kind, ObjectId::new(split_name(name)?)))
        })
        .collect();
    found.sort_by(|(_, one), (_, other)| one.cmp(other));
    found
}

/// The relation that contains an object, if it is a partition, and its kind.
fn partition_around<'a>(snapshot: &'a Snapshot, id: &ObjectId) -> Option<(Kind, &'a Object)> {
    let relation = id.relation();
    Kind::of_partitions().find_map(|(kind, _)| Some((kind, snapshot.get(kind, &relation)?)))
}

/// The object that an object of a partition is a copy of.
#[must_use]
pub fn original<'a>(
    snapshot: &'a Snapshot,
    kind: Kind,
    id: &ObjectId,
    object: &Object,
) -> Option<(ObjectId, &'a Object)> {
    let name = object.get(COPY_OF).as_text()?;
    let (of, partition) = partition_around(snapshot, id)?;
    let parent = parent(of, partition)?;
    let original = match kind.spec().syntax.key {
        KeyForm::Only => parent,
        KeyForm::Part | KeyForm::Text | KeyForm::Qualified | KeyForm::Signature => parent.child(name),
    };
    let found = snapshot.get(kind, &original)?;
    Some((original, found))
}

/// Whether a copy has this attribute from the object that it is a copy of.
#[must_use]
pub fn is_copied(kind: Kind, attr: &Attr, major: u32) -> bool {
    let mut exceptions = kind.spec().matching.not_copied.iter();
    let since = exceptions.find(|(name, _)| *name == attr.name).map(|(_, since)| *since);
    since.is_none_or(|since| major >= since)
}

/// The value that an attribute of a copy has if nothing changed it, by the object that it is a copy of. `None` if the
/// attribute has no such value.
#[must_use]
pub fn copied_value(kind: Kind, attr: &Attr, original: &Object, major: u32) -> Option<Value> {
    if is_copied(kind, attr, major) {
        Some(original.get(attr.name).clone())
    } else {
        attr.default.map(Value::from)
    }
}

/// Whether a copy is as it was made.
#[must_use]
pub fn is_unchanged(snapshot: &Snapshot, kind: Kind, object: &Object, original: &Object) -> bool {
    let major = snapshot.server.major;
    let mut attrs = kind
        .spec()
        .attrs
        .iter()
        .filter(|attr| is_compared(snapshot, kind, attr));
    attrs.all(|attr| {
        if is_copied(kind, attr, major) {
            object.get(attr.name) == original.get(attr.name)
        } else {
            attr.default.is_none_or(|default| default.is(object.get(attr.name)))
        }
    })
}

/// Whether the server has an attribute and it was read.
#[must_use]
pub fn is_compared(snapshot: &Snapshot, kind: Kind, attr: &Attr) -> bool {
    !attr.on_request && snapshot.server.major >= attr.since && !snapshot.is_unread(kind, attr.name)
}

//! What must hold in every partition of a partitioned table, whether a file lists the partitions or not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::ignoring::Ignoring;
use crate::attribute::Attr;
use crate::expectation::{ExpectationFile, Subject};
use crate::kinds::Kind;
use crate::object_id::{ObjectId, split_name};
use crate::snapshot::{IN_PARTITIONS, Object};
use crate::value::Value;

/// The attributes of objects that files write, looked up by object. Made when the first partition differs.
#[derive(Debug)]
pub(super) struct WrittenAttributes<'a> {
    files: Vec<&'a ExpectationFile>,
    written: OnceLock<BTreeMap<(Kind, &'a ObjectId, &'static str), &'a Value>>,
    /// What the files ignore.
    pub(super) ignoring: Ignoring<'a>,
}

impl<'a> WrittenAttributes<'a> {
    pub(super) fn of(files: &[&'a ExpectationFile]) -> Self {
        Self {
            files: files.to_vec(),
            written: OnceLock::new(),
            ignoring: Ignoring::of(files),
        }
    }

    /// The value that a file writes for an attribute of an object.
    pub(super) fn get(&self, kind: Kind, id: &ObjectId, attribute: &'static str) -> Option<&'a Value> {
        let all = || {
            let objects = self
                .files
                .iter()
                .copied()
                .flat_map(|file: &'a ExpectationFile| &file.objects);
            let named = objects.filter_map(|object| match &object.subject {
                Subject::Named(id) => Some((object, id)),
                Subject::ByMeaning(_) => None,
            });
            named
                .flat_map(|(object, id)| {
                    let attributes = object.attributes.iter();
                    attributes.map(move |a| ((object.kind, id, a.attr.name), &a.value))
                })
                .collect()
        };
        self.written.get_or_init(all).get(&(kind, id, attribute)).copied()
    }
}

/// Where an attribute differs in partitions.
#[derive(Debug, Default)]
pub(super) struct Deviations {
    /// Objects of partitions, and partitions without such an object.
    pub(super) places: Vec<ObjectId>,
    /// The value in the first object of a partition that differs.
    pub(super) value: Option<Value>,
}

/// Where an attribute of an object of a partitioned table has another value than the expected one in a partition, unless
/// a file writes the attribute of the object of that partition.
pub(super) fn deviations(
    kind: Kind,
    object: &Object,
    attr: &'static Attr,
    expected: &Value,
    written: &WrittenAttributes<'_>,
) -> Deviations {
    let mut found = Deviations::default();
    let Value::Map(places) = object.get(IN_PARTITIONS) else {
        return found;
    };
    if !attr.holds_in_partitions {
        return found;
    }
    for (place, value) in places {
        let Some(id) = split_name(place).map(ObjectId::new) else {
            continue;
        };
        // A partition alone explains the object's own value.
        let is_object = id.parts().len() > id.relation().parts().len();
        if value == expected || is_object && written.get(kind, &identity(kind, &id), attr.name).is_some() {
            continue;
        }
        if is_object && found.value.is_none() {
            found.value = Some(value.clone());
        }
        found.places.push(id);
    }
    found
}

/// The identity of an object of this kind: some have no name of their own.
fn identity(kind: Kind, id: &ObjectId) -> ObjectId {
    id.prefix(kind.spec().identity.len())
}

/// The number of partitions that a message names.
const NAMED: usize = 3;

/// The partitions, for people: `in partition public.b1`.
pub(super) fn words(places: &[ObjectId]) -> String {
    let partitions: BTreeSet<String> = places.iter().map(|id| id.relation().to_string()).collect();
    let names: Vec<&str> = partitions.iter().take(NAMED).map(String::as_str).collect();
    let more = partitions.len().saturating_sub(NAMED);
    let many = if partitions.len() == 1 { "" } else { "s" };
    match more {
        0 => format!("in partition{many} {}", names.join(", ")),
        more => format!("in partitions {} and {more} more", names.join(", ")),
    }
}

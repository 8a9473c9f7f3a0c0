//! What is expected of a partition, and of what is in it, where a file says nothing: what PostgreSQL gave it.

use super::subject::{Actual, ObjectComparison};
use crate::attribute::Attr;
use crate::expectation::{ExpectationFile, ExpectedObject, Subject};
use crate::kinds::Kind;
use crate::partitions::{copied_value, original};
use crate::snapshot::{Object, Snapshot};
use crate::value::Value;

/// Where the values of attributes come from that a file leaves out.
pub(super) enum Inherited<'a> {
    /// Nowhere: they have their defaults.
    Nowhere,
    /// The object is a partition: some attributes are those of the object that it is a partition of.
    Partition {
        snapshot: &'a Snapshot,
        file: &'a ExpectationFile,
        parent: &'a ExpectedObject,
        taken: &'static [&'static str],
    },
    /// The object is in a partition, and a copy of this one.
    Copy {
        kind: Kind,
        original: &'a Object,
        major: u32,
    },
}

/// The value of an attribute that a file leaves out.
pub(super) enum InheritedValue {
    /// Its default.
    None,
    /// This value.
    Is(Value),
    /// The object that this one is a copy of must have the same value in all its copies.
    CheckedElsewhere,
}

impl<'a> Inherited<'a> {
    pub(super) fn of(subject: &ObjectComparison<'a, '_>, actual: Actual<'_>) -> Self {
        let ObjectComparison {
            snapshot,
            file,
            expected,
            ..
        } = subject;
        let Some(parent) = expected.parent.map(|parent| &file.objects[parent]) else {
            return Self::Nowhere;
        };
        if expected.is_partition {
            let taken = expected
                .kind
                .spec()
                .partition
                .map_or(&[][..], |partition| partition.taken);
            return Self::Partition {
                snapshot,
                file,
                parent,
                taken,
            };
        }
        if !parent.is_partition {
            return Self::Nowhere;
        }
        match original(snapshot, actual.kind, actual.id, actual.object) {
            Some((_, original)) => Self::Copy {
                kind: actual.kind,
                original,
                major: snapshot.server.major,
            },
            None => Self::Nowhere,
        }
    }

    pub(super) fn value(&self, attr: &Attr) -> InheritedValue {
        let value = match self {
            Self::Nowhere => None,
            Self::Partition {
                snapshot,
                file,
                parent,
                taken,
            } => taken
                .contains(&attr.name)
                .then(|| expected_value(snapshot, file, parent, attr))
                .flatten(),
            Self::Copy { .. } if attr.holds_in_partitions => return InheritedValue::CheckedElsewhere,
            Self::Copy { kind, original, major } => copied_value(*kind, attr, original, *major),
        };
        value.map_or(InheritedValue::None, InheritedValue::Is)
    }
}

/// The value that is expected of an attribute, or the one that it has if a file expects none.
fn expected_value(snapshot: &Snapshot, file: &ExpectationFile, object: &ExpectedObject, attr: &Attr) -> Option<Value> {
    if let Some(written) = object.attributes.iter().find(|a| a.attr.name == attr.name) {
        return Some(written.value.clone());
    }
    if let (true, Some(parent)) = (object.is_partition, object.parent) {
        return expected_value(snapshot, file, &file.objects[parent], attr);
    }
    if let (true, Some(default)) = (object.terms.exact, attr.default) {
        return Some(Value::from(default));
    }
    let Subject::Named(id) = &object.subject else {
        return None;
    };
    snapshot
        .get(object.kind, id)
        .map(|actual| actual.get(attr.name).clone())
}

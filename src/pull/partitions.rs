//! Writes partitions below the object that they are partitions of, each with what it has of its own.

use super::{Writer, default_when_omitted, key_in, written};
use crate::kinds::{Attributes, Kind, Partition};
use crate::object_id::ObjectId;
use crate::partitions::{copied_value, is_unchanged, original, parent, partitions};
use crate::snapshot::Object;
use crate::value::Value;
use crate::yaml::write::Fragment;

/// Where an object is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nesting {
    /// As an object of its own, or in one.
    Object,
    /// As a partition.
    Partition,
    /// In a partition.
    InPartition,
}

impl Writer<'_> {
    /// Whether an object of a partition is written: one of its own, or a changed copy. `None` outside of partitions.
    pub(super) fn differs_in_partition(&self, kind: Kind, id: &ObjectId, object: &Object) -> Option<bool> {
        let (_, original) = original(self.snapshot, kind, id, object)?;
        Some(!is_unchanged(self.snapshot, kind, object, original))
    }

    /// The value that an attribute has if it is left out.
    pub(crate) fn omitted(&self, kind: Kind, id: &ObjectId, object: &Object, name: &str, level: Nesting) -> Value {
        let given = match level {
            Nesting::Object => None,
            Nesting::Partition => {
                let taken = kind.spec().partition.map_or(&[][..], |partition| partition.taken);
                let parent = parent(kind, object).filter(|_| taken.contains(&name));
                parent.and_then(|parent| {
                    let mut kinds = Kind::of_partitions();
                    kinds.find_map(|(kind, _)| Some(self.snapshot.get(kind, &parent)?.get(name).clone()))
                })
            }
            Nesting::InPartition => kind.attr(name).and_then(|attr| {
                let (_, original) = original(self.snapshot, kind, id, object)?;
                copied_value(kind, attr, original, self.snapshot.server.major)
            }),
        };
        given.unwrap_or_else(|| default_when_omitted(kind, id, name))
    }

    /// The section of the partitions of an object.
    pub(super) fn partition_section(&self, kind: Kind, id: &ObjectId, object: &Object) -> Option<(String, Fragment)> {
        let section = kind.partition_section()?;
        let partitions = partitions(object);
        if partitions.is_empty() {
            return None;
        }
        let value = if self.any_partitions {
            Fragment::Plain("any".into())
        } else {
            let entries = partitions
                .iter()
                .map(|(kind, partition)| (key_in(partition, id.schema()), self.partition(*kind, partition)));
            Fragment::Map(entries.collect())
        };
        Some((section.to_owned(), value))
    }

    /// A partition: its bound alone, or a mapping with what it has of its own.
    pub(crate) fn partition(&self, kind: Kind, id: &ObjectId) -> Fragment {
        match self.snapshot.get(kind, id) {
            Some(object) => self.write(kind, id, object, false, Nesting::Partition),
            None => Fragment::Plain("present".into()),
        }
    }

    /// The attributes of a partition with its bound under the key that it has there, and its short form.
    pub(crate) fn partition_attributes(
        partition: &Partition,
        kind: Kind,
        attributes: &Attributes,
    ) -> (Vec<(String, Fragment)>, Option<Fragment>) {
        let names = partition.attributes;
        let mut all = written(kind, attributes);
        all.retain(|(name, _)| name != names.parent);
        let at = all.iter().position(|(name, _)| name == names.bound);
        let bound = at.map(|at| all.remove(at).1);
        let short = bound.clone().filter(|_| all.is_empty());
        if let Some(bound) = bound {
            all.insert(0, (names.key.to_owned(), bound));
        }
        (all, short)
    }
}

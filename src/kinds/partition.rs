//! How objects of a kind are partitions, and have partitions.

use super::Kind;

/// How objects of a kind are partitions, and have partitions.
#[derive(Debug)]
pub struct Partition {
    /// The key of an object that lists its partitions. `None` if objects of the kind have none.
    pub section: Option<&'static str>,
    /// The attributes of a partition.
    pub attributes: PartitionAttributes,
    /// The attributes that a partition takes from the partitioned object if nothing is said about them.
    pub taken: &'static [&'static str],
    /// The attribute by which a partition of this kind is recognized where partitions are listed. `None` for the kind that
    /// partitions have without such an attribute.
    pub mark: Option<&'static str>,
}

/// The attributes of a partition.
#[derive(Debug, Clone, Copy)]
pub struct PartitionAttributes {
    /// The object that it is a partition of.
    pub parent: &'static str,
    /// The rows that it holds.
    pub bound: &'static str,
    /// How the object that it is a partition of is partitioned.
    pub strategy: &'static str,
    /// The key that means `bound` where partitions are listed.
    pub key: &'static str,
    /// The relations that it inherits from without being a partition.
    pub inherits: &'static str,
}

impl Kind {
    /// The key under which objects of this kind list their partitions.
    #[must_use]
    pub fn partition_section(self) -> Option<&'static str> {
        self.spec().partition.and_then(|partition| partition.section)
    }

    /// The kinds of objects that can be partitions.
    pub fn of_partitions() -> impl Iterator<Item = (Self, &'static Partition)> {
        Self::ALL
            .iter()
            .filter_map(|kind| Some((*kind, kind.spec().partition?)))
    }
}

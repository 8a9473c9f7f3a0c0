//! The order in which objects can be created and dropped.

use crate::fix::Turn;

/// The place of a kind in the order in which objects can be created: each can depend on those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CreationRank {
    /// What belongs to the server.
    Server,
    /// Schemas, and what is in none.
    Base,
    /// Types.
    Type,
    /// Functions, and what is made of them.
    Routine,
    /// Relations that have no query.
    Relation,
    /// Columns.
    Column,
    /// Indexes and constraints.
    Key,
    /// References to keys.
    Reference,
    /// Relations that are queries.
    Query,
    /// What is attached to a relation, or mentions it.
    Attached,
}

impl CreationRank {
    /// When an object of the kind is dropped: before those that are changed, if nothing can depend on it.
    pub(super) fn drop_turn(self) -> Turn {
        if self < Self::Key {
            Turn::DropBase
        } else {
            Turn::DropDependent
        }
    }
}

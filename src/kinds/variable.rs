//! The names that the expressions of an object can mention: the columns of a relation, and `VALUE` of a domain.

use super::{Kind, Role};
use crate::object_id::ObjectId;
use crate::snapshot::Snapshot;

/// A name that an expression can mention, with its type.
#[derive(Debug, Clone, Copy)]
pub struct Variable<'a> {
    /// The name, as the catalog has it.
    pub name: &'a str,
    /// The type, as the catalog prints it.
    pub sql_type: &'a str,
}

/// The names that the expressions of an object can mention.
pub fn variables<'a>(snapshot: &'a Snapshot, owner: &'a ObjectId) -> impl Iterator<Item = Variable<'a>> {
    Kind::ALL.iter().flat_map(move |kind| of_kind(*kind, snapshot, owner))
}

/// The names that objects of one kind contribute, columns in the order of the relation.
fn of_kind<'a>(kind: Kind, snapshot: &'a Snapshot, owner: &'a ObjectId) -> Vec<Variable<'a>> {
    match kind.spec().role {
        Role::Column {
            type_attribute,
            position,
        } => {
            let columns = snapshot.children(kind, owner).filter_map(|(id, object)| {
                let sql_type = object.get(type_attribute).as_text()?;
                let variable = Variable {
                    name: id.last(),
                    sql_type,
                };
                Some((object.get(position), variable))
            });
            let mut columns: Vec<_> = columns.collect();
            columns.sort_by_key(|(position, _)| *position);
            columns.into_iter().map(|(_, variable)| variable).collect()
        }
        Role::Domain {
            type_attribute,
            variable,
        } => snapshot
            .get(kind, owner)
            .and_then(|object| object.get(type_attribute).as_text())
            .map(|sql_type| Variable {
                name: variable,
                sql_type,
            })
            .into_iter()
            .collect(),
        Role::Ordinary | Role::Namespace { .. } | Role::Extension | Role::Change | Role::OwnedByColumn { .. } => {
            Vec::new()
        }
    }
}

//! Stubs: empty objects with the names and types of real ones.
//!
//! A text can only be parsed where the objects that it names exist. On a server that has nothing of the database,
//! stubs take their place.

use super::{Kind, Role, variables};
use crate::object_id::{ObjectId, split_name};
use crate::snapshot::{Object, Snapshot};
use crate::sql;
use crate::sql::{Piece, Sql, Statement, name, qualified};

/// The statement that creates an object with the name of another one and nothing in it.
#[derive(Debug, Clone)]
pub struct Stub {
    /// The statement.
    pub statement: Statement,
    /// The texts in the statement that must each be a single type. The statement runs only if they are.
    pub types: Vec<String>,
    /// The schema that must exist first, where the identity of the object does not say it.
    pub schema: Option<String>,
}

impl Stub {
    /// A stub whose statement contains no type yet.
    #[must_use]
    pub fn of(statement: impl Piece) -> Self {
        Self {
            statement: Statement::new(statement),
            types: Vec::new(),
            schema: None,
        }
    }

    /// Appends text of the program.
    #[must_use]
    pub fn then(mut self, sql: impl Piece) -> Self {
        self.statement = self.statement.then(sql);
        self
    }

    /// Appends the name of an operator, which SQL cannot quote.
    #[must_use]
    pub fn then_operator(mut self, operator: &str) -> Self {
        self.statement = self.statement.then_text(operator);
        self
    }

    /// Appends a type as the catalog prints it.
    #[must_use]
    pub fn then_type(mut self, sql_type: &str) -> Self {
        self.statement = self.statement.then_text(sql_type);
        self.types.push(sql_type.to_owned());
        self
    }

    /// Sets the schema that must exist first.
    #[must_use]
    pub fn in_schema(mut self, schema: &str) -> Self {
        self.schema = Some(schema.to_owned());
        self
    }
}

impl Kind {
    /// The stub of an object, if texts can name objects of this kind.
    #[must_use]
    pub fn stub(self, id: &ObjectId, object: &Object, snapshot: &Snapshot) -> Option<Stub> {
        self.spec().stub.and_then(|stub| stub(id, object, snapshot))
    }

    /// The statement that creates a schema unless it exists.
    #[must_use]
    pub fn create_namespace(schema: &str) -> Option<Sql> {
        Self::ALL.iter().find_map(|kind| match kind.spec().role {
            Role::Namespace { create } => Some(create(schema)),
            Role::Ordinary
            | Role::Column { .. }
            | Role::Domain { .. }
            | Role::Extension
            | Role::Change
            | Role::OwnedByColumn { .. } => None,
        })
    }
}

/// A name as the catalog prints it, in a statement; `None` if it is not a name.
pub(super) fn written_name(text: &str) -> Option<Sql> {
    let parts = split_name(text)?;
    Some(Sql::join(parts.iter().map(|part| name(part)), "."))
}

/// A table with the columns of a relation of any kind: its rows have the same type. A query may leave columns out of its
/// GROUP BY that depend on the primary key, so the table has it, too.
#[expect(clippy::unnecessary_wraps, reason = "the table of kinds needs this signature")]
pub(super) fn relation(id: &ObjectId, _: &Object, snapshot: &Snapshot) -> Option<Stub> {
    let mut stub = Stub::of(sql!["CREATE TABLE ", qualified(id), " ("]);
    for (number, column) in variables(snapshot, id).enumerate() {
        let separator = if number > 0 { ", " } else { "" };
        stub = stub
            .then(sql![separator, name(column.name), " "])
            .then_type(column.sql_type);
    }
    for (_, key) in snapshot.children(Kind::PrimaryKey, id) {
        let columns = key.get(super::common::COLUMNS.name).texts();
        if !columns.is_empty() {
            let columns = Sql::join(columns.into_iter().map(name), ", ");
            stub = stub.then(sql![", PRIMARY KEY (", columns, ")"]);
        }
    }
    Some(stub.then(")"))
}

//! Roles that the SQL names and the scratch server lacks. A dump with owners needs them; they are the whole server's, so
//! no dump of one database creates them.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

use super::apply::ApplyError;
use crate::error::Failure;
use crate::sql;
use crate::sql::{Sql, name};
use crate::terminal::visible;

/// The roles of which a note was written.
static REPORTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The roles that were missing while SQL was applied.
#[derive(Default)]
pub(super) struct MissingRoles {
    names: Vec<String>,
    /// The error about the first of them.
    first: Option<Failure>,
}

impl MissingRoles {
    /// Adds the role that a statement lacked, so that the SQL can be applied again.
    ///
    /// # Errors
    /// The error has another cause, or the SQL itself creates or drops the role.
    pub(super) fn add(&mut self, error: ApplyError) -> Result<(), Failure> {
        match error.missing_role {
            // Source: src/backend/catalog/catalog.c, IsReservedName.
            Some(role) if role.starts_with("pg_") => Err(error.failure.hint(
                "PostgreSQL itself creates roles whose names begin with pg_, and this one belongs to another version: give \
                 --scratch with the URL of a server of that version",
            )),
            Some(role) if !self.names.contains(&role) => {
                self.names.push(role);
                self.first.get_or_insert(error.failure);
                Ok(())
            }
            // The SQL creates a role after the statement that lacked it.
            None if error.role_exists => Err(self.first.take().unwrap_or(error.failure)),
            Some(_) | None => Err(error.failure),
        }
    }

    /// The statements that create the roles.
    pub(super) fn statements(&self) -> Vec<Sql> {
        let create = |role: &String| sql!["CREATE ROLE ", name(role), " NOLOGIN"];
        self.names.iter().map(create).collect()
    }

    /// Writes which roles were created, each once in a run.
    pub(super) fn report(&self, server: &str) {
        let mut reported = REPORTED.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<String> = self
            .names
            .iter()
            .filter(|role| reported.insert((*role).clone()))
            .map(|role| visible(role))
            .collect();
        if !new.is_empty() {
            let roles = if new.len() == 1 { "the role" } else { "the roles" };
            let _ = writeln!(
                std::io::stderr().lock(),
                "note: driftgate created {roles} {} in {server}, without any rights, because the SQL names {}",
                new.join(", "),
                if new.len() == 1 { "it" } else { "them" }
            );
        }
    }
}

//! How far a database is with the migrations of a folder, so that the two can be compared as of the last one that it has.

use std::collections::BTreeSet;

use super::begin;
use super::source::{Access, Made};
use crate::catalog::capture::Scope;
use crate::catalog::{Limits, block_on};
use crate::compare::history;
use crate::error::{Failure, Problem};
use crate::expectation::{ExpectedHistory, Level, Terms};
use crate::migrations::folder::{self, Folder};
use crate::redact;
use crate::report::{Check, Checks, Status};
use crate::source_map::Place;

/// How far a database is.
#[derive(Default)]
pub(crate) struct Standing {
    /// What is wrong with its history.
    pub(crate) checks: Checks,
    /// The migrations of the folder that are still to be applied.
    pub(crate) pending: Vec<String>,
    /// The migrations of the folder that the database has not, these and those that failed or were passed over.
    pub(crate) absent: BTreeSet<String>,
}

/// Compares the history of a database with a folder.
///
/// # Errors
/// The folder cannot be read any more, or the database does not answer.
pub(crate) fn read(
    access: &Access<'_>,
    folder: &Folder,
    schemas: &[String],
    place: Place,
    limits: Limits,
) -> Result<Standing, Trouble> {
    let expected = expected(folder, schemas, place).map_err(Trouble::Problem)?;
    let checks = block_on(async {
        let (mut session, snapshot) = begin(access, &Scope::default(), limits, 1).await?;
        let checks = match session.history(&expected, &snapshot.server.role).await? {
            Ok(found) => history::compare(&expected, &found),
            Err(unseen) => vec![*unseen],
        };
        session.close().await;
        Ok(checks)
    });
    Ok(standing(checks.map_err(Trouble::Failure)?))
}

/// Why it cannot be told.
pub(crate) enum Trouble {
    Problem(Problem),
    Failure(Failure),
}

/// That the database has all that is in the folder, and nothing else.
fn expected(folder: &Folder, schemas: &[String], place: Place) -> Result<ExpectedHistory, Problem> {
    let tool = folder.tool;
    // The history stands where the application does.
    let mut candidates = Vec::new();
    for schema in schemas.iter().map(String::as_str).chain(["public"]) {
        for table in tool.tables(schema) {
            if !candidates.iter().any(|(_, known)| *known == table) {
                candidates.push((tool, table));
            }
        }
    }
    Ok(ExpectedHistory {
        tool: Some(tool),
        candidates,
        place,
        applied: Vec::new(),
        latest: None,
        at_least: None,
        failed: true,
        out_of_order: true,
        directory: Some((redact::path(&folder.path), place)),
        files: Some(folder::list(&folder.path)?),
        terms: Terms {
            level: Level::Error,
            reason: None,
            exact: false,
        },
    })
}

fn standing(checks: Vec<Check>) -> Standing {
    let mut standing = Standing::default();
    for check in checks {
        let is_absent = check.status == Status::Drift && check.actual == "pending";
        if is_absent {
            standing.absent.insert(check.object.clone());
        }
        if check.code == "migration-failed"
            && let Some(failed) = check.actual.as_array()
        {
            let names = failed.iter().filter_map(|name| name.as_str().map(str::to_owned));
            standing.absent.extend(names);
        }
        match (check.status, check.code.as_str()) {
            (Status::Drift, "migration-pending") => standing.pending.push(check.object),
            _ => standing.checks.push(check),
        }
    }
    standing
}

impl Made {
    /// Leaves out the migrations that the database has not with which this is compared.
    pub(crate) fn without(&mut self, absent: &BTreeSet<String>) {
        let Some(folder) = &self.folder else {
            return;
        };
        let mut names = folder.migrations.iter().map(|migration| &migration.name);
        // There is a script for each.
        self.scripts
            .retain(|_| names.next().is_none_or(|name| !absent.contains(name)));
    }
}

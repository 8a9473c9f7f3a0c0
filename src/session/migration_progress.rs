//! Which migrations of a folder are applied to a database, so that both can be compared as of the last applied one.

use std::collections::BTreeSet;

use super::not_recorded::UnrecordedFolder;
use super::source::{ResolvedSource, ScratchDatabase};
use super::{begin, migration_scripts};
use crate::catalog::capture::Scope;
use crate::catalog::{Limits, block_on};
use crate::compare::history;
use crate::error::{CommandError, Problem};
use crate::expectation::{AcceptedProblem, ExpectedHistory, Level, Terms};
use crate::finding::{About, Check, Checks, OtherCode, Status};
use crate::migrations::FolderMigration;
use crate::migrations::folder::{self, Folder};
use crate::redact;
use crate::source_map::{Place, SourceMap};

/// Which migrations of a folder are applied to a database.
#[derive(Default)]
pub(crate) struct MigrationProgress {
    /// The checks of the history, without the pending migrations.
    pub(crate) checks: Checks,
    /// The migrations after the last applied one.
    pub(crate) pending: Vec<String>,
    /// All migrations that are not applied: pending, failed or skipped.
    pub(crate) unapplied: BTreeSet<String>,
    /// The migrations that the database needs, if it does not need those of a new database.
    needed: Option<Vec<FolderMigration>>,
    /// The whole folder, if not all of it is applied.
    pub(super) whole: Option<UnrecordedFolder>,
}

/// Compares the migration history of a source with a folder.
///
/// # Errors
/// The folder cannot be read, or the database does not answer.
pub(crate) fn read(
    source: &ResolvedSource,
    folder: &Folder,
    schemas: &[String],
    place: Place,
    limits: Limits,
) -> Result<MigrationProgress, CommandError> {
    let expected = expected(folder, schemas, place)?;
    let checks = source.with_endpoint(|endpoint| {
        block_on(async {
            let (mut session, snapshot) = begin(endpoint, &Scope::default(), limits, 1).await?;
            let result = match session.history(&expected, &snapshot.server.role).await? {
                Ok(found) => (history::compare(&expected, &found), history::needed(&expected, &found)),
                Err(finding) => (vec![*finding], None),
            };
            session.close().await;
            Ok(result)
        })
    })?;
    let (checks, needed) = checks;
    Ok(MigrationProgress {
        needed,
        ..progress(checks)
    })
}

/// The expectation that every migration of the folder is applied, and no other.
fn expected(folder: &Folder, schemas: &[String], place: Place) -> Result<ExpectedHistory, Problem> {
    let tool = folder.tool;
    // The table of the history is in a schema of the application or in `public`.
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
        pending: true,
        ahead: true,
        unknown: true,
        directories: vec![(redact::path(&folder.path), place)],
        files: Some(folder::list(&folder.path)?),
        selection: folder.selection.clone(),
        ignore: Vec::new(),
        // The source was refused if a problem is not accepted.
        accept: folder
            .problems
            .iter()
            .map(|problem| AcceptedProblem {
                name: problem.name.clone(),
                reason: String::new(),
                place,
            })
            .collect(),
        terms: Terms {
            level: Level::Error,
            reason: None,
            exact: false,
            window: Vec::new(),
        },
    })
}

fn progress(checks: Vec<Check>) -> MigrationProgress {
    let mut progress = MigrationProgress::default();
    for check in checks {
        let is_drift = check.status == Status::Drift;
        if let About::Migration(name) = &check.about
            && is_drift
            && check.actual.as_text() == Some(history::PENDING)
        {
            progress.unapplied.insert(name.clone());
        }
        if check.code.is(OtherCode::MigrationFailed) {
            let failed = check.actual.texts().into_iter();
            progress.unapplied.extend(failed.map(str::to_owned));
        }
        if is_drift && check.code.is(OtherCode::MigrationPending) {
            progress.pending.push(check.about.name());
        } else {
            progress.checks.push(check);
        }
    }
    progress
}

impl ScratchDatabase {
    /// Removes the migrations that are not applied to the other database.
    ///
    /// # Errors
    /// A migration that the other database needs, and a new one does not, cannot be applied.
    pub(crate) fn skip_unapplied(
        &mut self,
        progress: &mut MigrationProgress,
        place: Place,
        files: &mut SourceMap,
    ) -> Result<(), Problem> {
        let Some(folder) = &mut self.folder else {
            return Ok(());
        };
        if let Some(needed) = progress.needed.take() {
            folder.migrations = needed;
            self.scripts = migration_scripts::scripts(folder, files)?;
        }
        let unapplied = &progress.unapplied;
        if !progress.pending.is_empty() {
            progress.whole = Some(UnrecordedFolder {
                whole: Self {
                    scratch: self.scratch.clone(),
                    scripts: self.scripts.clone(),
                    printed_by: None,
                    folder: None,
                    tools: self.tools.clone(),
                    is_model: false,
                },
                tool: folder.tool,
                place,
            });
        }
        let mut names = folder.migrations.iter().map(|migration| &migration.name);
        // Each migration has one script.
        self.scripts
            .retain(|_| names.next().is_none_or(|name| !unapplied.contains(name)));
        Ok(())
    }
}

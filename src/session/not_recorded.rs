//! Pending migrations whose objects a database already has: they were applied, and not recorded.

use super::migration_progress::MigrationProgress;
use super::read_snapshot;
use super::source::{ResolvedSource, ScratchDatabase};
use crate::catalog::Limits;
use crate::catalog::capture::Scope;
use crate::expectation::{Level, Terms};
use crate::finding::{About, Check, Code, OtherCode};
use crate::hint::Hint;
use crate::kinds::Kind;
use crate::migrations::Tool;
use crate::snapshot::Snapshot;
use crate::source_map::Place;

/// The number of objects that the message names.
const SHOWN: usize = 3;

/// A folder with pending migrations, and how it is read.
pub(crate) struct UnrecordedFolder {
    /// The database that the whole folder creates.
    pub(crate) whole: ScratchDatabase,
    pub(crate) tool: &'static Tool,
    pub(crate) place: Place,
}

/// The finding that the database has objects which only pending migrations create. `applied` is what the other migrations
/// create. The folder is applied once more only if objects were found that nothing explains.
pub(crate) fn check(
    progress: &mut MigrationProgress,
    findings: &[Check],
    (applied, live): (&Snapshot, &Snapshot),
    scope: &Scope,
    limits: Limits,
) -> Option<Check> {
    let folder = progress.whole.take()?;
    let is_unexplained = |check: &Check| match check.code {
        Code::Missing(_) | Code::Unexpected(_) => true,
        Code::Differs(..) | Code::AssertionFailed(_) | Code::Other(_) => false,
    };
    if !findings.iter().any(is_unexplained) {
        return None;
    }
    // A pending migration that fails here is reported when it is applied.
    let whole = read_snapshot(&ResolvedSource::Scratch(Box::new(folder.whole)), scope, limits).ok()?;
    let mut objects = Vec::new();
    for kind in Kind::ALL {
        for (id, _) in whole.of_kind(*kind) {
            if applied.get(*kind, id).is_none() && live.get(*kind, id).is_some() {
                objects.push(About::object(*kind, id).name());
            }
        }
    }
    if objects.is_empty() {
        return None;
    }
    Some(finding(
        progress,
        &folder.tool.record.replace("NAME", progress.pending.first()?),
        &objects,
        folder.place,
    ))
}

fn finding(progress: &MigrationProgress, record: &str, objects: &[String], place: Place) -> Check {
    let more = objects.len().saturating_sub(SHOWN);
    let shown = objects
        .iter()
        .take(SHOWN)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    let shown = if more > 0 {
        format!("{shown} and {more} more objects")
    } else {
        shown
    };
    let message = format!("the database already has what pending migrations create: {shown}");
    let how = match record {
        "" => String::new(),
        command => format!(": {command}"),
    };
    let terms = Terms {
        level: Level::Error,
        reason: None,
        exact: false,
        window: Vec::new(),
    };
    let about = About::Migration(progress.pending.first().cloned().unwrap_or_default());
    Check::drift(about, OtherCode::MigrationNotRecorded.into(), place, &terms, message).hint(Hint::Advice(format!(
        "if the migration was applied by hand, or its row was removed, record it as applied{how}"
    )))
}

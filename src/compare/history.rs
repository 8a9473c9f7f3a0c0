//! Compares a migration history with its expectation.

mod applied;
mod effective;
mod folder;
mod missing;
mod order;
mod position;
mod surplus;

pub use applied::{AppliedMigrations, applied as is_applied};
pub(crate) use folder::PENDING;

use crate::expectation::ExpectedHistory;
use crate::finding::{About, Check, FoundHistory, OtherCode, Status};
use crate::hint::Hint;
use crate::migrations::folder::interpret;
use crate::migrations::{Effect, FolderMigration, FolderProblem, Keeps, Migration, MigrationState, Tool};
use crate::object_id::ObjectId;
use crate::observed::MigrationHistory;
use crate::source_map::Place;
use crate::suggest;
use crate::value::Value;
use effective::EffectiveFolder;
use folder::FolderComparison;

/// The tool and table of a history, if the tool was detected by its table.
#[must_use]
pub fn found(expected: &ExpectedHistory, history: &MigrationHistory) -> Option<FoundHistory> {
    match history {
        MigrationHistory::Read { tool, table, .. } | MigrationHistory::Unreadable { tool, table, .. }
            if expected.tool.is_none() =>
        {
            Some(FoundHistory {
                tool: tool.name,
                table: table.to_string(),
            })
        }
        MigrationHistory::Read { .. }
        | MigrationHistory::Unreadable { .. }
        | MigrationHistory::Missing(_)
        | MigrationHistory::Several(_) => None,
    }
}

/// Compares a migration history with its expectation.
#[must_use]
pub fn compare(expected: &ExpectedHistory, history: &MigrationHistory) -> Vec<Check> {
    match history {
        MigrationHistory::Missing(elsewhere) => vec![missing::finding(expected, elsewhere)],
        MigrationHistory::Several(found) => vec![several(expected, found)],
        MigrationHistory::Unreadable { tool, table, why, hint } => {
            let about = About::MigrationHistory(Some(table.clone()));
            let code = OtherCode::MigrationHistoryUnreadable.into();
            let message = format!(
                "could not read the migration history of {}, table {table}: {why}",
                tool.name
            );
            vec![
                Check::drift(about, code, expected.place, &expected.terms, message)
                    .status(Status::Unverified)
                    .hint(hint.clone()),
            ]
        }
        MigrationHistory::Read {
            tool,
            table,
            migrations,
        } => {
            let history = &HistoryComparison { expected, tool, table };
            let read = expected.files.as_ref().map(|files| interpret(files, Some(tool)));
            match read {
                None => compare_migrations(history, migrations, None),
                Some(Ok(folder)) => {
                    let refused = refused(history, &folder.problems);
                    let folder = EffectiveFolder::new(history, migrations, folder);
                    let mut checks = compare_migrations(history, &folder.rows, Some(&folder));
                    checks.extend(refused);
                    checks
                }
                Some(Err(problem)) => {
                    let message = format!(
                        "the migration history belongs to {}, but {}",
                        tool.name, problem.message
                    );
                    let unreadable = history
                        .history_finding(OtherCode::MigrationFolderUnreadable, history.directory_place(), message)
                        .status(Status::Unverified)
                        .hint(problem.hint.map(Hint::Advice));
                    let mut checks = compare_migrations(history, migrations, None);
                    checks.push(unreadable);
                    checks
                }
            }
        }
    }
}

/// The finding that several tools have a table and the file does not name a tool.
fn several(expected: &ExpectedHistory, found: &[(&'static Tool, ObjectId)]) -> Check {
    let names: Vec<String> = found
        .iter()
        .map(|(tool, table)| format!("{} ({table})", tool.name))
        .collect();
    let message = format!(
        "found migration histories of {} tools: {}",
        names.len(),
        names.join(", ")
    );
    let about = About::MigrationHistory(None);
    let code = OtherCode::MigrationToolUnclear.into();
    Check::drift(about, code, expected.place, &expected.terms, message)
        .status(Status::Unverified)
        .values(Value::Null, list(names))
        .hint(Hint::advice(
            "write the `tool` whose history is expected; the other tables may be leftovers",
        ))
}

/// A list of names as a value.
fn list<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Value {
    Value::List(names.into_iter().map(|name| Value::Text(name.into())).collect())
}

/// The history of a known tool, and what is expected of it.
pub(super) struct HistoryComparison<'a> {
    expected: &'a ExpectedHistory,
    tool: &'static Tool,
    table: &'a ObjectId,
}

impl HistoryComparison<'_> {
    fn directory_place(&self) -> Place {
        self.expected
            .directories
            .first()
            .map_or(self.expected.place, |(_, place)| *place)
    }

    fn about_history(&self) -> About {
        About::MigrationHistory(Some(self.table.clone()))
    }

    /// A passed check about the history.
    fn passed(&self, code: OtherCode, place: Place) -> Check {
        Check::passed(self.about_history(), code.into(), place, &self.expected.terms)
    }

    /// A finding about the history.
    fn history_finding(&self, code: OtherCode, place: Place, message: String) -> Check {
        Check::drift(self.about_history(), code.into(), place, &self.expected.terms, message)
    }

    /// A finding about a migration.
    fn finding(&self, code: OtherCode, name: &str, place: Place, message: String) -> Check {
        let about = About::Migration(name.to_owned());
        Check::drift(about, code.into(), place, &self.expected.terms, message)
    }

    /// The advice to apply migrations.
    fn apply(&self) -> Hint {
        Hint::advice(self.tool.apply)
    }
}

/// All checks of a history that was read, compared with the folder if there is one.
fn compare_migrations(
    history: &HistoryComparison<'_>,
    migrations: &[Migration],
    folder: Option<&EffectiveFolder>,
) -> Vec<Check> {
    let compared = folder.map(|folder| folder::compare(history, folder));
    // The folder gives the migrations that the history implies, and the names of all migrations.
    let known = compared.as_ref().map_or(migrations, |compared| &compared.known);
    let mut checks: Vec<Check> = history
        .expected
        .applied
        .iter()
        .map(|(name, place)| applied(history, name, *place, known, compared.as_ref()))
        .collect();
    let position = position::Position::new(history, known, folder, compared.as_ref());
    checks.extend(position.latest());
    checks.extend(position.at_least());
    if history.expected.failed {
        checks.push(none_failed(history, known, &checks));
    }
    if let Some(FolderComparison { checks: more, .. }) = compared {
        // A migration that is also expected by name is reported only once.
        let reported: Vec<String> = checks
            .iter()
            .filter(|c| c.is_finding())
            .map(|c| c.about.name())
            .collect();
        checks.extend(more.into_iter().filter(|check| {
            let pending = check.code.is(OtherCode::MigrationPending) || check.code.is(OtherCode::MigrationOutOfOrder);
            let found = check.about.name();
            !(check.is_finding() && pending && reported.iter().any(|name| history.tool.means(name, &found, &found)))
        }));
    }
    checks
}

/// The migrations of the folder that a database with this history should have, if these are not those of a new database.
#[must_use]
pub fn needed(expected: &ExpectedHistory, history: &MigrationHistory) -> Option<Vec<FolderMigration>> {
    let MigrationHistory::Read {
        tool,
        table,
        migrations,
    } = history
    else {
        return None;
    };
    let folder = interpret(expected.files.as_ref()?, Some(tool)).ok()?;
    if folder.replaced.is_empty() {
        return None;
    }
    let history = HistoryComparison { expected, tool, table };
    Some(EffectiveFolder::new(&history, migrations, folder).migrations)
}

/// The problems because of which the tool refuses the folder: what it has is then not all that should be applied.
fn refused(history: &HistoryComparison<'_>, problems: &[FolderProblem]) -> Vec<Check> {
    let counts = |found: &&FolderProblem| found.effect == Effect::Refused && !history.expected.accepts(found);
    problems
        .iter()
        .filter(counts)
        .map(|found| {
            let code = OtherCode::MigrationFolderUnreadable;
            history
                .history_finding(code, history.directory_place(), found.problem.message.clone())
                .status(Status::Unverified)
                .hint(found.problem.hint.clone().map(Hint::Advice))
        })
        .collect()
}

fn applied(
    history: &HistoryComparison<'_>,
    name: &str,
    place: Place,
    migrations: &[Migration],
    folder: Option<&FolderComparison>,
) -> Check {
    let tool = history.tool;
    let named: Vec<&Migration> = migrations
        .iter()
        .filter(|m| tool.means(name, &m.name, &m.version))
        .collect();
    let mut distinct: Vec<&str> = named.iter().map(|m| m.name.as_str()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() > 1 && !distinct.contains(&name) {
        return ambiguous(history, name, place, distinct);
    }
    // If several rows have the name, the last one counts.
    let last = named.iter().rev().find(|m| distinct.len() < 2 || m.name == name);
    match last.map(|m| m.state) {
        Some(MigrationState::Applied | MigrationState::Baseline) => {
            let about = About::Migration(name.to_owned());
            Check::passed(
                about,
                OtherCode::MigrationMissing.into(),
                place,
                &history.expected.terms,
            )
            .values("applied", "applied")
        }
        Some(MigrationState::Failed) => {
            let message = format!(
                "migration {name} started and did not finish, so {} considers it failed",
                tool.name
            );
            history
                .finding(OtherCode::MigrationFailed, name, place, message)
                .values("applied", "failed")
                .hint(failed_hint(tool, last.map_or(name, |m| m.name.as_str())))
        }
        Some(MigrationState::RolledBack) => {
            let message = format!("migration {name} was rolled back and not applied again");
            history
                .finding(OtherCode::MigrationRolledBack, name, place, message)
                .values("applied", "rolled back")
                .hint(history.apply())
        }
        None => match folder.and_then(|folder| folder.unknown_head.as_ref()) {
            Some(head) => history
                .finding(OtherCode::MigrationMissing, name, place, unknown_head(head, name))
                .status(Status::Unverified)
                .hint(Hint::advice(UNKNOWN_HEAD)),
            None => missing_migration(history, name, place, migrations, folder.is_some()),
        },
    }
}

/// What to do about a head that the folder does not have.
const UNKNOWN_HEAD: &str =
    "check that the folder is up to date; if a newer release may have applied it, write `ahead: allow`";

/// Why nothing follows from a head that the folder does not have.
fn unknown_head(head: &str, name: &str) -> String {
    format!(
        "the database is at migration {head}, which is not in the folder, so it is not known whether {name} is applied"
    )
}

/// The finding that several migrations have the name that the file gives.
fn ambiguous(history: &HistoryComparison<'_>, name: &str, place: Place, distinct: Vec<&str>) -> Check {
    let message = format!(
        "{} migrations have the name {name}: {}",
        distinct.len(),
        distinct.join(", ")
    );
    history
        .finding(OtherCode::MigrationAmbiguous, name, place, message)
        .values("applied", list(distinct))
        .hint(Hint::advice("write the full name"))
}

/// The finding that a migration is not in the history.
fn missing_migration(
    history: &HistoryComparison<'_>,
    name: &str,
    place: Place,
    migrations: &[Migration],
    has_folder: bool,
) -> Check {
    let tool = history.tool;
    let apply = match tool.caveat {
        // The comparison with the folder reports this migration in more detail.
        limits if limits.is_empty() || has_folder => tool.apply.to_owned(),
        limits => format!("{}; {limits}", tool.apply),
    };
    history
        .finding(
            OtherCode::MigrationMissing,
            name,
            place,
            not_applied(tool, name, migrations),
        )
        .values("applied", "absent")
        .hint(Hint::Advice(apply))
}

/// The message that a migration is not in the history, with a similar name if there is one.
fn not_applied(tool: &Tool, name: &str, migrations: &[Migration]) -> String {
    let message = format!("migration {name} is not in the migration history of {}", tool.name);
    if let Some(near) = suggest::nearest(name, migrations.iter().map(|m| m.name.as_str())) {
        return format!("{message}; did you mean {near}?");
    }
    match migrations.last() {
        Some(last) => format!("{message}; its last migration is {}", last.name),
        None => message,
    }
}

/// Checks that no migration failed: that is drift even if the file does not name the migration.
fn none_failed(history: &HistoryComparison<'_>, migrations: &[Migration], before: &[Check]) -> Check {
    let place = history.expected.place;
    let failed = migrations
        .iter()
        .enumerate()
        .filter(|(i, m)| {
            m.state == MigrationState::Failed && !migrations[i + 1..].iter().any(|later| later.version == m.version)
        })
        .map(|(_, m)| m.name.as_str());
    let is_reported = |name: &&str| {
        before
            .iter()
            .any(|c| c.code.is(OtherCode::MigrationFailed) && history.tool.means(&c.about.name(), name, name))
    };
    let unreported: Vec<&str> = failed.filter(|name| !is_reported(name)).collect();
    let none = Value::List(Vec::new());
    let Some(first) = unreported.first() else {
        return history
            .passed(OtherCode::MigrationFailed, place)
            .values(none, Value::Null);
    };
    let message = format!(
        "{} started and did not finish, so {} refuses to apply more",
        unreported.join(", "),
        history.tool.name
    );
    history
        .history_finding(OtherCode::MigrationFailed, place, message)
        .hint(failed_hint(history.tool, first))
        .values(none, list(unreported))
}

fn failed_hint(tool: &Tool, name: &str) -> Hint {
    let resolved = match tool.resolve_hint {
        "" => String::new(),
        hint => format!(": {hint}"),
    };
    Hint::Advice(format!(
        "read the error in the row of {name}, repair the database, then mark the migration as resolved{resolved}"
    ))
}

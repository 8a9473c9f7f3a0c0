//! The last migration of a migration history.

use std::collections::BTreeSet;

use super::{Check, Hint, HistoryComparison, Migration, MigrationState, OtherCode, Status};
use crate::migrations::FolderMigration;

/// The last applied migrations: one, or several if the history has several heads.
fn last<'a>(
    history: &HistoryComparison<'_>,
    known: &'a [Migration],
    folder: Option<&[FolderMigration]>,
) -> Vec<&'a Migration> {
    let applied: Vec<&Migration> = known
        .iter()
        .enumerate()
        .filter(|(i, m)| {
            matches!(m.state, MigrationState::Applied | MigrationState::Baseline)
                && !known[i + 1..].iter().any(|later| later.version == m.version)
        })
        .map(|(_, m)| m)
        .collect();
    if history.tool.is_ordered() {
        // Migrations without a version, for instance repeatable ones, have no position.
        let last = applied.iter().max_by_key(|m| (history.tool.sort)(&m.version));
        return last.into_iter().copied().collect();
    }
    let in_graph = folder.is_some_and(|folder| folder.iter().any(|m| !m.after.is_empty()));
    match folder {
        // Those that no other migration follows.
        Some(folder) if in_graph => {
            let versions: BTreeSet<&str> = applied.iter().map(|m| m.version.as_str()).collect();
            let followed: BTreeSet<&str> = folder
                .iter()
                .filter(|other| versions.contains(other.version.as_str()))
                .flat_map(|other| other.after.iter().map(String::as_str))
                .collect();
            let last = applied.iter().filter(|m| !followed.contains(m.version.as_str()));
            last.copied().collect()
        }
        Some(_) | None if history.tool.keeps == super::Keeps::Last => applied,
        Some(_) | None => applied.last().into_iter().copied().collect(),
    }
}

fn names(migrations: &[&Migration]) -> String {
    match migrations {
        [] => "none".into(),
        some => some.iter().map(|m| m.name.as_str()).collect::<Vec<_>>().join(", "),
    }
}

/// Whether the last applied migration is the expected one.
pub(super) fn latest(
    history: &HistoryComparison<'_>,
    known: &[Migration],
    folder: Option<&[FolderMigration]>,
) -> Option<Check> {
    let (name, place) = history.expected.latest.as_ref()?;
    let last = last(history, known, folder);
    let check = if !last.is_empty() && last.iter().all(|m| history.tool.means(name, &m.name, &m.version)) {
        history.passed(OtherCode::MigrationLatest, *place)
    } else {
        let is_applied = known
            .iter()
            .any(|m| m.state == MigrationState::Applied && history.tool.means(name, &m.name, &m.version));
        let message = format!("the last applied migration is {}, not {name}", names(&last));
        let hint = if is_applied {
            Hint::advice("later migrations were applied: expect the last of them, or write `at_least`")
        } else {
            history.apply()
        };
        history
            .history_finding(OtherCode::MigrationLatest, *place, message)
            .hint(hint)
    };
    Some(check.values(name.as_str(), names(&last).as_str()))
}

/// Whether a migration or a later one is applied.
pub(super) fn at_least(
    history: &HistoryComparison<'_>,
    known: &[Migration],
    folder: Option<&[FolderMigration]>,
) -> Option<Check> {
    let (name, place) = history.expected.at_least.as_ref()?;
    let last = last(history, known, folder);
    let finding = |message: String| history.history_finding(OtherCode::MigrationBehind, *place, message);
    let check = match (reached(history, name, known, &last, folder), folder) {
        (Some(true), _) => history.passed(OtherCode::MigrationBehind, *place),
        (Some(false), _) => finding(format!(
            "the last applied migration is {}, which comes before {name}",
            names(&last)
        ))
        .hint(history.apply()),
        (None, Some(_)) => finding(format!(
            "migration {name} is not in the folder, so it is not known which migrations come before it"
        ))
        .status(Status::Unverified)
        .hint(Hint::advice("write the full name that it has in the folder")),
        (None, None) => finding(format!(
            "the order of {} migrations is known only from their folder",
            history.tool.title
        ))
        .status(Status::Unverified)
        .hint(Hint::advice("add the `directory`")),
    };
    Some(check.values(format!("{name} or later").as_str(), names(&last).as_str()))
}

/// `None` if it cannot be determined.
fn reached(
    history: &HistoryComparison<'_>,
    name: &str,
    known: &[Migration],
    last: &[&Migration],
    folder: Option<&[FolderMigration]>,
) -> Option<bool> {
    // If several rows have the version, the last one counts.
    let row = known
        .iter()
        .rev()
        .find(|m| history.tool.means(name, &m.name, &m.version));
    if row.is_some_and(|m| m.state == MigrationState::Applied) {
        return Some(true);
    }
    let in_folder = folder.and_then(|folder| {
        folder
            .iter()
            .position(|m| history.tool.means(name, &m.name, &m.version))
    });
    match (folder, in_folder) {
        (Some(folder), Some(wanted)) if !history.tool.is_ordered() => {
            // In a graph, an applied migration is not later than the wanted one: applying it would have applied the
            // wanted one.
            let linear = folder.iter().all(|m| m.after.is_empty());
            let positions = last
                .iter()
                .filter_map(|last| folder.iter().position(|m| m.version == last.version));
            Some(linear && positions.max().is_some_and(|position| position >= wanted))
        }
        (_, in_folder) => {
            let version = folder.zip(in_folder).map(|(folder, i)| folder[i].version.clone());
            let wanted = match version {
                Some(version) => (history.tool.sort)(&version)?,
                None => history.tool.sort_written(name)?,
            };
            let last = last.iter().filter_map(|m| (history.tool.sort)(&m.version)).max();
            Some(last.is_some_and(|last| last >= wanted))
        }
    }
}

//! Where a history stands.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Check, Migration, Of, State, Status, check};
use crate::migrations::FolderMigration;

/// The migrations that are applied and after which nothing is: one, or several where a history has several heads.
fn last<'a>(of: &Of<'_>, known: &'a [Migration], folder: Option<&[FolderMigration]>) -> Vec<&'a Migration> {
    let applied: Vec<&Migration> = known
        .iter()
        .enumerate()
        .filter(|(i, m)| {
            matches!(m.state, State::Applied | State::Baseline)
                && !known[i + 1..].iter().any(|later| later.version == m.version)
        })
        .map(|(_, m)| m)
        .collect();
    if of.tool.is_ordered() {
        // Those without a version, such as repeatable ones, are no position.
        let last = applied.iter().max_by_key(|m| (of.tool.sort)(&m.version));
        return last.into_iter().copied().collect();
    }
    let in_graph = folder.is_some_and(|folder| folder.iter().any(|m| !m.after.is_empty()));
    match folder {
        // Those that no other one follows.
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
        Some(_) | None if of.tool.keeps == super::Keeps::Last => applied,
        Some(_) | None => applied.last().into_iter().copied().collect(),
    }
}

fn names(migrations: &[&Migration]) -> String {
    match migrations {
        [] => "none".into(),
        some => some.iter().map(|m| m.name.as_str()).collect::<Vec<_>>().join(", "),
    }
}

/// Whether the last migration that is applied is the one that must be.
pub(super) fn latest(of: &Of<'_>, known: &[Migration], folder: Option<&[FolderMigration]>) -> Option<Check> {
    let (name, place) = of.expected.latest.as_ref()?;
    let mut check = check(of.expected, *place, "migration-latest", of.table.to_string());
    let last = last(of, known, folder);
    check.expected = json!(name);
    check.actual = json!(names(&last));
    if !last.is_empty() && last.iter().all(|m| of.tool.means(name, &m.name, &m.version)) {
        check.status = Status::Passed;
        return Some(check);
    }
    let there = known
        .iter()
        .any(|m| m.state == State::Applied && of.tool.means(name, &m.name, &m.version));
    check.message = format!("the last migration that is applied is {}, not {name}", names(&last));
    check.hint = Some(if there {
        "later ones were applied: expect the last of them, or write `at_least`".into()
    } else {
        of.tool.apply.to_owned()
    });
    Some(check)
}

/// Whether a migration is applied, or a later one.
pub(super) fn at_least(of: &Of<'_>, known: &[Migration], folder: Option<&[FolderMigration]>) -> Option<Check> {
    let (name, place) = of.expected.at_least.as_ref()?;
    let mut check = check(of.expected, *place, "migration-behind", of.table.to_string());
    let last = last(of, known, folder);
    check.expected = json!(format!("{name} or later"));
    check.actual = json!(names(&last));
    check.status = match reached(of, name, known, &last, folder) {
        Some(true) => Status::Passed,
        Some(false) => {
            check.message = format!(
                "the last migration that is applied is {}, which is before {name}",
                names(&last)
            );
            check.hint = Some(of.tool.apply.to_owned());
            Status::Drift
        }
        None => {
            check.message = match folder {
                Some(_) => format!("{name} is no migration of the folder, so nobody knows what is before it"),
                None => format!(
                    "the order of {} migrations is known only from their folder",
                    of.tool.title
                ),
            };
            check.hint = Some(match folder {
                Some(_) => "write the whole name as the folder has it".into(),
                None => "give the `directory`".to_owned(),
            });
            Status::Unverified
        }
    };
    Some(check)
}

/// `None` if it cannot be told.
fn reached(
    of: &Of<'_>,
    name: &str,
    known: &[Migration],
    last: &[&Migration],
    folder: Option<&[FolderMigration]>,
) -> Option<bool> {
    // The last row of a version counts.
    let row = known.iter().rev().find(|m| of.tool.means(name, &m.name, &m.version));
    if row.is_some_and(|m| m.state == State::Applied) {
        return Some(true);
    }
    let in_folder = folder.and_then(|folder| folder.iter().position(|m| of.tool.means(name, &m.name, &m.version)));
    match (folder, in_folder) {
        (Some(folder), Some(wanted)) if !of.tool.is_ordered() => {
            // Nothing that is applied may be taken for later in a graph: what follows would have brought it along.
            let linear = folder.iter().all(|m| m.after.is_empty());
            let positions = last
                .iter()
                .filter_map(|last| folder.iter().position(|m| m.version == last.version));
            Some(linear && positions.max().is_some_and(|position| position >= wanted))
        }
        (_, in_folder) => {
            let version = folder.zip(in_folder).map(|(folder, i)| folder[i].version.clone());
            let wanted = match version {
                Some(version) => (of.tool.sort)(&version)?,
                None => of.tool.sort_written(name)?,
            };
            let last = last.iter().filter_map(|m| (of.tool.sort)(&m.version)).max();
            Some(last.is_some_and(|last| last >= wanted))
        }
    }
}

//! Compares a migration history with the folder of its migrations.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Hint, HistoryComparison, Keeps, Migration, MigrationState, OtherCode};
use crate::migrations::FolderMigration;
use crate::value::Value;

/// The actual value of a finding about a migration that is not applied.
pub(crate) const PENDING: &str = "pending";

/// The result of the comparison of a history with a folder.
pub(super) struct FolderComparison {
    /// The migrations that the history contains or implies, in order, with their names from the folder.
    pub(super) known: Vec<Migration>,
    /// Findings about pending, unknown, changed and out-of-order migrations; a passed check where there are none.
    pub(super) checks: Vec<Check>,
}

/// Compares a history with its folder.
pub(super) fn compare(
    history: &HistoryComparison<'_>,
    rows: &[Migration],
    folder: &[FolderMigration],
) -> FolderComparison {
    let known = match history.tool.keeps {
        Keeps::All => named(rows, folder),
        Keeps::Last => before(history, rows, folder),
    };
    let states = states(history, &known, folder);
    let (pending, mut late) = pending(history, folder, &states);
    let mut checks = Vec::new();
    // If the history records only the heads of a graph, the folder must have each head: otherwise it is unknown which
    // migrations come before it.
    let is_not_in_folder = |m: &Migration| !folder.iter().any(|other| other.version == m.version);
    if history.tool.keeps == Keeps::All || history.tool.is_ordered() || !rows.iter().any(is_not_in_folder) {
        checks.extend(or_passed(history, OtherCode::MigrationPending, pending));
    }
    checks.extend(or_passed(
        history,
        OtherCode::MigrationUnknown,
        unknown(history, &known, folder),
    ));
    if !history.tool.checksum.is_empty() {
        checks.extend(or_passed(
            history,
            OtherCode::MigrationChanged,
            changed(history, &known, folder),
        ));
    }
    if history.expected.out_of_order {
        late.extend(applied_late(history, &known, folder));
        checks.extend(or_passed(history, OtherCode::MigrationOutOfOrder, late));
    }
    FolderComparison { known, checks }
}

/// The findings with a code, or one passed check if there are none.
fn or_passed(history: &HistoryComparison<'_>, code: OtherCode, mut findings: Vec<Check>) -> Vec<Check> {
    if findings.is_empty() {
        findings.push(history.passed(code, history.directory_place()));
    }
    findings
}

fn finding(history: &HistoryComparison<'_>, code: OtherCode, name: &str, message: String) -> Check {
    history.finding(code, name, history.directory_place(), message)
}

/// The rows of a history, with the names of the migrations from the folder.
fn named(rows: &[Migration], folder: &[FolderMigration]) -> Vec<Migration> {
    let names: BTreeMap<&str, &str> = folder.iter().map(|m| (m.version.as_str(), m.name.as_str())).collect();
    rows.iter()
        .map(|m| Migration {
            name: names
                .get(m.version.as_str())
                .map_or_else(|| m.name.clone(), |name| (*name).to_owned()),
            ..m.clone()
        })
        .collect()
}

/// The migrations of a history that records only the last ones: all migrations before them are applied, too.
fn before(history: &HistoryComparison<'_>, rows: &[Migration], folder: &[FolderMigration]) -> Vec<Migration> {
    let last = named(rows, folder);
    let mut reached: Vec<bool> = vec![false; folder.len()];
    let position = |version: &str| folder.iter().position(|m| m.version == version);
    for migration in &last {
        let key = (history.tool.sort)(&migration.version);
        if key.is_some() {
            for (i, m) in folder.iter().enumerate() {
                reached[i] |= (history.tool.sort)(&m.version) < key;
            }
            continue;
        }
        // In a graph: its predecessors, and theirs.
        let mut todo: Vec<usize> = position(&migration.version).into_iter().collect();
        while let Some(i) = todo.pop() {
            for previous in folder[i].after.iter().filter_map(|version| position(version)) {
                if !reached[previous] {
                    reached[previous] = true;
                    todo.push(previous);
                }
            }
        }
    }
    let implied = folder
        .iter()
        .zip(reached)
        .filter(|(_, reached)| *reached)
        .map(|(m, _)| Migration {
            name: m.name.clone(),
            version: m.version.clone(),
            state: MigrationState::Applied,
            checksum: None,
        });
    implied
        .filter(|m| last.iter().all(|other| other.version != m.version))
        .chain(last.iter().cloned())
        .collect()
}

/// How each migration of the folder ended. `None` if the history does not contain it.
fn states(
    history: &HistoryComparison<'_>,
    known: &[Migration],
    folder: &[FolderMigration],
) -> Vec<Option<MigrationState>> {
    let last: BTreeMap<&str, MigrationState> = known.iter().map(|m| (m.version.as_str(), m.state)).collect();
    let done = |version: &str| {
        matches!(
            last.get(version),
            Some(MigrationState::Applied | MigrationState::Baseline)
        )
    };
    let replaced: BTreeSet<&str> = folder
        .iter()
        .filter(|other| done(&other.version))
        .flat_map(|other| other.replaces.iter().map(String::as_str))
        .collect();
    let baseline = known
        .iter()
        .filter(|m| m.state == MigrationState::Baseline)
        .filter_map(|m| (history.tool.sort)(&m.version))
        .max();
    folder
        .iter()
        .map(|m| {
            let state = last.get(m.version.as_str()).copied();
            let before_baseline = || baseline.is_some() && (history.tool.sort)(&m.version) <= baseline;
            // A squashed migration counts as applied if the migrations that it replaces are applied, and the other way
            // round.
            let in_parts = || !m.replaces.is_empty() && m.replaces.iter().any(|version| done(version));
            let in_another = || replaced.contains(m.version.as_str());
            match state {
                Some(MigrationState::RolledBack) | None if before_baseline() || in_parts() || in_another() => {
                    Some(MigrationState::Applied)
                }
                Some(
                    MigrationState::Applied
                    | MigrationState::Baseline
                    | MigrationState::Failed
                    | MigrationState::RolledBack,
                )
                | None => state,
            }
        })
        .collect()
}

/// Migrations of the folder that are not applied: first the pending ones, then those that come before an applied one.
fn pending(
    history: &HistoryComparison<'_>,
    folder: &[FolderMigration],
    states: &[Option<MigrationState>],
) -> (Vec<Check>, Vec<Check>) {
    let last_applied = states
        .iter()
        .rposition(|state| matches!(state, Some(MigrationState::Applied | MigrationState::Baseline)))
        .filter(|last| !folder[*last].repeatable);
    let linear = folder.iter().all(|m| m.after.is_empty());
    let mut pending = Vec::new();
    let mut skipped = Vec::new();
    for (i, (migration, state)) in folder.iter().zip(states).enumerate() {
        let rolled_back = match state {
            Some(MigrationState::Applied | MigrationState::Baseline | MigrationState::Failed) => continue,
            Some(MigrationState::RolledBack) => ", it was rolled back",
            None => "",
        };
        let later = last_applied.filter(|last| *last > i && linear && !migration.repeatable);
        match later {
            Some(last) if history.expected.out_of_order => {
                let message = format!(
                    "migration {} is not applied{rolled_back}, but {}, which comes after it, is applied",
                    migration.name, folder[last].name
                );
                let hint = format!(
                    "{} may refuse it or never apply it: give it a later version, or apply and record it by hand",
                    history.tool.title
                );
                let check = finding(history, OtherCode::MigrationOutOfOrder, &migration.name, message);
                skipped.push(check.values("applied", PENDING).hint(Hint::Advice(hint)));
            }
            Some(_) | None => {
                let message = format!(
                    "migration {} is in the folder and not applied{rolled_back}",
                    migration.name
                );
                let check = finding(history, OtherCode::MigrationPending, &migration.name, message);
                pending.push(check.values("applied", PENDING).hint(history.apply()));
            }
        }
    }
    (pending, skipped)
}

/// Applied migrations that are not in the folder.
fn unknown(history: &HistoryComparison<'_>, known: &[Migration], folder: &[FolderMigration]) -> Vec<Check> {
    let families: BTreeSet<_> = folder.iter().map(|m| (history.tool.family)(&m.version)).collect();
    let family = |version: &str| families.contains(&(history.tool.family)(version));
    let in_folder: BTreeSet<&str> = folder
        .iter()
        .flat_map(|m| std::iter::once(&m.version).chain(&m.replaces))
        .map(String::as_str)
        .collect();
    let last: BTreeMap<&str, usize> = known.iter().zip(0..).map(|(m, i)| (m.version.as_str(), i)).collect();
    let mut out = Vec::new();
    for (i, migration) in known.iter().enumerate() {
        let counts = match migration.state {
            MigrationState::Applied | MigrationState::Failed => true,
            MigrationState::RolledBack | MigrationState::Baseline => false,
        };
        let version = migration.version.as_str();
        let again = last.get(version).is_some_and(|last| *last > i);
        if !counts || in_folder.contains(version) || again || !family(&migration.version) {
            continue;
        }
        let message = format!("migration {} is in the history, but not in the folder", migration.name);
        let check = finding(history, OtherCode::MigrationUnknown, &migration.name, message);
        out.push(check.values("absent", "applied").hint(Hint::advice(
            "another version of the project applied it, or its file was renamed or removed: check that this is the right \
             folder and that it is up to date",
        )));
    }
    out
}

/// Migrations whose file has changed since it was applied.
fn changed(history: &HistoryComparison<'_>, known: &[Migration], folder: &[FolderMigration]) -> Vec<Check> {
    let mut out = Vec::new();
    for migration in folder {
        let Some(applied) = known.iter().rev().find(|m| m.version == migration.version) else {
            continue;
        };
        let (MigrationState::Applied, Some(was), Some(is)) = (applied.state, &applied.checksum, &migration.checksum)
        else {
            continue;
        };
        if was == is {
            continue;
        }
        let check = if migration.repeatable {
            let message = format!(
                "migration {} has changed since it was applied and must be applied again",
                migration.name
            );
            finding(history, OtherCode::MigrationPending, &migration.name, message).hint(history.apply())
        } else {
            let message = format!(
                "the file of migration {} has changed since it was applied",
                migration.name
            );
            finding(history, OtherCode::MigrationChanged, &migration.name, message).hint(Hint::advice(
                "undo the change and write it as a new migration; databases that applied the earlier file do not have \
                 what the folder says",
            ))
        };
        out.push(check.values(is.as_str(), was.as_str()));
    }
    out
}

/// Migrations that were applied after a later migration.
fn applied_late(history: &HistoryComparison<'_>, known: &[Migration], folder: &[FolderMigration]) -> Vec<Check> {
    if history.tool.keeps == Keeps::Last || folder.iter().any(|m| !m.after.is_empty()) {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut highest: Option<(usize, &str)> = None;
    for (i, migration) in known.iter().enumerate() {
        let again = known[i + 1..].iter().any(|later| later.version == migration.version);
        if migration.state != MigrationState::Applied || again {
            continue;
        }
        let Some(position) = folder
            .iter()
            .position(|m| m.version == migration.version && !m.repeatable)
        else {
            continue;
        };
        match highest {
            Some((highest, later)) if highest > position => {
                let message = format!(
                    "migration {} was applied after {later}, which comes after it",
                    migration.name
                );
                let values = (
                    Value::Text(format!("before {later}")),
                    Value::Text(format!("after {later}")),
                );
                let check = finding(history, OtherCode::MigrationOutOfOrder, &migration.name, message);
                out.push(check.values(values.0, values.1).hint(Hint::advice(
                    "a new database applies them in the other order: verify that both orders give the same schema, then \
                     write `out_of_order: allow`",
                )));
            }
            Some(_) | None => highest = Some((position, &migration.name)),
        }
    }
    out
}

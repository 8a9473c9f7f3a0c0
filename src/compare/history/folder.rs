//! Compares a migration history with the folder of its migrations.

use std::collections::BTreeMap;

use super::effective::{EffectiveFolder, is_done};
use super::order::{applied_after, applied_late, late_hint};
use super::surplus::not_in_folder;
use super::{Check, Hint, HistoryComparison, Keeps, Migration, MigrationState, OtherCode, Status};
use crate::expectation::{Level, Terms};
use crate::migrations::{FolderMigration, Replacement};

/// The actual value of a finding about a migration that is not applied.
pub(crate) const PENDING: &str = "pending";

/// The result of the comparison of a history with a folder.
pub(super) struct FolderComparison {
    /// The migrations that the history contains or implies, in order, with their names from the folder.
    pub(super) known: Vec<Migration>,
    /// Findings about pending, unknown, changed and out-of-order migrations; a passed check where there are none.
    pub(super) checks: Vec<Check>,
    /// The last applied migration that is not in the folder, if the history has only the last ones and nothing allows it:
    /// then it is not known which others are applied.
    pub(super) unknown_head: Option<String>,
}

/// Compares a history with its folder.
pub(super) fn compare(history: &HistoryComparison<'_>, folder: &EffectiveFolder) -> FolderComparison {
    let rows = named(&folder.rows, folder);
    let heads = unknown_heads(history, &rows, folder);
    let is_allowed = !history.expected.ahead || !history.expected.unknown;
    let known = match history.tool.keeps {
        Keeps::All => with_squashed(rows, folder),
        Keeps::Last => before(history, &rows, &folder.migrations, is_allowed && !heads.is_empty()),
    };
    let unknown_head = heads.into_iter().next().filter(|_| !is_allowed);
    let states = states(history, &known, folder);
    let (pending, mut late) = pending(history, &known, &folder.migrations, &states);
    let mut checks = Vec::new();
    if unknown_head.is_none() && history.expected.pending {
        checks.extend(or_passed(history, OtherCode::MigrationPending, pending));
    }
    checks.extend(folder.unusable.iter().map(|checkpoint| unusable(history, checkpoint)));
    let (ahead, unknown) = not_in_folder(history, &known, folder, &states);
    if history.expected.unknown {
        checks.extend(or_passed(history, OtherCode::MigrationUnknown, unknown));
        if history.expected.ahead {
            checks.extend(ahead);
        }
    }
    if !history.tool.checksum.is_empty() {
        checks.extend(or_passed(
            history,
            OtherCode::MigrationChanged,
            changed(history, &known, folder),
        ));
    }
    if history.expected.out_of_order {
        late.extend(applied_late(history, &known, &folder.migrations));
        checks.extend(or_passed(history, OtherCode::MigrationOutOfOrder, late));
    }
    checks.extend(folder.idle_patterns.iter().map(|(pattern, place)| {
        let terms = Terms {
            level: Level::Warn,
            reason: None,
            exact: false,
            window: Vec::new(),
        };
        let message = format!("pattern `{pattern}` matches no migration");
        let code = OtherCode::MigrationIgnoreIdle.into();
        Check::drift(history.about_history(), code, *place, &terms, message)
            .hint(Hint::advice("remove or correct the pattern"))
    }));
    FolderComparison {
        known,
        checks,
        unknown_head,
    }
}

/// The rows, and the squashed migrations whose parts are applied.
fn with_squashed(mut rows: Vec<Migration>, folder: &EffectiveFolder) -> Vec<Migration> {
    let in_parts = folder
        .migrations
        .iter()
        .filter(|m| folder.in_parts.contains(&m.version));
    for squashed in in_parts {
        if rows.iter().all(|row| row.version != squashed.version) {
            rows.push(Migration {
                name: squashed.name.clone(),
                version: squashed.version.clone(),
                state: MigrationState::Applied,
                checksum: None,
                written_in: None,
            });
        }
    }
    rows
}

/// The names of the last applied migrations that are not in the folder, if only the folder knows what comes before them.
fn unknown_heads(history: &HistoryComparison<'_>, rows: &[Migration], folder: &EffectiveFolder) -> Vec<String> {
    if history.tool.keeps == Keeps::All || history.tool.is_ordered() {
        return Vec::new();
    }
    let is_in_folder = |row: &&Migration| !folder.migrations.iter().any(|m| m.version == row.version);
    rows.iter().filter(is_in_folder).map(|row| row.name.clone()).collect()
}

/// The findings with a code, or one passed check if there are none.
fn or_passed(history: &HistoryComparison<'_>, code: OtherCode, mut findings: Vec<Check>) -> Vec<Check> {
    if findings.is_empty() {
        findings.push(history.passed(code, history.directory_place()));
    }
    findings
}

pub(super) fn finding(history: &HistoryComparison<'_>, code: OtherCode, name: &str, message: String) -> Check {
    history.finding(code, name, history.directory_place(), message)
}

/// The rows of a history, with the names of the migrations from the folder.
fn named(rows: &[Migration], folder: &EffectiveFolder) -> Vec<Migration> {
    let all = folder.migrations.iter().chain(&folder.others);
    let names: BTreeMap<&str, &str> = all.map(|m| (m.version.as_str(), m.name.as_str())).collect();
    rows.iter()
        .map(|m| Migration {
            name: names
                .get(m.version.as_str())
                .map_or_else(|| m.name.clone(), |name| (*name).to_owned()),
            ..m.clone()
        })
        .collect()
}

/// The migrations of a history that records only the last ones: all migrations before them are applied, too. If the last
/// one comes after the folder, that is the whole folder.
fn before(
    history: &HistoryComparison<'_>,
    last: &[Migration],
    folder: &[FolderMigration],
    is_ahead: bool,
) -> Vec<Migration> {
    let mut reached: Vec<bool> = vec![is_ahead; folder.len()];
    let position = |version: &str| folder.iter().position(|m| m.version == version);
    for migration in last {
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
            written_in: None,
        });
    implied
        .filter(|m| last.iter().all(|other| other.version != m.version))
        .chain(last.iter().cloned())
        .collect()
}

/// How each migration of the folder ended. `None` if the history does not contain it.
pub(super) fn states(
    history: &HistoryComparison<'_>,
    known: &[Migration],
    folder: &EffectiveFolder,
) -> Vec<Option<MigrationState>> {
    let last: BTreeMap<&str, MigrationState> = known.iter().map(|m| (m.version.as_str(), m.state)).collect();
    let baseline = known
        .iter()
        .filter(|m| m.state == MigrationState::Baseline)
        .filter_map(|m| (history.tool.sort)(&m.version))
        .max();
    let state = |m: &FolderMigration| {
        let state = last.get(m.version.as_str()).copied();
        let before_baseline = || baseline.is_some() && (history.tool.sort)(&m.version) <= baseline;
        match state {
            Some(MigrationState::RolledBack) | None if before_baseline() || folder.in_parts.contains(&m.version) => {
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
    };
    folder.migrations.iter().map(state).collect()
}

/// A migration with its title, if its name does not say what it does.
fn titled(migration: &FolderMigration) -> String {
    match &migration.title {
        Some(title) => format!("{} ({title})", migration.name),
        None => migration.name.clone(),
    }
}

/// Migrations of the folder that are not applied: first the pending ones, then those that come before an applied one.
fn pending(
    history: &HistoryComparison<'_>,
    known: &[Migration],
    folder: &[FolderMigration],
    states: &[Option<MigrationState>],
) -> (Vec<Check>, Vec<Check>) {
    let applied_after = applied_after(history, known, folder, states);
    let mut pending = Vec::new();
    let mut skipped = Vec::new();
    for (i, (migration, state)) in folder.iter().zip(states).enumerate() {
        let rolled_back = match state {
            Some(MigrationState::Applied | MigrationState::Baseline | MigrationState::Failed) => continue,
            Some(MigrationState::RolledBack) => ", it was rolled back",
            None => "",
        };
        let name = titled(migration);
        match applied_after(i) {
            Some(later) if history.expected.out_of_order => {
                let message = format!(
                    "migration {name} is not applied{rolled_back}, but {later}, which comes after it, is applied"
                );
                let check = finding(history, OtherCode::MigrationOutOfOrder, &migration.name, message);
                skipped.push(check.values("applied", PENDING).hint(late_hint(history)));
            }
            Some(_) | None => {
                let part = part_applied(history, migration, known);
                let but = part.map_or_else(String::new, |part| {
                    format!("; of the migrations that it replaces, {part} is applied, but not all are")
                });
                let message = format!("migration {name} is in the folder and not applied{rolled_back}{but}");
                let hint = match part {
                    None => history.apply(),
                    Some(_) => Hint::Advice(format!(
                        "{} does not apply it to such a database: restore the files of the migrations that it replaces, and \
                         apply these",
                        history.tool.title
                    )),
                };
                let check = finding(history, OtherCode::MigrationPending, &migration.name, message);
                pending.push(check.values("applied", PENDING).hint(hint));
            }
        }
    }
    (pending, skipped)
}

/// An applied migration that a squashed one replaces.
fn part_applied<'a>(
    history: &HistoryComparison<'_>,
    squashed: &FolderMigration,
    known: &'a [Migration],
) -> Option<&'a str> {
    let is_part = |m: &&Migration| is_done(Some(m.state)) && squashed.replaces.contains(&m.version);
    match history.tool.replacement {
        Replacement::WhenAll if !squashed.replaces.is_empty() => known.iter().find(is_part).map(|m| m.name.as_str()),
        Replacement::WhenAll | Replacement::NewDatabases => None,
    }
}

/// The finding that a migration for new databases does not help this one.
fn unusable(history: &HistoryComparison<'_>, checkpoint: &FolderMigration) -> Check {
    let message = format!(
        "{} applies {} only to new databases, and the folder does not have the migrations that it replaces, so it is not known \
         whether all of them are applied",
        history.tool.title, checkpoint.name
    );
    finding(history, OtherCode::MigrationPending, &checkpoint.name, message)
        .status(Status::Unverified)
        .hint(Hint::advice(
            "keep the replaced migrations until every database has them",
        ))
}

/// Migrations whose file has changed since it was applied.
fn changed(history: &HistoryComparison<'_>, known: &[Migration], folder: &EffectiveFolder) -> Vec<Check> {
    let last: BTreeMap<&str, &Migration> = known.iter().map(|m| (m.version.as_str(), m)).collect();
    let mut out = Vec::new();
    for migration in folder
        .migrations
        .iter()
        .chain(&folder.others)
        .filter(|m| !m.checksums.is_empty())
    {
        let Some(applied) = last.get(migration.version.as_str()) else {
            continue;
        };
        let (MigrationState::Applied, Some(was), Some(is)) =
            (applied.state, &applied.checksum, migration.checksums.first())
        else {
            continue;
        };
        let is_ignored = history.ignores(&migration.name, &migration.version);
        if migration.checksums.contains(was) || is_ignored {
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

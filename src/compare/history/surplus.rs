//! Applied migrations that the folder does not have.

use std::collections::{BTreeMap, BTreeSet};

use super::effective::{EffectiveFolder, is_done};
use super::folder::finding;
use super::{Check, Hint, HistoryComparison, Keeps, Migration, MigrationState, OtherCode};

/// Applied migrations that are not in the folder: those after its last one, and the others.
pub(super) fn not_in_folder(
    history: &HistoryComparison<'_>,
    known: &[Migration],
    folder: &EffectiveFolder,
    states: &[Option<MigrationState>],
) -> (Vec<Check>, Vec<Check>) {
    let all = || folder.migrations.iter().chain(&folder.others).chain(&folder.unusable);
    let families: BTreeSet<_> = all().map(|m| (history.tool.family)(&m.version)).collect();
    let in_folder: BTreeSet<&str> = all()
        .flat_map(|m| std::iter::once(&m.version).chain(&m.replaces))
        .map(String::as_str)
        .collect();
    let is_after = after_folder(history, known, folder, states);
    let last: BTreeMap<&str, usize> = known.iter().zip(0..).map(|(m, i)| (m.version.as_str(), i)).collect();
    let (mut ahead, mut unknown) = (Vec::new(), Vec::new());
    for (i, migration) in known.iter().enumerate() {
        let counts = match migration.state {
            MigrationState::Applied | MigrationState::Failed => true,
            MigrationState::RolledBack | MigrationState::Baseline => false,
        };
        let version = migration.version.as_str();
        let again = last.get(version).is_some_and(|last| *last > i);
        let is_of_family = families.contains(&(history.tool.family)(version));
        if !counts || in_folder.contains(version) || again || !is_of_family || history.ignores(&migration.name, version)
        {
            continue;
        }
        let name = &migration.name;
        if is_after(i) {
            let message = format!("migration {name} is applied, and comes after the last one of the folder");
            let message = match history.tool.keeps {
                Keeps::Last if !history.tool.is_ordered() => format!(
                    "the database is at migration {name}, which is not in the folder, so it is not known which of the folder are \
                     applied"
                ),
                Keeps::All | Keeps::Last => message,
            };
            let check = finding(history, OtherCode::MigrationAhead, name, message);
            ahead.push(check.values("absent", "applied").hint(Hint::advice(
                "a newer release of the project applied it: check that the folder is up to date; `ahead: allow` in an expectation file accepts it",
            )));
        } else {
            let message = format!("migration {name} is in the history, but not in the folder");
            let check = finding(history, OtherCode::MigrationUnknown, name, message);
            unknown.push(check.values("absent", "applied").hint(Hint::advice(
                "another version of the project or a package applied it, or its file was renamed or removed: check that this is \
                 the right folder and that it is up to date, or write `unknown: allow`",
            )));
        }
    }
    (ahead, unknown)
}

/// Whether a row comes after everything that is in the folder.
fn after_folder(
    history: &HistoryComparison<'_>,
    known: &[Migration],
    folder: &EffectiveFolder,
    states: &[Option<MigrationState>],
) -> impl Fn(usize) -> bool {
    let sort = history.tool.sort;
    let all = || folder.migrations.iter().chain(&folder.others).chain(&folder.unusable);
    let keys: Vec<Option<_>> = known.iter().map(|m| sort(&m.version)).collect();
    let last_key = all().filter_map(|m| sort(&m.version)).max();
    let in_folder: BTreeSet<&str> = all().map(|m| m.version.as_str()).collect();
    // The last row of each family that is in the folder, and the families of which something is pending.
    let family = history.tool.family;
    let mut last_rows: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, row) in known.iter().enumerate() {
        if in_folder.contains(row.version.as_str()) {
            last_rows.insert(family(&row.version), i);
        }
    }
    let pending = folder
        .migrations
        .iter()
        .zip(states)
        .filter(|(_, state)| !is_done(**state));
    let pending: BTreeSet<&str> = pending.map(|(m, _)| family(&m.version)).collect();
    let (is_ordered, keeps) = (history.tool.is_ordered(), history.tool.keeps);
    move |row| {
        let family = family(&known[row].version);
        match (is_ordered, keeps) {
            (true, _) => keys[row].is_some() && keys[row] > last_key,
            (false, Keeps::Last) => true,
            (false, Keeps::All) => !pending.contains(family) && last_rows.get(family).is_none_or(|last| row > *last),
        }
    }
}

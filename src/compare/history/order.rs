//! The order in which migrations were applied.

use std::collections::BTreeMap;

use super::effective::is_done;
use super::folder::finding;
use super::{Check, Hint, HistoryComparison, Keeps, Migration, MigrationState, OtherCode};
use crate::migrations::{FolderMigration, Late};
use crate::value::Value;

/// The applied migration that comes after one of the folder, as far as the tool cares.
pub(super) fn applied_after<'a>(
    history: &HistoryComparison<'_>,
    known: &'a [Migration],
    folder: &'a [FolderMigration],
    states: &[Option<MigrationState>],
) -> impl Fn(usize) -> Option<&'a str> {
    let linear = folder.iter().all(|m| m.after.is_empty());
    let (sort, family) = (history.tool.sort, history.tool.family);
    // The last applied one of each set of migrations.
    let mut last_in_folder: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, migration) in folder.iter().enumerate().filter(|(i, _)| linear && is_done(states[*i])) {
        last_in_folder.insert(family(&migration.version), i);
    }
    last_in_folder.retain(|_, last| !folder[*last].repeatable);
    let by_version = match history.tool.late {
        // It applies whatever is not applied.
        Late::Applies => None,
        Late::Refuses(_) | Late::Skips(_) => {
            // If several rows have the version, the last one counts.
            let last: BTreeMap<&str, &Migration> = known.iter().map(|m| (m.version.as_str(), m)).collect();
            let done = last.into_values().filter(|m| is_done(Some(m.state)));
            done.filter_map(|m| Some((sort(&m.version)?, m.name.as_str()))).max()
        }
    };
    move |position| {
        let migration = &folder[position];
        if migration.repeatable {
            return None;
        }
        let last = last_in_folder.get(family(&migration.version));
        let later = last
            .filter(|last| **last > position)
            .map(|last| folder[*last].name.as_str());
        let by_version = || {
            let (last, name) = by_version.as_ref()?;
            (sort(&migration.version)? <= *last).then_some(*name)
        };
        later.or_else(by_version)
    }
}

/// What the tool does with a migration that comes before an applied one.
pub(super) fn late_hint(history: &HistoryComparison<'_>) -> Hint {
    let title = history.tool.title;
    Hint::Advice(match history.tool.late {
        Late::Applies => format!(
            "{title} applies it after the later ones, and a new database applies it before them: verify that both orders \
             give the same schema, then run {}",
            history.tool.apply
        ),
        Late::Refuses(how) => format!("{title} refuses to apply it: {how}"),
        Late::Skips(how) => format!("{title} never applies it, and does not report an error: {how}"),
    })
}

/// Migrations that were applied after a later migration.
pub(super) fn applied_late(
    history: &HistoryComparison<'_>,
    known: &[Migration],
    folder: &[FolderMigration],
) -> Vec<Check> {
    if history.tool.keeps == Keeps::Last || folder.iter().any(|m| !m.after.is_empty()) {
        return Vec::new();
    }
    let positions: BTreeMap<&str, usize> = folder
        .iter()
        .zip(0..)
        .filter(|(m, _)| !m.repeatable)
        .map(|(m, i)| (m.version.as_str(), i))
        .collect();
    let last: BTreeMap<&str, usize> = known.iter().zip(0..).map(|(m, i)| (m.version.as_str(), i)).collect();
    let mut out = Vec::new();
    // The highest position so far, for each set of migrations.
    let mut reached: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for (i, migration) in known.iter().enumerate() {
        let version = migration.version.as_str();
        let again = last.get(version).is_some_and(|last| *last > i);
        let (MigrationState::Applied, false, Some(position)) = (migration.state, again, positions.get(version)) else {
            continue;
        };
        let family = (history.tool.family)(version);
        match reached.get(family) {
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
            Some(_) | None => {
                reached.insert(family, (*position, &migration.name));
            }
        }
    }
    out
}

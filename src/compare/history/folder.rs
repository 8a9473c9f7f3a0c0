//! A history against the folder of its migrations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{Check, Keeps, Migration, Of, State, Status, check};
use crate::migrations::FolderMigration;

/// What a folder tells of a history.
pub(super) struct Judged {
    /// The migrations that the history has or stands for, called as the folder calls them, in order.
    pub(super) known: Vec<Migration>,
    /// Those that are pending, unknown, changed or out of order; a check that passed where there are none.
    pub(super) checks: Vec<Check>,
}

/// Compares.
pub(super) fn judge(of: &Of<'_>, history: &[Migration], folder: &[FolderMigration]) -> Judged {
    let known = match of.tool.keeps {
        Keeps::All => named(history, folder),
        Keeps::Last => before(of, history, folder),
    };
    let states = states(of, &known, folder);
    let (pending, mut late) = pending(of, folder, &states);
    let mut checks = Checks(Vec::new());
    // Of a graph of which only the heads are known, nobody knows what is before a head that is not in it.
    let lost = |m: &Migration| !folder.iter().any(|other| other.version == m.version);
    if of.tool.keeps == Keeps::All || of.tool.is_ordered() || !history.iter().any(lost) {
        checks.push_all(of, "migration-pending", pending);
    }
    checks.push_all(of, "migration-unknown", unknown(of, &known, folder));
    if !of.tool.checksum.is_empty() {
        checks.push_all(of, "migration-changed", changed(of, &known, folder));
    }
    if of.expected.out_of_order {
        late.extend(applied_late(of, &known, folder));
        checks.push_all(of, OUT_OF_ORDER, late);
    }
    Judged {
        known,
        checks: checks.0,
    }
}

const OUT_OF_ORDER: &str = "migration-out-of-order";

struct Checks(Vec<Check>);

impl Checks {
    /// The findings of a code, or one check that passed.
    fn push_all(&mut self, of: &Of<'_>, code: &str, mut findings: Vec<Check>) {
        if findings.is_empty() {
            let mut passed = check(of.expected, of.directory_place(), code, of.table.to_string());
            passed.status = Status::Passed;
            findings.push(passed);
        }
        self.0.extend(findings);
    }
}

fn finding(of: &Of<'_>, code: &str, name: &str) -> Check {
    check(of.expected, of.directory_place(), code, name.to_owned())
}

/// The history, called as the folder calls it.
fn named(history: &[Migration], folder: &[FolderMigration]) -> Vec<Migration> {
    let names: BTreeMap<&str, &str> = folder.iter().map(|m| (m.version.as_str(), m.name.as_str())).collect();
    history
        .iter()
        .map(|m| Migration {
            name: names
                .get(m.version.as_str())
                .map_or_else(|| m.name.clone(), |name| (*name).to_owned()),
            ..m.clone()
        })
        .collect()
}

/// The migrations that a history stands for which has only where the database is: those before it are applied.
fn before(of: &Of<'_>, history: &[Migration], folder: &[FolderMigration]) -> Vec<Migration> {
    let last = named(history, folder);
    let mut reached: Vec<bool> = vec![false; folder.len()];
    let position = |version: &str| folder.iter().position(|m| m.version == version);
    for migration in &last {
        let key = (of.tool.sort)(&migration.version);
        if key.is_some() {
            for (i, m) in folder.iter().enumerate() {
                reached[i] |= (of.tool.sort)(&m.version) < key;
            }
            continue;
        }
        // A graph: those that it follows, and those that they follow.
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
    let stands_for = folder
        .iter()
        .zip(reached)
        .filter(|(_, reached)| *reached)
        .map(|(m, _)| Migration {
            name: m.name.clone(),
            version: m.version.clone(),
            state: State::Applied,
            checksum: None,
        });
    stands_for
        .filter(|m| last.iter().all(|other| other.version != m.version))
        .chain(last.iter().cloned())
        .collect()
}

/// How each migration of the folder ended; nothing for one that the history does not have.
fn states(of: &Of<'_>, known: &[Migration], folder: &[FolderMigration]) -> Vec<Option<State>> {
    let last: BTreeMap<&str, State> = known.iter().map(|m| (m.version.as_str(), m.state)).collect();
    let done = |version: &str| matches!(last.get(version), Some(State::Applied | State::Baseline));
    let replaced: BTreeSet<&str> = folder
        .iter()
        .filter(|other| done(&other.version))
        .flat_map(|other| other.replaces.iter().map(String::as_str))
        .collect();
    let baseline = known
        .iter()
        .filter(|m| m.state == State::Baseline)
        .filter_map(|m| (of.tool.sort)(&m.version))
        .max();
    folder
        .iter()
        .map(|m| {
            let state = last.get(m.version.as_str()).copied();
            let before_baseline = || baseline.is_some() && (of.tool.sort)(&m.version) <= baseline;
            // One that stands for others is not applied where they are, nor they where it is.
            let in_parts = || !m.replaces.is_empty() && m.replaces.iter().any(|version| done(version));
            let in_another = || replaced.contains(m.version.as_str());
            match state {
                Some(State::RolledBack) | None if before_baseline() || in_parts() || in_another() => {
                    Some(State::Applied)
                }
                Some(State::Applied | State::Baseline | State::Failed | State::RolledBack) | None => state,
            }
        })
        .collect()
}

/// Migrations of the folder that are not applied, and those of them that come before others that are.
fn pending(of: &Of<'_>, folder: &[FolderMigration], states: &[Option<State>]) -> (Vec<Check>, Vec<Check>) {
    let last_applied = states
        .iter()
        .rposition(|state| matches!(state, Some(State::Applied | State::Baseline)))
        .filter(|last| !folder[*last].repeatable);
    let linear = folder.iter().all(|m| m.after.is_empty());
    let mut pending = Vec::new();
    let mut skipped = Vec::new();
    for (i, (migration, state)) in folder.iter().zip(states).enumerate() {
        let rolled_back = match state {
            Some(State::Applied | State::Baseline | State::Failed) => continue,
            Some(State::RolledBack) => ", it was rolled back",
            None => "",
        };
        let later = last_applied.filter(|last| *last > i && linear && !migration.repeatable);
        let code = match later {
            Some(_) if of.expected.out_of_order => OUT_OF_ORDER,
            Some(_) | None => "migration-pending",
        };
        let mut check = finding(of, code, &migration.name);
        check.expected = json!("applied");
        check.actual = json!("pending");
        match later {
            Some(last) if of.expected.out_of_order => {
                check.message = format!(
                    "migration {} is not applied{rolled_back}, but {}, which comes after it, is",
                    migration.name, folder[last].name
                );
                check.hint = Some(format!(
                    "{} may refuse it, or never apply it: give it a later version, or apply it by hand and record it",
                    of.tool.title
                ));
                skipped.push(check);
            }
            Some(_) | None => {
                check.message = format!(
                    "migration {} is in the folder and not applied{rolled_back}",
                    migration.name
                );
                check.hint = Some(of.tool.apply.to_owned());
                pending.push(check);
            }
        }
    }
    (pending, skipped)
}

/// Migrations that are applied and that the folder does not have.
fn unknown(of: &Of<'_>, known: &[Migration], folder: &[FolderMigration]) -> Vec<Check> {
    let families: BTreeSet<_> = folder.iter().map(|m| (of.tool.family)(&m.version)).collect();
    let family = |version: &str| families.contains(&(of.tool.family)(version));
    let in_folder: BTreeSet<&str> = folder
        .iter()
        .flat_map(|m| std::iter::once(&m.version).chain(&m.replaces))
        .map(String::as_str)
        .collect();
    let last: BTreeMap<&str, usize> = known.iter().zip(0..).map(|(m, i)| (m.version.as_str(), i)).collect();
    let mut out = Vec::new();
    for (i, migration) in known.iter().enumerate() {
        let counts = match migration.state {
            State::Applied | State::Failed => true,
            State::RolledBack | State::Baseline => false,
        };
        let version = migration.version.as_str();
        let again = last.get(version).is_some_and(|last| *last > i);
        if !counts || in_folder.contains(version) || again || !family(&migration.version) {
            continue;
        }
        let mut check = finding(of, "migration-unknown", &migration.name);
        check.expected = json!("absent");
        check.actual = json!("applied");
        check.message = format!("migration {} is in the history, but not in the folder", migration.name);
        check.hint = Some(
            "another version of the project applied it, or its file was renamed or removed: is this the right folder, and is it up to date?"
                .into(),
        );
        out.push(check);
    }
    out
}

/// Migrations whose file is not what it was when it was applied.
fn changed(of: &Of<'_>, known: &[Migration], folder: &[FolderMigration]) -> Vec<Check> {
    let mut out = Vec::new();
    for migration in folder {
        let Some(applied) = known.iter().rev().find(|m| m.version == migration.version) else {
            continue;
        };
        let (State::Applied, Some(was), Some(is)) = (applied.state, &applied.checksum, &migration.checksum) else {
            continue;
        };
        if was == is {
            continue;
        }
        let mut check = finding(of, "migration-changed", &migration.name);
        check.expected = json!(is);
        check.actual = json!(was);
        if migration.repeatable {
            "migration-pending".clone_into(&mut check.code);
            check.message = format!(
                "migration {} has changed since it was applied, and is to be applied again",
                migration.name
            );
            check.hint = Some(of.tool.apply.to_owned());
        } else {
            check.message = format!(
                "the file of migration {} is not the one that was applied: it was changed afterwards",
                migration.name
            );
            check.hint = Some(
                "take the change back and write it as a new migration; what a database has that was made before the change is not what the folder says"
                    .into(),
            );
        }
        out.push(check);
    }
    out
}

/// Migrations that were applied after one that follows them.
fn applied_late(of: &Of<'_>, known: &[Migration], folder: &[FolderMigration]) -> Vec<Check> {
    if of.tool.keeps == Keeps::Last || folder.iter().any(|m| !m.after.is_empty()) {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut highest: Option<(usize, &str)> = None;
    for (i, migration) in known.iter().enumerate() {
        let again = known[i + 1..].iter().any(|later| later.version == migration.version);
        if migration.state != State::Applied || again {
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
                let mut check = finding(of, OUT_OF_ORDER, &migration.name);
                check.expected = json!(format!("before {later}"));
                check.actual = json!(format!("after {later}"));
                check.message = format!(
                    "migration {} was applied after {later}, which comes after it",
                    migration.name
                );
                check.hint = Some(
                    "a new database applies them the other way round: see that both come to the same, then write `out_of_order: allow`"
                        .into(),
                );
                out.push(check);
            }
            Some(_) | None => highest = Some((position, &migration.name)),
        }
    }
    out
}

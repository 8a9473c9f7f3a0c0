//! The last migration of a migration history.

use std::collections::BTreeSet;

use super::effective::{EffectiveFolder, is_done};
use super::folder::FolderComparison;
use super::{Check, Hint, HistoryComparison, Keeps, Migration, OtherCode, Status, UNKNOWN_HEAD, unknown_head};
use crate::migrations::FolderMigration;

/// How far a database is in its migrations.
pub(super) struct Position<'a> {
    history: &'a HistoryComparison<'a>,
    known: &'a [Migration],
    /// The migrations of the folder, if there is one.
    folder: Option<Vec<&'a FolderMigration>>,
    /// A last migration that the folder does not have, so that it is not known what comes before it.
    unknown_head: Option<&'a str>,
}

impl<'a> Position<'a> {
    pub(super) fn new(
        history: &'a HistoryComparison<'a>,
        known: &'a [Migration],
        folder: Option<&'a EffectiveFolder>,
        compared: Option<&'a FolderComparison>,
    ) -> Self {
        Self {
            history,
            known,
            folder: folder.map(|folder| folder.migrations.iter().collect()),
            unknown_head: compared.and_then(|compared| compared.unknown_head.as_deref()),
        }
    }

    /// The applied migrations that count for the position. Those of packages do not, if the file allows them.
    fn applied(&self) -> Vec<&'a Migration> {
        let (history, known) = (self.history, self.known);
        let expected = history.expected;
        let only_folder = expected.unknown != expected.ahead && history.tool.keeps == Keeps::All && !expected.unknown;
        let in_folder: Option<BTreeSet<&str>> = self
            .folder
            .as_ref()
            .filter(|_| only_folder)
            .map(|folder| folder.iter().map(|m| m.version.as_str()).collect());
        let mut seen = BTreeSet::new();
        let mut out: Vec<&Migration> = Vec::new();
        // If several rows have the version, the last one counts.
        for row in known.iter().rev().filter(|row| seen.insert(&row.version)) {
            let version = row.version.as_str();
            let counts = in_folder.as_ref().is_none_or(|folder| folder.contains(version));
            if is_done(Some(row.state)) && counts && !history.ignores(&row.name, version) {
                out.push(row);
            }
        }
        out.reverse();
        out
    }

    /// The last applied migrations: one, or several if the history has several heads. Where one history has several sets
    /// of migrations, those of the set of this name.
    fn last(&self, name: &str) -> Vec<&'a Migration> {
        let tool = self.history.tool;
        let mut applied = self.applied();
        if let Some(family) = self.family(name) {
            applied.retain(|m| (tool.family)(&m.version) == family);
        }
        if tool.is_ordered() {
            // Migrations without a version, for instance repeatable ones, have no position.
            let last = applied.iter().max_by_key(|m| (tool.sort)(&m.version));
            return last.into_iter().copied().collect();
        }
        match &self.folder {
            // Those that no other migration follows.
            Some(folder) if folder.iter().any(|m| !m.after.is_empty()) => {
                let versions: BTreeSet<&str> = applied.iter().map(|m| m.version.as_str()).collect();
                let followed: BTreeSet<&str> = folder
                    .iter()
                    .filter(|other| versions.contains(other.version.as_str()))
                    .flat_map(|other| other.after.iter().chain(&other.replaces).map(String::as_str))
                    .collect();
                applied.retain(|m| !followed.contains(m.version.as_str()));
                applied
            }
            Some(_) | None if tool.keeps == Keeps::Last => applied,
            Some(_) | None => applied.last().into_iter().copied().collect(),
        }
    }

    /// The set of migrations that a name belongs to.
    fn family(&self, name: &str) -> Option<&'a str> {
        let tool = self.history.tool;
        let rows = self.known.iter().map(|m| (&m.name, m.version.as_str()));
        let folder = self.folder.iter().flatten().map(|m| (&m.name, m.version.as_str()));
        let mut all = rows.chain(folder);
        all.find(|(other, version)| tool.means(name, other, version))
            .map(|(_, version)| (tool.family)(version))
    }

    /// Whether the last applied migration is the expected one.
    pub(super) fn latest(&self) -> Option<Check> {
        let history = self.history;
        let (name, place) = history.expected.latest.as_ref()?;
        let last = self.last(name);
        let is_last = !last.is_empty() && last.iter().all(|m| history.tool.means(name, &m.name, &m.version));
        let check = if is_last || self.is_last_of_folder(name, &last) {
            history.passed(OtherCode::MigrationLatest, *place)
        } else {
            let is_applied = self
                .known
                .iter()
                .any(|m| is_done(Some(m.state)) && history.tool.means(name, &m.name, &m.version));
            let message = match last.as_slice() {
                [] => format!("no migration is applied, and {name} should be the last one"),
                last => format!("the last applied migration is {}, not {name}", names(last)),
            };
            let hint = if is_applied {
                Hint::advice("later migrations were applied: expect the last of them, or write `at_least`")
            } else if self.unknown_head.is_some() {
                Hint::advice(UNKNOWN_HEAD)
            } else {
                history.apply()
            };
            history
                .history_finding(OtherCode::MigrationLatest, *place, message)
                .hint(hint)
        };
        Some(check.values(name.as_str(), names(&last).as_str()))
    }

    /// Whether the database is ahead of the folder, which is allowed, and this is the last migration of the folder.
    fn is_last_of_folder(&self, name: &str, last: &[&Migration]) -> bool {
        let (history, Some(folder)) = (self.history, &self.folder) else {
            return false;
        };
        let means = |m: &FolderMigration| history.tool.means(name, &m.name, &m.version);
        let in_folder = |row: &Migration| folder.iter().find(|m| m.version == row.version);
        // The last ones of the folder, without those of other sets.
        let family = self.family(name);
        let of_set = |m: &&&FolderMigration| family.is_none_or(|family| (history.tool.family)(&m.version) == family);
        let followed: BTreeSet<&str> = folder.iter().flat_map(|m| &m.after).map(String::as_str).collect();
        let mut heads = folder
            .iter()
            .filter(of_set)
            .filter(|m| !followed.contains(m.version.as_str()) && !m.repeatable);
        let is_applied = |m: &FolderMigration| {
            self.known
                .iter()
                .any(|row| row.version == m.version && is_done(Some(row.state)))
        };
        !history.expected.ahead
            && last.iter().any(|row| in_folder(row).is_none())
            && last.iter().filter_map(|row| in_folder(row)).all(|m| means(m))
            && heads.next_back().is_some_and(|head| means(head) && is_applied(head))
    }

    /// Whether a migration or a later one is applied.
    pub(super) fn at_least(&self) -> Option<Check> {
        let history = self.history;
        let (name, place) = history.expected.at_least.as_ref()?;
        let last = self.last(name);
        let finding = |message: String| history.history_finding(OtherCode::MigrationBehind, *place, message);
        let is_named = |m: &&&FolderMigration| history.tool.means(name, &m.name, &m.version);
        let in_folder = self.folder.iter().flatten().any(|m| is_named(&m));
        let check = match (self.reached(name, &last), self.unknown_head, &self.folder) {
            (Some(true), ..) => history.passed(OtherCode::MigrationBehind, *place),
            (Some(false), ..) if last.is_empty() => {
                finding(format!("no migration is applied, and {name} should be")).hint(history.apply())
            }
            (Some(false), ..) => finding(format!(
                "the last applied migration is {}, which comes before {name}",
                names(&self.known_to_folder(&last))
            ))
            .hint(history.apply()),
            (None, Some(head), Some(_)) if in_folder => finding(unknown_head(head, name))
                .status(Status::Unverified)
                .hint(Hint::advice(UNKNOWN_HEAD)),
            (None, _, Some(_)) => finding(format!(
                "migration {name} is not in the folder, so it is not known which migrations come before it"
            ))
            .status(Status::Unverified)
            .hint(Hint::advice("write the full name that it has in the folder")),
            (None, _, None) => finding(format!(
                "the order of {} migrations is known only from their folder",
                history.tool.title
            ))
            .status(Status::Unverified)
            .hint(Hint::advice("add the `directory`")),
        };
        Some(check.values(format!("{name} or later").as_str(), names(&last).as_str()))
    }

    /// The last migrations; if only the folder knows the order, the last one that it has.
    fn known_to_folder(&self, last: &[&'a Migration]) -> Vec<&'a Migration> {
        let (false, Some(folder)) = (self.history.tool.is_ordered(), &self.folder) else {
            return last.to_vec();
        };
        let is_known = |m: &&&Migration| folder.iter().any(|other| other.version == m.version);
        let known: Vec<&Migration> = last.iter().filter(is_known).copied().collect();
        if !known.is_empty() {
            return known;
        }
        let known = self.applied().into_iter().rfind(|m| is_known(&m));
        known.map_or_else(|| last.to_vec(), |known| vec![known])
    }

    /// Whether the migration of this name, or a later one, is applied. `None` if it cannot be determined.
    fn reached(&self, name: &str, last: &[&Migration]) -> Option<bool> {
        let tool = self.history.tool;
        let row = self.known.iter().rev().find(|m| tool.means(name, &m.name, &m.version));
        if row.is_some_and(|m| is_done(Some(m.state))) {
            return Some(true);
        }
        let named = |m: &&FolderMigration| tool.means(name, &m.name, &m.version);
        let in_folder = self.folder.as_ref().and_then(|folder| folder.iter().rposition(named));
        match (&self.folder, in_folder) {
            (Some(_), Some(_)) if self.unknown_head.is_some() => None,
            (Some(folder), Some(wanted)) if !tool.is_ordered() => {
                // In a graph, an applied migration is not later than the wanted one: applying it would have applied the
                // wanted one.
                let linear = folder.iter().all(|m| m.after.is_empty());
                let applied: BTreeSet<&str> = self.applied().iter().map(|m| m.version.as_str()).collect();
                let later = folder[wanted..].iter().any(|m| applied.contains(m.version.as_str()));
                Some(linear && later)
            }
            (folder, in_folder) => {
                let version = folder
                    .as_ref()
                    .zip(in_folder)
                    .map(|(folder, i)| folder[i].version.clone());
                let wanted = match version {
                    Some(version) => (tool.sort)(&version)?,
                    None => tool.sort_written(name)?,
                };
                let last = last.iter().filter_map(|m| (tool.sort)(&m.version)).max();
                Some(last.is_some_and(|last| last >= wanted))
            }
        }
    }
}

fn names(migrations: &[&Migration]) -> String {
    match migrations {
        [] => "none".into(),
        some => some.iter().map(|m| m.name.as_str()).collect::<Vec<_>>().join(", "),
    }
}

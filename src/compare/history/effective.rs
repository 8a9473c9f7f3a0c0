//! The migrations of a folder that a database should have, and the rows of its history by their versions in the folder.

use std::collections::{BTreeMap, BTreeSet};

use super::HistoryComparison;
use crate::migrations::folder::Folder;
use crate::migrations::{FolderMigration, Migration, MigrationState, Related, Replacement};
use crate::source_map::Place;

/// A folder, as far as it concerns one database.
pub(super) struct EffectiveFolder {
    /// The rows of the history. Their versions are those of the folder.
    pub(super) rows: Vec<Migration>,
    /// The migrations that the database should have, in order.
    pub(super) migrations: Vec<FolderMigration>,
    /// Migrations of the folder that this database does not need: others replace them, their contexts are not those of
    /// the database, or a pattern excludes them.
    pub(super) others: Vec<FolderMigration>,
    /// The versions of squashed migrations whose parts are applied.
    pub(super) in_parts: BTreeSet<String>,
    /// The migration for new databases that this database cannot use, although the migrations that it replaces are not
    /// known to be applied.
    pub(super) unusable: Option<FolderMigration>,
    /// The patterns that match no migration.
    pub(super) idle_patterns: Vec<(String, Place)>,
}

impl EffectiveFolder {
    /// Chooses the migrations that concern a database with these rows.
    pub(super) fn new(history: &HistoryComparison<'_>, rows: &[Migration], folder: Folder) -> Self {
        let Folder {
            migrations, replaced, ..
        } = folder;
        let rows = match history.tool.related {
            Some(related) => align(related, rows, &[&migrations, &replaced]),
            None => rows.to_vec(),
        };
        let idle_patterns = idle_patterns(history, &rows, migrations.iter().chain(&replaced));
        let is_wanted =
            |m: &FolderMigration| history.expected.selection.selects(m) && !history.ignores(&m.name, &m.version);
        let (migrations, mut others): (Vec<_>, Vec<_>) = migrations.into_iter().partition(is_wanted);
        let mut out = Self {
            in_parts: BTreeSet::new(),
            unusable: None,
            migrations,
            others: Vec::new(),
            idle_patterns,
            rows,
        };
        match history.tool.replacement {
            Replacement::WhenAll => out.choose_squashed(),
            Replacement::NewDatabases => {
                let (replaced, left_out): (Vec<_>, Vec<_>) = replaced.into_iter().partition(is_wanted);
                others.extend(left_out);
                out.choose_checkpoint(history, replaced);
            }
        }
        out.others.extend(others);
        out
    }

    /// The last row of a version.
    fn state(&self, version: &str) -> Option<MigrationState> {
        self.rows
            .iter()
            .rev()
            .find(|row| row.version == version)
            .map(|row| row.state)
    }

    /// A squashed migration is applied if all of its parts are. It is used instead of its parts if none of them is
    /// applied; otherwise the parts are applied one by one. Source: `django/db/migrations/loader.py`, `build_graph`.
    fn choose_squashed(&mut self) {
        let recorded: BTreeSet<&str> = self
            .rows
            .iter()
            .filter(|row| is_done(Some(row.state)))
            .map(|row| row.version.as_str())
            .collect();
        let mut done: BTreeSet<String> = recorded.iter().map(|version| (*version).to_owned()).collect();
        let mut in_parts = BTreeSet::new();
        // A part may itself be a squashed migration.
        for _ in 0..=self.migrations.iter().filter(|m| !m.replaces.is_empty()).count() {
            let before = in_parts.len();
            for m in self.migrations.iter().filter(|m| !m.replaces.is_empty()) {
                if m.replaces.iter().all(|part| done.contains(part)) && in_parts.insert(m.version.clone()) {
                    done.insert(m.version.clone());
                }
            }
            if in_parts.len() == before {
                break;
            }
        }
        let present: BTreeSet<&str> = self.migrations.iter().map(|m| m.version.as_str()).collect();
        let mut left_out: BTreeSet<String> = BTreeSet::new();
        for m in self.migrations.iter().filter(|m| !m.replaces.is_empty()) {
            // Its parts are applied with it.
            if recorded.contains(m.version.as_str()) {
                left_out.extend(m.replaces.iter().filter(|part| !done.contains(*part)).cloned());
                continue;
            }
            let missing: Vec<&String> = m.replaces.iter().filter(|part| !done.contains(*part)).collect();
            if missing.is_empty() {
                continue;
            }
            if missing.len() == m.replaces.len() {
                left_out.extend(m.replaces.iter().cloned());
            } else if missing.iter().all(|part| present.contains(part.as_str())) {
                left_out.insert(m.version.clone());
            }
        }
        self.in_parts = in_parts;
        let all = std::mem::take(&mut self.migrations);
        (self.others, self.migrations) = all.into_iter().partition(|m| left_out.contains(&m.version));
    }

    /// A migration for new databases is not applied to one that has others: it needs those that are replaced.
    fn choose_checkpoint(&mut self, history: &HistoryComparison<'_>, replaced: Vec<FolderMigration>) {
        let Some(position) = self.migrations.iter().position(|m| m.only_for_new) else {
            return;
        };
        let sort = |version: &str| (history.tool.sort)(version);
        let checkpoint = &self.migrations[position];
        let key = sort(&checkpoint.version);
        let states = |wanted: &dyn Fn(MigrationState) -> bool| {
            let rows = self.rows.iter().filter(|row| wanted(row.state));
            rows.filter_map(|row| sort(&row.version)).max()
        };
        let is_recorded =
            is_done(self.state(&checkpoint.version)) && !replaced.iter().any(|m| m.version == checkpoint.version);
        let baseline = states(&|state| state == MigrationState::Baseline);
        let last = states(&|state| is_done(Some(state)));
        if last.is_none() || is_recorded || baseline.is_some() && baseline >= key {
            self.others = replaced;
            return;
        }
        let checkpoint = self.migrations.remove(position);
        if replaced.is_empty() && last < key {
            self.unusable = Some(checkpoint);
        } else {
            self.others.push(checkpoint);
            self.migrations.splice(position..position, replaced);
        }
    }
}

/// Whether a migration with this state is applied.
pub(super) fn is_done(state: Option<MigrationState>) -> bool {
    matches!(state, Some(MigrationState::Applied | MigrationState::Baseline))
}

impl HistoryComparison<'_> {
    /// Whether a pattern excludes a migration from the comparison with the folder.
    pub(super) fn ignores(&self, name: &str, version: &str) -> bool {
        let mut patterns = self.expected.ignore.iter();
        patterns.any(|(pattern, _)| pattern.matches(name) || pattern.matches(version))
    }
}

fn idle_patterns<'a>(
    history: &HistoryComparison<'_>,
    rows: &[Migration],
    folder: impl Iterator<Item = &'a FolderMigration>,
) -> Vec<(String, Place)> {
    let mut idle: Vec<&(glob::Pattern, Place)> = history.expected.ignore.iter().collect();
    let of_folder = folder.map(|m| (m.name.as_str(), m.version.as_str()));
    let of_rows = rows.iter().map(|m| (m.name.as_str(), m.version.as_str()));
    for (name, version) in of_folder.chain(of_rows) {
        idle.retain(|(pattern, _)| !pattern.matches(name) && !pattern.matches(version));
    }
    idle.into_iter()
        .map(|(pattern, place)| (pattern.as_str().to_owned(), *place))
        .collect()
}

/// The rows with the versions that their migrations have in the folder. Where several migrations of the folder are
/// possible, the one whose version differs in the way in which most do.
fn align(related: Related, rows: &[Migration], folders: &[&[FolderMigration]]) -> Vec<Migration> {
    let mut by_key: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for migration in folders.iter().copied().flatten() {
        by_key
            .entry((related.key)(&migration.version))
            .or_default()
            .push(&migration.version);
    }
    let candidates = |row: &'_ Migration| -> Vec<(String, String)> {
        let same = by_key.get((related.key)(&row.version)).map_or(&[][..], Vec::as_slice);
        let exact = same.iter().filter(|version| **version == row.version);
        let exact: Vec<&&str> = exact.collect();
        let chosen = if exact.is_empty() { same.iter().collect() } else { exact };
        let differences = chosen.into_iter().filter_map(|version| {
            let difference = (related.difference)(&row.version, version)?;
            Some((difference.to_owned(), (*version).to_owned()))
        });
        differences.collect()
    };
    let all: Vec<Vec<(String, String)>> = rows.iter().map(candidates).collect();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for (difference, _) in all.iter().flatten() {
        *times.entry(difference).or_default() += 1;
    }
    let rank = |difference: &str| times.get(difference).copied().unwrap_or_default();
    // The most frequent difference of those that lead to the same migration of the folder.
    let mut best: BTreeMap<&str, usize> = BTreeMap::new();
    for (difference, version) in all.iter().flatten() {
        let most = best.entry(version).or_default();
        *most = (*most).max(rank(difference));
    }
    rows.iter()
        .zip(&all)
        .map(|(row, candidates)| {
            let chosen = candidates.iter().max_by_key(|(difference, _)| rank(difference));
            let is_best =
                |(difference, version): &&(String, String)| best.get(version.as_str()) == Some(&rank(difference));
            Migration {
                version: chosen
                    .filter(is_best)
                    .map_or_else(|| row.version.clone(), |(_, version)| version.clone()),
                ..row.clone()
            }
        })
        .collect()
}

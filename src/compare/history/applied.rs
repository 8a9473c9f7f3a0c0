//! Whether a migration is applied, as far as a history and its folder say it.

use std::collections::BTreeMap;

use super::effective::{EffectiveFolder, is_done};
use super::{HistoryComparison, folder, unknown_head};
use crate::expectation::{AppliedState, ExpectedHistory};
use crate::migrations::folder::interpret;
use crate::migrations::version::SortKey;
use crate::migrations::{FolderMigration, Keeps, Migration, MigrationState, Tool};
use crate::observed::MigrationHistory;

/// What a history says about migrations.
pub enum AppliedMigrations {
    /// It was read.
    Known(Box<KnownMigrations>),
    /// The source has no history, and what all migrations together create.
    All,
    /// It says nothing, for this reason.
    Undetermined(String),
}

/// The migrations of a history that was read.
pub struct KnownMigrations {
    tool: &'static Tool,
    /// Whether it has all applied migrations, or only the last ones.
    keeps: Keeps,
    /// The rows, and the migrations that they imply.
    rows: Vec<Migration>,
    /// The migrations of the folder, with how each ended.
    folder: Option<Vec<(FolderMigration, Option<MigrationState>)>>,
    /// A last migration that the folder does not have.
    unknown_head: Option<String>,
}

impl AppliedMigrations {
    /// What a history says. `is_whole` is whether it has all applied migrations, even if the tool keeps only the last ones.
    #[must_use]
    pub fn of(expected: &ExpectedHistory, history: &MigrationHistory, is_whole: bool) -> Self {
        let (tool, table, migrations) = match history {
            MigrationHistory::Read {
                tool,
                table,
                migrations,
            } => (*tool, table, migrations),
            MigrationHistory::Missing(_) => {
                let tables = expected.candidates.first().filter(|_| expected.tool.is_some());
                return Self::Undetermined(match tables {
                    Some((tool, table)) => {
                        format!("the migration history of {}, table {table}, does not exist", tool.title)
                    }
                    None => "no table of a known migration tool exists".to_owned(),
                });
            }
            MigrationHistory::Several(found) => {
                let names: Vec<&str> = found.iter().map(|(tool, _)| tool.title).collect();
                return Self::Undetermined(format!(
                    "found migration histories of several tools: {}",
                    names.join(", ")
                ));
            }
            MigrationHistory::Unreadable { tool, table, why, .. } => {
                return Self::Undetermined(format!(
                    "could not read the migration history of {}, table {table}: {why}",
                    tool.title
                ));
            }
        };
        let history = HistoryComparison { expected, tool, table };
        let mut known = KnownMigrations {
            tool,
            keeps: if is_whole { Keeps::All } else { tool.keeps },
            rows: migrations.clone(),
            folder: None,
            unknown_head: None,
        };
        match expected.files.as_ref().map(|files| interpret(files, Some(tool))) {
            None => {}
            Some(Ok(read)) => known.add_folder(&history, EffectiveFolder::new(&history, migrations, read)),
            Some(Err(problem)) => return Self::Undetermined(problem.message),
        }
        Self::Known(Box::new(known))
    }

    /// Whether the migration of this name is applied. `None` if the history does not know it.
    #[must_use]
    pub fn state(&self, name: &str) -> Option<AppliedState> {
        match self {
            Self::Known(known) => known.state(name),
            Self::All => Some(AppliedState::Applied),
            Self::Undetermined(why) => Some(AppliedState::Undetermined(why.clone())),
        }
    }
}

impl KnownMigrations {
    fn add_folder(&mut self, history: &HistoryComparison<'_>, effective: EffectiveFolder) {
        let compared = folder::compare(history, &effective);
        let states = folder::states(history, &compared.known, &effective);
        let others = effective.others.into_iter().chain(effective.unusable);
        let migrations = effective.migrations.into_iter().zip(states);
        self.rows = compared.known;
        self.unknown_head = compared.unknown_head;
        self.folder = Some(migrations.chain(others.map(|m| (m, None))).collect());
    }

    /// The versions that a name can mean, with how the migration of each ended.
    fn named(&self, name: &str) -> BTreeMap<&str, Option<MigrationState>> {
        let mut all: BTreeMap<&str, (bool, Option<MigrationState>)> = BTreeMap::new();
        let means = |other: &str, version: &str| self.tool.means(name, other, version);
        // If several rows have the version, the last one counts.
        for row in self.rows.iter().filter(|row| means(&row.name, &row.version)) {
            let is_exact = row.name == name || row.version == name;
            all.insert(&row.version, (is_exact, Some(row.state)));
        }
        for (m, state) in self.folder.iter().flatten().filter(|(m, _)| means(&m.name, &m.version)) {
            let is_exact = m.name == name || m.version == name;
            let known = all.entry(&m.version).or_insert((is_exact, None));
            *known = (known.0 || is_exact, state.or(known.1));
        }
        let has_exact = all.values().any(|(is_exact, _)| *is_exact);
        let all = all.into_iter().filter(|(_, (is_exact, _))| *is_exact || !has_exact);
        all.map(|(version, (_, state))| (version, state)).collect()
    }

    fn state(&self, name: &str) -> Option<AppliedState> {
        let undetermined = |why: String| Some(AppliedState::Undetermined(why));
        let named = self.named(name);
        if named.len() > 1 {
            let versions: Vec<&str> = named.keys().copied().collect();
            return undetermined(format!(
                "several migrations have the name {name}: {}",
                versions.join(", ")
            ));
        }
        match named.values().next().copied().flatten() {
            Some(MigrationState::Applied | MigrationState::Baseline) => return Some(AppliedState::Applied),
            Some(MigrationState::Failed) => {
                return undetermined(format!("migration {name} started and did not finish"));
            }
            Some(MigrationState::RolledBack) => return Some(AppliedState::NotApplied),
            None => {}
        }
        if self.is_replaced_by_applied(name, named.keys().next().copied()) {
            return Some(AppliedState::Applied);
        }
        if let Some(head) = &self.unknown_head {
            return undetermined(unknown_head(head, name));
        }
        if !named.is_empty() {
            return Some(AppliedState::NotApplied);
        }
        match self.keeps {
            Keeps::Last if self.rows.is_empty() => Some(AppliedState::NotApplied),
            Keeps::Last if !self.tool.is_ordered() => undetermined(format!(
                "{} keeps only the last migrations, and which come before them is known only from the folder",
                self.tool.title
            )),
            Keeps::Last => Some(self.is_reached(name, |_| true)),
            Keeps::All => self.before_baseline(name),
        }
    }

    /// Whether the migration of this name, which the history does not have, was applied before the tool was used. `None` if it was
    /// not.
    fn before_baseline(&self, name: &str) -> Option<AppliedState> {
        let is_baseline = |state| state == MigrationState::Baseline;
        if !self.rows.iter().any(|row| is_baseline(row.state)) {
            return None;
        }
        if self.tool.sort_written(name).is_none() {
            return Some(AppliedState::Undetermined(format!(
                "{name} has no version in it, so it is not known whether it comes before the baseline"
            )));
        }
        Some(self.is_reached(name, is_baseline)).filter(|state| *state == AppliedState::Applied)
    }

    /// Whether a migration with one of these states comes after the one of this name.
    fn is_reached(&self, name: &str, counts: impl Fn(MigrationState) -> bool) -> AppliedState {
        let key = |version: &str| -> Option<SortKey> { (self.tool.sort)(version) };
        let last = self.rows.iter().filter(|row| counts(row.state));
        let last = last.filter_map(|row| key(&row.version)).max();
        match self.tool.sort_written(name) {
            Some(wanted) if last.is_some_and(|last| last >= wanted) => AppliedState::Applied,
            Some(_) | None => AppliedState::NotApplied,
        }
    }

    /// Whether an applied migration replaces the one of this name.
    fn is_replaced_by_applied(&self, name: &str, version: Option<&str>) -> bool {
        let mut folder = self.folder.iter().flatten();
        folder.any(|(m, state)| {
            let mut replaces = m.replaces.iter();
            is_done(*state) && replaces.any(|part| Some(part.as_str()) == version || self.tool.means(name, part, part))
        })
    }
}

/// Whether the migration of this name is applied, as the histories of a file say. Those that have it count, if there are any.
#[must_use]
pub fn applied(histories: &[AppliedMigrations], name: &str) -> AppliedState {
    let has_it = |history: &&AppliedMigrations| match history {
        AppliedMigrations::Known(known) => !known.named(name).is_empty(),
        AppliedMigrations::All | AppliedMigrations::Undetermined(_) => false,
    };
    let mut having: Vec<&AppliedMigrations> = histories.iter().filter(has_it).collect();
    if having.is_empty() {
        having = histories.iter().collect();
    }
    let mut states: Vec<AppliedState> = having.into_iter().filter_map(|history| history.state(name)).collect();
    states.dedup();
    match (states.pop(), states.is_empty()) {
        (Some(state), true) => state,
        (Some(_), false) => AppliedState::Undetermined(format!("several histories can have a migration {name}")),
        // It is in none of them.
        (None, _) => AppliedState::NotApplied,
    }
}

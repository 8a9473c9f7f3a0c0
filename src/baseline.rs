//! A baseline: the findings that are known and may stay for a while, in a file that people edit.
//!
//! An entry speaks of a finding by its id, and holds only for what was accepted: what is expected and what is there must
//! be the same as then. Pure but for the clock, which the caller reads.

mod read;
mod write;

pub use read::{ENTRY_KEYS, read};
pub use write::write;

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::report::Target;
use crate::report::mark::{Acceptance, Accepted, BaselineUse, Stale, StaleEntry, Was, hides};
use crate::source_map::{FileId, Place};

/// The version of the format of baselines.
pub const FORMAT_VERSION: &str = "1";

/// The entries of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The file.
    pub file: FileId,
    /// In the order of the file. No two speak of the same finding of the same database.
    pub entries: Vec<Entry>,
}

/// A finding that is accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The id of the finding.
    pub id: String,
    /// The database, as reports name it; none if it is accepted in all.
    pub database: Option<String>,
    /// The object, for people.
    pub object: Option<String>,
    /// What is accepted.
    pub was: Was,
    /// Why, in the words of a person.
    pub reason: Option<String>,
    /// Who sees to it.
    pub owner: Option<String>,
    /// The last day on which it is accepted.
    pub until: Option<Day>,
    /// Where it stands.
    pub place: Place,
}

/// A day, in UTC. Days are ordered as they follow each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(String);

impl Day {
    /// The day of a time.
    #[must_use]
    pub fn of(time: SystemTime) -> Self {
        let text = humantime::format_rfc3339_seconds(time).to_string();
        Self(text.split('T').next().unwrap_or_default().to_owned())
    }

    /// Reads `YYYY-MM-DD`; none if there is no such day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let exists = humantime::parse_rfc3339(&format!("{text}T00:00:00Z")).is_ok();
        (exists && text.len() == "YYYY-MM-DD".len()).then(|| Self(text.to_owned()))
    }

    /// `YYYY-MM-DD`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl Entry {
    /// Whether it holds for a finding of its id.
    fn state(&self, now: &Was, today: &Day) -> Acceptance {
        if !self.is_about(now) {
            Acceptance::Changed
        } else if self.until.as_ref().is_some_and(|until| until < today) {
            Acceptance::Expired
        } else {
            Acceptance::Known
        }
    }

    /// Whether what was accepted is what is found. What was accepted as drift is accepted, too, where it cannot be told
    /// any more; what could not be told is not accepted as drift.
    fn is_about(&self, now: &Was) -> bool {
        let Was {
            status,
            expected,
            actual,
        } = &self.was;
        *expected == now.expected && *actual == now.actual && (*status == now.status || status == DRIFT)
    }

    /// Whether it speaks of a database.
    fn speaks_of(&self, database: &str) -> bool {
        self.database.as_deref().is_none_or(|name| name == database)
    }
}

/// The status of an entry that names none.
const DRIFT: &str = "drift";

impl Baseline {
    /// Marks the findings of a database that have an entry. Their ids must be told apart before. What is expected alike
    /// in several places needs one entry.
    pub fn mark(&self, target: &mut Target, today: &Day) {
        // An entry that names the database comes before one that names none.
        let mut entries: BTreeMap<&str, &Entry> = BTreeMap::new();
        for entry in self.entries.iter().filter(|e| e.speaks_of(&target.database)) {
            let known = entries.entry(&entry.id).or_insert(entry);
            if known.database.is_none() {
                *known = entry;
            }
        }
        for check in &mut target.checks.findings {
            let entry = entries.get(check.id().as_str());
            let entry = entry.or_else(|| entries.get(check.common_id().as_str()));
            check.mark.accepted = entry.map(|entry| Accepted {
                state: entry.state(&Was::now(check), today),
                reason: entry.reason.clone(),
                owner: entry.owner.clone(),
                until: entry.until.as_ref().map(|day| day.text().to_owned()),
                was: entry.was.clone(),
                place: entry.place,
            });
        }
    }

    /// What became of the entries, after the findings of all databases have been marked. An entry for a database that
    /// was not looked at or could not be verified is not judged, nor one for what was not looked at in it.
    #[must_use]
    pub fn outcome(&self, targets: &[Target], strict: bool) -> BaselineUse {
        let mut states: BTreeMap<Place, Acceptance> = BTreeMap::new();
        for accepted in targets
            .iter()
            .flat_map(Target::findings)
            .filter_map(|check| check.mark.accepted.as_ref())
        {
            // An entry for all databases holds if it does for one of them.
            let state = states.entry(accepted.place).or_insert(accepted.state);
            if accepted.state == Acceptance::Known {
                *state = Acceptance::Known;
            }
        }
        let mut out = BaselineUse {
            file: self.file,
            entries: 0,
            stale: Vec::new(),
            strict,
        };
        for entry in &self.entries {
            let meant: Vec<&Target> = targets.iter().filter(|t| entry.speaks_of(&t.database)).collect();
            if meant.is_empty() {
                continue;
            }
            out.entries += 1;
            let why = match states.get(&entry.place) {
                Some(Acceptance::Known) => continue,
                Some(Acceptance::Expired) => Stale::Expired,
                Some(Acceptance::Changed) => Stale::Changed,
                None if meant.iter().any(|target| cannot_tell(entry, target)) => continue,
                None => Stale::Gone,
            };
            out.stale.push(StaleEntry {
                id: entry.id.clone(),
                database: entry.database.clone(),
                why,
                place: entry.place,
            });
        }
        out
    }
}

/// Whether it cannot be told if what an entry speaks of is still there.
fn cannot_tell(entry: &Entry, target: &Target) -> bool {
    let code = entry.id.split(':').next().unwrap_or_default();
    let object = entry.object.as_deref().unwrap_or_default();
    target.failure.is_some() || target.findings().any(|now| hides(now, code, object))
}

#[cfg(test)]
mod tests;

//! A baseline: a file of known findings that people edit. Known findings are reported and do not fail the run.
//!
//! An entry refers to a finding by its id. It applies only while the expected and the actual value are the accepted
//! ones.

mod read;
mod write;

pub use read::{ENTRY_KEYS, read};
pub use write::write;

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::finding::Target;
use crate::finding::code::category_of;
use crate::finding::fleet::{SCHEMA, without_schema};
use crate::finding::mark::{
    Acceptance, Accepted, BaselineUse, Recorded, RecordedStatus, Stale, StaleEntry, prevents_rechecking,
};
use crate::source_map::{FileId, Place};

/// The version of the format of baselines.
pub const FORMAT_VERSION: &str = "1";

/// The entries of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The file.
    pub file: FileId,
    /// In the order of the file. The same finding of the same database has at most one entry.
    pub entries: Vec<BaselineEntry>,
}

/// An accepted finding.
#[derive(Debug, Clone, PartialEq)]
pub struct BaselineEntry {
    /// The id of the finding.
    pub id: String,
    /// The database, as reports name it. `None` if the finding is accepted in every database.
    pub database: Option<String>,
    /// The labels of the targets of a fleet in which the finding is accepted. Empty if it is accepted in all.
    pub labels: BTreeMap<String, String>,
    /// The object, for readers of the file.
    pub object: Option<String>,
    /// What is accepted.
    pub was: Recorded,
    /// Why it is accepted: text that a person wrote.
    pub reason: Option<String>,
    /// Who is responsible for it.
    pub owner: Option<String>,
    /// The last day on which it is accepted.
    pub until: Option<Day>,
    /// Where the entry is in the file.
    pub place: Place,
}

/// A day, in UTC. Days are ordered by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(String);

impl Day {
    /// The day that contains a time.
    #[must_use]
    pub fn of(time: SystemTime) -> Self {
        let text = humantime::format_rfc3339_seconds(time).to_string();
        Self(text.split('T').next().unwrap_or_default().to_owned())
    }

    /// Reads `YYYY-MM-DD`. `None` if there is no such day.
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

impl BaselineEntry {
    /// Whether the entry applies to a finding with the same id.
    fn state(&self, now: &Recorded, today: &Day) -> Acceptance {
        if !self.is_about(now) {
            Acceptance::Changed
        } else if self.until.as_ref().is_some_and(|until| until < today) {
            Acceptance::Expired
        } else {
            Acceptance::Known
        }
    }

    /// Whether the accepted finding is the one that was found. A finding that was accepted as drift is also accepted as
    /// unknown, but a finding that was accepted as unknown is not accepted as drift.
    fn is_about(&self, now: &Recorded) -> bool {
        let Recorded {
            status,
            expected,
            actual,
        } = &self.was;
        *expected == now.expected
            && *actual == now.actual
            && (*status == now.status || *status == RecordedStatus::Drift)
    }

    /// The code of its finding, which is the first part of the id.
    fn code(&self) -> &str {
        self.id.split(':').next().unwrap_or_default()
    }

    /// Whether the entry is for a database. What `where` says is for targets of a fleet.
    fn is_for(&self, target: &Target) -> bool {
        let labels = target.member.as_ref().map(|member| &member.labels);
        let has = |(label, value): (&String, &String)| labels.is_some_and(|labels| labels.get(label) == Some(value));
        let is_named = self.database.as_deref().is_none_or(|name| name == target.database);
        is_named && self.labels.iter().all(has)
    }

    /// How exactly the entry says which databases it is for: one, those with labels, or all.
    fn precision(&self) -> (bool, usize) {
        (self.database.is_some(), self.labels.len())
    }
}

impl Baseline {
    /// Marks the findings of a database that have an entry. The findings must have unique ids. Equal expectations in
    /// several places need only one entry.
    pub fn mark(&self, target: &mut Target, today: &Day) {
        // An entry that names the database takes precedence over one for all databases.
        let mut entries: BTreeMap<&str, &BaselineEntry> = BTreeMap::new();
        for entry in self.entries.iter().filter(|e| e.is_for(target)) {
            let known = entries.entry(&entry.id).or_insert(entry);
            if known.precision() <= entry.precision() {
                *known = entry;
            }
        }
        let schema = target.member.as_ref().and_then(|member| member.schema.clone());
        for check in &mut target.checks.findings {
            let ids = [check.id(), check.common_id()];
            let exact = ids.iter().find_map(|id| entries.get(id.as_str()));
            // What is written for the tenant itself takes precedence over what is written for `{schema}`.
            let general = || {
                let schema = schema.as_deref()?;
                let mut ids = ids.iter().map(|id| without_schema(id, schema));
                let entry = ids.find_map(|id| entries.get(id.as_str()))?;
                Some((entry, Recorded::now(check).without_schema(schema)))
            };
            let entry = exact.map(|entry| (entry, Recorded::now(check))).or_else(general);
            check.mark.accepted = entry.map(|(entry, now)| Accepted {
                state: entry.state(&now, today),
                reason: entry.reason.clone(),
                owner: entry.owner.clone(),
                until: entry.until.as_ref().map(|day| day.text().to_owned()),
                was: entry.was.clone(),
                place: entry.place,
            });
        }
    }

    /// Which entries are stale. The findings of all databases must have been marked. Entries for databases or objects
    /// that were not checked or could not be verified are left out.
    #[must_use]
    pub fn outcome(&self, targets: &[Target], strict: bool) -> BaselineUse {
        let mut states: BTreeMap<Place, Acceptance> = BTreeMap::new();
        for accepted in targets
            .iter()
            .flat_map(Target::findings)
            .filter_map(|check| check.mark.accepted.as_ref())
        {
            // An entry for all databases applies if it applies to one of them.
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
            let meant: Vec<&Target> = targets.iter().filter(|t| entry.is_for(t)).collect();
            if meant.is_empty() {
                continue;
            }
            out.entries += 1;
            let why = match states.get(&entry.place) {
                Some(Acceptance::Known) => continue,
                Some(Acceptance::Expired) => Stale::Expired,
                Some(Acceptance::Changed) => Stale::Changed,
                None if meant.iter().any(|target| is_undetermined(entry, target)) => continue,
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

/// Whether the finding of an entry could not be checked again in a database.
fn is_undetermined(entry: &BaselineEntry, target: &Target) -> bool {
    let category = category_of(entry.code());
    let schema = target.member.as_ref().and_then(|member| member.schema.as_deref());
    let object = entry.object.as_deref().unwrap_or_default();
    let object = &schema.map_or_else(|| object.to_owned(), |schema| object.replace(SCHEMA, schema));
    target.failure.is_some() || target.findings().any(|now| prevents_rechecking(now, category, object))
}

#[cfg(test)]
mod tests;

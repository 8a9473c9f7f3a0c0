//! What a baseline and an earlier report record about the findings of a run. This is only the model:
//! [`crate::baseline`] and [`super::earlier`] fill it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::fleet::general_value;
use super::{About, Category, Check, Code, OtherCode, Status, Target, TargetStatus};
use crate::expectation::Level;
use crate::fnv::fnv1a;
use crate::source_map::{FileId, Place};

/// What a baseline and an earlier report record about a finding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mark {
    /// A suffix of the id that makes it unique in the database. Usually empty. See
    /// [`assign_unique_ids`].
    pub suffix: String,
    /// How many findings with the same id and expected value come before this one.
    pub copies: usize,
    /// The baseline entry for this finding, if there is one.
    pub accepted: Option<Accepted>,
    /// Whether the earlier report contains it, if one was given.
    pub change: Option<Change>,
}

/// The baseline entry for a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// Whether the entry still applies.
    pub state: Acceptance,
    /// Why the finding is accepted: text that a person wrote.
    pub reason: Option<String>,
    /// Who is responsible for it.
    pub owner: Option<String>,
    /// The last day on which it is accepted, `YYYY-MM-DD` in UTC.
    pub until: Option<String>,
    /// What was accepted.
    pub was: Recorded,
    /// Where the entry is in the file.
    pub place: Place,
}

/// Whether a baseline entry still applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// The finding is known: it is reported and does not fail the run.
    Known,
    /// The entry has expired: the finding counts again.
    Expired,
    /// The finding is not the accepted one: it counts again.
    Changed,
}

impl Acceptance {
    /// The word of reports: `known`, `expired` or `changed`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Expired => "expired",
            Self::Changed => "changed",
        }
    }
}

/// A finding as a file recorded it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The result of the check.
    pub status: RecordedStatus,
    /// What was expected.
    pub expected: Json,
    /// What was found.
    pub actual: Json,
}

/// The status of a recorded finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordedStatus {
    /// The database differed.
    Drift,
    /// It could not be determined.
    Unknown,
}

impl RecordedStatus {
    /// It differed, or it could not be determined.
    pub const ALL: &[Self] = &[Self::Drift, Self::Unknown];

    /// The word of reports and baselines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Unknown => "unknown",
        }
    }

    /// The status of a finding of this run.
    #[must_use]
    pub fn of(status: Status) -> Self {
        match status {
            Status::Passed | Status::Drift => Self::Drift,
            Status::Unknown | Status::Unverified => Self::Unknown,
        }
    }
}

impl Recorded {
    /// The same with the schema of a tenant written `{schema}`.
    #[must_use]
    pub fn without_schema(self, schema: &str) -> Self {
        Self {
            status: self.status,
            expected: general_value(self.expected, schema),
            actual: general_value(self.actual, schema),
        }
    }

    /// A finding as this run would record it.
    #[must_use]
    pub fn now(check: &Check) -> Self {
        Self {
            status: RecordedStatus::of(check.status),
            expected: Json::from(&check.expected),
            actual: Json::from(&check.actual),
        }
    }
}

/// Whether the earlier report contains a finding.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It does not contain the finding.
    New,
    /// It contains the finding. The recorded values are given if they differ from the current ones.
    StillThere(Option<Recorded>),
}

impl Change {
    /// The words of reports: `new` or `still there`.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::StillThere(_) => "still there",
        }
    }

    /// How many findings of a database are new, and how many are still present.
    #[must_use]
    pub fn count(target: &Target) -> (usize, usize) {
        target
            .findings()
            .fold((0, 0), |(new, still), check| match check.mark.change {
                Some(Self::New) => (new + 1, still),
                Some(Self::StillThere(_)) => (new, still + 1),
                None => (new, still),
            })
    }
}

/// The baseline of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct BaselineUse {
    /// The file.
    pub file: FileId,
    /// How many entries it has for the databases of this run.
    pub entries: usize,
    /// The stale entries, in the order of the file.
    pub stale: Vec<StaleEntry>,
    /// Whether a stale entry fails the run.
    pub strict: bool,
}

/// A baseline entry that no longer applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleEntry {
    /// The id of its finding.
    pub id: String,
    /// Its database. `None` if it is for all databases.
    pub database: Option<String>,
    /// Why it no longer applies.
    pub why: Stale,
    /// Where it is in the file.
    pub place: Place,
}

/// Why a baseline entry no longer applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale {
    /// Its finding no longer exists.
    Gone,
    /// The finding is not the accepted one.
    Changed,
    /// Its last day has passed.
    Expired,
}

impl Stale {
    /// The word of reports: `gone`, `changed` or `expired`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Changed => "changed",
            Self::Expired => "expired",
        }
    }

    /// The code of its finding.
    #[must_use]
    pub fn code(self) -> OtherCode {
        match self {
            Self::Gone => OtherCode::BaselineGone,
            Self::Changed => OtherCode::BaselineChanged,
            Self::Expired => OtherCode::BaselineExpired,
        }
    }

    /// What is wrong with the entry, as the predicate of a sentence.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::Gone => "is no longer found",
            Self::Changed => "has changed",
            Self::Expired => "has expired",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Gone => "remove the entry",
            Self::Changed => "review the finding, then accept or fix it",
            Self::Expired => "fix the finding, or set a later `until`",
        }
    }
}

/// The comparison of a run with an earlier report.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportComparison {
    /// The earlier report.
    pub file: FileId,
    /// The databases of the earlier report that this run did not check.
    pub not_checked: Vec<String>,
}

/// The comparison of a database with what the earlier report says about it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TargetComparison {
    /// Its earlier status. `None` if the earlier report does not contain the database.
    pub previous_status: Option<TargetStatus>,
    /// The earlier findings that no longer exist.
    pub resolved: Vec<PreviousFinding>,
    /// The earlier findings that could not be checked again: the database could not be verified, or the object that
    /// contains theirs does not exist or cannot be read.
    pub undetermined: Vec<PreviousFinding>,
}

/// A finding of an earlier report.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviousFinding {
    /// Its id.
    pub id: String,
    /// Its code, possibly of another version of driftgate.
    pub code: String,
    /// Its level.
    pub level: Level,
    /// The word of its category.
    pub kind: String,
    /// The name of the object.
    pub object: String,
    /// What was recorded.
    pub was: Recorded,
    /// The message.
    pub message: String,
}

/// Gives every finding of a database a unique id.
///
/// If two files expect different values of one attribute, the expected value distinguishes the findings. Findings with
/// the same expected value are numbered in the order of their actual values. So an id depends on the expected and the
/// actual value, but not on the position in a file.
pub fn assign_unique_ids(findings: &mut [Check]) {
    let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, check) in findings.iter_mut().enumerate() {
        check.mark.suffix.clear();
        check.mark.copies = 0;
        alike.entry(check.id()).or_default().push(i);
    }
    for mut group in alike.into_values().filter(|group| group.len() > 1) {
        let expected = |i: &usize| Json::from(&findings[*i].expected).to_string();
        let actual = |i: &usize| Json::from(&findings[*i].actual).to_string();
        group.sort_by_cached_key(|i| (expected(i), actual(i), findings[*i].place));
        let texts: Vec<String> = group.iter().map(expected).collect();
        let one_text = texts.iter().all(|text| *text == texts[0]);
        let mut copies: BTreeMap<String, usize> = BTreeMap::new();
        for (i, text) in group.into_iter().zip(texts) {
            let mark = &mut findings[i].mark;
            if !one_text {
                mark.suffix = format!("~{:08x}", fnv1a(&text));
            }
            let before = copies.entry(mark.suffix.clone()).or_default();
            mark.copies = *before;
            *before += 1;
        }
    }
}

/// Whether a finding of this run prevents the recheck of a recorded finding about an object of this category and name:
/// the parent of the object does not exist, a migration history cannot be read, or an assertion could not be run.
#[must_use]
pub fn prevents_rechecking(now: &Check, category: Option<Category>, object: &str) -> bool {
    let same_category = category == Some(now.about.category());
    let missing = matches!(now.code, Code::Missing(_));
    match &now.about {
        About::Migration(_) | About::MigrationHistory(_) => {
            let blind = [
                OtherCode::MigrationHistoryMissing,
                OtherCode::MigrationHistoryUnreadable,
            ];
            same_category && blind.iter().any(|code| now.code.is(*code))
        }
        About::Assertion(name) => same_category && name == object && !matches!(now.code, Code::AssertionFailed(_)),
        About::Object { kind, id } if missing => {
            let name = kind.show(id);
            if name == object {
                same_category
            } else {
                is_in(object, &name)
            }
        }
        About::ByMeaning { kind, parent, .. } if missing => {
            same_category && (now.about.name() == object || is_in(object, &kind.show(parent)))
        }
        About::Object { .. }
        | About::ByMeaning { .. }
        | About::Unlisted { .. }
        | About::Pattern { .. }
        | About::BaselineEntry(_) => false,
    }
}

/// Whether the object with this name is part of another object, by name or by meaning.
fn is_in(object: &str, outer: &str) -> bool {
    object
        .strip_prefix(outer)
        .is_some_and(|rest| rest.starts_with('.') || rest.starts_with(" ("))
}

//! What a baseline and an earlier report say of the findings of a run. The model alone: [`crate::baseline`] and
//! [`super::previous`] fill it in.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Check, Status, Target};
use crate::fnv::fnv1a;
use crate::source_map::{FileId, Place};

/// What there is to say of a finding besides what was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mark {
    /// Ends the id where two findings of a database would have the same one; else empty. See [`tell_apart`].
    pub suffix: String,
    /// How many findings of the same id come before, where what is expected is the same, too.
    pub copies: usize,
    /// What the baseline says, if one was given and has an entry for this finding.
    pub accepted: Option<Accepted>,
    /// Whether it was there before, if an earlier report was given.
    pub since: Option<Since>,
}

/// The entry of a baseline that speaks of a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// Whether the entry still holds.
    pub state: Acceptance,
    /// Why the finding may stay, in the words of a person.
    pub reason: Option<String>,
    /// Who sees to it.
    pub owner: Option<String>,
    /// The last day on which it is accepted, `YYYY-MM-DD` in UTC.
    pub until: Option<String>,
    /// What was accepted.
    pub was: Was,
    /// Where the entry stands.
    pub place: Place,
}

/// Whether an entry of a baseline still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// The finding is known: it is reported and does not count.
    Known,
    /// The day until which it was accepted is over: it counts.
    Expired,
    /// Something else was accepted than what is found now: it counts.
    Changed,
}

impl Acceptance {
    /// The word for it: `known`, `expired` or `changed`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Expired => "expired",
            Self::Changed => "changed",
        }
    }
}

/// A finding as it was at another time.
#[derive(Debug, Clone, PartialEq)]
pub struct Was {
    /// `drift` or `unknown`.
    pub status: String,
    /// What was expected.
    pub expected: Json,
    /// What was there.
    pub actual: Json,
}

impl Was {
    /// A finding as it is now.
    #[must_use]
    pub fn now(check: &Check) -> Self {
        Self {
            status: check.status.word().to_owned(),
            expected: check.expected.clone(),
            actual: check.actual.clone(),
        }
    }
}

/// Whether a finding was in the earlier report.
#[derive(Debug, Clone, PartialEq)]
pub enum Since {
    /// It was not.
    New,
    /// It was; with what it was, where that differs from what it is.
    StillThere(Option<Was>),
}

impl Since {
    /// The words for it: `new` or `still there`.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::StillThere(_) => "still there",
        }
    }

    /// How many findings of a database are new, and how many still there.
    #[must_use]
    pub fn count(target: &Target) -> (usize, usize) {
        target
            .findings()
            .fold((0, 0), |(new, still), check| match check.mark.since {
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
    /// Entries that do not hold any more, in the order of the file.
    pub stale: Vec<StaleEntry>,
    /// Whether such an entry fails the run.
    pub strict: bool,
}

/// An entry of a baseline that does not hold any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleEntry {
    /// The id of the finding that it speaks of.
    pub id: String,
    /// The database that it speaks of; none if it speaks of all.
    pub database: Option<String>,
    /// Why it does not hold.
    pub why: Stale,
    /// Where it stands.
    pub place: Place,
}

/// Why an entry of a baseline does not hold any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale {
    /// There is no such finding any more.
    Gone,
    /// The finding is another one than what was accepted.
    Changed,
    /// The day until which it held is over.
    Expired,
}

impl Stale {
    /// The word for it: `gone`, `changed` or `expired`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Changed => "changed",
            Self::Expired => "expired",
        }
    }

    /// What is wrong with the entry.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::Gone => "is not found any more",
            Self::Changed => "has changed",
            Self::Expired => "was accepted up to a day that is over",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Gone => "remove the entry",
            Self::Changed => "look at it anew",
            Self::Expired => "mend it, or agree on another day",
        }
    }
}

/// The comparison of a run with an earlier report.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The earlier report.
    pub file: FileId,
    /// The databases of the earlier report that this run did not look at.
    pub not_looked_at: Vec<String>,
}

/// The comparison of a database with what the earlier report says of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Compared {
    /// Its status then; none if the earlier report does not speak of it.
    pub previous_status: Option<String>,
    /// The findings of then that are found no more.
    pub resolved: Vec<Former>,
    /// The findings of then of which cannot be told now whether they are still there: the database could not be
    /// verified, or what they were in is not there any more or cannot be read.
    pub untold: Vec<Former>,
}

/// A finding of an earlier report.
#[derive(Debug, Clone, PartialEq)]
pub struct Former {
    /// Its id.
    pub id: String,
    /// Its code.
    pub code: String,
    /// `error` or `warn`.
    pub level: String,
    /// The kind of the object, or `migration` or `assertion`.
    pub kind: String,
    /// The object.
    pub object: String,
    /// What it was.
    pub was: Was,
    /// What was found, as a sentence.
    pub message: String,
}

/// Gives an id of its own to every finding of a database.
///
/// Two files may expect different things of one attribute: what is expected then tells the findings apart. What is
/// alike in that, too, is numbered, after what is there. So an id depends on what is expected and on what is found, never
/// on where or in which order that is written.
pub fn tell_apart(findings: &mut [Check]) {
    let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, check) in findings.iter_mut().enumerate() {
        check.mark.suffix.clear();
        check.mark.copies = 0;
        alike.entry(check.id()).or_default().push(i);
    }
    for mut group in alike.into_values().filter(|group| group.len() > 1) {
        let expected = |i: &usize| findings[*i].expected.to_string();
        group.sort_by_cached_key(|i| (expected(i), findings[*i].actual.to_string(), findings[*i].place));
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

/// Whether a finding of now keeps one of another time, with this code and object, from being looked at: what the object
/// is in does not exist, a history cannot be read, an assertion could not be run.
#[must_use]
pub fn hides(now: &Check, code: &str, object: &str) -> bool {
    let is_of_kind = code
        .strip_prefix(&now.kind.replace('_', "-"))
        .is_some_and(|rest| rest.starts_with('-'));
    if now.kind == "migration" {
        return is_of_kind && now.code.starts_with("migration-history-");
    }
    if now.kind == "assertion" {
        return is_of_kind && now.object == object && now.code != "assertion-failed";
    }
    if !now.code.ends_with("-missing") {
        return false;
    }
    if now.object == object {
        return is_of_kind;
    }
    // Of what is expected by meaning, the relation stands before the description.
    let (outer, by_meaning) = match now.object.split_once(" (") {
        Some((outer, _)) => (outer, true),
        None => (now.object.as_str(), false),
    };
    (!by_meaning || is_of_kind)
        && object
            .strip_prefix(outer)
            .is_some_and(|rest| rest.starts_with('.') || rest.starts_with(" ("))
}

impl Status {
    /// The word of the reports: `passed`, `drift` or `unknown`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Drift => "drift",
            Self::Unknown | Self::Unverified => "unknown",
        }
    }
}

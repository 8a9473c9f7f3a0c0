//! The parts of the JSON report about baselines and earlier reports.

use serde::Serialize;
use serde_json::Value as Json;

use crate::expectation::Level;
use crate::finding::mark::{
    Acceptance, Accepted, BaselineUse, Change, PreviousFinding, Recorded, ReportComparison, StaleEntry,
    TargetComparison,
};
use crate::finding::{Target, TargetStatus};
use crate::redact;
use crate::source_map::SourceMap;

/// The baseline entry for a finding.
#[derive(Serialize)]
pub(super) struct JsonAccepted<'a> {
    state: &'static str,
    /// Only if a person wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<&'a str>,
    /// Only if other values were accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<JsonRecorded<'a>>,
    file: String,
    line: u32,
    column: u32,
}

impl<'a> JsonAccepted<'a> {
    pub(super) fn of(accepted: &'a Accepted, files: &SourceMap) -> Self {
        Self {
            state: accepted.state.word(),
            reason: accepted.reason.as_deref(),
            owner: accepted.owner.as_deref(),
            until: accepted.until.as_deref(),
            was: (accepted.state == Acceptance::Changed).then(|| JsonRecorded::of(&accepted.was)),
            file: redact::path(files.path(accepted.place.file)),
            line: accepted.place.line,
            column: accepted.place.column,
        }
    }
}

/// The recorded values of a finding.
#[derive(Serialize)]
pub(super) struct JsonRecorded<'a> {
    status: &'static str,
    expected: &'a Json,
    actual: &'a Json,
}

impl<'a> JsonRecorded<'a> {
    pub(super) fn of(was: &'a Recorded) -> Self {
        Self {
            status: was.status.word(),
            expected: &was.expected,
            actual: &was.actual,
        }
    }
}

/// The baseline of a run.
#[derive(Serialize)]
pub(super) struct JsonBaseline<'a> {
    file: String,
    entries: usize,
    strict: bool,
    stale: Vec<JsonStale<'a>>,
}

#[derive(Serialize)]
struct JsonStale<'a> {
    id: &'a str,
    database: Option<&'a str>,
    why: &'static str,
    line: u32,
    column: u32,
}

impl<'a> JsonBaseline<'a> {
    pub(super) fn of(baseline: &'a BaselineUse, files: &SourceMap) -> Self {
        let stale = |entry: &'a StaleEntry| JsonStale {
            id: &entry.id,
            database: entry.database.as_deref(),
            why: entry.why.word(),
            line: entry.place.line,
            column: entry.place.column,
        };
        Self {
            file: redact::path(files.path(baseline.file)),
            entries: baseline.entries,
            strict: baseline.strict,
            stale: baseline.stale.iter().map(stale).collect(),
        }
    }
}

/// The earlier report.
#[derive(Serialize)]
pub(super) struct JsonComparison<'a> {
    file: String,
    not_checked: &'a [String],
}

impl<'a> JsonComparison<'a> {
    pub(super) fn of(comparison: &'a ReportComparison, files: &SourceMap) -> Self {
        Self {
            file: redact::path(files.path(comparison.file)),
            not_checked: &comparison.not_checked,
        }
    }
}

/// What has changed in a database since the earlier report.
#[derive(Serialize)]
pub(super) struct JsonCompared<'a> {
    previous_status: Option<&'static str>,
    new: usize,
    still_there: usize,
    resolved: Vec<JsonPreviousFinding<'a>>,
    undetermined: Vec<JsonPreviousFinding<'a>>,
}

#[derive(Serialize)]
struct JsonPreviousFinding<'a> {
    id: &'a str,
    code: &'a str,
    level: &'static str,
    status: &'static str,
    kind: &'a str,
    object: &'a str,
    expected: &'a Json,
    actual: &'a Json,
    message: &'a str,
}

impl<'a> JsonCompared<'a> {
    pub(super) fn of(compared: &'a TargetComparison, target: &Target) -> Self {
        let (new, still_there) = Change::count(target);
        let previous = |previous: &'a PreviousFinding| JsonPreviousFinding {
            id: &previous.id,
            code: &previous.code,
            level: match previous.level {
                Level::Error => "error",
                Level::Warn => "warn",
            },
            status: previous.was.status.word(),
            kind: &previous.kind,
            object: &previous.object,
            expected: &previous.was.expected,
            actual: &previous.was.actual,
            message: &previous.message,
        };
        Self {
            previous_status: compared.previous_status.map(TargetStatus::word),
            new,
            still_there,
            resolved: compared.resolved.iter().map(previous).collect(),
            undetermined: compared.undetermined.iter().map(previous).collect(),
        }
    }
}

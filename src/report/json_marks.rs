//! What the JSON report says of baselines and of earlier reports.

use serde::Serialize;
use serde_json::Value as Json;

use super::Target;
use super::mark::{Acceptance, Accepted, BaselineUse, Compared, Comparison, Former, Since, StaleEntry, Was};
use crate::redact;
use crate::source_map::SourceMap;

/// The entry of a baseline that speaks of a finding.
#[derive(Serialize)]
pub(super) struct JsonAccepted<'a> {
    state: &'static str,
    /// Only what a person wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<&'a str>,
    /// Only where something else was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<JsonWas<'a>>,
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
            was: (accepted.state == Acceptance::Changed).then(|| JsonWas::of(&accepted.was)),
            file: redact::path(files.path(accepted.place.file)),
            line: accepted.place.line,
            column: accepted.place.column,
        }
    }
}

/// A finding as it was at another time.
#[derive(Serialize)]
pub(super) struct JsonWas<'a> {
    status: &'a str,
    expected: &'a Json,
    actual: &'a Json,
}

impl<'a> JsonWas<'a> {
    pub(super) fn of(was: &'a Was) -> Self {
        Self {
            status: &was.status,
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
    not_looked_at: &'a [String],
}

impl<'a> JsonComparison<'a> {
    pub(super) fn of(comparison: &'a Comparison, files: &SourceMap) -> Self {
        Self {
            file: redact::path(files.path(comparison.file)),
            not_looked_at: &comparison.not_looked_at,
        }
    }
}

/// What has changed in a database since the earlier report.
#[derive(Serialize)]
pub(super) struct JsonCompared<'a> {
    previous_status: Option<&'a str>,
    new: usize,
    still_there: usize,
    resolved: Vec<JsonFormer<'a>>,
    untold: Vec<JsonFormer<'a>>,
}

#[derive(Serialize)]
struct JsonFormer<'a> {
    id: &'a str,
    code: &'a str,
    level: &'a str,
    status: &'a str,
    kind: &'a str,
    object: &'a str,
    expected: &'a Json,
    actual: &'a Json,
    message: &'a str,
}

impl<'a> JsonCompared<'a> {
    pub(super) fn of(compared: &'a Compared, target: &Target) -> Self {
        let (new, still_there) = Since::count(target);
        let former = |former: &'a Former| JsonFormer {
            id: &former.id,
            code: &former.code,
            level: &former.level,
            status: &former.was.status,
            kind: &former.kind,
            object: &former.object,
            expected: &former.was.expected,
            actual: &former.was.actual,
            message: &former.message,
        };
        Self {
            previous_status: compared.previous_status.as_deref(),
            new,
            still_there,
            resolved: compared.resolved.iter().map(former).collect(),
            untold: compared.untold.iter().map(former).collect(),
        }
    }
}

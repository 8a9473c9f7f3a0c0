//! The JSON report: a contract, versioned by `report_version`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::coverage::{Coverage, KindCoverage};
use super::{Check, Exit, Report, Status, Summary, Target};
use crate::expectation::Level;
use crate::source_map::SourceMap;

/// The version of the contract.
pub const REPORT_VERSION: u32 = 1;

#[derive(Serialize)]
struct JsonReport<'a> {
    report_version: u32,
    tool: &'static str,
    tool_version: &'static str,
    targets: Vec<JsonTarget<'a>>,
    summary: JsonSummary,
    exit_code: u8,
}

#[derive(Serialize)]
struct JsonTarget<'a> {
    database: &'a str,
    host: &'a str,
    name: &'a str,
    server_version: &'a str,
    status: &'static str,
    /// Only where the database could not be verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<JsonError<'a>>,
    summary: JsonSummary,
    findings: Vec<JsonFinding<'a>>,
    /// Only where migrations are still to be applied.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pending: &'a [String],
    /// Only where the tool of a history was found by its table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    histories: Vec<JsonHistory<'a>>,
    /// Only where there is something that was not compared.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    not_compared: BTreeMap<&'static str, u64>,
    /// Only where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<JsonCoverage<'a>>,
}

#[derive(Serialize)]
struct JsonHistory<'a> {
    tool: &'static str,
    table: &'a str,
}

#[derive(Serialize)]
struct JsonCoverage<'a> {
    mentioned: usize,
    objects: usize,
    kinds: BTreeMap<&'static str, JsonCounts>,
    unmentioned: Vec<JsonUnmentioned<'a>>,
}

#[derive(Serialize)]
struct JsonCounts {
    mentioned: usize,
    objects: usize,
}

#[derive(Serialize)]
struct JsonUnmentioned<'a> {
    kind: &'static str,
    object: &'a str,
    /// Only for what is in an object that is mentioned.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a str>,
    /// Only for what has something in it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    contains: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct JsonError<'a> {
    message: String,
    hint: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonSummary {
    checks: usize,
    passed: usize,
    drift: usize,
    warnings: usize,
    unknown: usize,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    id: String,
    code: &'a str,
    level: &'static str,
    status: &'static str,
    kind: &'static str,
    object: &'a str,
    attribute: Option<&'static str>,
    expected: &'a Json,
    actual: &'a Json,
    file: String,
    line: u32,
    column: u32,
    message: String,
    hint: Option<&'a str>,
    /// Only where the file gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// Renders the report. `exit` is what the process will say.
#[must_use]
pub fn render(report: &Report, files: &SourceMap, exit: Exit) -> String {
    let json = JsonReport {
        report_version: REPORT_VERSION,
        tool: env!("CARGO_PKG_NAME"),
        tool_version: env!("CARGO_PKG_VERSION"),
        targets: report.targets.iter().map(|t| target(t, files)).collect(),
        summary: report.summary().into(),
        exit_code: exit.code(),
    };
    // Strings, numbers and maps with text keys cannot fail to serialise.
    let mut text = serde_json::to_string_pretty(&json).unwrap_or_default();
    text.push('\n');
    text
}

fn histories(target: &Target) -> Vec<JsonHistory<'_>> {
    let found = target.histories.iter();
    found
        .map(|history| JsonHistory {
            tool: history.tool,
            table: &history.table,
        })
        .collect()
}

fn target<'a>(target: &'a Target, files: &SourceMap) -> JsonTarget<'a> {
    let mut findings: Vec<&Check> = target.findings().collect();
    findings.sort_by_key(|check| check.place);
    JsonTarget {
        database: &target.database,
        host: &target.host,
        name: &target.name,
        server_version: &target.server_version,
        status: target.status(),
        error: target.failure.as_ref().map(|f| JsonError {
            message: f.to_string(),
            hint: f.hint.as_deref(),
        }),
        summary: target.summary().into(),
        findings: findings.into_iter().map(|check| finding(check, files)).collect(),
        pending: &target.pending,
        histories: histories(target),
        not_compared: target.not_compared.iter().map(|what| (what.name, what.count)).collect(),
        coverage: target.coverage.as_ref().map(coverage),
    }
}

fn coverage(coverage: &Coverage) -> JsonCoverage<'_> {
    let (mentioned, objects) = coverage.total();
    let counts = |kind: &KindCoverage| JsonCounts {
        mentioned: kind.mentioned,
        objects: kind.objects,
    };
    JsonCoverage {
        mentioned,
        objects,
        kinds: coverage.kinds.iter().map(|kind| (kind.kind, counts(kind))).collect(),
        unmentioned: coverage
            .unmentioned
            .iter()
            .map(|object| JsonUnmentioned {
                kind: object.kind,
                object: &object.object,
                parent: object.parent.as_ref().map(|(_, parent)| parent.as_str()),
                contains: object.contains.iter().map(|(kind, _, count)| (*kind, *count)).collect(),
            })
            .collect(),
    }
}

fn finding<'a>(check: &'a Check, files: &SourceMap) -> JsonFinding<'a> {
    JsonFinding {
        id: check.id(),
        code: &check.code,
        level: match check.level {
            Level::Error => "error",
            Level::Warn => "warn",
        },
        status: match check.status {
            Status::Passed => "passed",
            Status::Drift => "drift",
            Status::Unknown | Status::Unverified => "unknown",
        },
        kind: check.kind,
        object: &check.object,
        attribute: check.attribute,
        expected: &check.expected,
        actual: &check.actual,
        file: files.path(check.place.file).display().to_string(),
        line: check.place.line,
        column: check.place.column,
        message: check.sentence(),
        hint: check.hint.as_deref(),
        reason: check.reason.as_deref(),
    }
}

impl From<Summary> for JsonSummary {
    fn from(summary: Summary) -> Self {
        let Summary {
            checks,
            passed,
            drift,
            warnings,
            unknown,
            unverified: _,
        } = summary;
        Self {
            checks,
            passed,
            drift,
            warnings,
            unknown,
        }
    }
}

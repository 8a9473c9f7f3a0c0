//! The JSON report: a stable interface, versioned by `report_version`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::json_marks::{JsonAccepted, JsonBaseline, JsonCompared, JsonComparison, JsonRecorded};
use super::json_since::JsonSince;
use crate::expectation::{Level, NotExpected, WindowSide};
use crate::finding::coverage::{Coverage, KindCoverage};
use crate::finding::earlier::REPORT_VERSION;
use crate::finding::mark::Change;
use crate::finding::{Check, Summary, Target};
use crate::hint::Hint;
use crate::invisible::escaped_in_json;
use crate::redact;
use crate::source_map::SourceMap;

#[derive(Serialize)]
struct JsonReport<'a> {
    report_version: u32,
    tool: &'static str,
    tool_version: &'static str,
    /// Only with `--history` or `--compare`, because the next run needs it. Without it, the same database gives the same bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    generated_at: Option<String>,
    targets: Vec<JsonTarget<'a>>,
    summary: JsonSummary,
    /// Only with `--baseline`.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<JsonBaseline<'a>>,
    /// Only with `--compare`.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<JsonComparison<'a>>,
    exit_code: u8,
}

#[derive(Serialize)]
pub(super) struct JsonTarget<'a> {
    database: &'a str,
    host: &'a str,
    name: &'a str,
    server_version: &'a str,
    status: &'static str,
    /// Only where the database could not be verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<JsonError<'a>>,
    summary: JsonSummary,
    /// Not in the JSON Lines format, which has a line for each check.
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<JsonFinding<'a>>>,
    /// Only if migrations are pending.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pending: &'a [String],
    /// Only if the tool of a history was detected by its table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    histories: Vec<JsonHistory<'a>>,
    /// Only if objects were not compared.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    not_compared: BTreeMap<&'static str, u64>,
    /// Only if PostgreSQL cuts names of the files: each name, and what PostgreSQL makes of it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    cut_names: BTreeMap<&'a str, &'a str>,
    /// Only if files do not expect some objects yet, or no longer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_expected: Vec<JsonNotExpected<'a>>,
    /// Only with `--coverage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<JsonCoverage<'a>>,
    /// Only with `--compare`.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<JsonCompared<'a>>,
}

#[derive(Serialize)]
struct JsonHistory<'a> {
    tool: &'static str,
    table: &'a str,
}

#[derive(Serialize)]
struct JsonNotExpected<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<&'a str>,
    count: usize,
    objects: &'a [String],
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
    /// Only for objects with a parent, which is mentioned.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a str>,
    /// Only for objects with contents.
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
    /// Only with `--baseline`.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct JsonFinding<'a> {
    id: String,
    code: String,
    level: &'static str,
    status: &'static str,
    kind: &'static str,
    object: String,
    attribute: Option<&'static str>,
    expected: Json,
    actual: Json,
    file: String,
    line: u32,
    column: u32,
    message: String,
    hint: Option<Cow<'a, str>>,
    /// Only if the hint has statements.
    #[serde(skip_serializing_if = "Option::is_none")]
    sql: Option<&'a str>,
    /// Only if the finding follows from another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    caused_by: Option<&'a str>,
    /// Only if the file names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    consumer: Option<&'a str>,
    /// Only if the file names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    /// Only if the file gives a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// Only if it is known when something changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<JsonSince<'a>>,
    /// Only if the baseline has an entry for the finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<JsonAccepted<'a>>,
    /// Only with `--compare`.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<&'static str>,
    /// Only if the earlier report recorded other values.
    #[serde(skip_serializing_if = "Option::is_none")]
    previously: Option<JsonRecorded<'a>>,
}

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new(
    "json",
    "For programs: a stable interface with a JSON Schema",
    render,
    fleet::json,
)
.with_notes();

fn render(rendering: &Rendering<'_>) -> String {
    let Rendering {
        report,
        files,
        exit,
        timing,
        ..
    } = *rendering;
    let json = JsonReport {
        report_version: REPORT_VERSION,
        tool: env!("CARGO_PKG_NAME"),
        tool_version: env!("CARGO_PKG_VERSION"),
        generated_at: (report.is_dated || report.history.is_some() || report.comparison.is_some())
            .then(|| timing.date()),
        targets: report
            .targets
            .iter()
            .map(|t| target(t, files, report.baseline.is_some()))
            .collect(),
        summary: summary(report.summary(), report.baseline.is_some()),
        baseline: report.baseline.as_ref().map(|b| JsonBaseline::of(b, files)),
        compared: report.comparison.as_ref().map(|c| JsonComparison::of(c, files)),
        exit_code: exit.code(),
    };
    lines(&json)
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

fn target<'a>(target: &'a Target, files: &'a SourceMap, with_baseline: bool) -> JsonTarget<'a> {
    let findings = target.findings_in_order();
    JsonTarget {
        findings: Some(findings.into_iter().map(|check| finding(check, files)).collect()),
        ..summary_of(target, with_baseline)
    }
}

/// A database without its findings.
pub(super) fn summary_of(target: &Target, with_baseline: bool) -> JsonTarget<'_> {
    JsonTarget {
        database: &target.database,
        host: &target.host,
        name: &target.name,
        server_version: &target.server_version,
        status: target.status().word(),
        error: target.failure.as_ref().map(|f| JsonError {
            message: f.to_string(),
            hint: f.hint.as_deref(),
        }),
        summary: summary(target.summary(), with_baseline),
        findings: None,
        pending: &target.pending,
        histories: histories(target),
        not_compared: target.not_compared.iter().map(|what| (what.name, what.count)).collect(),
        cut_names: target
            .cut_names
            .iter()
            .map(|cut| (cut.name.as_str(), cut.cut.as_str()))
            .collect(),
        not_expected: target.not_expected.iter().map(not_expected).collect(),
        coverage: target.coverage.as_ref().map(coverage),
        compared: target.compared.as_ref().map(|c| JsonCompared::of(c, target)),
    }
}

/// A value as indented JSON.
pub(super) fn lines(value: &impl Serialize) -> String {
    // Strings, numbers and maps with text keys cannot fail to serialise.
    safe(serde_json::to_string_pretty(value).unwrap_or_default())
}

/// A value as JSON on one line.
pub(super) fn line(value: &impl Serialize) -> String {
    safe(serde_json::to_string(value).unwrap_or_default())
}

/// The same JSON with a line end, and with everything escaped that acts on a terminal or that a CI service interprets
/// as a command in its log. Only strings can contain that, and for a JSON parser their value stays the same.
fn safe(json: String) -> String {
    let mut json = if json.contains("##") {
        json.replace("##", "#\\u0023")
    } else {
        json
    };
    json = escaped_in_json(json);
    json.push('\n');
    json
}

fn not_expected(left_out: &NotExpected) -> JsonNotExpected<'_> {
    let of = |side: WindowSide| (left_out.side == side).then_some(left_out.migration.as_str());
    JsonNotExpected {
        since: of(WindowSide::Since),
        until: of(WindowSide::Until),
        count: left_out.subjects.len(),
        objects: &left_out.subjects,
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

pub(super) fn finding<'a>(check: &'a Check, files: &'a SourceMap) -> JsonFinding<'a> {
    let parties = files.parties(check.place.file);
    JsonFinding {
        id: check.id(),
        code: check.code.to_string(),
        level: match check.level {
            Level::Error => "error",
            Level::Warn => "warn",
        },
        status: check.status.word(),
        kind: check.about.category().word(),
        object: check.about.name(),
        attribute: check.attribute(),
        expected: Json::from(&check.expected),
        actual: Json::from(&check.actual),
        file: redact::path(files.path(check.place.file)),
        line: check.place.line,
        column: check.place.column,
        message: check.sentence(),
        hint: check.hint.as_ref().map(Hint::text),
        sql: check.hint.as_ref().and_then(Hint::statements),
        caused_by: check.caused_by.as_ref().map(|cause| cause.id.as_str()),
        consumer: parties.consumer.as_deref(),
        owner: parties.owner.as_deref(),
        reason: check.reason.as_deref(),
        since: check.since.as_deref().map(JsonSince::of),
        baseline: check.mark.accepted.as_ref().map(|a| JsonAccepted::of(a, files)),
        compared: check.mark.change.as_ref().map(Change::words),
        previously: match &check.mark.change {
            Some(Change::StillThere(Some(was))) => Some(JsonRecorded::of(was)),
            Some(Change::StillThere(None) | Change::New) | None => None,
        },
    }
}

fn summary(summary: Summary, with_baseline: bool) -> JsonSummary {
    let Summary {
        checks,
        passed,
        drift,
        warnings,
        unknown,
        unverified: _,
        known,
    } = summary;
    JsonSummary {
        checks,
        passed,
        drift,
        warnings,
        unknown,
        known: with_baseline.then_some(known),
    }
}

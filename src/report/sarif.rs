//! The report as SARIF 2.1.0, for code scanning: rules with help, findings at the lines of the expectation files, and
//! fingerprints that stay the same from run to run.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::facts::{facts_text, headline, path};
use super::fingerprint::fingerprint;
use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::json::lines;
use super::table_marks;
use super::values::one_line;
use super::words::{Obstacle, ReportedStatus, TOOL, stale, targets};
use crate::expectation::Level;
use crate::finding::mark::Change;
use crate::finding::{Check, Status, Target, codes};
use crate::terminal::visible;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new("sarif", "SARIF 2.1.0, for code scanning", render, fleet::sarif);

/// The characters of a path that are not escaped in a URI.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: Vec<Run<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    invocations: Vec<Invocation>,
    column_kind: &'static str,
    results: Vec<SarifResult<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Text,
    full_description: Text,
    help: Help,
    properties: Tags,
}

#[derive(Serialize)]
struct Tags {
    tags: Vec<&'static str>,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    /// Only for findings that the baseline accepts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    /// Only with `--compare`.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
    kind: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

#[derive(Serialize)]
struct Properties<'a> {
    database: &'a str,
    outcome: &'static str,
    id: String,
}

fn render(rendering: &Rendering<'_>) -> String {
    let report = rendering.report;
    let stale = stale(report);
    let findings: Vec<(&Target, &Check)> = targets(report, stale.as_ref())
        .flat_map(|target| target.findings_in_order().into_iter().map(move |check| (target, check)))
        .collect();
    let mut rules: BTreeMap<String, usize> = findings.iter().map(|(_, check)| (check.code.to_string(), 0)).collect();
    for (index, number) in rules.values_mut().enumerate() {
        *number = index;
    }
    let obstacles: Vec<Notification> = report.targets.iter().filter_map(notification).collect();
    let results = findings
        .into_iter()
        .map(|(target, check)| result(check, target, &rules, rendering));
    log(rendering, &rules, obstacles, results.collect())
}

/// The whole log.
fn log(
    rendering: &Rendering<'_>,
    rules: &BTreeMap<String, usize>,
    notifications: Vec<Notification>,
    results: Vec<SarifResult<'_>>,
) -> String {
    let meanings: BTreeMap<String, String> = codes().into_iter().collect();
    lines(&Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: vec![Run {
            tool: Tool {
                driver: Driver {
                    name: TOOL.0,
                    version: TOOL.1,
                    semantic_version: TOOL.1,
                    rules: rules.keys().map(|code| rule(code, &meanings)).collect(),
                },
            },
            invocations: vec![Invocation {
                execution_successful: notifications.iter().all(|notification| notification.level != "error"),
                exit_code: rendering.exit.code(),
                tool_execution_notifications: notifications,
            }],
            column_kind: "unicodeCodePoints",
            results,
        }],
    })
}

/// A group of a fleet as a result.
pub(super) struct FleetResult {
    pub(super) level: &'static str,
    pub(super) text: String,
    pub(super) place: (String, u32, u32),
    pub(super) object: String,
    pub(super) fingerprint: String,
    pub(super) is_known: bool,
    pub(super) change: Option<&'static str>,
    pub(super) outcome: &'static str,
    pub(super) code: String,
    pub(super) kind: String,
    pub(super) id: String,
}

/// The log of a fleet: its results, and what could not be verified, each with whether it fails the run.
pub(super) fn fleet_log(
    rendering: &Rendering<'_>,
    fleet: &str,
    results: Vec<FleetResult>,
    notifications: Vec<(bool, String)>,
) -> String {
    let mut rules: BTreeMap<String, usize> = results.iter().map(|result| (result.code.clone(), 0)).collect();
    for (index, number) in rules.values_mut().enumerate() {
        *number = index;
    }
    let notifications = notifications.into_iter().map(|(is_error, text)| Notification {
        level: if is_error { "error" } else { "warning" },
        message: Text { text },
    });
    let results = results.into_iter().map(|result| SarifResult {
        rule_index: rules.get(&result.code).copied().unwrap_or_default(),
        rule_id: result.code,
        level: result.level,
        message: Text { text: result.text },
        locations: vec![Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: utf8_percent_encode(&result.place.0, IN_PATH).to_string(),
                },
                region: Region {
                    start_line: result.place.1,
                    start_column: result.place.2,
                },
            },
            logical_locations: vec![LogicalLocation {
                fully_qualified_name: result.object,
                kind: result.kind,
            }],
        }],
        partial_fingerprints: BTreeMap::from([("driftgate/v1", result.fingerprint)]),
        suppressions: if result.is_known {
            vec![Suppression {
                kind: "external",
                status: "accepted",
                justification: "the baseline accepts it".to_owned(),
            }]
        } else {
            Vec::new()
        },
        baseline_state: result.change,
        properties: Properties {
            database: fleet,
            outcome: result.outcome,
            id: result.id,
        },
    });
    let results: Vec<SarifResult<'_>> = results.collect();
    log(rendering, &rules, notifications.collect(), results)
}

fn notification(target: &Target) -> Option<Notification> {
    let obstacle = Obstacle::of(target)?;
    Some(Notification {
        level: "error",
        message: Text {
            text: obstacle.paragraph(),
        },
    })
}

fn rule(code: &str, meanings: &BTreeMap<String, String>) -> Rule {
    let meaning = meanings.get(code).map_or(code, String::as_str);
    let help = "The database differs from the expectation file, or this could not be determined. The message of the \
                finding says what was expected and found, and what to do: fix the database, or change the file if \
                the database is right.";
    Rule {
        id: code.to_owned(),
        short_description: Text {
            text: meaning.to_owned(),
        },
        full_description: Text {
            text: format!("{code}: {meaning}"),
        },
        help: Help {
            text: format!("{code}: {meaning}. {help}"),
            markdown: format!("`{code}`: {meaning}.\n\n{help}"),
        },
        properties: Tags {
            tags: vec!["database", "postgresql"],
        },
    }
}

fn result<'a>(
    check: &'a Check,
    target: &'a Target,
    rules: &BTreeMap<String, usize>,
    rendering: &Rendering<'_>,
) -> SarifResult<'a> {
    let outcome = ReportedStatus::of(check);
    let code = check.code.to_string();
    SarifResult {
        rule_index: rules.get(&code).copied().unwrap_or_default(),
        rule_id: code,
        level: match outcome {
            ReportedStatus::Drift => "error",
            ReportedStatus::Unknown | ReportedStatus::Warning => "warning",
            // A suppressed finding keeps its level.
            ReportedStatus::Known => match check.level {
                Level::Error if check.status == Status::Drift => "error",
                Level::Error | Level::Warn => "warning",
            },
            ReportedStatus::Passed => "none",
        },
        message: Text {
            text: format!("{}\n{}", headline(check), facts_text(check, target, rendering.files))
                .trim_end()
                .to_owned(),
        },
        locations: vec![Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: utf8_percent_encode(&path(check, rendering.files), IN_PATH).to_string(),
                },
                region: Region {
                    start_line: check.place.line,
                    start_column: check.place.column,
                },
            },
            logical_locations: vec![LogicalLocation {
                fully_qualified_name: one_line(&check.about.name()),
                kind: check.about.category().word().to_owned(),
            }],
        }],
        partial_fingerprints: BTreeMap::from([("driftgate/v1", fingerprint(check, target))]),
        suppressions: suppression(check, rendering).into_iter().collect(),
        baseline_state: check.mark.change.as_ref().map(|since| match since {
            Change::New => "new",
            Change::StillThere(None) => "unchanged",
            Change::StillThere(Some(_)) => "updated",
        }),
        properties: Properties {
            database: &target.database,
            outcome: outcome.word(),
            id: check.id(),
        },
    }
}

fn suppression(check: &Check, rendering: &Rendering<'_>) -> Option<Suppression> {
    check.is_known().then(|| {
        let marks = table_marks::lines(check, rendering.files);
        let accepted = marks.into_iter().find(|(label, _)| *label == "accepted");
        Suppression {
            kind: "external",
            status: "accepted",
            justification: accepted.map_or(String::new(), |(_, text)| visible(&text)),
        }
    })
}

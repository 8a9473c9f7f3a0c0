//! Reads an earlier JSON report and compares a run with it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::mark::{
    Change, PreviousFinding, Recorded, RecordedStatus, ReportComparison, TargetComparison, prevents_rechecking,
};
use super::since::BetweenRuns;
use super::{Category, Report, TargetStatus};
use crate::error::Problem;
use crate::expectation::Level;
use crate::source_map::{FileId, Place};

/// The version of the JSON report that this driftgate writes.
pub const REPORT_VERSION: u32 = 2;

/// The versions that it reads. Version 1 has the keys `untold` and `not_looked_at`, which are `undetermined` and
/// `not_checked` in version 2.
const READABLE: &[u32] = &[1, REPORT_VERSION];

/// An earlier report.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierReport {
    /// The file.
    pub file: FileId,
    /// When its run began, if it says so.
    began: Option<String>,
    /// The result of each database.
    databases: BTreeMap<String, Database>,
}

/// The result of a database in an earlier report.
#[derive(Debug, Clone, PartialEq)]
struct Database {
    status: TargetStatus,
    /// The findings, and the older ones that the earlier run could not check again.
    findings: Vec<PreviousFinding>,
}

/// The fields that identify a report.
#[derive(Deserialize)]
#[serde(expecting = "a report")]
struct Head {
    tool: Option<Json>,
    report_version: Option<Json>,
}

#[derive(Deserialize)]
#[serde(expecting = "a report")]
struct JsonReport {
    generated_at: Option<String>,
    targets: Vec<JsonTarget>,
}

#[derive(Deserialize)]
#[serde(expecting = "a database")]
struct JsonTarget {
    database: String,
    status: TargetStatus,
    findings: Vec<JsonFinding>,
    compared: Option<JsonCompared>,
}

#[derive(Deserialize)]
#[serde(expecting = "a comparison")]
struct JsonCompared {
    #[serde(alias = "untold")]
    undetermined: Vec<JsonFinding>,
}

#[derive(Deserialize)]
#[serde(expecting = "a finding")]
struct JsonFinding {
    id: String,
    code: String,
    level: JsonLevel,
    status: RecordedStatus,
    kind: String,
    object: String,
    expected: Json,
    actual: Json,
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum JsonLevel {
    Error,
    Warn,
}

/// The hint for a file that is not a report.
pub const HINT: &str = "--compare takes a report that `driftgate check --format json` or `-o json=FILE` wrote";

/// Reads an earlier report.
///
/// # Errors
/// The text is not a report of driftgate, or of a version that this one cannot read.
pub fn read(text: &str, file: FileId) -> Result<EarlierReport, Problem> {
    let report: JsonReport = report(text, file, HINT)?;
    Ok(EarlierReport {
        file,
        began: report
            .generated_at
            .filter(|time| humantime::parse_rfc3339(time).is_ok()),
        databases: report.targets.into_iter().map(database).collect(),
    })
}

/// Reads some fields of a report. `hint` is for a file that is not a report.
pub(super) fn report<T: DeserializeOwned>(text: &str, file: FileId, hint: &str) -> Result<T, Problem> {
    if text.trim().is_empty() {
        let hint = "the shell empties the file of `> FILE` before driftgate reads it: write the new report to another \
                    file, or with -o json=FILE";
        return Err(Problem::at(Place::start_of(file), "the earlier report is empty").hint(hint));
    }
    let head: Head = serde_json::from_str(text).map_err(|e| not_a_report(&e, file, hint))?;
    if head.tool != Some(Json::from(env!("CARGO_PKG_NAME"))) {
        return Err(Problem::at(Place::start_of(file), "this is JSON, but not a driftgate report").hint(hint));
    }
    let version = head.report_version.unwrap_or_default();
    if !READABLE
        .iter()
        .any(|readable| version.as_u64() == Some(u64::from(*readable)))
    {
        let readable: Vec<String> = READABLE.iter().map(ToString::to_string).collect();
        let hint = format!(
            "this driftgate reads reports of version {}: use a report that it wrote",
            readable.join(" and ")
        );
        return Err(Problem::at(Place::start_of(file), format!("unsupported report version {version}")).hint(hint));
    }
    serde_json::from_str(text).map_err(|e| not_a_report(&e, file, hint))
}

/// An error of the JSON reader as a problem.
fn not_a_report(error: &serde_json::Error, file: FileId, hint: &str) -> Problem {
    let text = error.to_string();
    let words = text.split(" at line ").next().unwrap_or(&text);
    let what = if error.is_data() {
        "this is JSON, but not a driftgate report"
    } else {
        "this is not JSON"
    };
    let number = |n: usize| u32::try_from(n.max(1)).unwrap_or(u32::MAX);
    let place = Place {
        file,
        line: number(error.line()),
        column: number(error.column()),
    };
    Problem::at(place, format!("{what}: {words}")).hint(hint)
}

fn database(target: JsonTarget) -> (String, Database) {
    let undetermined = target.compared.into_iter().flat_map(|compared| compared.undetermined);
    let findings = target.findings.into_iter().chain(undetermined);
    let database = Database {
        status: target.status,
        findings: findings.map(previous_finding).collect(),
    };
    (target.database, database)
}

fn previous_finding(finding: JsonFinding) -> PreviousFinding {
    PreviousFinding {
        id: finding.id,
        code: finding.code,
        level: match finding.level {
            JsonLevel::Error => Level::Error,
            JsonLevel::Warn => Level::Warn,
        },
        kind: finding.kind,
        object: finding.object,
        was: Recorded {
            status: finding.status,
            expected: finding.expected,
            actual: finding.actual,
        },
        message: finding.message,
    }
}

/// Marks findings as new or still present, and lists the resolved ones. In a database that could not be verified, no
/// finding is resolved: the earlier findings are undetermined. `began` is the time of this run.
pub fn compare(report: &mut Report, earlier: &EarlierReport, began: SystemTime) {
    let between = earlier.began.as_ref().map(|time| BetweenRuns {
        earlier: time.clone(),
        now: humantime::format_rfc3339_seconds(began).to_string(),
    });
    let mut checked = BTreeSet::new();
    for target in &mut report.targets {
        checked.insert(target.database.clone());
        let then = earlier.databases.get(&target.database);
        let before: BTreeMap<&str, &PreviousFinding> = then
            .iter()
            .flat_map(|database| &database.findings)
            .map(|previous| (previous.id.as_str(), previous))
            .collect();
        let was_verified =
            then.is_some_and(|database| [TargetStatus::Passed, TargetStatus::Drift].contains(&database.status));
        let between = between.as_ref().filter(|_| was_verified);
        let mut now = BTreeSet::new();
        for check in &mut target.checks.findings {
            let (id, common) = (check.id(), check.common_id());
            let previous = before.get(id.as_str()).or_else(|| before.get(common.as_str()));
            check.mark.change = Some(match previous {
                None => Change::New,
                Some(previous) => {
                    Change::StillThere(Some(previous.was.clone()).filter(|was| *was != Recorded::now(check)))
                }
            });
            if let (None, Some(between)) = (previous, between) {
                check.since.get_or_insert_default().between = Some(between.clone());
            }
            now.extend([id, common]);
        }
        let gone = before.values().copied().filter(|previous| !now.contains(&previous.id));
        let is_undetermined = |previous: &&PreviousFinding| {
            let category = Category::parse(&previous.kind);
            target.failure.is_some()
                || target
                    .findings()
                    .any(|now| prevents_rechecking(now, category, &previous.object))
        };
        let (undetermined, resolved): (Vec<&PreviousFinding>, Vec<&PreviousFinding>) = gone.partition(is_undetermined);
        let owned = |previous: Vec<&PreviousFinding>| previous.into_iter().cloned().collect();
        target.compared = Some(TargetComparison {
            previous_status: then.map(|database| database.status),
            resolved: owned(resolved),
            undetermined: owned(undetermined),
        });
    }
    let not_checked = earlier.databases.keys().filter(|name| !checked.contains(*name));
    report.comparison = Some(ReportComparison {
        file: earlier.file,
        not_checked: not_checked.cloned().collect(),
    });
}

#[cfg(test)]
mod tests;

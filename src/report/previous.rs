//! An earlier JSON report, and what has changed since.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::Report;
use super::json::REPORT_VERSION;
use super::mark::{Compared, Comparison, Former, Since, Was, hides};
use crate::error::Problem;
use crate::source_map::{FileId, Place};

/// An earlier report.
#[derive(Debug, Clone, PartialEq)]
pub struct Previous {
    /// The file.
    pub file: FileId,
    /// What it says of each database.
    databases: BTreeMap<String, Database>,
}

/// What an earlier report says of a database.
#[derive(Debug, Clone, PartialEq)]
struct Database {
    status: String,
    /// The findings, and those of before of which could not be told then whether they were still there.
    findings: Vec<Former>,
}

/// What a report begins with: enough to know whether it is one.
#[derive(Deserialize)]
#[serde(expecting = "a report")]
struct Head {
    tool: Option<Json>,
    report_version: Option<Json>,
}

#[derive(Deserialize)]
#[serde(expecting = "a report")]
struct JsonReport {
    targets: Vec<JsonTarget>,
}

#[derive(Deserialize)]
#[serde(expecting = "a database")]
struct JsonTarget {
    database: String,
    status: String,
    findings: Vec<JsonFinding>,
    compared: Option<JsonCompared>,
}

#[derive(Deserialize)]
#[serde(expecting = "a comparison")]
struct JsonCompared {
    untold: Vec<JsonFinding>,
}

#[derive(Deserialize)]
#[serde(expecting = "a finding")]
struct JsonFinding {
    id: String,
    code: String,
    level: String,
    status: String,
    kind: String,
    object: String,
    expected: Json,
    actual: Json,
    message: String,
}

/// What to give instead of what was given.
pub const HINT: &str = "--compare takes a report that `driftgate check --format json` or `-o json=FILE` wrote";

/// Reads an earlier report.
///
/// # Errors
/// The text is no report of driftgate, or one of another version.
pub fn read(text: &str, file: FileId) -> Result<Previous, Problem> {
    let report: JsonReport = report(text, file, HINT)?;
    Ok(Previous {
        file,
        databases: report.targets.into_iter().map(database).collect(),
    })
}

/// What somebody wants to know of a report. What to give instead of it is in the hint.
pub(super) fn report<T: DeserializeOwned>(text: &str, file: FileId, hint: &str) -> Result<T, Problem> {
    if text.trim().is_empty() {
        let hint = "a file that the shell writes (`> FILE`) is emptied before it is read: write the new report to another \
                    file, or with -o json=FILE";
        return Err(Problem::at(start(file), "the earlier report is empty").hint(hint));
    }
    let head: Head = serde_json::from_str(text).map_err(|e| cannot(&e, file, hint))?;
    if head.tool != Some(Json::from(env!("CARGO_PKG_NAME"))) {
        return Err(Problem::at(start(file), "this is JSON, but not a report of driftgate").hint(hint));
    }
    if head.report_version != Some(Json::from(REPORT_VERSION)) {
        let version = head.report_version.unwrap_or_default();
        return Err(
            Problem::at(start(file), format!("the version of the report is {version}")).hint(format!(
                "this driftgate reads reports of version {REPORT_VERSION}: take one that it has written"
            )),
        );
    }
    serde_json::from_str(text).map_err(|e| cannot(&e, file, hint))
}

/// Where a file begins.
pub(super) fn start(file: FileId) -> Place {
    Place {
        file,
        line: 1,
        column: 1,
    }
}

/// The problem that an error of the JSON reader is.
fn cannot(error: &serde_json::Error, file: FileId, hint: &str) -> Problem {
    let text = error.to_string();
    let words = text.split(" at line ").next().unwrap_or(&text);
    let what = if error.is_data() {
        "this is JSON, but not a report of driftgate"
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
    let untold = target.compared.into_iter().flat_map(|compared| compared.untold);
    let findings = target.findings.into_iter().chain(untold).map(former).collect();
    let status = target.status;
    (target.database, Database { status, findings })
}

fn former(finding: JsonFinding) -> Former {
    Former {
        id: finding.id,
        code: finding.code,
        level: finding.level,
        kind: finding.kind,
        object: finding.object,
        was: Was {
            status: finding.status,
            expected: finding.expected,
            actual: finding.actual,
        },
        message: finding.message,
    }
}

/// Marks what is new and what is still there, and says what has been resolved. Of a database that could not be verified
/// nothing is: what was found there before cannot be told.
pub fn compare(report: &mut Report, previous: &Previous) {
    let mut looked_at = BTreeSet::new();
    for target in &mut report.targets {
        looked_at.insert(target.database.clone());
        let then = previous.databases.get(&target.database);
        let before: BTreeMap<&str, &Former> = then
            .iter()
            .flat_map(|database| &database.findings)
            .map(|former| (former.id.as_str(), former))
            .collect();
        let mut now = BTreeSet::new();
        for check in &mut target.checks.findings {
            let (id, common) = (check.id(), check.common_id());
            let former = before.get(id.as_str()).or_else(|| before.get(common.as_str()));
            check.mark.since = Some(match former {
                None => Since::New,
                Some(former) => Since::StillThere(Some(former.was.clone()).filter(|was| *was != Was::now(check))),
            });
            now.extend([id, common]);
        }
        let gone = before.values().copied().filter(|former| !now.contains(&former.id));
        let is_untold = |former: &&Former| {
            target.failure.is_some() || target.findings().any(|now| hides(now, &former.code, &former.object))
        };
        let (untold, resolved): (Vec<&Former>, Vec<&Former>) = gone.partition(is_untold);
        let owned = |formers: Vec<&Former>| formers.into_iter().cloned().collect();
        target.compared = Some(Compared {
            previous_status: then.map(|database| database.status.clone()),
            resolved: owned(resolved),
            untold: owned(untold),
        });
    }
    let not_looked_at = previous.databases.keys().filter(|name| !looked_at.contains(*name));
    report.comparison = Some(Comparison {
        file: previous.file,
        not_looked_at: not_looked_at.cloned().collect(),
    });
}

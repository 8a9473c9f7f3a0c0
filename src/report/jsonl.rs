//! The report as JSON Lines: one line per check, including those that passed, and after the checks of each database a
//! line for the database. The fields are those of the JSON report.

use serde::Serialize;

use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::json::{JsonFinding, JsonTarget, finding, line, summary_of};
use crate::finding::earlier::REPORT_VERSION;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new(
    "jsonl",
    "For programs: one line per check, including those that passed, and one per database",
    render,
    fleet::jsonl,
)
.passes()
.with_notes();

#[derive(Serialize)]
struct CheckLine<'a> {
    report_version: u32,
    #[serde(rename = "type")]
    what: &'static str,
    database: &'a str,
    #[serde(flatten)]
    check: JsonFinding<'a>,
}

#[derive(Serialize)]
struct DatabaseLine<'a> {
    report_version: u32,
    #[serde(rename = "type")]
    what: &'static str,
    #[serde(flatten)]
    database: JsonTarget<'a>,
}

fn render(rendering: &Rendering<'_>) -> String {
    let mut out = String::new();
    for target in &rendering.report.targets {
        for check in target.checks.listed() {
            out.push_str(&line(&CheckLine {
                report_version: REPORT_VERSION,
                what: "check",
                database: &target.database,
                check: finding(check, rendering.files),
            }));
        }
        out.push_str(&line(&DatabaseLine {
            report_version: REPORT_VERSION,
            what: "database",
            database: summary_of(target, rendering.report.baseline.is_some()),
        }));
    }
    out
}

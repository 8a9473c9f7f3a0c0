//! The report as JSON, a line a check, those that passed included; behind the checks of each database a line for the
//! database. The fields are those of the JSON report.

use serde::Serialize;

use super::format::{FormatSpec, Rendering};
use super::json::{JsonFinding, JsonTarget, REPORT_VERSION, finding, line, summary_of};

/// The format.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "jsonl",
    doc: "For programs: a line a check, those that passed included, and one a database",
    passes: true,
    asides: true,
    render,
};

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
        for check in target.checks.known() {
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

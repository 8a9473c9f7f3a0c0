//! The report as commands of Azure Pipelines: issues at the lines of the expectation files.

use std::fmt::Write as _;

use super::facts::{paragraph, path};
use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::values::one_line;
use super::words::{Obstacle, ReportedStatus, stale, summary_line, targets, verdict};
use crate::finding::Check;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new("azure", "Issues of Azure Pipelines", render, fleet::azure);

fn render(rendering: &Rendering<'_>) -> String {
    let mut out = String::new();
    let stale = stale(rendering.report);
    for target in targets(rendering.report, stale.as_ref()) {
        if let Some(obstacle) = Obstacle::of(target) {
            let (code, text) = (obstacle.code, data(&obstacle.paragraph()));
            let _ = writeln!(out, "##vso[task.logissue type=error;code={code};]{text}");
        }
        let findings = target.findings_in_order();
        // Known findings are only counted below.
        for check in findings.into_iter().filter(|check| !check.is_known()) {
            let _ = writeln!(
                out,
                "##vso[task.logissue type={};sourcepath={};linenumber={};columnnumber={};code={};]{}",
                severity(check),
                property(&one_line(&path(check, rendering.files))),
                check.place.line,
                check.place.column,
                property(&check.code.to_string()),
                data(&paragraph(check, rendering.files))
            );
        }
    }
    let _ = writeln!(
        out,
        "driftgate: {}: {}",
        verdict(rendering.report),
        summary_line(rendering.report)
    );
    out
}

fn severity(check: &Check) -> &'static str {
    match ReportedStatus::of(check) {
        ReportedStatus::Drift => "error",
        ReportedStatus::Unknown | ReportedStatus::Warning | ReportedStatus::Known | ReportedStatus::Passed => "warning",
    }
}

/// A text as the message of a command.
pub(super) fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text as the value of a property.
pub(super) fn property(text: &str) -> String {
    data(text).replace(']', "%5D").replace(';', "%3B")
}

//! The report as Checkstyle XML. Many tools read it and show findings at their lines.

use std::collections::BTreeMap;

use super::facts::{paragraph, path};
use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::values::one_line;
use super::words::{Obstacle, ReportedStatus, TOOL, stale, targets};
use super::xml::Element;
use crate::finding::Check;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new(
    "checkstyle",
    "Checkstyle XML, for tools that show findings at their lines",
    render,
    fleet::checkstyle,
);

fn render(rendering: &Rendering<'_>) -> String {
    let mut files: BTreeMap<String, Vec<Element>> = BTreeMap::new();
    let stale = stale(rendering.report);
    for target in targets(rendering.report, stale.as_ref()) {
        for check in target.findings_in_order() {
            let path = one_line(&path(check, rendering.files));
            files.entry(path).or_default().push(entry(check, rendering));
        }
        if let Some(obstacle) = Obstacle::of(target) {
            // It does not belong to a line of a file.
            files.entry(one_line(&target.database)).or_default().push(error(
                (1, 1),
                "error",
                obstacle.paragraph(),
                obstacle.code,
            ));
        }
    }
    let files = files
        .into_iter()
        .map(|(path, entries)| Element::new("file", [("name", path)]).elements(entries))
        .collect();
    Element::new("checkstyle", [("version", TOOL.1.to_owned())])
        .elements(files)
        .document()
}

fn entry(check: &Check, rendering: &Rendering<'_>) -> Element {
    let severity = match ReportedStatus::of(check) {
        ReportedStatus::Drift => "error",
        ReportedStatus::Unknown | ReportedStatus::Warning => "warning",
        ReportedStatus::Known | ReportedStatus::Passed => "info",
    };
    let place = (check.place.line, check.place.column);
    error(
        place,
        severity,
        paragraph(check, rendering.files),
        &check.code.to_string(),
    )
}

pub(super) fn error((line, column): (u32, u32), severity: &str, message: String, code: &str) -> Element {
    Element::new(
        "error",
        [
            ("line", line.to_string()),
            ("column", column.to_string()),
            ("severity", severity.to_owned()),
            ("message", message),
            ("source", format!("driftgate.{code}")),
        ],
    )
}

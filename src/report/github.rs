//! The report as workflow commands of GitHub Actions: annotations at the lines of the expectation files.
//!
//! GitHub shows ten annotations of each level per step. The other findings are in the log and in the job summary, which
//! is appended to the file in `GITHUB_STEP_SUMMARY`.

use std::fmt::Write as _;

use super::facts::{facts_text, headline, path};
use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::markdown::MAX_FINDINGS;
use super::values::one_line;
use super::words::{Obstacle, ReportedStatus, stale, summary_line, targets, verdict};
use crate::finding::Check;
use crate::plural::plural;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new(
    "github",
    "Annotations of GitHub Actions, and the job summary",
    render,
    fleet::github,
);

/// How many annotations of each level GitHub shows.
const SHOWN: usize = 10;

fn render(rendering: &Rendering<'_>) -> String {
    let mut out = String::new();
    let mut annotations = Annotations::default();
    // Databases that could not be verified come first.
    for target in &rendering.report.targets {
        if let Some(obstacle) = Obstacle::of(target) {
            let hint = obstacle
                .hint
                .as_ref()
                .map_or(String::new(), |hint| format!("\nhelp: {hint}"));
            let title = format!("driftgate: {}", obstacle.code);
            let text = format!("{}{hint}", obstacle.message);
            annotations.write(&mut out, "error", "", &title, &text, &obstacle.message);
        }
    }
    let stale = stale(rendering.report);
    let mut count = 0;
    for target in targets(rendering.report, stale.as_ref()) {
        let findings = target.findings_in_order();
        count += findings.len();
        // Known findings are only counted below, and listed in the job summary.
        for check in findings.into_iter().filter(|check| !check.is_known()) {
            let place = format!(
                "file={},line={},col={},",
                property(&path(check, rendering.files)),
                check.place.line,
                check.place.column
            );
            let title = format!("driftgate: {} {}", check.code, check.about.name());
            let text = format!("{}\n{}", headline(check), facts_text(check, target, rendering.files));
            annotations.write(
                &mut out,
                level(check),
                &place,
                &title,
                text.trim_end(),
                &headline(check),
            );
        }
    }
    annotations.end(&mut out, count);
    let _ = writeln!(
        out,
        "driftgate: {}: {}",
        verdict(rendering.report),
        summary_line(rendering.report)
    );
    out
}

fn level(check: &Check) -> &'static str {
    match ReportedStatus::of(check) {
        ReportedStatus::Drift => "error",
        ReportedStatus::Unknown | ReportedStatus::Warning => "warning",
        ReportedStatus::Known | ReportedStatus::Passed => "notice",
    }
}

/// The number of annotations so far, and the findings that are only in the log.
#[derive(Default)]
pub(super) struct Annotations {
    errors: usize,
    warnings: usize,
    rest: Vec<String>,
}

impl Annotations {
    /// Writes an annotation, or keeps its headline for the log if no more would be shown.
    pub(super) fn write(
        &mut self,
        out: &mut String,
        level: &str,
        place: &str,
        title: &str,
        text: &str,
        headline: &str,
    ) {
        let count = if level == "error" {
            &mut self.errors
        } else {
            &mut self.warnings
        };
        *count += 1;
        // The last visible annotation reports how many more findings there are.
        if *count >= SHOWN {
            self.rest.push(format!("{level}: {}", one_line(headline)));
            return;
        }
        let _ = writeln!(
            out,
            "::{level} {place}title={}::{}",
            property(&one_line(title)),
            data(text)
        );
    }

    /// `count` is the number of all findings, of which the job summary lists the first ones.
    pub(super) fn end(self, out: &mut String, count: usize) {
        if self.rest.is_empty() {
            return;
        }
        let level = if self.errors >= SHOWN { "error" } else { "warning" };
        let more = plural(self.rest.len(), "more finding is", "more findings are");
        let text = if count <= MAX_FINDINGS {
            format!("{more} in the log and in the job summary")
        } else {
            format!("{more} in the log; the job summary has those for which there is room")
        };
        let _ = writeln!(out, "::{level} title=driftgate::{text}");
        for line in self.rest {
            let _ = writeln!(out, "{line}");
        }
    }
}

/// A text as the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text as the value of a property.
pub(super) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

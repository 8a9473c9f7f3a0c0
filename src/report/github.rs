//! The report as commands of GitHub's workflows: annotations at the lines of the expectation files.
//!
//! GitHub shows ten annotations of each sort a step; the rest stands in the log and in the summary of the job, which the
//! command line adds to the file in `GITHUB_STEP_SUMMARY`.

use std::fmt::Write as _;

use crate::finding::Check;
use super::format::{FormatSpec, Rendering};
use super::facts::{facts_text, headline, path};
use super::values::{one_line, plural};
use super::words::{Obstacle, ReportedStatus, stale, summary_line, targets, verdict};

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new("github", "Annotations of GitHub Actions, and the summary of the job", render);

/// So many annotations of each sort are shown.
const SHOWN: usize = 10;

fn render(rendering: &Rendering<'_>) -> String {
    let mut out = String::new();
    let mut told = Told::default();
    // What keeps everything else from being known comes first.
    for target in &rendering.report.targets {
        if let Some(obstacle) = Obstacle::of(target) {
            let hint = obstacle
                .hint
                .as_ref()
                .map_or(String::new(), |hint| format!("\nhelp: {hint}"));
            let title = format!("driftgate: {}", obstacle.code);
            let text = format!("{}{hint}", obstacle.message);
            told.tell(&mut out, "error", "", &title, &text, &obstacle.message);
        }
    }
    let stale = stale(rendering.report);
    for target in targets(rendering.report, stale.as_ref()) {
        let findings = target.findings_in_order();
        // What is known is counted below and stands in the summary of the job.
        for check in findings.into_iter().filter(|check| !check.is_known()) {
            let place = format!(
                "file={},line={},col={},",
                property(&path(check, rendering.files)),
                check.place.line,
                check.place.column
            );
            let title = format!("driftgate: {} {}", check.code, check.about.name());
            let text = format!("{}\n{}", headline(check), facts_text(check, target, rendering.files));
            told.tell(&mut out, sort(check), &place, &title, text.trim_end(), &headline(check));
        }
    }
    told.end(&mut out);
    let _ = writeln!(
        out,
        "driftgate: {}: {}",
        verdict(rendering.report),
        summary_line(rendering.report)
    );
    out
}

fn sort(check: &Check) -> &'static str {
    match ReportedStatus::of(check) {
        ReportedStatus::Drift => "error",
        ReportedStatus::Unknown | ReportedStatus::Warning => "warning",
        ReportedStatus::Known | ReportedStatus::Passed => "notice",
    }
}

/// How many annotations there are already, and what is told in the log alone.
#[derive(Default)]
struct Told {
    errors: usize,
    warnings: usize,
    rest: Vec<String>,
}

impl Told {
    /// Writes an annotation, or keeps its headline for the log if no more would be shown.
    fn tell(&mut self, out: &mut String, sort: &str, place: &str, title: &str, text: &str, headline: &str) {
        let count = if sort == "error" {
            &mut self.errors
        } else {
            &mut self.warnings
        };
        *count += 1;
        // The last one that is shown says that there are more.
        if *count >= SHOWN {
            self.rest.push(format!("{sort}: {}", one_line(headline)));
            return;
        }
        let _ = writeln!(
            out,
            "::{sort} {place}title={}::{}",
            property(&one_line(title)),
            data(text)
        );
    }

    fn end(self, out: &mut String) {
        if self.rest.is_empty() {
            return;
        }
        let sort = if self.errors >= SHOWN { "error" } else { "warning" };
        let text = format!(
            "{} in the log and in the summary of the job",
            plural(self.rest.len(), "more finding is", "more findings are")
        );
        let _ = writeln!(out, "::{sort} title=driftgate::{text}");
        for line in self.rest {
            let _ = writeln!(out, "{line}");
        }
    }
}

/// A text as the data of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text as the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

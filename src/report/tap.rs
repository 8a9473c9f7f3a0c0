//! The report as TAP 14: one test point per check, including those that passed.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::facts::{facts, headline};
use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::values::one_line;
use super::words::{Obstacle, ReportedStatus, stale, targets};
use crate::finding::{Check, Target};

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new(
    "tap",
    "TAP 14: one test point per check, including those that passed",
    render,
    fleet::tap,
)
.passes();

fn render(rendering: &Rendering<'_>) -> String {
    let mut points = Vec::new();
    let stale = stale(rendering.report);
    for target in targets(rendering.report, stale.as_ref()) {
        for check in target.checks.listed() {
            points.push(point(check, target, rendering));
        }
        if let Some(obstacle) = Obstacle::of(target) {
            let hint = obstacle.hint.map(|hint| ("help", hint));
            let facts = diagnostic([("message", obstacle.message)].into_iter().chain(hint));
            let name = escaped(&target.database);
            points.push((false, format!("database {name}"), facts));
        }
    }
    let mut out = format!("TAP version 14\n1..{}\n", points.len());
    for (number, (ok, description, facts)) in points.iter().enumerate() {
        let not = if *ok { "" } else { "not " };
        let _ = writeln!(out, "{not}ok {} - {description}\n{facts}", number + 1);
        out.truncate(out.trim_end_matches('\n').len() + 1);
    }
    out
}

/// A test point: whether it passed, its description, and its details.
fn point(check: &Check, target: &Target, rendering: &Rendering<'_>) -> (bool, String, String) {
    let mut description = escaped(&check.title());
    if let Some(attribute) = check.attribute() {
        let _ = write!(description, " {attribute}");
    }
    if rendering.report.targets.len() > 1 {
        description = format!("{}: {description}", escaped(&target.database));
    }
    let outcome = ReportedStatus::of(check);
    match outcome {
        ReportedStatus::Passed => return (true, description, String::new()),
        // A test point with the directive TODO does not fail a run.
        ReportedStatus::Warning => description.push_str(" # TODO warning"),
        ReportedStatus::Known => description.push_str(" # TODO known"),
        ReportedStatus::Drift | ReportedStatus::Unknown => {}
    }
    let first = [
        ("message", headline(check)),
        ("severity", outcome.word().to_owned()),
        ("code", check.code.to_string()),
    ];
    let facts = first.into_iter().chain(facts(check, target, rendering.files));
    (false, description, diagnostic(facts))
}

/// A text in a description, where `#` begins a directive.
fn escaped(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('#', "\\#")
}

/// Facts as the YAML block below a test point. A JSON string is also a YAML string.
fn diagnostic(facts: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let mut out = "  ---\n".to_owned();
    for (label, fact) in facts {
        let _ = writeln!(out, "  {}: {}", label.replace(' ', "_"), Json::from(fact.trim_end()));
    }
    out.push_str("  ...\n");
    out
}

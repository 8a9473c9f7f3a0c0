//! The report for people: what is wrong, grouped by file and object; one line when all is well.

use std::fmt::Write as _;

use comfy_table::presets::ASCII_BORDERS_ONLY_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde_json::Value as Json;
use similar::TextDiff;

use super::coverage;
use super::text::{BAD, FAINT, GOOD, Palette, STRONG, WARN, visible};
use super::{Check, Report, Status, Summary, Target};
use crate::expectation::Level;
use crate::source_map::SourceMap;

/// Renders the report. `color` adds terminal colours.
#[must_use]
pub fn render(report: &Report, files: &SourceMap, color: bool) -> String {
    let palette = Palette { color };
    let mut out = String::new();
    for target in &report.targets {
        if target.findings().next().is_some() || target.failure.is_some() {
            render_target(&mut out, target, files, palette);
        }
    }
    for target in &report.targets {
        if let Some(coverage) = &target.coverage {
            coverage::render(&mut out, coverage, &describe(target), palette);
        }
    }
    if report.targets.len() > 1 {
        let _ = writeln!(out, "{}\n", overview(report));
    }
    out.push_str(&pending(report));
    out.push_str(&histories(report));
    out.push_str(&not_compared(report));
    let _ = writeln!(out, "{}", summary_line(report, palette));
    out
}

/// The migrations that are still to be applied, a line a database; nothing if there are none.
#[must_use]
pub fn pending(report: &Report) -> String {
    let mut out = String::new();
    for target in report.targets.iter().filter(|target| !target.pending.is_empty()) {
        let names = visible(&target.pending.join(", "));
        let _ = writeln!(out, "pending in {}: {names}", visible(&target.database));
    }
    out
}

/// Whose the histories are that were found by their tables.
fn histories(report: &Report) -> String {
    let mut out = String::new();
    for target in &report.targets {
        for history in &target.histories {
            let place = if report.targets.len() > 1 {
                format!(" of {}", visible(&target.database))
            } else {
                String::new()
            };
            let _ = writeln!(
                out,
                "migrations{place}: by {}, in {}",
                history.tool,
                visible(&history.table)
            );
        }
    }
    out
}

/// What there is that was not compared, a line a database; nothing if there is nothing.
#[must_use]
pub fn not_compared(report: &Report) -> String {
    let mut out = String::new();
    for target in report.targets.iter().filter(|target| !target.not_compared.is_empty()) {
        let place = if report.targets.len() > 1 {
            format!(" in {}", visible(&target.database))
        } else {
            String::new()
        };
        let counts: Vec<String> = target
            .not_compared
            .iter()
            .map(|what| format!("{} {}", what.count, what.words))
            .collect();
        let _ = writeln!(out, "not compared{place}: {}", counts.join(", "));
    }
    out
}

fn render_target(out: &mut String, target: &Target, files: &SourceMap, palette: Palette) {
    let mut findings: Vec<&Check> = target.findings().collect();
    findings.sort_by_key(|check| check.place);
    let mut file = None;
    let mut object = None;
    for check in findings {
        if file != Some(check.place.file) {
            file = Some(check.place.file);
            object = None;
            let path = files.path(check.place.file).display().to_string();
            let _ = writeln!(
                out,
                "{}  {}\n",
                palette.paint(STRONG, &visible(&path)),
                palette.paint(FAINT, &visible(&describe(target)))
            );
        }
        let this = (check.kind, check.object.as_str());
        if object != Some(this) {
            object = Some(this);
            let heading = format!("{} {}", check.kind.replace('_', " "), check.object);
            let _ = writeln!(out, "  {}", palette.paint(STRONG, &visible(&heading)));
        }
        finding(out, check, files, palette);
    }
    if let Some(failure) = &target.failure {
        let _ = writeln!(
            out,
            "{}  {}",
            palette.paint(BAD, "could not verify"),
            visible(&describe(target))
        );
        let _ = writeln!(out, "  {}", visible(&failure.to_string()));
        if let Some(hint) = &failure.hint {
            let _ = writeln!(out, "  to do     {}", visible(hint));
        }
        out.push('\n');
    }
}

fn finding(out: &mut String, check: &Check, files: &SourceMap, palette: Palette) {
    let (word, style) = match (check.status, check.level) {
        (Status::Drift, Level::Error) => ("drift", BAD),
        (Status::Unknown | Status::Unverified, Level::Error) => ("unknown", WARN),
        (Status::Drift | Status::Unknown | Status::Unverified, Level::Warn) => ("warning", WARN),
        (Status::Passed, _) => ("passed", GOOD),
    };
    let label = |name: &str| format!("    {name:<9} ");
    let long = long_texts(check);
    // The object stands above and the values below: the whole sentence would say both again.
    let message = check.attribute.unwrap_or(&check.message);
    let _ = writeln!(
        out,
        "    {} {}",
        palette.paint(style, &format!("{word:<9}")),
        visible(message)
    );
    match long {
        Some((expected, actual)) => text_diff(out, expected, actual, palette),
        None if check.attribute.is_some() => {
            let _ = writeln!(
                out,
                "{}{}",
                label("expected"),
                visible(&shortened(&show(&check.expected)))
            );
            let _ = writeln!(out, "{}{}", label("found"), visible(&shortened(&show(&check.actual))));
        }
        None => {}
    }
    if let Some(detail) = &check.detail {
        let _ = writeln!(out, "{}{}", label("because"), visible(detail));
    }
    let _ = writeln!(out, "{}{}", label("at"), visible(&files.locate(check.place)));
    if let Some(hint) = &check.hint {
        let _ = writeln!(out, "{}{}", label("to do"), visible(hint));
    }
    if let Some(reason) = &check.reason {
        let _ = writeln!(out, "{}{}", label("reason"), visible(reason));
    }
    out.push('\n');
}

/// The two texts of a finding, if one of them has several lines.
fn long_texts(check: &Check) -> Option<(&str, &str)> {
    match (&check.expected, &check.actual) {
        (Json::String(expected), Json::String(actual)) if expected.contains('\n') || actual.contains('\n') => {
            Some((expected, actual))
        }
        _ => None,
    }
}

fn text_diff(out: &mut String, expected: &str, actual: &str, palette: Palette) {
    let (expected, actual) = (format!("{}\n", expected.trim()), format!("{}\n", actual.trim()));
    let diff = TextDiff::from_lines(expected.as_str(), actual.as_str());
    let text = diff
        .unified_diff()
        .context_radius(2)
        .header("expected", "found")
        .to_string();
    for line in text.lines() {
        let style = match line.chars().next() {
            Some('-') => BAD,
            Some('+') => GOOD,
            _ => FAINT,
        };
        let _ = writeln!(out, "      {}", palette.paint(style, &visible(line)));
    }
}

/// A text that fits onto a screen; the JSON report has the whole.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 2000;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
        None => text.to_owned(),
    }
}

/// A value as a person reads it.
fn show(value: &Json) -> String {
    match value {
        Json::Null => "none".into(),
        Json::String(text) => text.clone(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::Array(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Json::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(k, v)| format!("{k}: {}", show(v))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// `env:DATABASE_URL: shop on db.example.com, PostgreSQL 15.18`.
fn describe(target: &Target) -> String {
    if target.server_version.is_empty() {
        return target.database.clone();
    }
    format!(
        "{}: {} on {}, PostgreSQL {}",
        target.database, target.name, target.host, target.server_version
    )
}

/// One row a database.
fn overview(report: &Report) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_BORDERS_ONLY_CONDENSED);
    table.set_header([
        "database", "verdict", "checks", "passed", "drift", "warnings", "unknown",
    ]);
    for target in &report.targets {
        let summary = target.summary();
        table.add_row([
            visible(&target.database),
            target.status().to_owned(),
            summary.checks.to_string(),
            summary.passed.to_string(),
            summary.drift.to_string(),
            summary.warnings.to_string(),
            summary.unknown.to_string(),
        ]);
    }
    for i in 2..7 {
        if let Some(column) = table.column_mut(i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn summary_line(report: &Report, palette: Palette) -> String {
    let Summary {
        checks,
        passed,
        drift,
        warnings,
        unknown,
        unverified: _,
    } = report.summary();
    let plural = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let paint = |n: usize, style, text: String| if n > 0 { palette.paint(style, &text) } else { text };
    let mut line = format!(
        "{}: {}, {}, {}, {}",
        plural(checks, "check", "checks"),
        paint(passed, GOOD, format!("{passed} passed")),
        paint(drift, BAD, format!("{drift} drift")),
        paint(warnings, WARN, plural(warnings, "warning", "warnings")),
        paint(unknown, WARN, format!("{unknown} unknown")),
    );
    let failed = report.targets.iter().filter(|t| t.failure.is_some()).count();
    if failed > 0 {
        let text = plural(
            failed,
            "database could not be verified",
            "databases could not be verified",
        );
        let _ = write!(line, "; {}", palette.paint(BAD, &text));
    }
    line
}

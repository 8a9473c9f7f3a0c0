//! The report as Markdown, for chat, issues and job summaries: the verdict on one line, then the folded details.

use std::fmt::Write as _;

use super::facts::{facts, headline};
use super::format::{FormatSpec, Rendering};
use super::notes::notes;
use super::table_marks;
use super::values::one_line;
use super::words::{Obstacle, ReportedStatus, describe, stale, summary_line, targets, verdict};
use crate::finding::{Check, Target};
use crate::plural::plural;
use crate::terminal::Palette;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new(
    "markdown",
    "For chat, issues and job summaries: the verdict first, details folded",
    render,
)
.with_notes();

/// The maximum number of findings: a job summary and a comment have a limited size.
pub(super) const MAX_FINDINGS: usize = 100;

fn render(rendering: &Rendering<'_>) -> String {
    let report = rendering.report;
    let mut out = format!("**driftgate: {}** ({})\n", verdict(report), summary_line(report));
    if report.targets.len() > 1 {
        overview(&mut out, rendering);
    }
    let mut left = MAX_FINDINGS;
    let stale = stale(report);
    for target in targets(report, stale.as_ref()) {
        if let Some(obstacle) = Obstacle::of(target) {
            let _ = writeln!(out, "\n{}", escaped(&obstacle.message));
            if let Some(hint) = &obstacle.hint {
                let _ = writeln!(out, "\nhelp: {}", escaped(hint));
            }
        }
        findings(&mut out, target, rendering, &mut left);
    }
    let since = table_marks::since(report, rendering.files, Palette { color: false });
    if !since.is_empty() {
        let fence = fence(&since);
        let _ = writeln!(
            out,
            "\n<details><summary>what has changed since the earlier report</summary>\n\n\
             {fence}text\n{}\n{fence}\n\n</details>",
            since.trim_end()
        );
    }
    for note in notes(report).lines() {
        let _ = writeln!(out, "\n{}", escaped(note));
    }
    out
}

/// One row per database.
fn overview(out: &mut String, rendering: &Rendering<'_>) {
    let known = rendering.report.baseline.is_some();
    let (title, rule) = if known { (" known |", "--:|") } else { ("", "") };
    let _ = writeln!(
        out,
        "\n| database | verdict | checks | passed | drift | warnings | unknown |{title}\n\
         |---|---|--:|--:|--:|--:|--:|{rule}"
    );
    for target in &rendering.report.targets {
        let summary = target.summary();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |{}",
            escaped(&target.database),
            target.status().word(),
            summary.checks,
            summary.passed,
            summary.drift,
            summary.warnings,
            summary.unknown,
            if known {
                format!(" {} |", summary.known)
            } else {
                String::new()
            }
        );
    }
}

/// The findings of a database: one folded part for each result.
fn findings(out: &mut String, target: &Target, rendering: &Rendering<'_>, left: &mut usize) {
    let all = target.findings_in_order();
    for outcome in ReportedStatus::ALL {
        let findings: Vec<&Check> = all
            .iter()
            .copied()
            .filter(|check| ReportedStatus::of(check) == *outcome)
            .collect();
        if findings.is_empty() {
            continue;
        }
        let _ = writeln!(
            out,
            "\n<details><summary>{}: {} in {}</summary>\n",
            outcome.word(),
            plural(findings.len(), "finding", "findings"),
            html(&describe(target))
        );
        for check in findings.iter().take(*left) {
            finding(out, check, target, rendering);
        }
        if findings.len() > *left {
            let _ = writeln!(
                out,
                "- and {}, which the other reports have",
                plural(findings.len() - *left, "more finding", "more findings")
            );
        }
        *left = left.saturating_sub(findings.len());
        out.push_str("\n</details>\n");
    }
}

fn finding(out: &mut String, check: &Check, target: &Target, rendering: &Rendering<'_>) {
    let _ = writeln!(out, "- {}", escaped(&headline(check)));
    for (label, fact) in facts(check, target, rendering.files) {
        match label {
            // The heading contains it.
            "database" => {}
            "differs" => {
                let fence = fence(&fact);
                let diff = fact.trim_end().replace('\n', "\n  ");
                let _ = writeln!(out, "\n  {fence}diff\n  {diff}\n  {fence}\n");
            }
            "because" | "reason" | "help" | "follows" => {
                let _ = writeln!(out, "  - {label}: {}", escaped(&fact));
            }
            _ => {
                let _ = writeln!(out, "  - {label}: {}", code(&fact));
            }
        }
    }
}

/// A fence that is longer than any in the text.
fn fence(text: &str) -> String {
    "`".repeat(longest_run(text).max(2) + 1)
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A text as inline code, in which no character has a special meaning.
fn code(text: &str) -> String {
    let text = one_line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    // A space separates the delimiter from a backtick of the text. Markdown removes it.
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// A text with HTML escaped.
fn html(text: &str) -> String {
    one_line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A text with HTML, Markdown, mentions and links escaped.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in html(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#') {
            out.push('\\');
        }
        out.push(c);
        // The comment prevents mentions, which notify users, and links.
        if c == '@'
            || ["http:", "https:", "www", "ftp:"]
                .iter()
                .any(|start| out.ends_with(start))
        {
            out.push_str("<!-- -->");
        }
    }
    out
}

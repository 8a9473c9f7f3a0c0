//! The report as one HTML page. It loads nothing from other files, and text of a database is never interpreted as HTML.

mod finding;
pub(super) mod plot;
mod sections;
mod values;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::timing::date;
use super::values::one_line;
use super::words::{
    Obstacle, ReportedStatus, TOOL, capital, changes, describe_with_role as describe, stale, summary_line, targets,
    verdict,
};
use crate::finding::report_history::RunTotals;
use crate::finding::{Report, Target};
use crate::plural::{plural, thousands};
use finding::Choices;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new(
    "html",
    "One HTML page: findings with a filter, changes, coverage and report history",
    render,
    fleet::html,
)
.with_notes();

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = concat!(include_str!("html/script.js"), include_str!("html/page.js"));

/// If there are more findings, they are folded, so that the headlines are read first.
const UNFOLDED: usize = 40;

/// How many databases the top names.
const NAMED: usize = 5;

/// If there are more findings, the browser lays out only the visible ones.
const MANY: usize = 200;

fn render(rendering: &Rendering<'_>) -> String {
    let Rendering { report, files, .. } = *rendering;
    let stale = stale(report);
    let shown: Vec<&Target> = targets(report, stale.as_ref()).collect();
    let findings: usize = shown.iter().map(|target| target.checks.findings.len()).sum();
    let parts = sections::parts(report, files, &RunTotals::now(report, rendering.timing.began));
    // The changes come before the findings.
    let (first, parts): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.id == sections::CHANGED);
    // The top says all about a single database.
    let is_single = report.targets.len() == 1;
    let title = format!("{}: {}", verdict(report), summary_line(report));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(&title, STYLE, SCRIPT))
            "\n" body {
                a.skip href="#findings" { "Skip to the findings" }
                "\n" (header(rendering))
                "\n" nav aria-label="Parts of the report" {
                    @if !is_single { a href="#databases" { "Databases" } }
                    @for part in &first { " " a href={ "#" (part.id) } { (part.title) } }
                    " " a href="#findings" { "Findings" }
                    @if is_single { " " a href="#databases" { "Database" } }
                    @for part in &parts { " " a href={ "#" (part.id) } { (part.title) } }
                }
                "\n" main {
                    @if !is_single { (sections::databases(report)) }
                    @for part in &first { (section(part)) }
                    "\n" section aria-labelledby="findings" {
                        h2 #findings tabindex="-1" { "Findings" }
                        @if findings == 0 {
                            p { (no_findings(report)) }
                        } @else {
                            (Choices::of(&shown).filter(findings))
                            @for target in &shown {
                                (finding::group(target, rendering, findings))
                            }
                        }
                    }
                    @if is_single { (sections::databases(report)) }
                    @for part in &parts { (section(part)) }
                }
                "\n" footer {
                    p { "Written by " (TOOL.0) " " (TOOL.1) ". This page is self-contained: it loads nothing." }
                }
                "\n" script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    let mut out = page.into_string();
    out.push('\n');
    out
}

/// The title, the style and what the page may do.
pub(super) fn head(title: &str, style: &str, script: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            "\n" meta http-equiv="Content-Security-Policy" content=(policy(style, script));
            "\n" meta name="viewport" content="width=device-width, initial-scale=1";
            "\n" meta name="color-scheme" content="light dark";
            "\n" meta name="referrer" content="no-referrer";
            "\n" title { (title) " · driftgate" }
            "\n" style { (PreEscaped(style)) }
        }
    }
}

fn section(part: &sections::Part) -> Markup {
    html! {
        "\n" section aria-labelledby=(part.id) {
            h2 id=(part.id) { (part.title) }
            (part.body)
        }
    }
}

/// The content security policy: the page may apply its own style and run its own script, and nothing else.
fn policy(style: &str, script: &str) -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(style),
        hash(script)
    )
}

/// Why there are no findings.
fn no_findings(report: &Report) -> &'static str {
    if report.targets.iter().any(|target| Obstacle::of(target).is_some()) {
        "None, but not every database could be verified: see the databases."
    } else {
        "None: all checks passed."
    }
}

/// The verdict, the counts, the time and the duration.
fn header(rendering: &Rendering<'_>) -> Markup {
    let report = rendering.report;
    let summary = report.summary();
    let exit = rendering.exit.code();
    html! {
        header class={ "verdict " (state(report)) } {
            p.tool { "driftgate report" }
            h1 { span.mark aria-hidden="true" {} (capital(verdict(report))) }
            ul.counts {
                @for outcome in ReportedStatus::ALL {
                    @if *outcome != ReportedStatus::Known || report.baseline.is_some() {
                        @let count = outcome.count(summary);
                        li class={ (outcome.word()) @if count == 0 { " zero" } } {
                            b { (thousands(count)) } " " (words(*outcome, count))
                        }
                    }
                }
                @let stale = report.baseline.as_ref().map_or(0, |baseline| baseline.stale.len());
                @if stale > 0 { li.known { b { (thousands(stale)) } " stale" } }
                li.checks { b { (thousands(summary.checks)) } " " (if summary.checks == 1 { "check" } else { "checks" }) }
            }
            (about(report))
            @for target in &report.targets {
                @if let Some(obstacle) = Obstacle::of(target) {
                    p.alert {
                        (obstacle.message)
                        @if let Some(hint) = obstacle.hint { br; b { "Help: " } (hint) }
                    }
                }
            }
            p.when {
                time datetime=(date(rendering.timing.began)) { (minute(rendering.timing.began)) }
                ", took " (rendering.timing.seconds()) " s, exit code " (exit)
            }
        }
    }
}

/// What was checked, and how many findings are new.
fn about(report: &Report) -> Markup {
    html! {
        p.about {
            @match report.targets.as_slice() {
                [target] => { (name(&describe(target))) }
                targets => {
                    (plural(targets.len(), "database", "databases")) ": "
                    @for (i, target) in targets.iter().take(NAMED).enumerate() {
                        @if i > 0 { ", " } (name(if target.name.is_empty() { &target.database } else { &target.name }))
                    }
                    @if targets.len() > NAMED { " and " (thousands(targets.len() - NAMED)) " more" }
                }
            }
            @if let Some(changes) = changes(report) {
                ": " b { (changes) } " since the earlier report"
            }
        }
    }
}

/// A time to the minute: `2026-11-21 11:38 UTC`.
pub(super) fn minute(since: std::time::Duration) -> String {
    let date = date(since);
    let short = date.get(..16).unwrap_or(&date).replace('T', " ");
    format!("{short} UTC")
}

/// The word for a number of results.
fn words(outcome: ReportedStatus, count: usize) -> &'static str {
    match outcome {
        ReportedStatus::Warning if count != 1 => "warnings",
        ReportedStatus::Warning
        | ReportedStatus::Drift
        | ReportedStatus::Unknown
        | ReportedStatus::Known
        | ReportedStatus::Passed => outcome.word(),
    }
}

/// The verdict as a CSS class.
fn state(report: &Report) -> &'static str {
    let summary = report.summary();
    let blind = summary.checks == 0 || report.targets.iter().any(|target| Obstacle::of(target).is_some());
    if summary.drift > 0 || stale(report).is_some_and(|stale| stale.summary().drift > 0) {
        "drift"
    } else if blind || summary.unknown > 0 {
        "unknown"
    } else if summary.warnings > 0 {
        "warning"
    } else {
        "passed"
    }
}

/// A name or another short text from outside, on one line and with invisible characters as escapes. It has its own text
/// direction, so that it does not change the direction of the surrounding text.
pub(super) fn name(text: &str) -> Markup {
    html! { bdi { (one_line(text)) } }
}

/// `1 finding`, `2 findings`.
fn findings_words(count: usize) -> String {
    format!(
        "{} {}",
        thousands(count),
        if count == 1 { "finding" } else { "findings" }
    )
}

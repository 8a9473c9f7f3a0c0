//! The report as the line of a Nagios plugin, which Icinga, Naemon and others also read.

use std::fmt::Write as _;

use super::facts::{headline, parties};
use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::values::{one_line, shortened};
use super::words::{ReportedStatus, failed, summary_line, verdict};
use crate::error::Problem;
use crate::finding::exit::NagiosState;
use crate::finding::{Check, Exit, Report};
use crate::source_map::SourceMap;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec {
    exit: |report, exit| Exit::Nagios(state(report, exit)),
    // Nagios shows the standard output, and exit code 2 means drift.
    without_report: |found, _| (Some(problems(found)), Exit::Nagios(NagiosState::Unknown)),
    ..FormatSpec::new(
        "nagios",
        "The line of a Nagios plugin; on standard output, with the exit codes of Nagios",
        render,
        fleet::nagios_line,
    )
};

/// The service state of a run.
pub(super) fn state(report: &Report, exit: Exit) -> NagiosState {
    let summary = report.summary();
    if let Some(fleet) = &report.fleet {
        return fleet::nagios_state(fleet, exit);
    }
    let blind = || summary.checks == 0 || summary.unverified > 0 || failed(report).is_some();
    match exit {
        Exit::Nagios(state) => state,
        Exit::Drift => NagiosState::Critical,
        // This is drift even if a failure decides the exit code.
        Exit::Usage | Exit::Failure | Exit::Unknown | Exit::Passed if summary.drift > 0 => NagiosState::Critical,
        Exit::Usage | Exit::Failure | Exit::Unknown => NagiosState::Unknown,
        Exit::Passed if blind() => NagiosState::Unknown,
        Exit::Passed if summary.warnings + summary.unknown > 0 => NagiosState::Warning,
        Exit::Passed => NagiosState::Ok,
    }
}

/// The maximum length of the sentence about a finding.
const SENTENCE: usize = 200;

fn render(rendering: &Rendering<'_>) -> String {
    let Rendering { report, exit, .. } = *rendering;
    let summary = report.summary();
    let mut line = format!("DRIFTGATE {} - {}", state(report, exit).word(), verdict(report));
    if let Some(words) = failed(report).filter(|_| summary.drift > 0) {
        let _ = write!(line, ", {words}");
    }
    if let Some(first) = first(report, rendering.files) {
        let _ = write!(line, ": {}", plain(&first));
    }
    let known = if report.baseline.is_some() {
        format!(" known={}", summary.known)
    } else {
        String::new()
    };
    let _ = writeln!(
        line,
        " ({}) | checks={} passed={} drift={};;0 warnings={};0 unknown={};0{known} time={}s",
        summary_line(report),
        summary.checks,
        summary.passed,
        summary.drift,
        summary.warnings,
        summary.unknown,
        rendering.timing.seconds()
    );
    line
}

/// The line if files have problems and nothing could be checked.
fn problems(problems: &[Problem]) -> String {
    let first = problems.first().map_or("", |problem| problem.message.as_str());
    let more = match problems.len() {
        0 | 1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    format!("DRIFTGATE {} - {}{more}\n", NagiosState::Unknown.word(), plain(first))
}

/// The finding or failure that decides the verdict, as a sentence.
fn first(report: &Report, files: &SourceMap) -> Option<String> {
    let sentence = |check: &Check| match parties(check, files) {
        Some(parties) => format!("{parties}: {}", headline(check)),
        None => headline(check),
    };
    let mut targets = report.targets.iter();
    let drift = |check: &&Check| ReportedStatus::of(check) == ReportedStatus::Drift;
    let found = report
        .targets
        .iter()
        .flat_map(|target| target.findings_in_order())
        .find(drift);
    if let Some(check) = found {
        return Some(sentence(check));
    }
    if let Some(failure) = targets.find_map(|target| target.failure.as_ref()) {
        return Some(failure.to_string());
    }
    let mut findings = report.targets.iter().flat_map(|target| target.findings_in_order());
    findings.find(|check| !check.is_known()).map(sentence)
}

/// A text without `|`, which begins the performance data.
pub(super) fn plain(text: &str) -> String {
    one_line(&shortened(text, SENTENCE)).replace('|', "\\u{7c}")
}

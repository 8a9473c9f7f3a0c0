//! The report as a line of a Nagios plugin, which Icinga, Naemon and others read, too.

use std::fmt::Write as _;

use super::format::{FormatSpec, Rendering};
use super::words::{failed, headline, one_line, shortened, summary_line, verdict};
use super::{Check, Exit, Report};
use crate::error::Problem;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "nagios",
    doc: "A line of a Nagios plugin; on standard output with the exit codes of Nagios",
    passes: false,
    asides: false,
    render,
};

/// The state of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// All is as expected.
    Ok,
    /// There are warnings, or checks of which it could not be told and that do not fail the run.
    Warning,
    /// Drift.
    Critical,
    /// Could not verify, or there was nothing to check.
    Unknown,
}

impl State {
    /// The state that a run comes to.
    #[must_use]
    pub fn of(report: &Report, exit: Exit) -> Self {
        let summary = report.summary();
        let blind = || summary.checks == 0 || summary.unverified > 0 || failed(report).is_some();
        match exit {
            Exit::Nagios(state) => state,
            Exit::Drift => Self::Critical,
            // Also where the exit code says otherwise because it was asked to.
            Exit::Usage | Exit::Failure | Exit::Unknown | Exit::Passed if summary.drift > 0 => Self::Critical,
            Exit::Usage | Exit::Failure | Exit::Unknown => Self::Unknown,
            Exit::Passed if blind() => Self::Unknown,
            Exit::Passed if summary.warnings + summary.unknown > 0 => Self::Warning,
            Exit::Passed => Self::Ok,
        }
    }

    /// The exit code by which Nagios knows it.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// The longest sentence about a finding.
const SENTENCE: usize = 200;

fn render(rendering: &Rendering<'_>) -> String {
    let Rendering { report, exit, .. } = *rendering;
    let summary = report.summary();
    let mut line = format!("DRIFTGATE {} - {}", State::of(report, exit).word(), verdict(report));
    if let Some(words) = failed(report).filter(|_| summary.drift > 0) {
        let _ = write!(line, ", {words}");
    }
    if let Some(first) = first(report) {
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

/// The line where nothing could be checked because of mistakes in files.
#[must_use]
pub fn problems(problems: &[Problem]) -> String {
    let first = problems.first().map_or("", |problem| problem.message.as_str());
    let more = match problems.len() {
        0 | 1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    format!("DRIFTGATE {} - {}{more}\n", State::Unknown.word(), plain(first))
}

/// What decides the verdict, as a sentence.
fn first(report: &Report) -> Option<String> {
    let mut targets = report.targets.iter();
    let drift = |check: &&Check| super::words::Outcome::of(check) == super::words::Outcome::Drift;
    let found = report
        .targets
        .iter()
        .flat_map(|target| target.findings_in_order())
        .find(drift);
    if let Some(check) = found {
        return Some(headline(check));
    }
    if let Some(failure) = targets.find_map(|target| target.failure.as_ref()) {
        return Some(failure.to_string());
    }
    let mut findings = report.targets.iter().flat_map(|target| target.findings_in_order());
    findings.find(|check| !check.is_known()).map(headline)
}

/// A text in the line, in which `|` begins the figures.
fn plain(text: &str) -> String {
    one_line(&shortened(text, SENTENCE)).replace('|', "\\u{7c}")
}

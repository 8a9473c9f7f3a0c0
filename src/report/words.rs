//! Words that several formats share: verdicts, counts and databases.

use std::fmt::Write as _;

use super::values::one_line;
use crate::expectation::{Level, Terms};
use crate::finding::mark::Change;
use crate::finding::{About, Check, Report, Status, Summary, Target};
use crate::hint::Hint;
use crate::plural::{plural, thousands};

/// How a check counts in reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ReportedStatus {
    /// The database differs.
    Drift,
    /// It could not be determined.
    Unknown,
    /// One of the above, with the level `warn`.
    Warning,
    /// One of the above, and a baseline accepts it.
    Known,
    /// The database is as expected.
    Passed,
}

impl ReportedStatus {
    /// All results, the worst first.
    pub(super) const ALL: &[Self] = &[Self::Drift, Self::Unknown, Self::Warning, Self::Known, Self::Passed];

    /// The result of a check.
    pub(super) fn of(check: &Check) -> Self {
        match (check.status, check.level) {
            (Status::Passed, _) => Self::Passed,
            (Status::Drift | Status::Unknown | Status::Unverified, _) if check.is_known() => Self::Known,
            (Status::Drift | Status::Unknown | Status::Unverified, Level::Warn) => Self::Warning,
            (Status::Drift, Level::Error) => Self::Drift,
            (Status::Unknown | Status::Unverified, Level::Error) => Self::Unknown,
        }
    }

    /// The result in one word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Known => "known",
            Self::Passed => "passed",
        }
    }

    /// The number of checks of a summary with this result.
    pub(super) fn count(self, summary: Summary) -> usize {
        match self {
            Self::Drift => summary.drift,
            Self::Unknown => summary.unknown,
            Self::Warning => summary.warnings,
            Self::Known => summary.known,
            Self::Passed => summary.passed,
        }
    }
}

/// `3 checks: 1 passed, 2 drift, 0 warnings, 0 unknown`, with a style for each count.
pub(super) fn counts(report: &Report, paint: impl Fn(ReportedStatus, usize, String) -> String) -> String {
    let summary = report.summary();
    let mut parts = vec![
        (ReportedStatus::Passed, format!("{} passed", thousands(summary.passed))),
        (ReportedStatus::Drift, format!("{} drift", thousands(summary.drift))),
        (ReportedStatus::Warning, plural(summary.warnings, "warning", "warnings")),
        (
            ReportedStatus::Unknown,
            format!("{} unknown", thousands(summary.unknown)),
        ),
    ];
    if report.baseline.is_some() {
        parts.push((ReportedStatus::Known, format!("{} known", thousands(summary.known))));
    }
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(outcome, text)| paint(outcome, outcome.count(summary), text))
        .collect();
    format!("{}: {}", plural(summary.checks, "check", "checks"), parts.join(", "))
}

/// The counts of a report without colors, what has changed, and the number of databases that could not be verified.
pub(super) fn summary_line(report: &Report) -> String {
    let mut line = counts(report, |_, _, text| text);
    if let Some(words) = changes(report) {
        let _ = write!(line, "; {words}");
    }
    if let Some(words) = failed(report) {
        let _ = write!(line, "; {words}");
    }
    line
}

/// How many databases could not be verified, if any.
pub(super) fn failed(report: &Report) -> Option<String> {
    let failed = report.targets.iter().filter(|t| t.failure.is_some()).count();
    (failed > 0).then(|| {
        plural(
            failed,
            "database could not be verified",
            "databases could not be verified",
        )
    })
}

/// The verdict of a report, in a few words.
pub(super) fn verdict(report: &Report) -> &'static str {
    let summary = report.summary();
    if summary.drift > 0 {
        "drift"
    } else if report.targets.iter().any(|target| target.failure.is_some()) {
        "could not verify"
    } else if stale(report).is_some_and(|stale| stale.summary().drift > 0) {
        "baseline entries are stale"
    } else if summary.checks == 0 {
        "nothing was checked"
    } else if summary.unknown > 0 {
        "not everything could be determined"
    } else if summary.warnings > 0 {
        "warnings"
    } else {
        "as expected"
    }
}

/// `env:DATABASE_URL: shop on db.example.com, PostgreSQL 15.18`.
pub(super) fn describe(target: &Target) -> String {
    if target.server_version.is_empty() {
        return target.database.clone();
    }
    format!(
        "{}: {} on {}, PostgreSQL {}",
        target.database, target.name, target.host, target.server_version
    )
}

/// `env:DATABASE_URL: shop on db.example.com as reader, PostgreSQL 15.18`.
pub(super) fn describe_with_role(target: &Target) -> String {
    if target.server_version.is_empty() || target.role.is_empty() {
        return describe(target);
    }
    format!(
        "{}: {} on {} as {}, PostgreSQL {}",
        target.database, target.name, target.host, target.role, target.server_version
    )
}

/// `1 new, 2 resolved`, if the run was compared with an earlier report.
pub(super) fn changes(report: &Report) -> Option<String> {
    report.comparison.as_ref()?;
    let new: usize = report.targets.iter().map(|target| Change::count(target).0).sum();
    let compared = report.targets.iter().filter_map(|target| target.compared.as_ref());
    let resolved: usize = compared.map(|compared| compared.resolved.len()).sum();
    Some(format!("{} new, {} resolved", thousands(new), thousands(resolved)))
}

/// The fact that a database could not be verified, or that nothing was checked in it. There is no finding for it, but
/// the absence of findings must not look like success.
pub(super) struct Obstacle {
    /// In kebab case, as the code of a finding.
    pub(super) code: &'static str,
    /// The message, on one line.
    pub(super) message: String,
    /// The hint, on one line.
    pub(super) hint: Option<String>,
}

impl Obstacle {
    /// The obstacle of a target, if it has one.
    pub(super) fn of(target: &Target) -> Option<Self> {
        if let Some(failure) = &target.failure {
            return Some(Self {
                code: "not-verified",
                message: one_line(&format!("could not verify {}: {failure}", describe(target))),
                hint: failure.hint.as_deref().map(one_line),
            });
        }
        (target.summary().checks == 0).then(|| Self {
            code: "nothing-checked",
            message: one_line(&format!("nothing was checked in {}", describe(target))),
            hint: Some("add an expectation for this database".to_owned()),
        })
    }

    /// The message and the hint, on one line.
    pub(super) fn paragraph(&self) -> String {
        let hint = self
            .hint
            .as_ref()
            .map_or(String::new(), |hint| format!(". Help: {hint}"));
        format!("{}{hint}", self.message)
    }
}

/// The databases of a report, followed by the stale entries of its baseline.
pub(super) fn targets<'a>(report: &'a Report, stale: Option<&'a Target>) -> impl Iterator<Item = &'a Target> {
    report.targets.iter().chain(stale)
}

/// The stale entries of the baseline, as findings of a target that is not a database. Every format must show them if
/// they fail the run.
pub(super) fn stale(report: &Report) -> Option<Target> {
    let baseline = report.baseline.as_ref().filter(|baseline| !baseline.stale.is_empty())?;
    let terms = Terms {
        level: if baseline.strict { Level::Error } else { Level::Warn },
        reason: None,
        exact: false,
        window: Vec::new(),
    };
    let mut target = Target::named("baseline".to_owned());
    target.checks.findings = baseline
        .stale
        .iter()
        .map(|entry| {
            let about = About::BaselineEntry(entry.id.clone());
            let message = format!("baseline entry {} {}", entry.id, entry.why.what());
            Check::drift(about, entry.why.code().into(), entry.place, &terms, message)
                .hint(Hint::advice(entry.why.advice()))
        })
        .collect();
    Some(target)
}

/// The name of the tool and its version.
pub(super) const TOOL: (&str, &str) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// A word at the beginning of a line: `Drift`.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

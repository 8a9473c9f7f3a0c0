//! The words that several formats share: how a finding reads, long or short.

use std::fmt::Write as _;

use serde_json::Value as Json;
use similar::TextDiff;

use super::mark::Mark;
use super::table_marks;
use super::{Check, Report, Status, Summary, Target};
use crate::expectation::Level;
use crate::redact;
use crate::source_map::SourceMap;
use crate::terminal::visible;

/// How a check ended, in the words of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// The database differs.
    Drift,
    /// It could not be told.
    Unknown,
    /// Either of these, where the file says that it does not fail the run.
    Warning,
    /// Any of these, where a baseline accepts it.
    Known,
    /// The database is as expected.
    Passed,
}

impl Outcome {
    /// All of them, the worst first.
    pub(super) const ALL: &[Self] = &[Self::Drift, Self::Unknown, Self::Warning, Self::Known, Self::Passed];

    /// How a check ended.
    pub(super) fn of(check: &Check) -> Self {
        match (check.status, check.level) {
            (Status::Passed, _) => Self::Passed,
            (Status::Drift | Status::Unknown | Status::Unverified, _) if check.is_known() => Self::Known,
            (Status::Drift | Status::Unknown | Status::Unverified, Level::Warn) => Self::Warning,
            (Status::Drift, Level::Error) => Self::Drift,
            (Status::Unknown | Status::Unverified, Level::Error) => Self::Unknown,
        }
    }

    /// In one word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Known => "known",
            Self::Passed => "passed",
        }
    }

    /// How many checks of a summary ended so.
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

/// So many of something: `1 check`, `2 checks`.
pub(super) fn plural(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `3 checks: 1 passed, 2 drift, 0 warnings, 0 unknown`, with a style for each of the counts.
pub(super) fn counts(report: &Report, paint: impl Fn(Outcome, usize, String) -> String) -> String {
    let summary = report.summary();
    let mut parts = vec![
        (Outcome::Passed, format!("{} passed", summary.passed)),
        (Outcome::Drift, format!("{} drift", summary.drift)),
        (Outcome::Warning, plural(summary.warnings, "warning", "warnings")),
        (Outcome::Unknown, format!("{} unknown", summary.unknown)),
    ];
    if report.baseline.is_some() {
        parts.push((Outcome::Known, format!("{} known", summary.known)));
    }
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(outcome, text)| paint(outcome, outcome.count(summary), text))
        .collect();
    format!("{}: {}", plural(summary.checks, "check", "checks"), parts.join(", "))
}

/// The counts of a report without colours, and how many databases could not be verified.
pub(super) fn summary_line(report: &Report) -> String {
    let mut line = counts(report, |_, _, text| text);
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
        "the baseline does not hold"
    } else if summary.checks == 0 {
        "nothing was checked"
    } else if summary.unknown > 0 {
        "not everything could be told"
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

/// Why a database could not be verified, or that nothing was checked in it: no finding says so, and none must not be
/// read as success.
pub(super) struct Obstacle {
    /// In kebab case, as the code of a finding.
    pub(super) code: &'static str,
    /// What it is, on one line.
    pub(super) message: String,
    /// What to do, on one line.
    pub(super) hint: Option<String>,
}

impl Obstacle {
    /// That of a target, if it has one.
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
            hint: Some("expect something of it".to_owned()),
        })
    }

    /// With what to do, on one line.
    pub(super) fn paragraph(&self) -> String {
        let hint = self
            .hint
            .as_ref()
            .map_or(String::new(), |hint| format!(". To do: {hint}"));
        format!("{}{hint}", self.message)
    }
}

/// A value as a person reads it.
pub(super) fn show(value: &Json) -> String {
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

/// A text of at most so many characters; the JSON report has the whole.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
        None => text.to_owned(),
    }
}

/// A text on one line, in which whatever is not seen is shown.
pub(super) fn one_line(text: &str) -> String {
    let mut line = visible(text);
    if line.contains('\n') {
        line = line.trim_end_matches('\n').replace('\n', "\\n");
    }
    line
}

/// The longest value that still goes into a sentence.
pub(super) const SENTENCE: usize = 200;

/// What was found, as one sentence on one line that stands for itself. Values that are too long for it are left out.
pub(super) fn headline(check: &Check) -> String {
    let is_long = |value: &Json| matches!(value, Json::String(text) if text.contains('\n') || text.len() > SENTENCE);
    let sentence = check.sentence();
    let sentence = match check.attribute {
        Some(attribute)
            if check.status == Status::Drift
                && (is_long(&check.expected) || is_long(&check.actual) || sentence.len() > 5 * SENTENCE) =>
        {
            let end = check
                .detail
                .as_ref()
                .map_or(String::new(), |detail| format!("; {detail}"));
            format!("{attribute} of {} differs{end}", check.subject())
        }
        Some(_) | None => sentence,
    };
    shortened(&one_line(&sentence), 5 * SENTENCE)
}

/// The lines in which long texts differ, behind the headline, as far as they go on one line.
pub(super) fn differing(check: &Check) -> String {
    let Some(diff) = difference(check) else {
        return String::new();
    };
    let lines: Vec<String> = diff
        .lines()
        .skip(2)
        .filter_map(|line| {
            let words = if line.starts_with('-') { "lacks" } else { "has" };
            let text = line.strip_prefix('-').or(line.strip_prefix('+'))?;
            Some(format!("{words} `{}`", text.trim()))
        })
        .collect();
    format!(": {}", one_line(&shortened(&lines.join(", "), 2 * SENTENCE)))
}

/// Where it was expected, what to do and why it is expected, behind the headline: for who sees nothing else.
pub(super) fn paragraph(check: &Check, files: &SourceMap) -> String {
    let place = one_line(&files.locate(check.place));
    let mut text = format!("{}{}. Expected at {place}", headline(check), differing(check));
    if let Some(hint) = &check.hint {
        let _ = write!(text, ". To do: {}", one_line(hint));
    }
    if let Some(reason) = &check.reason {
        let _ = write!(text, ". Reason: {}", one_line(reason));
    }
    text
}

/// What there is to know about a finding but its headline: a label and a text, which may have several lines.
pub(super) fn facts(check: &Check, target: &Target, files: &SourceMap) -> Vec<(&'static str, String)> {
    const LONGEST: usize = 2000;
    let value = |value: &Json| visible(&shortened(&show(value), LONGEST));
    let mut facts = Vec::new();
    match difference(check) {
        Some(diff) => facts.push(("differs", visible(&shortened(&diff, 4 * LONGEST)))),
        None if check.attribute.is_some() && check.is_finding() => {
            facts.push(("expected", value(&check.expected)));
            facts.push(("found", value(&check.actual)));
        }
        None => {}
    }
    facts.extend(check.detail.as_ref().map(|detail| ("because", visible(detail))));
    facts.push(("at", one_line(&files.locate(check.place))));
    facts.push(("database", one_line(&describe(target))));
    facts.extend(check.hint.as_ref().map(|hint| ("to do", visible(hint))));
    facts.extend(check.reason.as_ref().map(|reason| ("reason", visible(reason))));
    let marks = table_marks::lines(check, files);
    facts.extend(marks.into_iter().map(|(label, text)| (label, visible(&text))));
    facts
}

/// The databases of a report, and behind them what is wrong with its baseline.
pub(super) fn targets<'a>(report: &'a Report, stale: Option<&'a Target>) -> impl Iterator<Item = &'a Target> {
    report.targets.iter().chain(stale)
}

/// The entries of the baseline that do not hold any more, as findings of a target that is no database: where they fail
/// the run, nobody must miss them.
pub(super) fn stale(report: &Report) -> Option<Target> {
    let baseline = report.baseline.as_ref().filter(|baseline| !baseline.stale.is_empty())?;
    let mut target = Target::named("baseline".to_owned());
    target.checks.findings = baseline
        .stale
        .iter()
        .map(|entry| Check {
            status: Status::Drift,
            level: if baseline.strict { Level::Error } else { Level::Warn },
            code: format!("baseline-{}", entry.why.word()),
            kind: "baseline",
            object: entry.id.clone(),
            attribute: None,
            expected: Json::Null,
            actual: Json::Null,
            place: entry.place,
            message: format!("the entry of the baseline for {} {}", entry.id, entry.why.what()),
            detail: None,
            hint: Some(entry.why.advice().to_owned()),
            reason: None,
            mark: Mark::default(),
        })
        .collect();
    Some(target)
}

/// The facts as text, a line each.
pub(super) fn facts_text(check: &Check, target: &Target, files: &SourceMap) -> String {
    let mut text = String::new();
    for (label, fact) in facts(check, target, files) {
        let fact = fact.trim_end();
        let (start, indent) = if fact.contains('\n') {
            ("\n  ", "\n  ")
        } else {
            (" ", "\n")
        };
        let _ = writeln!(text, "{label}:{start}{}", fact.replace('\n', indent));
    }
    text
}

/// The lines in which two texts differ, if one of them has several.
pub(super) fn difference(check: &Check) -> Option<String> {
    let (Json::String(expected), Json::String(actual)) = (&check.expected, &check.actual) else {
        return None;
    };
    if !expected.contains('\n') && !actual.contains('\n') || check.status == Status::Passed {
        return None;
    }
    let (expected, actual) = (format!("{}\n", expected.trim()), format!("{}\n", actual.trim()));
    let diff = TextDiff::from_lines(expected.as_str(), actual.as_str());
    Some(
        diff.unified_diff()
            .context_radius(2)
            .header("expected", "found")
            .to_string(),
    )
}

/// The path of the file in which something is expected.
pub(super) fn path(check: &Check, files: &SourceMap) -> String {
    redact::path(files.path(check.place.file))
}

/// What the tool is called, and its version.
pub(super) const TOOL: (&str, &str) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

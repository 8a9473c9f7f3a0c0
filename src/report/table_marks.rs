//! The parts of the text report about baselines and earlier reports.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::values::{one_line, show};
use crate::finding::mark::{Acceptance, Accepted, BaselineUse, Change, Recorded, TargetComparison};
use crate::finding::{Check, Report, TargetStatus};
use crate::redact;
use crate::source_map::SourceMap;
use crate::terminal::{FAINT, GOOD, Palette, STRONG, WARN, visible};

/// What a baseline and an earlier report record about a finding, as labels and texts.
pub(super) fn lines(check: &Check, files: &SourceMap) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(accepted) = &check.mark.accepted {
        lines.push(match accepted.state {
            Acceptance::Known => ("accepted", about(accepted, files)),
            Acceptance::Expired => ("expired", about(accepted, files)),
            Acceptance::Changed => {
                let how = changed("as", &accepted.was, &Recorded::now(check));
                ("accepted", format!("{how}; {}", about(accepted, files)))
            }
        });
    }
    match &check.mark.change {
        Some(Change::New) => lines.push(("compared", "new".to_owned())),
        Some(Change::StillThere(None)) => lines.push(("compared", "still there".to_owned())),
        Some(Change::StillThere(Some(was))) => {
            lines.push((
                "compared",
                format!("still there; {}", changed("was", was, &Recorded::now(check))),
            ));
        }
        None => {}
    }
    lines
}

/// `as 3, is now 5`, or the difference of the status or of the expected value.
fn changed(word: &str, was: &Recorded, now: &Recorded) -> String {
    if was.status != now.status {
        format!("{word} {}, is now {}", was.status.word(), now.status.word())
    } else if was.actual != now.actual {
        format!("{word} {}, is now {}", short(&was.actual), short(&now.actual))
    } else {
        format!("where {} was expected", short(&was.expected))
    }
}

fn short(value: &Json) -> String {
    let text = show(value).replace('\n', " ");
    crate::yaml::shorten(&text).into_owned()
}

/// `until 2030-01-31, by billing: will go with version 3 (baseline.yaml:7:5)`.
fn about(accepted: &Accepted, files: &SourceMap) -> String {
    let terms = [
        accepted.until.as_ref().map(|until| format!("until {until}")),
        accepted.owner.as_ref().map(|owner| format!("by {owner}")),
    ];
    let terms: Vec<String> = terms.into_iter().flatten().collect();
    let place = files.locate(accepted.place);
    let reason = accepted.reason.as_ref();
    let reason = reason.map(|reason| reason.split_whitespace().collect::<Vec<_>>().join(" "));
    match (terms.join(", "), reason) {
        (terms, Some(reason)) if terms.is_empty() => format!("{reason} ({place})"),
        (terms, Some(reason)) => format!("{terms}: {reason} ({place})"),
        (terms, None) if terms.is_empty() => place,
        (terms, None) => format!("{terms} ({place})"),
    }
}

/// What has changed since the earlier report, and the stale entries of the baseline.
pub(super) fn sections(report: &Report, files: &SourceMap, palette: Palette) -> String {
    let mut out = since(report, files, palette);
    if let Some(baseline) = &report.baseline {
        stale(&mut out, baseline, files, palette);
    }
    out
}

/// How much has changed since the earlier report, one line for each database.
pub(super) fn counts(report: &Report, files: &SourceMap) -> Vec<String> {
    let Some(comparison) = &report.comparison else {
        return Vec::new();
    };
    let file = one_line(&redact::path(files.path(comparison.file)));
    let compared = report.targets.iter().filter_map(|target| {
        let compared = target.compared.as_ref()?;
        let database = one_line(&target.database);
        Some(format!(
            "since {file}: {database}: {}",
            numbers(compared, Change::count(target))
        ))
    });
    compared.collect()
}

/// What has changed since the earlier report.
pub(super) fn since(report: &Report, files: &SourceMap, palette: Palette) -> String {
    let mut out = String::new();
    if let Some(comparison) = &report.comparison {
        let file = visible(&redact::path(files.path(comparison.file)));
        for target in &report.targets {
            if let Some(compared) = &target.compared {
                let title = format!("since {file}  {}", visible(&target.database));
                compared_section(&mut out, &title, compared, Change::count(target), palette);
            }
        }
        if !comparison.not_checked.is_empty() {
            let databases: Vec<String> = comparison.not_checked.iter().map(|name| visible(name)).collect();
            let _ = writeln!(out, "in {file}, but not checked now: {}\n", databases.join(", "));
        }
    }
    out
}

/// `1 new, 2 still there, 1 resolved`.
fn numbers(compared: &TargetComparison, (new, still): (usize, usize)) -> String {
    let resolved = compared.resolved.len();
    let mut counts = format!("{new} new, {still} still there, {resolved} resolved");
    if !compared.undetermined.is_empty() {
        let _ = write!(counts, ", {} undetermined", compared.undetermined.len());
    }
    match compared.previous_status {
        None => counts.push_str("; the earlier report does not contain it"),
        Some(TargetStatus::Failed) => counts.push_str("; the earlier run could not verify it"),
        Some(TargetStatus::Passed | TargetStatus::Drift | TargetStatus::Unknown) => {}
    }
    counts
}

fn compared_section(
    out: &mut String,
    title: &str,
    compared: &TargetComparison,
    changes: (usize, usize),
    palette: Palette,
) {
    let _ = writeln!(out, "{}: {}", palette.paint(STRONG, title), numbers(compared, changes));
    let groups = [
        ("resolved", GOOD, &compared.resolved),
        ("unknown", WARN, &compared.undetermined),
    ];
    for (word, style, findings) in groups {
        for finding in findings {
            let word = palette.paint(style, &format!("{word:<9}"));
            let _ = writeln!(out, "  {word} {}", visible(&finding.message));
        }
    }
    out.push('\n');
}

fn stale(out: &mut String, baseline: &BaselineUse, files: &SourceMap, palette: Palette) {
    if baseline.stale.is_empty() {
        return;
    }
    let file = visible(&redact::path(files.path(baseline.file)));
    let _ = writeln!(out, "{}: stale entries", palette.paint(STRONG, &file));
    for entry in &baseline.stale {
        let _ = writeln!(
            out,
            "  {} {} {}: {}\n            {}",
            palette.paint(WARN, &format!("{:<9}", entry.why.word())),
            visible(&entry.id),
            entry.why.what(),
            entry.why.advice(),
            palette.paint(FAINT, &visible(&files.locate(entry.place)))
        );
    }
    out.push('\n');
}

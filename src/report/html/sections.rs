//! The parts of the page besides the findings.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::{findings_words, name, plot};
use crate::finding::coverage::{Coverage, Unmentioned};
use crate::finding::mark::{Change, PreviousFinding, TargetComparison};
use crate::finding::report_history::RunTotals;
use crate::finding::{Report, Target, TargetStatus};
use crate::plural::{plural, thousands};
use crate::redact;
use crate::report::coverage::percent;
use crate::report::rollup::{self, FindingGroup};
use crate::report::values::one_line;
use crate::report::words::describe;
use crate::source_map::SourceMap;

/// The anchor of the part that comes before the findings.
pub(super) const CHANGED: &str = "changed";

/// A part of the page.
pub(super) struct Part {
    /// Its anchor.
    pub(super) id: &'static str,
    /// Its heading.
    pub(super) title: &'static str,
    /// Its contents.
    pub(super) body: Markup,
}

/// The non-empty parts after the findings.
pub(super) fn parts(report: &Report, files: &SourceMap, now: &RunTotals) -> Vec<Part> {
    let bodies = [
        (CHANGED, "What has changed", changed(report, files)),
        (
            "history",
            "History",
            report.history.as_ref().map(|history| plot::history(history, now)),
        ),
        ("baseline", "Baseline", baseline(report, files)),
        ("coverage", "Coverage", coverage(report)),
        ("pending", "Pending migrations", pending(report)),
        ("cut-names", "Long names", cut_names(report)),
        ("not-expected", "Not expected at this time", not_expected(report)),
        ("not-compared", "Not compared", not_compared(report)),
    ];
    let parts = bodies.into_iter();
    parts
        .filter_map(|(id, title, body)| Some(Part { id, title, body: body? }))
        .collect()
}

/// One row per database.
pub(super) fn databases(report: &Report) -> Markup {
    let counts = |target: &Target| {
        let summary = target.summary();
        let mut counts = vec![
            ("Checks", summary.checks),
            ("Passed", summary.passed),
            ("Drift", summary.drift),
            ("Warnings", summary.warnings),
            ("Unknown", summary.unknown),
        ];
        counts.extend(report.baseline.as_ref().map(|_| ("Known", summary.known)));
        counts
    };
    html! {
        "\n" section aria-labelledby="databases" {
            h2 #databases { (if report.targets.len() == 1 { "Database" } else { "Databases" }) }
            table.counted.databases {
                thead {
                    tr {
                        th scope="col" { "Database" } th scope="col" { "Verdict" }
                        @for target in report.targets.iter().take(1) {
                            @for (title, _) in counts(target) { th.n scope="col" { (title) } }
                        }
                    }
                }
                tbody {
                    @for target in &report.targets {
                        "\n" tr {
                            th scope="row" {
                                (name(&target.database))
                                @if !target.server_version.is_empty() {
                                    br; small {
                                        (name(&target.name)) " on " (name(&target.host)) ", PostgreSQL "
                                        (name(&target.server_version))
                                    }
                                }
                                @for history in &target.histories {
                                    br; small { "migration history: " (history.tool) ", table " (name(&history.table)) }
                                }
                            }
                            td { span class={ "badge " (style(target)) } { (word(target)) } }
                            @for (title, count) in counts(target) { td.n data-title=(title) { (thousands(count)) } }
                        }
                    }
                }
            }
        }
    }
}

/// The verdict on a database, or that nothing was checked.
fn word(target: &Target) -> &'static str {
    match target.status() {
        TargetStatus::Passed if target.summary().checks == 0 => "nothing checked",
        status => status.word(),
    }
}

fn style(target: &Target) -> &'static str {
    match target.status() {
        TargetStatus::Drift => "drift",
        TargetStatus::Passed if target.summary().checks > 0 => "passed",
        TargetStatus::Passed | TargetStatus::Unknown | TargetStatus::Failed => "unknown",
    }
}

/// What has changed since the earlier report.
fn changed(report: &Report, files: &SourceMap) -> Option<Markup> {
    let comparison = report.comparison.as_ref()?;
    Some(html! {
        p { "Compared with " code { (one_line(&redact::path(files.path(comparison.file)))) } ":" }
        @for target in &report.targets {
            @if let Some(compared) = &target.compared { (changed_in(target, compared)) }
        }
        @if !comparison.not_checked.is_empty() {
            p { "In the earlier report, but not checked now: "
                @for (i, database) in comparison.not_checked.iter().enumerate() {
                    @if i > 0 { ", " } (name(database))
                }
                "."
            }
        }
    })
}

fn changed_in(target: &Target, compared: &TargetComparison) -> Markup {
    let (new, still) = Change::count(target);
    let then = match compared.previous_status {
        None => "The earlier report does not contain it.",
        Some(TargetStatus::Failed) => "The earlier run could not verify it.",
        Some(TargetStatus::Passed | TargetStatus::Drift | TargetStatus::Unknown) => "",
    };
    html! {
        "\n" h3 { (name(&target.database)) }
        p {
            (thousands(new)) " new, " (thousands(still)) " still there, " (thousands(compared.resolved.len())) " resolved"
            @if !compared.undetermined.is_empty() { ", " (thousands(compared.undetermined.len())) " undetermined" }
            ". " (then)
        }
        (new_findings(target))
        (previous_findings("Resolved", &compared.resolved))
        (previous_findings("Undetermined: could not be checked again", &compared.undetermined))
    }
}

/// The findings that are new, by name.
fn new_findings(target: &Target) -> Markup {
    let entries: Vec<FindingGroup<'_>> = rollup::entries(target)
        .into_iter()
        .filter(FindingGroup::is_new)
        .collect();
    let count: usize = entries.iter().map(|entry| entry.checks.len()).sum();
    html! {
        @if count > 0 {
            // They are marked among the findings.
            details {
                summary { "New (" (thousands(count)) ")" }
                ul.plain { @for entry in &entries { "\n" li { (name(&entry.headline())) } } }
            }
        }
    }
}

/// Findings of the earlier report.
fn previous_findings(title: &str, findings: &[PreviousFinding]) -> Markup {
    html! {
        @if !findings.is_empty() {
            details open[findings.len() <= super::UNFOLDED] {
                summary { (title) " (" (thousands(findings.len())) ")" }
                ul.plain { @for finding in findings { "\n" li { (name(&finding.message)) } } }
            }
        }
    }
}

/// The baseline and the number of findings that it accepts.
fn baseline(report: &Report, files: &SourceMap) -> Option<Markup> {
    let baseline = report.baseline.as_ref()?;
    let known = report.summary().known;
    Some(html! {
        p {
            code { (one_line(&redact::path(files.path(baseline.file)))) } " has "
            (plural(baseline.entries, "entry", "entries")) " for these databases. It accepts "
            (findings_words(known)) ", which are listed as known and do not count."
            @if !baseline.stale.is_empty() {
                " " (plural(baseline.stale.len(), "entry is stale and is", "entries are stale and are")) " listed, too"
                @if baseline.strict { ", as drift, because of --strict-baseline" } "."
            }
        }
    })
}

fn coverage(report: &Report) -> Option<Markup> {
    let covered: Vec<(&Target, &Coverage)> = report
        .targets
        .iter()
        .filter_map(|target| Some((target, target.coverage.as_ref()?)))
        .collect();
    if covered.is_empty() {
        return None;
    }
    Some(html! {
        p { "The objects of the catalog that the expectations mention." }
        @for (target, coverage) in covered {
            @let (mentioned, objects) = coverage.total();
            "\n" h3 { (name(&describe(target))) }
            table.counted {
                thead {
                    tr { th scope="col" { "Kind" } th.n scope="col" { "Mentioned" } th.n scope="col" { "Objects" }
                         th.n scope="col" { "Share" } }
                }
                tbody {
                    @for kind in &coverage.kinds { "\n" (covered_row(&kind.many, kind.mentioned, kind.objects)) }
                }
                tfoot { (covered_row("all objects", mentioned, objects)) }
            }
            (unmentioned(&coverage.unmentioned))
        }
    })
}

fn covered_row(words: &str, mentioned: usize, objects: usize) -> Markup {
    html! {
        tr {
            th scope="row" { (words) } td.n { (thousands(mentioned)) } td.n { (thousands(objects)) }
            td.n { (percent(mentioned, objects)) }
        }
    }
}

/// The objects that no expectation mentions.
fn unmentioned(objects: &[Unmentioned]) -> Markup {
    html! {
        @if !objects.is_empty() {
            details {
                summary { "No expectation mentions these (" (thousands(objects.len())) ")" }
                @for group in objects.chunk_by(|a, b| a.parent == b.parent && a.kind == b.kind) {
                    @if let Some(first) = group.first() {
                        "\n" h4 {
                            (first.many)
                            @if let Some((kind, parent)) = &first.parent { " in " (kind.replace('_', " ")) " " (name(parent)) }
                        }
                        ul.plain {
                            @for object in group { li { (of(object)) } }
                        }
                    }
                }
            }
        }
    }
}

fn of(object: &Unmentioned) -> Markup {
    let is_named = object.parent.is_some() && !object.name.is_empty();
    html! {
        (name(if is_named { &object.name } else { &object.object }))
        @if !object.contains.is_empty() {
            small {
                " with "
                @for (i, (_, words, count)) in object.contains.iter().enumerate() {
                    @if i > 0 { ", " } (thousands(*count)) " " (words)
                }
            }
        }
    }
}

/// The pending migrations of each database.
fn pending(report: &Report) -> Option<Markup> {
    let targets = || report.targets.iter().filter(|target| !target.pending.is_empty());
    targets().next()?;
    Some(html! {
        p { "Migrations that are in the folder and not in the migration history." }
        ul.plain {
            @for target in targets() {
                @for migration in &target.pending {
                    "\n" li { (name(migration)) " in " (name(&describe(target))) }
                }
            }
        }
    })
}

/// The names that PostgreSQL cuts.
fn cut_names(report: &Report) -> Option<Markup> {
    let names = report.targets.iter().flat_map(|target| &target.cut_names);
    let names: BTreeSet<String> = names.map(ToString::to_string).collect();
    names.first()?;
    Some(html! {
        ul.plain {
            @for cut in &names {
                "\n" li { (name(cut)) }
            }
        }
    })
}

/// What the files do not expect yet, or no longer.
fn not_expected(report: &Report) -> Option<Markup> {
    let targets = || report.targets.iter().filter(|target| !target.not_expected.is_empty());
    targets().next()?;
    Some(html! {
        ul.plain {
            @for target in targets() {
                @for left_out in &target.not_expected {
                    "\n" li {
                        (name(&left_out.to_string())) " in " (name(&describe(target))) ": " (name(&left_out.subjects.join(", ")))
                    }
                }
            }
        }
    })
}

/// The objects that are counted and not compared.
fn not_compared(report: &Report) -> Option<Markup> {
    let targets = || report.targets.iter().filter(|target| !target.not_compared.is_empty());
    targets().next()?;
    Some(html! {
        p { "Objects that driftgate does not compare." }
        ul.plain {
            @for target in targets() {
                @for what in &target.not_compared {
                    "\n" li { (usize::try_from(what.count).map_or_else(|_| what.count.to_string(), thousands)) " " (what.words) " in " (name(&describe(target))) }
                }
            }
        }
    })
}

//! The report of a fleet as one HTML page: the numbers, the groups, a matrix of groups by label, and the targets with a
//! filter.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{about, label_values, labels, names, obstacles, sentence, tolerated, unmentioned, verdict};
use crate::finding::fleet::{
    FleetCoverage, FleetReport, GroupChange, GroupStatus, Member, MemberResult, MemberVerdict, TargetGroup,
};
use crate::finding::report_history::RunTotals;
use crate::finding::{Exit, Report};
use crate::plural::{plural, thousands};
use crate::redact;
use crate::report::coverage::percent;
use crate::report::format::Rendering;
use crate::report::html::{head, minute, name, plot};
use crate::report::timing::date;
use crate::report::values::{one_line, show};
use crate::report::words::{TOOL, capital, stale};
use crate::terminal::visible;

const STYLE: &str = concat!(include_str!("../html/style.css"), include_str!("fleet.css"));
const SCRIPT: &str = concat!(include_str!("fleet.js"), include_str!("../html/page.js"));

/// If there are more groups, they are folded, so that the headlines are read first.
const UNFOLDED: usize = 5;

/// How many targets a group names; the filter shows all of them.
const NAMED_HERE: usize = 10;

/// The most columns of a matrix.
const COLUMNS: usize = 24;

/// The page.
pub(in crate::report) fn html(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let title = format!("{}: {}", verdict(rendering, fleet), about(fleet));
    let matrices: Vec<Markup> = matrices(fleet);
    let changed = changed(rendering, fleet);
    let history = rendering.report.history.as_ref();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(&title, STYLE, SCRIPT))
            "\n" body {
                a.skip href="#findings" { "Skip to the findings" }
                "\n" (header(rendering, fleet))
                "\n" nav aria-label="Parts of the report" {
                    a href="#findings" { "Findings" }
                    @if changed.is_some() { " " a href="#changed" { "What has changed" } }
                    @if !matrices.is_empty() { " " a href="#matrix" { "By label" } }
                    " " a href="#targets" { "Targets" }
                    @if history.is_some() { " " a href="#history" { "History" } }
                    @if fleet.coverage.is_some() { " " a href="#coverage" { "Coverage" } }
                    @if !fleet.notes.is_empty() { " " a href="#notes" { "Notes" } }
                }
                "\n" main {
                    "\n" section aria-labelledby="findings" {
                        h2 #findings tabindex="-1" { "Findings" }
                        (findings(rendering, fleet))
                    }
                    @if let Some(unverified) = unverified(fleet) { (part("unverified", "Not verified", &unverified)) }
                    @if let Some(changed) = changed { (part("changed", "What has changed", &changed)) }
                    @if !matrices.is_empty() {
                        (part("matrix", "By label", &html! { @for matrix in &matrices { (matrix) } }))
                    }
                    (part("targets", "Targets", &targets(fleet)))
                    @if let Some(history) = history {
                        (part("history", "History", &plot::history(history, &RunTotals::now(rendering.report, rendering.timing.began))))
                    }
                    @if let Some(coverage) = &fleet.coverage { (part("coverage", "Coverage", &covered(coverage))) }
                    @if !fleet.notes.is_empty() { (part("notes", "Notes", &notes(fleet))) }
                }
                "\n" footer {
                    p { "Written by " (TOOL.0) " " (TOOL.1) ". This page is self-contained: it loads nothing." }
                }
                "\n" script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string() + "\n"
}

fn part(id: &str, title: &str, body: &Markup) -> Markup {
    html! {
        "\n" section aria-labelledby=(id) {
            h2 id=(id) tabindex="-1" { (title) }
            (body)
        }
    }
}

/// The verdict as a CSS class.
fn state(report: &Report, fleet: &FleetReport) -> &'static str {
    let has_warnings = fleet.groups.iter().any(|group| group.status == GroupStatus::Warning);
    match report.exit(true) {
        Exit::Drift => "drift",
        Exit::Usage | Exit::Failure | Exit::Unknown | Exit::Nagios(_) => "unknown",
        Exit::Passed if fleet.members.iter().any(|result| !result.verdict.is_verified()) => "unknown",
        Exit::Passed if has_warnings => "warning",
        Exit::Passed => "passed",
    }
}

fn class(verdict: MemberVerdict) -> &'static str {
    match verdict {
        MemberVerdict::Passed => "passed",
        MemberVerdict::Drift => "drift",
        MemberVerdict::Behind => "warning",
        MemberVerdict::Unknown | MemberVerdict::Failed | MemberVerdict::Unreached => "unknown",
    }
}

/// The verdict, the counts, the time and the duration.
fn header(rendering: &Rendering<'_>, fleet: &FleetReport) -> Markup {
    let timing = rendering.timing;
    html! {
        header class={ "verdict " (state(rendering.report, fleet)) } {
            p.tool { "driftgate report of a fleet" }
            h1 { span.mark aria-hidden="true" {} (capital(verdict(rendering, fleet))) }
            ul.counts {
                @for verdict in MemberVerdict::ALL {
                    @let count = fleet.count(verdict);
                    li class={ (class(verdict)) @if count == 0 { " zero" } } { b { (thousands(count)) } " " (verdict.word()) }
                }
                li.checks { b { (thousands(fleet.groups.len())) } @if fleet.groups.len() == 1 { " group" } @else { " groups" } }
            }
            p.about { (name(&about(fleet))) }
            @if let Some(words) = tolerated(fleet) { p.about { "Unreached targets are " (words) } }
            @let blind = fleet.members.iter().filter(|result| result.failure.is_some()).count();
            @if blind > 0 {
                p.alert { a href="#unverified" { (plural(blind, "target could not be verified", "targets could not be verified")) } }
            }
            p.when {
                time datetime=(date(timing.began)) { (minute(timing.began)) }
                ", took " (timing.seconds()) " s, exit code " (rendering.exit.code()) ", digest " (fleet.digest)
            }
        }
    }
}

/// Why targets could not be verified.
fn unverified(fleet: &FleetReport) -> Option<Markup> {
    let obstacles = obstacles(fleet);
    (!obstacles.is_empty()).then(|| {
        html! {
            @for obstacle in &obstacles {
                p.alert {
                    b { (plural(obstacle.members.len(), "target", "targets")) " " (obstacle.verdict.word()) }
                    ": " (name(&obstacle.failure.message))
                    br; small { (names(&obstacle.members, NAMED_HERE)) }
                    @if let Some(hint) = &obstacle.failure.hint { br; b { "Help: " } (name(hint)) }
                }
            }
        }
    })
}

fn findings(rendering: &Rendering<'_>, fleet: &FleetReport) -> Markup {
    let stale = stale(rendering.report);
    html! {
        @if fleet.groups.is_empty() && stale.is_none() {
            @if fleet.members.iter().all(|result| result.verdict.is_verified()) {
                p { "None: all targets are as expected." }
            } @else {
                p { "None, but not every target could be verified." }
            }
        }
        @for (number, group) in fleet.groups.iter().enumerate() { (finding(fleet, group, number)) }
        @if let Some(stale) = &stale {
            h3 { "Baseline" }
            ul.plain {
                @for check in stale.findings() {
                    li { (name(&check.message)) " " code { (one_line(&rendering.files.locate(check.place))) } }
                }
            }
        }
    }
}

fn finding(fleet: &FleetReport, group: &TargetGroup, number: usize) -> Markup {
    let members: Vec<&Member> = fleet.members_of(group).collect();
    let unfolded = fleet.groups.len() <= UNFOLDED && group.status != GroupStatus::Known;
    let anchor = format!("g-{}", group.id);
    let (file, line, column) = &group.place;
    html! {
        "\n" details.finding.(group.status.word()) id=(anchor) open[unfolded] {
            summary {
                span.badge { (group.status.word()) }
                @if group.change == Some(GroupChange::New) { " " span.badge.new { "new" } }
                " " span.count { (plural(members.len(), "target", "targets")) }
                " " h4 { bdi { (one_line(&sentence(group))) } }
            }
            div.body {
                dl {
                    dt { "Targets" }
                    dd {
                        (names(&members, NAMED_HERE)) " "
                        button type="button" data-group=(number) hidden { "Show them in the list" }
                    }
                    @if let Some(labels) = labels(fleet, group) { dt { "Labels" } dd { bdi { (one_line(&labels)) } } }
                    @if group.attribute.is_some() {
                        dt { "Expected" } dd { code { (visible(&show(&group.expected))) } }
                        dt { "Found" } dd { code { (visible(&show(&group.actual))) } }
                    }
                    @if let Some((label, text)) = &group.hint {
                        dt { (capital(label)) }
                        dd {
                            @if group.sql.as_ref() == Some(text) { (sql(text)) } @else { bdi { (visible(text)) } }
                        }
                    }
                    @if let Some(consumer) = &group.consumer { dt { "Consumer" } dd { bdi { (visible(consumer)) } } }
                    @if let Some(owner) = &group.owner { dt { "Owner" } dd { bdi { (visible(owner)) } } }
                    @if let Some(reason) = &group.reason { dt { "Reason" } dd { bdi { (visible(reason)) } } }
                    @if let Some(change) = group.change { dt { "Compared" } dd { (change.text()) } }
                    dt { "Expected at" } dd { code { (one_line(&format!("{file}:{line}:{column}"))) } }
                    dt { "Id" } dd { a href={ "#" (anchor) } { code { (group.id) } } " " (group.code) }
                }
            }
        }
    }
}

fn sql(text: &str) -> Markup {
    html! { div.sql { pre { code { (visible(text)) } } button type="button" data-copy hidden { "Copy" } } }
}

/// What the earlier report has and this run does not.
fn changed(rendering: &Rendering<'_>, fleet: &FleetReport) -> Option<Markup> {
    let comparison = fleet.comparison.as_ref()?;
    let file = redact::path(rendering.files.path(comparison.file));
    let of = |change: &str| {
        let groups = fleet.groups.iter().filter_map(|group| group.change);
        groups.filter(|found| found.word() == change).count()
    };
    let counts = ["new", "grown", "shrunk", "moved", "still there"].map(|change| (change, of(change)));
    let lists = [
        ("Gone", &comparison.gone),
        (
            "Undetermined: their targets could not be verified now",
            &comparison.undetermined,
        ),
    ];
    Some(html! {
        p {
            "Compared with " code { (one_line(&file)) } ": "
            @for (change, count) in counts { (thousands(count)) " " (change) ", " }
            (thousands(comparison.gone.len())) " gone."
            @if comparison.not_checked > 0 {
                " " (plural(comparison.not_checked, "target was", "targets were")) " not checked now."
            }
        }
        @for (title, groups) in lists {
            @if !groups.is_empty() {
                details open[groups.len() <= NAMED_HERE] {
                    summary { (title) " (" (thousands(groups.len())) ")" }
                    ul.plain {
                        @for group in groups {
                            li { (plural(group.members.len(), "target", "targets")) ": " (name(&sentence(group))) }
                        }
                    }
                }
            }
        }
    })
}

/// For each label, how many targets with each of its values have each group.
fn matrices(fleet: &FleetReport) -> Vec<Markup> {
    if fleet.groups.is_empty() {
        return Vec::new();
    }
    let values = label_values(fleet).into_iter();
    let matrices = values.filter(|(_, values)| (2..=COLUMNS).contains(&values.len()));
    matrices
        .map(|(label, values)| {
            html! {
                "\n" h3 { (name(label)) }
                div.wide tabindex="0" role="region" aria-label={ "Groups by " (one_line(label)) } {
                    table.counted.matrix {
                        thead { tr {
                            th scope="col" { "Finding" }
                            @for value in &values { th.n scope="col" { (name(value)) } }
                            th.n scope="col" { "All" }
                        } }
                        tbody { @for group in &fleet.groups {
                            "\n" tr class=(group.status.word()) {
                                th scope="row" { a href={ "#g-" (group.id) } { (name(&short(&sentence(group)))) } }
                                @let counts = fleet.labels_of(group).remove(label).unwrap_or_default();
                                @for value in &values {
                                    @let count = counts.get(value).copied().unwrap_or_default();
                                    td.n.some[count > 0] { @if count > 0 { (thousands(count)) } }
                                }
                                td.n { (thousands(group.members.len())) }
                            }
                        } }
                    }
                }
            }
        })
        .collect()
}

/// The beginning of a long sentence.
fn short(text: &str) -> String {
    const LONGEST: usize = 90;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// The filter and the list of targets.
fn targets(fleet: &FleetReport) -> Markup {
    let values = label_values(fleet);
    html! {
        form.filter role="search" aria-label="Filter the targets" autocomplete="off" hidden {
            p.field.text {
                label for="filter-text" { "Text" }
                input #filter-text type="search" placeholder="name, server, label" spellcheck="false";
            }
            p.field {
                label for="filter-status" { "Status" }
                select #filter-status data-property="status" {
                    option value="" { "all" }
                    @for verdict in MemberVerdict::ALL {
                        @let count = fleet.count(verdict);
                        @if count > 0 { option value=(verdict.word()) { (verdict.word()) " (" (thousands(count)) ")" } }
                    }
                }
            }
            @if !fleet.groups.is_empty() {
                p.field {
                    label for="filter-group" { "Finding" }
                    select #filter-group {
                        option value="" { "all" }
                        @for (number, group) in fleet.groups.iter().enumerate() {
                            option value=(number) { (one_line(&short(&sentence(group)))) " (" (thousands(group.members.len())) ")" }
                        }
                    }
                }
            }
            @for (number, (label, values)) in values.iter().enumerate() {
                @if values.len() <= COLUMNS {
                    p.field {
                        label for={ "filter-label-" (number) } { (one_line(label)) }
                        select id={ "filter-label-" (number) } data-label={ (label) "=" } {
                            option value="" { "all" }
                            @for value in values { option value=(value) { (one_line(value)) } }
                        }
                    }
                }
            }
            p.buttons {
                button type="reset" { "Reset" }
                " " button type="button" data-more aria-expanded="false" { "More" }
            }
            p.shown role="status" { (plural(fleet.members.len(), "target", "targets")) }
        }
        table.counted.databases.members {
            thead { tr {
                th scope="col" { "Target" } th scope="col" { "Status" } th scope="col" { "Labels" }
                th scope="col" { "Server" } th scope="col" { "Findings" }
            } }
            tbody { @for result in &fleet.members { (target(fleet, result)) } }
        }
    }
}

fn target(fleet: &FleetReport, result: &MemberResult) -> Markup {
    let labels = result
        .member
        .labels
        .iter()
        .map(|(label, value)| format!("{label}={value}"));
    let labels: Vec<String> = labels.collect();
    let numbers: Vec<String> = result.groups.iter().map(ToString::to_string).collect();
    html! {
        "\n" tr data-s=(result.verdict.word()) data-g=[(!numbers.is_empty()).then(|| numbers.join(" "))] {
            th scope="row" { (name(&result.member.name)) }
            td { span class={ "badge " (class(result.verdict)) } { (result.verdict.word()) } }
            td { @for label in &labels { span.label { (one_line(label)) } " " } }
            td { (name(&result.member.server)) }
            td {
                @for group in result.groups.iter().filter_map(|number| fleet.groups.get(*number)) {
                    a href={ "#g-" (group.id) } { (name(&group.object)) } " "
                }
            }
        }
    }
}

/// How much of the catalogs the expectations mention.
fn covered(coverage: &FleetCoverage) -> Markup {
    let objects = unmentioned(coverage);
    html! {
        p {
            (thousands(coverage.mentioned)) " of " (plural(coverage.objects, "object", "objects")) " are mentioned ("
            (percent(coverage.mentioned, coverage.objects)) ")."
        }
        @if !objects.is_empty() {
            details open[objects.len() <= NAMED_HERE] {
                summary { "No expectation mentions these (" (thousands(objects.len())) ")" }
                ul.plain {
                    @for (object, targets) in &objects { li { (name(object)) " (" (plural(*targets, "target", "targets")) ")" } }
                }
            }
        }
    }
}

fn notes(fleet: &FleetReport) -> Markup {
    html! {
        ul.plain {
            @for (note, targets) in &fleet.notes { li { (plural(*targets, "target", "targets")) ": " (name(note)) } }
        }
    }
}

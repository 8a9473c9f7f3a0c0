//! The findings, and the filter above them.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::values::side_by_side;
use super::{MANY, UNFOLDED, findings_words, name, words};
use crate::expectation::Level;
use crate::finding::mark::Change;
use crate::finding::{Category, Check, Target};
use crate::hint::Hint;
use crate::plural::thousands;
use crate::report::facts::{headline, since};
use crate::report::fingerprint::fingerprint;
use crate::report::format::Rendering;
use crate::report::rollup::{self, FindingGroup};
use crate::report::table_marks;
use crate::report::values::{SENTENCE, one_line};
use crate::report::words::{ReportedStatus, capital, describe_with_role as describe};
use crate::source_map::SourceMap;
use crate::terminal::visible;
use crate::value::Value;

/// The number of findings that the browser lays out together, when they become visible.
const PART: usize = 100;

/// The choices of the filter: for each property its values, and the number of findings with each value.
pub(super) struct Choices(Vec<(&'static str, &'static str, BTreeMap<&'static str, usize>)>);

impl Choices {
    /// The choices for the findings of these databases.
    pub(super) fn of(targets: &[&Target]) -> Self {
        let by = |of: fn(&Check) -> Option<&'static str>| {
            let mut counts = BTreeMap::new();
            for value in targets.iter().flat_map(|target| target.findings()).filter_map(of) {
                *counts.entry(value).or_default() += 1;
            }
            counts
        };
        Self(vec![
            ("kind", "Kind", by(|check| Some(check.about.category().word()))),
            ("level", "Level", by(|check| Some(level(check)))),
            ("status", "Status", by(|check| Some(status(check)))),
            ("since", "Compared", by(change)),
        ])
    }

    /// The form. It is hidden until the script shows it, because filtering needs the script.
    pub(super) fn filter(&self, findings: usize) -> Markup {
        html! {
            form.filter role="search" aria-label="Filter the findings" autocomplete="off" hidden {
                p.field.text {
                    label for="filter-text" { "Text" }
                    input #filter-text type="search" placeholder="name, code, file, SQL" spellcheck="false";
                }
                @for (property, label, values) in &self.0 {
                    @if !values.is_empty() {
                        p.field {
                            label for={ "filter-" (property) } { (label) }
                            select id={ "filter-" (property) } data-property=(property) {
                                option value="" { "all" }
                                @for (value, count) in values {
                                    option value=(value) { (value.replace('_', " ")) " (" (thousands(*count)) ")" }
                                }
                            }
                        }
                    }
                }
                p.buttons {
                    button type="reset" { "Reset" }
                    " " button type="button" data-more aria-expanded="false" { "More" }
                    " " button type="button" data-fold="open" { "Unfold all" }
                    " " button type="button" data-fold="" { "Fold all" }
                }
                p.shown role="status" { (findings_words(findings)) }
            }
        }
    }
}

fn level(check: &Check) -> &'static str {
    match check.level {
        Level::Error => "error",
        Level::Warn => "warn",
    }
}

/// `drift`, `unknown` or, where a baseline accepts it, `known`.
fn status(check: &Check) -> &'static str {
    if check.is_known() { "known" } else { check.status.word() }
}

fn change(check: &Check) -> Option<&'static str> {
    Some(match check.mark.change.as_ref()? {
        Change::New => "new",
        Change::StillThere(_) => "still there",
    })
}

/// The findings of a database. `all` is the number of findings of the page.
pub(super) fn group(target: &Target, rendering: &Rendering<'_>, all: usize) -> Markup {
    let findings = target.findings_in_order();
    let unfolded = all <= UNFOLDED;
    let show = |entry: &FindingGroup<'_>| entry_of(entry, target, rendering.files, unfolded);
    let (known, counted): (Vec<_>, Vec<_>) = rollup::entries(target)
        .into_iter()
        .partition(|entry| entry.status == ReportedStatus::Known);
    let objects = rollup::by_object(counted);
    html! {
        @if !findings.is_empty() {
            "\n" section.group.many[all > MANY] {
                h3 { (name(&describe(target))) span.number { " " (numbers(&findings)) } }
                @for part in objects.chunks(PART) {
                    div.part {
                        @for (object, entries) in part {
                            // A finding says what it is about; a heading says what several have in common.
                            @if entries.len() > 1 {
                                "\n" section.object aria-label=(one_line(object)) {
                                    p.object-name { (name(object)) }
                                    @for entry in entries { (show(entry)) }
                                }
                            } @else {
                                @for entry in entries { (show(entry)) }
                            }
                        }
                    }
                }
                @for part in known.chunks(PART) { div.part { @for entry in part { (show(entry)) } } }
            }
        }
    }
}

/// One finding, or several like ones that are folded together.
fn entry_of(entry: &FindingGroup<'_>, target: &Target, files: &SourceMap, unfolded: bool) -> Markup {
    if let Some(check) = entry.single() {
        return finding(check, target, files, unfolded);
    }
    html! {
        "\n" details.like.(entry.status.word()) open[unfolded && entry.status != ReportedStatus::Known] {
            summary {
                span.badge { (entry.status.word()) }
                @if entry.is_new() { " " span.badge.new { "new" } }
                " " h4 { (entry.headline()) }
            }
            @for part in entry.checks.chunks(PART) {
                div.part { @for check in part { (finding(check, target, files, false)) } }
            }
        }
    }
}

/// The number of findings of each status, as the top of the page counts them: `3 drift, 1 known`.
fn numbers(findings: &[&Check]) -> String {
    let of = |outcome: &ReportedStatus| {
        let count = findings
            .iter()
            .filter(|check| ReportedStatus::of(check) == *outcome && !is_stale(check));
        let count = count.count();
        (count > 0).then(|| format!("{} {}", thousands(count), words(*outcome, count)))
    };
    let stale = findings.iter().filter(|check| is_stale(check)).count();
    let stale = (stale > 0).then(|| format!("{} stale", thousands(stale)));
    let parts: Vec<String> = ReportedStatus::ALL.iter().filter_map(of).chain(stale).collect();
    parts.join(", ")
}

/// Whether it is an entry of the baseline that accepts nothing any more: a fault of the baseline, and not of a database.
fn is_stale(check: &Check) -> bool {
    check.about.category() == Category::Baseline
}

fn finding(check: &Check, target: &Target, files: &SourceMap, unfolded: bool) -> Markup {
    let outcome = ReportedStatus::of(check);
    let anchor = format!("f-{}", &fingerprint(check, target)[..12]);
    html! {
        "\n" details.finding.(outcome.word()) id=(anchor) open[unfolded && outcome != ReportedStatus::Known] data-kind=(check.about.category().word()) data-level=(level(check))
            data-status=(status(check)) data-since=[change(check)] {
            summary {
                span.badge { (if is_stale(check) { "stale" } else { outcome.word() }) }
                @if let Some(Change::New) = check.mark.change { " " span.badge.new { "new" } }
                " " h4 { (title(check)) }
            }
            div.body {
                (side_by_side(check))
                dl {
                    // The headline contains it on one line, if it is short.
                    @if let Some(detail) = check.detail.as_ref().filter(|detail| detail.contains('\n') || detail.len() > SENTENCE) {
                        dt { "Because" } dd { bdi { (visible(detail)) } }
                    }
                    @if let Some(hint) = &check.hint { dt { (capital(hint.label())) } dd { (what_to_do(hint, loses(check))) } }
                    @if let Some(since) = since(check) { dt { "Since" } dd.since { bdi { (since) } } }
                    @if let Some(cause) = &check.caused_by { dt { "Follows from" } dd { bdi { (visible(&cause.subject)) } } }
                    @for (label, party) in files.parties(check.place.file).named() {
                        dt { (capital(label)) } dd { bdi { (visible(party)) } }
                    }
                    @if let Some(reason) = &check.reason { dt { "Reason" } dd { bdi { (visible(reason)) } } }
                    dt { "Expected at" } dd { code { (one_line(&files.locate(check.place))) } }
                    @for (label, text) in table_marks::lines(check, files) {
                        // That it is new is shown in the headline.
                        @if text != "new" { dt { (capital(label)) } dd { (name(&text)) } }
                    }
                    dt { "Id" } dd { a href={ "#" (anchor) } { code { (one_line(&check.id())) } } }
                }
            }
        }
    }
}

/// The headline on one line: texts of several lines are below it.
fn title(check: &Check) -> String {
    let has_lines = |value: &Value| value.to_string().trim().contains('\n');
    match check.attribute() {
        Some(attribute) if has_lines(&check.expected) || has_lines(&check.actual) => {
            format!("{}: {attribute} differs", one_line(&check.subject()))
        }
        Some(_) | None => headline(check),
    }
}

/// Whether the SQL of the hint loses data: the fix knows it, and where there is none, the statements say so.
fn loses(check: &Check) -> bool {
    let knows = check.fix.as_ref().is_some_and(|fix| fix.loss.is_some());
    knows || check.hint.as_ref().is_some_and(Hint::loses_data)
}

/// The hint: its text, and its SQL in an element with a button to copy it.
fn what_to_do(hint: &Hint, loses: bool) -> Markup {
    let (words, sql) = match hint {
        Hint::Sql(sql) => ("", sql.as_str()),
        Hint::Advice(words) => (words.as_str(), ""),
        Hint::AdviceWithSql { words, sql } => (words.as_str(), sql.as_str()),
    };
    html! {
        @if !words.is_empty() { bdi { (visible(words)) @if !sql.is_empty() { ":" } } }
        @if !sql.is_empty() {
            @if loses { p.loses { "This loses data." } }
            div.sql.losing[loses] { pre { code { (visible(sql)) } } button type="button" data-copy hidden { "Copy" } }
        }
    }
}

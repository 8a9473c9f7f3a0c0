//! The findings, and the filter above them.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::values::side_by_side;
use super::{MANY, UNFOLDED, capital, findings_words, name};
use crate::expectation::Level;
use crate::report::fingerprint::fingerprint;
use crate::report::format::Rendering;
use crate::report::mark::Since;
use crate::report::words::{Outcome, SENTENCE, describe, headline, one_line};
use crate::report::{Check, Target, table_marks};
use crate::source_map::SourceMap;
use crate::terminal::visible;

/// The words a statement of SQL begins with, as hints have it.
const SQL: &[&str] = &[
    "ALTER", "COMMENT", "CREATE", "DROP", "GRANT", "REFRESH", "REINDEX", "REVOKE", "SECURITY", "SET", "UPDATE",
];

/// So many findings are laid out together, or not at all while they are not looked at.
const PART: usize = 100;

/// What the findings of a report can be chosen by: for each property the values that there are, and how many findings
/// have each.
pub(super) struct Choices(Vec<(&'static str, &'static str, BTreeMap<&'static str, usize>)>);

impl Choices {
    /// Those of these databases.
    pub(super) fn of(targets: &[&Target]) -> Self {
        let by = |of: fn(&Check) -> Option<&'static str>| {
            let mut counts = BTreeMap::new();
            for value in targets.iter().flat_map(|target| target.findings()).filter_map(of) {
                *counts.entry(value).or_default() += 1;
            }
            counts
        };
        Self(vec![
            ("kind", "Kind", by(|check| Some(check.kind))),
            ("level", "Level", by(|check| Some(level(check)))),
            ("status", "Status", by(|check| Some(status(check)))),
            ("since", "Compared", by(since)),
        ])
    }

    /// The form, which the script shows: without it nothing could be filtered.
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
                                    option value=(value) { (value.replace('_', " ")) " (" (count) ")" }
                                }
                            }
                        }
                    }
                }
                p.buttons {
                    button type="reset" { "Reset" }
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

fn since(check: &Check) -> Option<&'static str> {
    Some(match check.mark.since.as_ref()? {
        Since::New => "new",
        Since::StillThere(_) => "still there",
    })
}

/// The findings of a database; how many the page has in all is given.
pub(super) fn group(target: &Target, rendering: &Rendering<'_>, all: usize) -> Markup {
    let findings = target.findings_in_order();
    let of = |outcome: &Outcome| {
        let outcome = *outcome;
        findings
            .iter()
            .copied()
            .filter(move |check| Outcome::of(check) == outcome)
    };
    let ordered: Vec<&Check> = Outcome::ALL.iter().flat_map(of).collect();
    html! {
        @if !findings.is_empty() {
            "\n" section.group.many[all > MANY] {
                h3 { (name(&describe(target))) span.number { " " (findings_words(findings.len())) } }
                @for part in ordered.chunks(PART) {
                    div.part { @for check in part { (finding(check, target, rendering.files, all <= UNFOLDED)) } }
                }
            }
        }
    }
}

fn finding(check: &Check, target: &Target, files: &SourceMap, unfolded: bool) -> Markup {
    let outcome = Outcome::of(check);
    let anchor = format!("f-{}", &fingerprint(check, target)[..12]);
    html! {
        "\n" details.finding.(outcome.word()) id=(anchor) open[unfolded && outcome != Outcome::Known] data-kind=(check.kind) data-level=(level(check))
            data-status=(status(check)) data-since=[since(check)] {
            summary {
                span.badge { (outcome.word()) }
                @if let Some(Since::New) = check.mark.since { " " span.badge.new { "new" } }
                " " h4 { (headline(check)) }
            }
            div.body {
                (side_by_side(check))
                dl {
                    // The headline has it on one line, as far as it is short.
                    @if let Some(detail) = check.detail.as_ref().filter(|detail| detail.contains('\n') || detail.len() > SENTENCE) {
                        dt { "Because" } dd { bdi { (visible(detail)) } }
                    }
                    @if let Some(hint) = &check.hint { dt { "To do" } dd { (to_do(hint)) } }
                    @if let Some(reason) = &check.reason { dt { "Reason" } dd { bdi { (visible(reason)) } } }
                    dt { "Expected at" } dd { code { (one_line(&files.locate(check.place))) } }
                    @for (label, text) in table_marks::lines(check, files) {
                        // That it is new stands above.
                        @if text != "new" { dt { (capital(label)) } dd { (name(&text)) } }
                    }
                    dt { "Id" } dd { a href={ "#" (anchor) } { code { (one_line(&check.id())) } } }
                }
            }
        }
    }
}

/// What to do: the SQL in it in a place of its own, from which it can be copied.
fn to_do(hint: &str) -> Markup {
    let (before, sql, after) = split(hint);
    html! {
        @if !before.is_empty() { bdi { (visible(before)) } }
        @if !sql.is_empty() {
            div.sql { pre { code { (visible(sql)) } } button type="button" data-copy hidden { "Copy" } }
        }
        @if !after.is_empty() { bdi { (visible(after)) } }
    }
}

/// The words before the SQL, the SQL, and the words behind it.
fn split(hint: &str) -> (&str, &str, &str) {
    // Statements stand at the beginning or behind a colon.
    let begin = std::iter::once(0).chain(hint.match_indices(": ").map(|(at, colon)| at + colon.len()));
    for start in begin {
        let length = statements(&hint[start..]);
        if length > 0 {
            let (before, rest) = hint.split_at(start);
            let (sql, after) = rest.split_at(length);
            return (before.trim_end(), sql, after.trim_start());
        }
    }
    (hint, "", "")
}

/// How far a text is statements of SQL, each with its semicolon.
fn statements(text: &str) -> usize {
    let mut end = 0;
    while let Some(length) = statement(&text[end..]) {
        end += length;
    }
    end
}

/// How long the statement is that a text begins with.
fn statement(text: &str) -> Option<usize> {
    let start = text.len() - text.trim_start().len();
    let word: &str = text[start..].split_whitespace().next()?;
    if !SQL.contains(&word) {
        return None;
    }
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, ';') => return Some(at + 1),
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None | Some(_), _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn of_a_hint_the_sql_is_taken() {
        let check = |hint: &str, before: &str, sql: &str, after: &str| {
            assert_eq!(split(hint), (before, sql, after), "{hint}");
        };
        check("REINDEX INDEX a;", "", "REINDEX INDEX a;", "");
        check("DROP A b; CREATE A c;", "", "DROP A b; CREATE A c;", "");
        check("DROP A b; and create it", "", "DROP A b;", "and create it");
        check(
            "or remove it: DROP TABLE \"a;b\";",
            "or remove it:",
            "DROP TABLE \"a;b\";",
            "",
        );
        check(
            "COMMENT ON A b IS 'it''s; so';",
            "",
            "COMMENT ON A b IS 'it''s; so';",
            "",
        );
        check(
            "CREATE VIEW with what is expected",
            "CREATE VIEW with what is expected",
            "",
            "",
        );
        check("a: b; DROP it", "a: b; DROP it", "", "");
        check("ALTER TABLE 'a", "ALTER TABLE 'a", "", "");
    }
}

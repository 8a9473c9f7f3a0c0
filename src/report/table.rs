//! The report for people: a table of the findings, then the details by database and object, and the counts. If everything
//! passed, the databases and the counts.

use std::fmt::Write as _;

use anstyle::Style;
use comfy_table::presets::ASCII_BORDERS_ONLY_CONDENSED;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use super::coverage;
use super::facts::{facts, headline, shared_facts};
use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::notes::notes;
use super::rollup::{self, FindingGroup};
use super::values::one_line;
use super::words::{ReportedStatus, changes, counts, describe_with_role, failed};
use super::{finding_table, table_marks};
use crate::error::Failure;
use crate::finding::{Report, Target};
use crate::plural::thousands;
use crate::source_map::SourceMap;
use crate::terminal::{BAD, FAINT, GOOD, Palette, STRONG, WARN, visible};

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new("table", "For people at a terminal", render, fleet::table).with_notes();

/// The maximum number of entries in the details. The counts at the end of the report include all findings.
const MOST_ENTRIES: usize = 50;

fn render(rendering: &Rendering<'_>) -> String {
    let Rendering { report, files, .. } = *rendering;
    let palette = Palette { color: rendering.color };
    let layout = TextLayout {
        palette,
        width: rendering.width,
    };
    let all: Vec<Vec<FindingGroup<'_>>> = report.targets.iter().map(rollup::entries).collect();
    let mut out = finding_table::render(&all, rendering.width, palette).unwrap_or_default();
    for (target, entries) in report.targets.iter().zip(all) {
        render_target(&mut out, target, entries, files, layout);
    }
    for target in &report.targets {
        if let Some(coverage) = &target.coverage {
            coverage::render(&mut out, coverage, &target.database, palette);
        }
    }
    out.push_str(&table_marks::sections(report, files, palette));
    if report.targets.len() > 1 {
        let _ = writeln!(out, "{}\n", overview(report, rendering.width));
    }
    out.push_str(&notes(report));
    let _ = writeln!(out, "{}", summary_line(report, palette));
    out
}

fn render_target(
    out: &mut String,
    target: &Target,
    entries: Vec<FindingGroup<'_>>,
    files: &SourceMap,
    layout: TextLayout,
) {
    let palette = layout.palette;
    if target.failure.is_none() {
        let database = describe_with_role(target);
        let _ = writeln!(out, "{}", palette.paint(STRONG, &one_line(&database)));
        if !entries.is_empty() {
            out.push('\n');
        }
    }
    let (known, counted): (Vec<FindingGroup<'_>>, Vec<FindingGroup<'_>>) = entries
        .into_iter()
        .partition(|entry| entry.status == ReportedStatus::Known);
    let objects = rollup::by_object(counted);
    let counted: Vec<&FindingGroup<'_>> = objects.iter().flat_map(|(_, entries)| entries).collect();
    let mut subject = None;
    for entry in counted.iter().take(MOST_ENTRIES) {
        let heading = entry.subject();
        if subject.as_ref() != Some(&heading) {
            let _ = writeln!(out, "  {}", palette.paint(STRONG, &one_line(&heading)));
            subject = Some(heading);
        }
        finding(out, entry, target, files, layout);
    }
    more(out, counted.get(MOST_ENTRIES..).unwrap_or_default().iter().copied());
    known_findings(out, &known, files, palette);
    if let Some(failure) = &target.failure {
        failed_target(out, target, failure, layout);
    }
}

/// How many findings are not shown.
fn more<'a>(out: &mut String, entries: impl Iterator<Item = &'a FindingGroup<'a>>) {
    let more: usize = entries.map(|entry| entry.checks.len()).sum();
    if more > 0 {
        let _ = writeln!(out, "  and {} more; --format plain lists all\n", thousands(more));
    }
}

/// The findings that a baseline accepts, one line each.
fn known_findings(out: &mut String, entries: &[FindingGroup<'_>], files: &SourceMap, palette: Palette) {
    for entry in entries.iter().take(MOST_ENTRIES) {
        let text = match entry.single() {
            Some(check) => {
                let terms = table_marks::lines(check, files).into_iter();
                let terms: Vec<String> = terms
                    .filter(|(label, _)| *label == "accepted")
                    .map(|(_, text)| format!("; {}", one_line(&text)))
                    .collect();
                format!("{}{}", headline(check), terms.concat())
            }
            None => entry.headline(),
        };
        let word = palette.paint(FAINT, &format!("{:<9}", entry.status.word()));
        let _ = writeln!(out, "  {word} {text}");
    }
    more(out, entries.iter().skip(MOST_ENTRIES));
    if !entries.is_empty() {
        out.push('\n');
    }
}

/// Why a database could not be verified.
fn failed_target(out: &mut String, target: &Target, failure: &Failure, layout: TextLayout) {
    let _ = writeln!(
        out,
        "{}  {}",
        layout.palette.paint(BAD, "could not verify"),
        one_line(&describe_with_role(target))
    );
    for line in layout.lines(&visible(&failure.to_string()), 2) {
        let _ = writeln!(out, "  {line}");
    }
    if let Some(hint) = &failure.hint {
        let hint = layout.lines(&visible(hint), 12).join("\n            ");
        let _ = writeln!(out, "  help      {hint}");
    }
    out.push('\n');
}

fn finding(out: &mut String, entry: &FindingGroup<'_>, target: &Target, files: &SourceMap, layout: TextLayout) {
    let status = entry.status;
    // The heading contains the object, and the values follow: the full sentence would repeat both.
    let (message, facts) = match entry.single() {
        Some(check) => (
            visible(check.attribute().unwrap_or(&check.message)),
            facts(check, target, files),
        ),
        None => (entry.predicate(), shared_facts(entry, files)),
    };
    layout.entry(out, status.word(), Some(style(status)), &message);
    for (label, fact) in facts {
        match label {
            // The heading contains it.
            "database" => {}
            "differs" => text_diff(out, &fact, layout.palette),
            "fix" | "sql" => statements(out, label, &fact),
            "expected" | "found" | "objects" => layout.whole(out, label, &fact),
            _ => layout.entry(out, label, None, &fact),
        }
    }
    out.push('\n');
}

/// Statements on lines of their own, which can be copied.
fn statements(out: &mut String, label: &str, sql: &str) {
    let _ = writeln!(out, "    {label}");
    // Blanks at the beginning of a line could become part of a literal or of the body of a function.
    let is_whole = |line: &str| line.ends_with(';') || line.starts_with("--");
    let indent = if sql.trim_end().lines().all(is_whole) || !sql.contains('\n') {
        "      "
    } else {
        ""
    };
    for line in sql.trim_end().lines() {
        let _ = writeln!(out, "{indent}{line}");
    }
}

fn text_diff(out: &mut String, diff: &str, palette: Palette) {
    for line in diff.lines() {
        let style = match line.chars().next() {
            Some('-') => BAD,
            Some('+') => GOOD,
            Some(_) | None => FAINT,
        };
        let _ = writeln!(out, "      {}", palette.paint(style, line));
    }
}

/// The colors and the width of the output.
#[derive(Clone, Copy)]
struct TextLayout {
    palette: Palette,
    /// The number of columns, if the output is a terminal. Longer lines are broken.
    width: Option<usize>,
}

impl TextLayout {
    /// A label and a text beside it, all lines of which begin in the same column.
    fn entry(self, out: &mut String, label: &str, style: Option<Style>, text: &str) {
        const INDENT: &str = "              ";
        let label = format!("{label:<9}");
        let label = style.map_or(label.clone(), |style| self.palette.paint(style, &label));
        let lines = self.lines(text.trim_end(), INDENT.len());
        let _ = writeln!(out, "    {label} {}", lines.join(&format!("\n{INDENT}")));
    }

    /// A label and a text beside it whose lines are not broken: a value or a name must be the same when it is copied.
    fn whole(self, out: &mut String, label: &str, text: &str) {
        let whole = Self { width: None, ..self };
        whole.entry(out, label, None, text);
    }

    /// The lines of a text that begins in a column. What is in quotes is not broken.
    fn lines(self, text: &str, column: usize) -> Vec<String> {
        // Fewer columns than this are not readable.
        let width = self.width.map_or(usize::MAX, |width| width.max(40) - column);
        let options = textwrap::Options::new(width)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        let joined = joined_quotes(text);
        let lines = textwrap::wrap(&joined, options).into_iter();
        lines.map(|line| line.replace(JOINED, " ")).collect()
    }
}

/// In place of a blank where a line must not be broken. Nothing else contains it: texts are shown without private
/// characters.
const JOINED: char = '\u{e000}';

/// A text in which no line can be broken between quotes. A quote that has no second one on its line, such as an apostrophe,
/// is none.
fn joined_quotes(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        while let Some(start) = rest.find(['`', '\'', '"']) {
            let quote = &rest[start..=start];
            let begins = !rest[..start].ends_with(char::is_alphanumeric);
            let end = rest[start + 1..].find(quote).filter(|_| begins);
            let end = end.map_or(start + 1, |end| start + end + 2);
            out.push_str(&rest[..start]);
            out.push_str(&rest[start..end].replace(' ', JOINED.encode_utf8(&mut [0; 4])));
            rest = &rest[end..];
        }
        out.push_str(rest);
    }
    out
}

/// One row per database.
fn overview(report: &Report, width: Option<usize>) -> Table {
    let mut table = Table::new();
    if let Some(width) = width.and_then(|width| u16::try_from(width).ok()) {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    table.load_style(ASCII_BORDERS_ONLY_CONDENSED);
    let mut header = vec![
        "database", "verdict", "checks", "passed", "drift", "warnings", "unknown",
    ];
    if report.baseline.is_some() {
        header.push("known");
    }
    let columns = header.len();
    table.set_header(header);
    for target in &report.targets {
        let summary = target.summary();
        let mut counts = vec![
            summary.checks,
            summary.passed,
            summary.drift,
            summary.warnings,
            summary.unknown,
        ];
        if report.baseline.is_some() {
            counts.push(summary.known);
        }
        let mut row = vec![visible(&target.database), target.status().word().to_owned()];
        row.extend(counts.into_iter().map(thousands));
        table.add_row(row);
    }
    for i in 2..columns {
        if let Some(column) = table.column_mut(i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn summary_line(report: &Report, palette: Palette) -> String {
    let mut line = counts(report, |outcome, count, text| match count {
        0 => text,
        _ => palette.paint(style(outcome), &text),
    });
    if let Some(words) = changes(report) {
        let _ = write!(line, "; {}", palette.paint(STRONG, &words));
    }
    if let Some(words) = failed(report) {
        let _ = write!(line, "; {}", palette.paint(BAD, &words));
    }
    line
}

/// The style of a status.
pub(super) fn style(outcome: ReportedStatus) -> Style {
    match outcome {
        ReportedStatus::Drift => BAD,
        ReportedStatus::Unknown | ReportedStatus::Warning => WARN,
        ReportedStatus::Known => FAINT,
        ReportedStatus::Passed => GOOD,
    }
}

//! The report for people: on a terminal a table of the findings, then the details by file and object. If everything
//! passed, one line.

use std::borrow::Cow;
use std::fmt::Write as _;

use anstyle::Style;
use comfy_table::presets::ASCII_BORDERS_ONLY_CONDENSED;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use super::coverage;
use super::facts::facts;
use super::format::{FormatSpec, Rendering};
use super::notes::notes;
use super::values::one_line;
use super::words::{ReportedStatus, counts, describe, failed};
use super::{finding_table, table_marks};
use crate::finding::{Check, Report, Target};
use crate::redact;
use crate::source_map::SourceMap;
use crate::terminal::{BAD, FAINT, GOOD, Palette, STRONG, WARN, visible};

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new("table", "For people at a terminal", render).with_notes();

fn render(rendering: &Rendering<'_>) -> String {
    let Rendering { report, files, .. } = *rendering;
    let palette = Palette { color: rendering.color };
    let layout = TextLayout {
        palette,
        width: rendering.width,
    };
    let mut out = finding_table::render(report, rendering.width).unwrap_or_default();
    for target in &report.targets {
        if target.findings().next().is_some() || target.failure.is_some() {
            render_target(&mut out, target, files, layout);
        }
    }
    for target in &report.targets {
        if let Some(coverage) = &target.coverage {
            coverage::render(&mut out, coverage, &describe(target), palette);
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

fn render_target(out: &mut String, target: &Target, files: &SourceMap, layout: TextLayout) {
    let palette = layout.palette;
    let findings = target.findings_in_order();
    let mut file = None;
    let mut object = None;
    for check in findings {
        if file != Some(check.place.file) {
            file = Some(check.place.file);
            object = None;
            let path = redact::path(files.path(check.place.file));
            let _ = writeln!(
                out,
                "{}  {}\n",
                palette.paint(STRONG, &one_line(&path)),
                palette.paint(FAINT, &one_line(&describe(target)))
            );
        }
        let this = &check.about;
        if object != Some(this) {
            object = Some(this);
            let heading = check.subject();
            let _ = writeln!(out, "  {}", palette.paint(STRONG, &one_line(&heading)));
        }
        finding(out, check, target, files, layout);
    }
    if let Some(failure) = &target.failure {
        let _ = writeln!(
            out,
            "{}  {}",
            palette.paint(BAD, "could not verify"),
            visible(&describe(target))
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
}

fn finding(out: &mut String, check: &Check, target: &Target, files: &SourceMap, layout: TextLayout) {
    let outcome = ReportedStatus::of(check);
    // The heading contains the object, and the values follow: the full sentence would repeat both.
    let message = visible(check.attribute().unwrap_or(&check.message));
    layout.entry(out, outcome.word(), Some(style(outcome)), &message);
    for (label, fact) in facts(check, target, files) {
        match label {
            // The heading contains it.
            "database" => {}
            "differs" => text_diff(out, &fact, layout.palette),
            _ => layout.entry(out, label, None, &fact),
        }
    }
    out.push('\n');
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

    /// The lines of a text that begins in a column.
    fn lines(self, text: &str, column: usize) -> Vec<String> {
        // Fewer columns than this are not readable.
        let width = self.width.map_or(usize::MAX, |width| width.max(40) - column);
        let options = textwrap::Options::new(width).word_splitter(textwrap::WordSplitter::NoHyphenation);
        textwrap::wrap(text, options).into_iter().map(Cow::into_owned).collect()
    }
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
        let mut row = vec![
            visible(&target.database),
            target.status().word().to_owned(),
            summary.checks.to_string(),
            summary.passed.to_string(),
            summary.drift.to_string(),
            summary.warnings.to_string(),
            summary.unknown.to_string(),
        ];
        if report.baseline.is_some() {
            row.push(summary.known.to_string());
        }
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
    if let Some(words) = failed(report) {
        let _ = write!(line, "; {}", palette.paint(BAD, &words));
    }
    line
}

fn style(outcome: ReportedStatus) -> Style {
    match outcome {
        ReportedStatus::Drift => BAD,
        ReportedStatus::Unknown | ReportedStatus::Warning => WARN,
        ReportedStatus::Known => FAINT,
        ReportedStatus::Passed => GOOD,
    }
}

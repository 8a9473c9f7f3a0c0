//! The findings of a report as one table.

use std::fmt::Write as _;

use comfy_table::presets::ASCII_BORDERS_ONLY_CONDENSED;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width};

use super::values::{compared, one_line};
use super::words::ReportedStatus;
use crate::finding::{Check, Code, Report};
use crate::plural::thousands;

/// On a terminal with fewer columns, the table is left out.
const NARROWEST: usize = 60;

/// The assumed number of columns if the output is not a terminal: logs of CI servers show this many.
const WIDTH_ELSEWHERE: usize = 100;

/// The maximum number of rows. The counts at the end of the report include all findings.
const MOST_ROWS: usize = 50;

/// The maximum number of lines of a cell.
const MOST_LINES: usize = 3;

/// The titles of the columns.
const TITLES: [&str; 5] = ["status", "object", "what", "expected", "found"];

/// The columns that the borders and the padding of a row take.
const BORDERS: usize = 12;

/// The width of the column of a status.
const STATUS: usize = 7;

/// The findings of all databases, worst first. `None` if there are fewer than two, or if the terminal is too narrow.
pub(super) fn render(report: &Report, width: Option<usize>) -> Option<String> {
    let width = width.unwrap_or(WIDTH_ELSEWHERE);
    if width < NARROWEST {
        return None;
    }
    let mut findings: Vec<&Check> = report
        .targets
        .iter()
        .flat_map(|target| target.findings_in_order())
        .collect();
    if findings.len() < 2 {
        return None;
    }
    findings.sort_by_key(|check| ReportedStatus::of(check));
    let rows: Vec<[String; 5]> = findings.iter().take(MOST_ROWS).map(|check| texts(check)).collect();
    let widths = column_widths(&rows, width);
    let mut table = Table::new();
    table
        .load_style(ASCII_BORDERS_ONLY_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width).unwrap_or(u16::MAX))
        .set_header(TITLES);
    for row in &rows {
        table.add_row(row.iter().zip(widths).map(|(text, width)| cut(text, width)));
    }
    for (i, width) in widths.iter().enumerate() {
        if let Some(column) = table.column_mut(i) {
            let padded = u16::try_from(width + 2).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(padded)));
        }
    }
    let mut out = format!("{table}\n");
    if findings.len() > MOST_ROWS {
        let more = thousands(findings.len() - MOST_ROWS);
        let _ = writeln!(out, "and {more} more; --format plain lists all");
    }
    out.push('\n');
    Some(out)
}

/// The width of each column in characters. The aspect is short. The object gets the space that the values do not need, and
/// at least two fifths of the available space. A short value leaves its space to the other one.
fn column_widths(rows: &[[String; 5]], width: usize) -> [usize; 5] {
    let longest = |column: usize| {
        let texts = rows.iter().map(|row| row[column].chars().count());
        texts.chain([TITLES[column].len()]).max().unwrap_or_default()
    };
    let room = width.saturating_sub(BORDERS + STATUS);
    let what = longest(2).min(room / 4);
    let room = room - what;
    let (expected, found) = (longest(3), longest(4));
    let least = longest(1).min(room * 2 / 5);
    let object = longest(1).min((room.saturating_sub(expected + found)).max(least));
    let room = room - object;
    let half = room / 2;
    let (expected, found) = match (expected <= half, found <= half) {
        (true, _) => (expected, found.min(room - expected)),
        (false, true) => (expected.min(room - found), found),
        (false, false) => (half, room - half),
    };
    [STATUS, object, what, expected, found]
}

fn texts(check: &Check) -> [String; 5] {
    let status = ReportedStatus::of(check);
    let has_values = !check.expected.is_null() || !check.actual.is_null();
    let (expected, found) = if has_values {
        let (expected, found) = compared(check);
        (expected.to_string(), found.to_string())
    } else {
        (String::new(), String::new())
    };
    [status.word().to_owned(), check.subject(), what(check), expected, found].map(|text| one_line(text.trim()))
}

/// What was compared, in one or two words.
fn what(check: &Check) -> String {
    match check.code {
        Code::Missing(_) => "existence".to_owned(),
        Code::Unexpected(_) => "must not exist".to_owned(),
        Code::Differs(_, attr) => attr.name.to_owned(),
        Code::AssertionFailed(key) => key.to_owned(),
        Code::Other(code) => code.as_str().to_owned(),
    }
}

/// A text as the lines of a cell, cut with an ellipsis if it is too long.
fn cut(text: &str, width: usize) -> String {
    let mut lines = wrap(text, width.max(1));
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(last) = lines.last_mut() {
            let kept: String = last.chars().take(width.saturating_sub(1)).collect();
            *last = format!("{}…", kept.trim_end());
        }
    }
    lines.join("\n")
}

/// Breaks a text into lines: after spaces and within names after dots, commas and underscores; elsewhere only where a
/// piece is longer than a line.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for piece in text.split_inclusive([' ', '.', ',', '_']) {
        let count = piece.trim_end().chars().count();
        if length + count > width && length > 0 {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            length = 0;
        }
        for c in piece.chars() {
            if length == width {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                length = 0;
            }
            if length > 0 || c != ' ' {
                line.push(c);
                length += 1;
            }
        }
    }
    lines.push(line.trim_end().to_owned());
    lines.retain(|line| !line.is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expectation::{Level, Terms};
    use crate::finding::{About, Target};
    use crate::kinds::Kind;
    use crate::object_id::ObjectId;
    use crate::source_map::{Place, SourceMap};

    /// A report with this number of findings about the types of columns.
    fn report(findings: usize) -> Report {
        let mut kinds = Kind::ALL.iter().copied();
        let kind = kinds.find(|kind| kind.is_column()).expect("columns");
        let attr = kind.attr("type").expect("columns have types");
        let terms = Terms {
            level: Level::Error,
            reason: None,
            exact: false,
            window: Vec::new(),
        };
        let place = Place {
            file: SourceMap::default().add("e.yaml".into(), String::new()),
            line: 1,
            column: 1,
        };
        let mut target = Target::named("env:X".into());
        for i in 0..findings {
            let name = format!("a_column_with_a_long_name_{i}");
            let id = ObjectId::new(vec!["billing".to_owned(), "invoices".to_owned(), name]);
            let about = About::Object { kind, id };
            let check = Check::drift(about, Code::Differs(kind, attr), place, &terms, "it differs");
            target
                .checks
                .push(check.values("x".repeat(500).as_str(), "numeric(12,2)"));
        }
        Report::new(vec![target])
    }

    #[test]
    fn the_table_fits_and_is_left_out_where_there_is_no_room() {
        for width in [60, 80, 120, 200] {
            for findings in [2, 5, 50, 5000] {
                let table = render(&report(findings), Some(width)).expect("a table");
                for line in table.lines() {
                    assert!(line.chars().count() <= width, "{width} columns: {line}");
                }
                assert!(table.contains('…'), "{table}");
                let rows = table.lines().filter(|line| line.contains(" drift ")).count();
                assert_eq!(rows, findings.min(MOST_ROWS), "{width} columns:\n{table}");
                let more = table
                    .lines()
                    .filter(|line| line.starts_with("and "))
                    .collect::<Vec<_>>();
                let expected: &[&str] = match findings {
                    5000 => &["and 4,950 more; --format plain lists all"],
                    _ => &[],
                };
                assert_eq!(more, expected);
            }
        }
        assert_eq!(render(&report(5), Some(59)), None);
        assert_eq!(render(&report(5), None), render(&report(5), Some(WIDTH_ELSEWHERE)));
        assert_eq!(render(&report(1), Some(120)), None);
    }

    #[test]
    fn names_are_broken_at_dots_and_underscores() {
        assert_eq!(
            wrap("index public.orders.orders_customer_id_idx", 30),
            ["index public.orders.orders_", "customer_id_idx"]
        );
        assert_eq!(wrap("numeric(10,2) not null", 12), ["numeric(10,", "2) not null"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), Vec::<String>::new());
    }

    #[test]
    fn thousands_are_thousands() {
        for (number, text) in [(7, "7"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
    }
}

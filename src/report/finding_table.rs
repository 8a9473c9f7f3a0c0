//! The findings of a report as one table: a line for each finding, or for like findings.

use std::fmt::Write as _;

use textwrap::core::display_width;

use super::rollup::FindingGroup;
use super::table::style;
use super::values::{compared, one_line};
use super::words::ReportedStatus;
use crate::finding::{Check, Code};
use crate::plural::thousands;
use crate::terminal::{FAINT, Palette, STRONG};

/// On a terminal with fewer columns, the table is left out.
const NARROWEST: usize = 60;

/// The assumed number of columns if the output is not a terminal: logs of CI servers show this many.
const WIDTH_ELSEWHERE: usize = 100;

/// The maximum number of rows. The counts at the end of the report include all findings.
const MOST_ROWS: usize = 50;

/// The titles of the columns.
const TITLES: [&str; 5] = ["status", "object", "what", "expected", "found"];

/// The columns between two cells.
const GAP: usize = 2;

/// The entries of all databases, what is new and worst first. Known findings are not among them. `None` if there are fewer
/// than two, or if the terminal is too narrow.
pub(super) fn render(databases: &[Vec<FindingGroup<'_>>], width: Option<usize>, palette: Palette) -> Option<String> {
    let width = width.unwrap_or(WIDTH_ELSEWHERE);
    let entries = databases.iter().flatten();
    let mut entries: Vec<&FindingGroup<'_>> = entries.filter(|entry| entry.status != ReportedStatus::Known).collect();
    if width < NARROWEST || entries.len() < 2 {
        return None;
    }
    entries.sort_by_key(|entry| entry.rank());
    let shown: Vec<&FindingGroup<'_>> = entries.iter().copied().take(MOST_ROWS).collect();
    let rows: Vec<[String; 5]> = shown.iter().map(|entry| texts(entry)).collect();
    let widths = column_widths(&rows, width);
    let mut out = String::new();
    let (status, rest) = line(TITLES.map(str::to_owned), widths);
    let _ = writeln!(out, "{}", palette.paint(STRONG, (status + &rest).as_str()));
    let rule = widths.map(|width| "-".repeat(width));
    let _ = writeln!(out, "{}", palette.paint(FAINT, rule.join("  ").trim_end()));
    for (entry, row) in shown.iter().zip(rows) {
        let (status, rest) = line(row, widths);
        let _ = writeln!(out, "{}{rest}", palette.paint(style(entry.status), &status));
    }
    let more: usize = entries.iter().skip(MOST_ROWS).map(|entry| entry.checks.len()).sum();
    if more > 0 {
        let _ = writeln!(out, "and {} more; --format plain lists all", thousands(more));
    }
    out.push('\n');
    Some(out)
}

/// A row: the cell of the status, and the others.
fn line(cells: [String; 5], widths: [usize; 5]) -> (String, String) {
    let mut cells = cells.into_iter().zip(widths).map(|(text, width)| {
        let text = cut(&text, width);
        let blanks = width.saturating_sub(display_width(&text)) + GAP;
        format!("{text}{}", " ".repeat(blanks))
    });
    let status = cells.next().unwrap_or_default();
    (status, cells.collect::<String>().trim_end().to_owned())
}

/// The width of each column. What was compared is short. The object gets the space that the values do not need, and at least
/// three fifths of the available space. A short value leaves its space to the other one.
fn column_widths(rows: &[[String; 5]], width: usize) -> [usize; 5] {
    let longest = |column: usize| {
        let texts = rows.iter().map(|row| display_width(&row[column]));
        texts.chain([TITLES[column].len()]).max().unwrap_or_default()
    };
    let status = longest(0);
    let room = width.saturating_sub(4 * GAP + status);
    let what = longest(2).min(room / 4);
    let room = room - what;
    let (expected, found) = (longest(3), longest(4));
    let least = longest(1).min(room * 3 / 5);
    let object = longest(1).min((room.saturating_sub(expected + found)).max(least));
    let room = room - object;
    let half = room / 2;
    let (expected, found) = match (expected <= half, found <= half) {
        (true, _) => (expected, found.min(room - expected)),
        (false, true) => (expected.min(room - found), found),
        (false, false) => (half, room - half),
    };
    [status, object, what, expected, found]
}

fn texts(entry: &FindingGroup<'_>) -> [String; 5] {
    let check = entry.first();
    let has_values = !check.expected.is_null() || !check.actual.is_null();
    let (expected, found) = if !entry.same_values {
        ("various".to_owned(), "various".to_owned())
    } else if has_values {
        let (expected, found) = compared(check);
        (expected.to_string(), found.to_string())
    } else {
        (String::new(), String::new())
    };
    let object = match entry.single() {
        Some(check) => check.subject(),
        None => format!("{}: {}", entry.subject(), entry.names()),
    };
    let new = if entry.is_new() { " new" } else { "" };
    [
        format!("{}{new}", entry.status.word()),
        object,
        what(check),
        expected,
        found,
    ]
    .map(|text| short_line(&text))
}

/// A text on one line, with one blank for each line end and the blanks around it.
fn short_line(text: &str) -> String {
    one_line(&text.split_whitespace().collect::<Vec<_>>().join(" "))
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

/// A text that fits a cell, cut with an ellipsis if it is too long. It is never continued on the next line, so that what can
/// be copied is one piece.
fn cut(text: &str, width: usize) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut length = 1;
    for c in text.chars() {
        length += display_width(c.encode_utf8(&mut [0; 4]));
        if length > width {
            break;
        }
        kept.push(c);
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expectation::{Level, Terms};
    use crate::finding::{About, Target};
    use crate::kinds::Kind;
    use crate::object_id::ObjectId;
    use crate::report::rollup;
    use crate::source_map::{Place, SourceMap};

    /// A database with this number of findings, no three of which are alike.
    fn target(findings: usize) -> Target {
        let codes = Kind::ALL
            .iter()
            .flat_map(|kind| kind.spec().attrs.iter().map(move |attr| (*kind, attr)));
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
        for (kind, attr) in codes.take(findings) {
            let name = "a_column_with_a_long_name".to_owned();
            let id = ObjectId::new(vec!["billing".to_owned(), "invoices".to_owned(), name]);
            let check = Check::drift(
                About::Object { kind, id },
                Code::Differs(kind, attr),
                place,
                &terms,
                "it differs",
            );
            target
                .checks
                .push(check.values("x".repeat(500).as_str(), "numeric(12,2)"));
        }
        target
    }

    fn render_with(findings: usize, width: Option<usize>) -> Option<String> {
        let target = target(findings);
        render(&[rollup::entries(&target)], width, Palette { color: false })
    }

    #[test]
    fn the_table_has_a_line_for_each_finding_and_is_left_out_where_there_is_no_room() {
        for width in [60, 80, 120, 200] {
            for findings in [2, 5, 50, 200] {
                let table = render_with(findings, Some(width)).expect("a table");
                for line in table.lines() {
                    assert!(line.chars().count() <= width, "{width} columns: {line}");
                }
                assert!(table.contains('…'), "{table}");
                let rows = table.lines().filter(|line| line.starts_with("drift ")).count();
                assert_eq!(rows, findings.min(MOST_ROWS), "{width} columns:\n{table}");
                let more: Vec<&str> = table.lines().filter(|line| line.starts_with("and ")).collect();
                let expected: &[&str] = match findings {
                    200 => &["and 150 more; --format plain lists all"],
                    _ => &[],
                };
                assert_eq!(more, expected);
            }
        }
        assert_eq!(render_with(5, Some(59)), None);
        assert_eq!(render_with(5, None), render_with(5, Some(WIDTH_ELSEWHERE)));
        assert_eq!(render_with(1, Some(120)), None);
    }

    #[test]
    fn a_cell_is_one_line() {
        assert_eq!(cut("numeric(10,2) not null", 12), "numeric(10,…");
        assert_eq!(cut("numeric(10,2)", 13), "numeric(10,2)");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(short_line(" SELECT a,\n    b"), "SELECT a, b");
    }
}

//! The expected and the actual value, side by side.

use maud::{Markup, html};
use similar::{DiffOp, TextDiff};

use crate::finding::Check;
use crate::report::values::{compared, shortened};
use crate::terminal::visible;
use crate::value::Value;

/// The maximum length of a value, in characters. The JSON report contains the full value.
const LONGEST: usize = 20_000;

/// Texts of up to `WHOLE` lines are shown completely. Of longer texts, `CONTEXT` lines around each difference are
/// shown.
const WHOLE: usize = 40;
const CONTEXT: usize = 3;

/// Both values of a finding, if it has any. Texts and lists of several lines are compared by line.
pub(super) fn side_by_side(check: &Check) -> Markup {
    if check.expected.is_null() && check.actual.is_null() {
        return html! {};
    }
    let (expected, actual) = compared(check);
    let (expected, actual) = (text(&expected), text(&actual));
    html! {
        table.values {
            thead { tr { th scope="col" { "Expected" } th scope="col" { "Found" } } }
            @if expected.contains('\n') || actual.contains('\n') {
                (by_line(&expected, &actual))
            } @else {
                tbody {
                    tr { td { del { (expected) } } td { ins { (actual) } } }
                }
            }
        }
    }
}

/// A value as text. A list has one line per item.
fn text(value: &Value) -> String {
    let text = match value {
        Value::List(items) if items.len() > 1 => items.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        Value::Map(map) if map.len() > 1 => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            entries.join("\n")
        }
        Value::Text(text) => text.trim_matches('\n').trim_end().to_owned(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Secret(_) | Value::List(_) | Value::Map(_) => {
            value.to_string()
        }
    };
    visible(&shortened(&text, LONGEST))
}

/// The different lines with their context.
fn by_line(expected: &str, actual: &str) -> Markup {
    let (expected, actual): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let diff = TextDiff::from_slices(&expected, &actual);
    let is_short = expected.len().max(actual.len()) <= WHOLE;
    let groups = diff.grouped_ops(if is_short { WHOLE } else { CONTEXT });
    // Where the equal lines before each group begin, and those after the last group.
    let ends: Vec<usize> = std::iter::once(0)
        .chain(groups.iter().filter_map(|group| Some(group.last()?.old_range().end)))
        .collect();
    let after = expected.len() - ends.last().copied().unwrap_or(0);
    html! {
        tbody {
            @for (group, end) in groups.iter().zip(&ends) {
                @for op in group.iter().take(1) { (skipped_lines(op.old_range().start - end)) }
                @for op in group { (rows(op, &expected, &actual)) }
            }
            @if groups.is_empty() {
                // The texts differ only in their line ends.
                tr { td { (expected.join("\n")) } td { (actual.join("\n")) } }
            } @else {
                (skipped_lines(after))
            }
        }
    }
}

/// A row that says how many equal lines are not shown.
fn skipped_lines(lines: usize) -> Markup {
    html! {
        @if lines > 0 {
            tr.gap { td colspan="2" { (lines) (if lines == 1 { " equal line" } else { " equal lines" }) } }
        }
    }
}

fn rows(op: &DiffOp, expected: &[&str], actual: &[&str]) -> Markup {
    let (old, new) = (&expected[op.old_range()], &actual[op.new_range()]);
    let is_equal = matches!(op, DiffOp::Equal { .. });
    html! {
        @for i in 0..old.len().max(new.len()) {
            @if is_equal {
                tr.equal { td { (old[i]) } td { (new[i]) } }
            } @else {
                tr {
                    td { @if let Some(line) = old.get(i) { del { (line) } } }
                    td { @if let Some(line) = new.get(i) { ins { (line) } } }
                }
            }
        }
    }
}

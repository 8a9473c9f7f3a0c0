//! What was expected and what is there, side by side.

use maud::{Markup, html};
use similar::{DiffOp, TextDiff};

use crate::finding::Check;
use crate::report::values::shortened;
use crate::value::Value;
use crate::terminal::visible;

/// The longest value that is shown, in characters; the JSON report has the whole.
const LONGEST: usize = 20_000;

/// Texts of so many lines are shown whole; of longer ones, so many lines around those that differ.
const WHOLE: usize = 40;
const CONTEXT: usize = 3;

/// Both values of a finding, if it has any: texts and lists of several lines by line.
pub(super) fn side_by_side(check: &Check) -> Markup {
    if check.expected.is_null() && check.actual.is_null() {
        return html! {};
    }
    let (expected, actual) = (text(&check.expected), text(&check.actual));
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

/// A value as a person reads it: lists have a line for each entry.
fn text(value: &Value) -> String {
    let text = match value {
        Value::List(items) if items.len() > 1 => items.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        Value::Map(map) if map.len() > 1 => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key}: {value}"))
                .collect();
            entries.join("\n")
        }
        Value::Text(text) => text.trim_matches('\n').trim_end().to_owned(),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Secret(_)
        | Value::List(_)
        | Value::Map(_) => value.to_string(),
    };
    visible(&shortened(&text, LONGEST))
}

/// The lines that differ and those around them.
fn by_line(expected: &str, actual: &str) -> Markup {
    let (expected, actual): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let diff = TextDiff::from_slices(&expected, &actual);
    let is_short = expected.len().max(actual.len()) <= WHOLE;
    let groups = diff.grouped_ops(if is_short { WHOLE } else { CONTEXT });
    // Where the equal lines before each group begin, and those behind the last.
    let ends: Vec<usize> = std::iter::once(0)
        .chain(groups.iter().filter_map(|group| Some(group.last()?.old_range().end)))
        .collect();
    let behind = expected.len() - ends.last().copied().unwrap_or(0);
    html! {
        tbody {
            @for (group, end) in groups.iter().zip(&ends) {
                @for op in group.iter().take(1) { (passed_over(op.old_range().start - end)) }
                @for op in group { (rows(op, &expected, &actual)) }
            }
            @if groups.is_empty() {
                // They differ in what is not seen in lines.
                tr { td { (expected.join("\n")) } td { (actual.join("\n")) } }
            } @else {
                (passed_over(behind))
            }
        }
    }
}

/// A row that says how many equal lines are not shown.
fn passed_over(lines: usize) -> Markup {
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

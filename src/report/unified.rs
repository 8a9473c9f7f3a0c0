//! Unified diffs.

use similar::TextDiff;

use crate::terminal::{BAD, FAINT, GOOD, Palette, visible};

/// The difference of two texts as a unified diff.
#[must_use]
pub fn unified(expected: &str, found: &str, labels: (&str, &str), palette: Palette) -> String {
    let diff = TextDiff::from_lines(expected, found);
    let text = diff
        .unified_diff()
        .context_radius(3)
        .header(labels.0, labels.1)
        .to_string();
    let mut out = String::new();
    for line in text.lines() {
        let style = match line.chars().next() {
            Some('-') => Some(BAD),
            Some('+') => Some(GOOD),
            Some('@') => Some(FAINT),
            Some(_) | None => None,
        };
        let line = visible(line);
        out.push_str(&style.map_or(line.clone(), |style| palette.paint(style, &line)));
        out.push('\n');
    }
    out
}

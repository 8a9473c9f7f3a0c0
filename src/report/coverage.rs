//! The coverage of a catalog by the expectations, as text.

use std::fmt::Write as _;

use crate::finding::coverage::{Coverage, Unmentioned};
use crate::terminal::{FAINT, Palette, STRONG, visible};

/// The maximum length of a line of names.
const WIDTH: usize = 100;

/// The maximum width of a column of names. Longer names shift the rest of their line.
const WIDEST: usize = 50;

/// Writes the coverage of one database. `database` is its description.
pub(super) fn render(out: &mut String, coverage: &Coverage, database: &str, palette: Palette) {
    let (mentioned, objects) = coverage.total();
    let _ = writeln!(
        out,
        "{}  {}\n",
        palette.paint(STRONG, "coverage"),
        palette.paint(FAINT, &visible(database))
    );
    let rows: Vec<(&str, usize, usize)> = coverage
        .kinds
        .iter()
        .map(|kind| (kind.many.as_str(), kind.mentioned, kind.objects))
        .chain([("all objects", mentioned, objects)])
        .collect();
    let width = rows.iter().map(|(words, ..)| words.len()).max().unwrap_or(0);
    let digits = objects.to_string().len();
    for (words, mentioned, objects) in rows {
        let _ = writeln!(
            out,
            "  {words:<width$}  {mentioned:>digits$} of {objects:>digits$}  {:>4}",
            percent(mentioned, objects)
        );
    }
    out.push('\n');
    if coverage.unmentioned.is_empty() {
        return;
    }
    let _ = writeln!(out, "  {}", palette.paint(STRONG, "no expectation mentions"));
    for group in coverage
        .unmentioned
        .chunk_by(|a, b| a.parent == b.parent && (a.parent.is_some() || a.kind == b.kind))
    {
        match group.first() {
            Some(Unmentioned {
                parent: Some((kind, object)),
                ..
            }) => {
                let _ = writeln!(out, "    in {} {}", kind.replace('_', " "), visible(object));
                inside(out, group);
            }
            Some(first) => {
                let _ = writeln!(out, "    {}", first.many);
                objects_of(out, group);
            }
            None => {}
        }
    }
    out.push('\n');
}

/// Objects of one kind, one per line, each with the number of objects in it.
fn objects_of(out: &mut String, group: &[Unmentioned]) {
    let lines: Vec<(String, String)> = group
        .iter()
        .map(|object| {
            let contains: Vec<String> = object
                .contains
                .iter()
                .map(|(_, words, count)| format!("{count} {words}"))
                .collect();
            (visible(&object.object), contains.join(", "))
        })
        .collect();
    let width = lines
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0)
        .min(WIDEST);
    for (name, contains) in lines {
        let _ = writeln!(out, "{}", format!("      {name:<width$}  {contains}").trim_end());
    }
}

/// The contents of one object: one line per kind, or more if the names do not fit.
fn inside(out: &mut String, group: &[Unmentioned]) {
    let kinds: Vec<&[Unmentioned]> = group.chunk_by(|a, b| a.kind == b.kind).collect();
    let label = |kind: &[Unmentioned]| match kind.first() {
        Some(object) if object.name.is_empty() => object.kind.replace('_', " "),
        Some(object) => object.many.clone(),
        None => String::new(),
    };
    let width = kinds.iter().map(|kind| label(kind).len()).max().unwrap_or(0);
    for kind in kinds {
        let mut line = format!("      {:<width$} ", label(kind));
        for (i, object) in kind.iter().enumerate() {
            let name = visible(&object.name);
            let comma = if i + 1 < kind.len() { "," } else { "" };
            if line.chars().count() + name.chars().count() + 2 > WIDTH && i > 0 {
                let _ = writeln!(out, "{line}");
                line = format!("      {:<width$} ", "");
            }
            let _ = write!(line, " {name}{comma}");
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

/// A part in percent. Only the whole is shown as 100%, and only nothing as 0%.
pub(super) fn percent(part: usize, whole: usize) -> String {
    match (part, whole) {
        (_, 0) => "100%".to_owned(),
        (0, _) => "0%".to_owned(),
        (part, whole) => match part.saturating_mul(100) / whole {
            0 => "<1%".to_owned(),
            percent => format!("{percent}%"),
        },
    }
}

//! Printing text that may hold a password.
//!
//! A user can type a connection string where a file name, a number or a pattern belongs. Every message that repeats user
//! input goes through one of these functions:
//!
//! * [`typed`] for one value as it was typed: an argument, a path, the value of a variable.
//! * [`prose`] for a message that already contains such a value.
//! * [`line()`] for a line of a file; it also maps the positions of characters.
//! * [`connection_string`] for a text that can only be a connection string; it hides more.
//!
//! Text without a secret is returned unchanged. Each function is idempotent and takes linear time.

mod connection;
mod scan;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;
use std::path::Path;

pub use connection::connection_string;
use scan::{Mode, scan};

/// What is printed instead of a secret.
pub const HIDDEN: &str = "***";

/// A part of a text, and what is printed instead of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cut {
    range: Range<usize>,
    shown: String,
}

/// One value as a user typed it, without its secrets.
#[must_use]
pub fn typed(text: &str) -> Cow<'_, str> {
    hide(text, Mode::Value)
}

/// A path as a user typed it, without its secrets.
#[must_use]
pub fn path(path: &Path) -> String {
    typed(&path.to_string_lossy()).into_owned()
}

/// A message that may contain something that a user typed, without its secrets.
#[must_use]
pub fn prose(text: &str) -> Cow<'_, str> {
    hide(text, Mode::Prose)
}

/// Whether a text certainly contains a password: no file, schema or pattern has such a name.
#[must_use]
pub fn is_secret(text: &str) -> bool {
    !scan(text, Mode::Certain).is_empty()
}

/// Whether the value of an option, a variable or a parameter of this name is a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    scan::is_secret_name(name)
}

/// The mapping that contains a line of YAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// Options or settings: the value after the name of a secret is one.
    Options,
    /// Columns: `password: text` is one.
    Columns,
    /// Anything else.
    Other,
}

impl Around {
    /// The mapping of the lines below a line.
    #[must_use]
    pub fn within(self, line: &str) -> Self {
        let options = line.rfind("options").max(line.rfind("settings"));
        let columns = line.rfind("columns");
        match options.cmp(&columns) {
            Ordering::Greater => Self::Options,
            Ordering::Less => Self::Columns,
            Ordering::Equal => self,
        }
    }
}

/// YAML without its secrets, as far as a line and the mapping around it show them.
#[must_use]
pub fn yaml(text: &str) -> String {
    let mut open: Vec<(usize, Around)> = Vec::new();
    let mut out = String::with_capacity(text.len());
    for written in text.split_inclusive('\n') {
        let indented = written.len() - written.trim_start_matches(' ').len();
        if !written.trim().is_empty() {
            while open.last().is_some_and(|(at, _)| *at >= indented) {
                open.pop();
            }
        }
        let around = open.last().map_or(Around::Other, |(_, around)| *around).within(written);
        out.push_str(&line(written, around).text);
        open.push((indented, around));
    }
    out
}

/// A line of a file without its secrets.
#[must_use]
pub fn line(text: &str, around: Around) -> Line<'_> {
    let cuts = scan(text, Mode::Line(around));
    Line {
        text: apply(text, &cuts),
        cuts,
    }
}

/// A line of a file without its secrets, and the positions of its parts.
#[derive(Debug)]
pub struct Line<'a> {
    /// What may be printed.
    pub text: Cow<'a, str>,
    cuts: Vec<Cut>,
}

impl Line<'_> {
    /// A line of which only the indentation may be printed.
    #[must_use]
    pub fn hidden(text: &str) -> Line<'static> {
        let start = text.len() - text.trim_start().len();
        let cut = Cut {
            range: start..text.len(),
            shown: HIDDEN.to_owned(),
        };
        Line {
            text: Cow::Owned(format!("{}{HIDDEN}", &text[..start])),
            cuts: vec![cut],
        }
    }

    /// The position in the printed text of a byte of the line. A byte of a secret is at the beginning of its replacement.
    #[must_use]
    pub fn place(&self, at: usize) -> usize {
        let (mut before, mut after) = (0, 0);
        for cut in &self.cuts {
            if at < cut.range.end {
                return if at < cut.range.start {
                    at - before + after
                } else {
                    cut.range.start - before + after
                };
            }
            before += cut.range.len();
            after += cut.shown.len();
        }
        (at - before + after).min(self.text.len())
    }
}

/// Hides secrets repeatedly: once a secret is replaced, the text around it can look like another one.
fn hide(text: &str, mode: Mode) -> Cow<'_, str> {
    const MOST_TURNS: usize = 8;
    let mut shown = apply(text, &scan(text, mode));
    for _ in 1..MOST_TURNS {
        if let Cow::Borrowed(_) = shown {
            break;
        }
        match apply(&shown, &scan(&shown, mode)) {
            Cow::Borrowed(_) => break,
            Cow::Owned(again) => shown = Cow::Owned(again),
        }
    }
    shown
}

fn apply<'a>(text: &'a str, cuts: &[Cut]) -> Cow<'a, str> {
    if cuts.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for cut in cuts {
        out.push_str(&text[from..cut.range.start]);
        out.push_str(&cut.shown);
        from = cut.range.end;
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

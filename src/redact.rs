//! Printing text that may hold a password.
//!
//! A user can put a connection string where a file name, a number or a pattern belongs. Every message that repeats
//! what somebody typed goes through one of these functions:
//!
//! * [`typed`] for one value as it was typed: an argument, a path, the value of a variable.
//! * [`prose`] for a message that already contains such a value.
//! * [`line()`] for a line of a file, of which it also says where each character went.
//! * [`connection_string`] for a text that can be nothing but a connection string: it keeps less.
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

/// What is printed in the place of a secret.
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

/// Whether a text holds a password beyond doubt: no file, schema or pattern has such a name.
#[must_use]
pub fn is_secret(text: &str) -> bool {
    !scan(text, Mode::Certain).is_empty()
}

/// Whether an option, a variable or a parameter of this name holds a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    scan::is_secret_name(name)
}

/// What a line of YAML is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// Options or settings: what stands behind the name of a secret is one.
    Options,
    /// Columns: `password: text` is one.
    Columns,
    /// Anything else.
    Other,
}

impl Around {
    /// What is in a line that is itself in something.
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

/// A text of YAML without its secrets, as far as they can be told from a line and what it is in.
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

/// A line of a file without its secrets, and where its parts went.
#[derive(Debug)]
pub struct Line<'a> {
    /// What may be printed.
    pub text: Cow<'a, str>,
    cuts: Vec<Cut>,
}

impl Line<'_> {
    /// A line of which nothing but its indentation may be printed.
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

    /// Where a byte of the line is in what is printed. One inside of something hidden is where that begins.
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

/// Hides until there is nothing left to hide: what stands around a secret can look like one once that is gone.
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

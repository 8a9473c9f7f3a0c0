//! The expectation files of a run: their names, their texts, and places in them.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::redact::{self, Around};

/// One file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A place in a file. Lines and columns count from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl Place {
    /// The beginning of a file.
    #[must_use]
    pub fn start_of(file: FileId) -> Self {
        Self {
            file,
            line: 1,
            column: 1,
        }
    }

    /// The place `characters` further on the same line.
    #[must_use]
    pub fn right(self, characters: usize) -> Self {
        Self {
            column: self.column + u32::try_from(characters).unwrap_or(0),
            ..self
        }
    }
}

/// Whom the expectations of a file concern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parties {
    /// Who needs what the file expects.
    pub consumer: Option<String>,
    /// Who answers for the file.
    pub owner: Option<String>,
}

impl Parties {
    /// The parties that the file names, each with the label of reports.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [("consumer", &self.consumer), ("owner", &self.owner)];
        all.into_iter()
            .filter_map(|(label, party)| Some((label, party.as_deref()?)))
    }
}

#[derive(Debug)]
struct SourceFile {
    path: PathBuf,
    text: String,
    parties: Parties,
    /// The range of each line, without its line end. Computed when the first line is shown.
    lines: OnceLock<Vec<Range<usize>>>,
}

/// The files of a run, in the order in which they were read.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a file and returns its handle.
    pub fn add(&mut self, path: PathBuf, text: String) -> FileId {
        let lines = OnceLock::new();
        self.files.push(SourceFile {
            path,
            text,
            parties: Parties::default(),
            lines,
        });
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The path of a file, as the user named it.
    #[must_use]
    pub fn path(&self, file: FileId) -> &Path {
        &self.files[file.0 as usize].path
    }

    /// The text of a file.
    #[must_use]
    pub fn text(&self, file: FileId) -> &str {
        &self.files[file.0 as usize].text
    }

    /// Remembers whom the expectations of a file concern.
    pub fn set_parties(&mut self, file: FileId, parties: Parties) {
        self.files[file.0 as usize].parties = parties;
    }

    /// Whom the expectations of a file concern.
    #[must_use]
    pub fn parties(&self, file: FileId) -> &Parties {
        &self.files[file.0 as usize].parties
    }

    /// `file:line:column`, the form that editors and terminals recognize.
    #[must_use]
    pub fn locate(&self, place: Place) -> String {
        format!(
            "{}:{}:{}",
            redact::path(self.path(place.file)),
            place.line,
            place.column
        )
    }

    /// A line of a file, with secrets hidden.
    pub(crate) fn without_secret<'a>(&self, place: Place, line: &'a str) -> redact::Line<'a> {
        if self.is_in_secret(place, indentation(line)) {
            return redact::Line::hidden(line);
        }
        let opening = self.opening(place, indentation(line)).unwrap_or_default();
        redact::line(line, Around::Other.within(opening).within(line))
    }

    /// The nearest line above that is indented less: the one that contains this one.
    fn opening(&self, place: Place, indented: usize) -> Option<&str> {
        /// How far up to look.
        const FARTHEST: u32 = 100;
        let first = place.line.saturating_sub(FARTHEST).max(1);
        let mut above = (first..place.line).rev().map(|line| self.line(Place { line, ..place }));
        above.find(|line| !line.trim().is_empty() && indentation(line) < indented)
    }

    /// Whether a line with this indentation belongs to a secret value that begins on a line above.
    fn is_in_secret(&self, place: Place, indented: usize) -> bool {
        let opening = self.opening(place, indented);
        opening.is_some_and(|line| {
            let key = line.trim_end().trim_end_matches(['|', '>', '-', '+', ' ']);
            let key = key.strip_suffix(':').unwrap_or_default();
            let name = key.rsplit([' ', '{', ',']).next().unwrap_or_default();
            redact::is_secret_name(name.trim_matches(['"', '\'']))
        })
    }

    /// The line of a place, without its end.
    pub(crate) fn line(&self, place: Place) -> &str {
        let file = &self.files[place.file.0 as usize];
        let lines = file.lines.get_or_init(|| line_ranges(&file.text).collect());
        let line = lines.get(place.line.saturating_sub(1) as usize);
        line.map_or("", |range| &file.text[range.clone()])
    }
}

/// The lines of a text, without their ends. As in YAML, a line ends with LF, CR LF or CR.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    line_ranges(text).map(|range| &text[range])
}

fn line_ranges(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut from = Some(0);
    std::iter::from_fn(move || {
        let start = from?;
        let Some(length) = text[start..].find(['\n', '\r']) else {
            from = None;
            return Some(start..text.len());
        };
        let end = start + length;
        from = Some(end + if text[end..].starts_with("\r\n") { 2 } else { 1 });
        Some(start..end)
    })
}

/// The number of spaces at the beginning of a line.
fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

//! The expectation files of a run: their names, their texts, and places in them.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::error::Problem;
use crate::invisible::{covered, shown};

/// One file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// Where something stands in a file. Lines and columns count from 1; columns count characters.
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
    /// The place `characters` further on the same line.
    #[must_use]
    pub fn right(self, characters: usize) -> Self {
        Self {
            column: self.column + u32::try_from(characters).unwrap_or(0),
            ..self
        }
    }
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    text: String,
    /// Where in the text each line is, without its line end; found when the first of them is shown.
    lines: OnceLock<Vec<Range<usize>>>,
}

/// The files of a run, in the order in which they were read.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<File>,
}

impl SourceMap {
    /// Adds a file and returns its handle.
    pub fn add(&mut self, path: PathBuf, text: String) -> FileId {
        let lines = OnceLock::new();
        self.files.push(File { path, text, lines });
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

    /// `file:line:column`, as editors and terminals understand it.
    #[must_use]
    pub fn locate(&self, place: Place) -> String {
        format!("{}:{}:{}", self.path(place.file).display(), place.line, place.column)
    }

    /// A problem as a person wants to read it: what is wrong, where, the line itself, what to do.
    /// `color` adds terminal colours.
    #[must_use]
    pub fn render(&self, problem: &Problem, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let Some(place) = problem.place else {
            let mut out = format!("error: {}\n", shown(&problem.message));
            if let Some(hint) = &problem.hint {
                let _ = writeln!(out, "  help: {}", shown(hint));
            }
            return out;
        };
        let path = shown(&self.path(place.file).display().to_string()).into_owned();
        // A character for a character: the columns stay.
        let line = without_password(self.line(place));
        let line = covered(&line);
        // What stands far to the right is not shown anyway.
        let end = line.char_indices().nth(place.column as usize + 400);
        let line = &line[..end.map_or(line.len(), |(end, _)| end)];
        let start = line
            .char_indices()
            .nth(place.column.saturating_sub(1) as usize)
            .map_or(line.len(), |(i, _)| i);
        let end = start + word_length(&line[start..]);
        let message = shown(&problem.message);
        let mut report = vec![
            Level::ERROR.primary_title(&*message).element(
                Snippet::source(line)
                    .path(path.as_str())
                    .line_start(place.line as usize)
                    .annotation(AnnotationKind::Primary.span(start..end)),
            ),
        ];
        let hint = problem.hint.as_deref().map(shown);
        if let Some(hint) = &hint {
            report.push(Group::with_title(Level::HELP.secondary_title(&**hint)));
        }
        format!("{}\n", renderer.render(&report))
    }

    fn line(&self, place: Place) -> &str {
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

/// A line in which no password can be read: everything behind `://` is hidden if it may have one in it.
fn without_password(line: &str) -> Cow<'_, str> {
    let Some((before, rest)) = line.split_once("://") else {
        return Cow::Borrowed(line);
    };
    let lower = rest.to_lowercase();
    if !["@", "pass", "key", "token", "secret"]
        .iter()
        .any(|word| lower.contains(word))
    {
        return Cow::Borrowed(line);
    }
    Cow::Owned(format!("{before}://***"))
}

/// How many bytes of the line to underline: the word that stands there, or the beginning of a long one.
fn word_length(rest: &str) -> usize {
    const LONGEST: usize = 60;
    rest.char_indices()
        .enumerate()
        .find(|(i, (_, c))| *i == LONGEST || c.is_whitespace() || matches!(c, ':' | ',' | ']' | '}'))
        .map_or(rest.len(), |(_, (at, _))| at)
}

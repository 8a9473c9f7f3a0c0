//! The expectation files of a run: their names, their texts, and places in them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::error::Problem;

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
}

/// The files of a run, in the order in which they were read.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<File>,
}

impl SourceMap {
    /// Adds a file and returns its handle.
    pub fn add(&mut self, path: PathBuf, text: String) -> FileId {
        self.files.push(File { path, text });
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
            let mut out = format!("error: {}\n", problem.message);
            if let Some(hint) = &problem.hint {
                let _ = writeln!(out, "  help: {hint}");
            }
            return out;
        };
        let path = self.path(place.file).display().to_string();
        let line = self.line(place);
        let start = line
            .char_indices()
            .nth(place.column.saturating_sub(1) as usize)
            .map_or(line.len(), |(i, _)| i);
        let end = start + word_length(&line[start..]);
        let mut report = vec![
            Level::ERROR.primary_title(problem.message.as_str()).element(
                Snippet::source(line)
                    .path(path.as_str())
                    .line_start(place.line as usize)
                    .annotation(AnnotationKind::Primary.span(start..end)),
            ),
        ];
        if let Some(hint) = &problem.hint {
            report.push(Group::with_title(Level::HELP.secondary_title(hint.as_str())));
        }
        format!("{}\n", renderer.render(&report))
    }

    fn line(&self, place: Place) -> &str {
        self.text(place.file)
            .lines()
            .nth(place.line.saturating_sub(1) as usize)
            .unwrap_or("")
    }
}

/// How many bytes of the line to underline: the word that stands there.
fn word_length(rest: &str) -> usize {
    rest.find(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | ']' | '}'))
        .unwrap_or(rest.len())
}

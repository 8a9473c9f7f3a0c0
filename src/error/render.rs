//! How a [`Problem`] is printed.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::Problem;
use crate::invisible::{covered, shown};
use crate::redact;
use crate::source_map::SourceMap;

impl Problem {
    /// The problem as a person reads it: what is wrong, where, the line itself, what to do.
    /// `color` adds terminal colors.
    #[must_use]
    pub fn render(&self, files: &SourceMap, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let Some(place) = self.place else {
            let mut out = format!("error: {}\n", shown(&redact::prose(&self.message)));
            if let Some(hint) = &self.hint {
                let _ = writeln!(out, "  help: {}", shown(&redact::prose(hint)));
            }
            return out;
        };
        let path = shown(&redact::path(files.path(place.file))).into_owned();
        let written = files.line(place);
        // The renderer cuts long lines anyway.
        let end = written.char_indices().nth(place.column as usize + 400);
        let written = &written[..end.map_or(written.len(), |(end, _)| end)];
        let start = written
            .char_indices()
            .nth(place.column.saturating_sub(1) as usize)
            .map_or(written.len(), |(i, _)| i);
        let hidden = files.without_secret(place, written);
        let start = hidden.place(start);
        // Each invisible character is replaced by one visible character, so the columns do not move.
        let column = hidden.text[..start].chars().count();
        let line = &*covered(&hidden.text);
        let start = line.char_indices().nth(column).map_or(line.len(), |(i, _)| i);
        let end = start + word_length(&line[start..]);
        let message = redact::prose(&self.message);
        let message = shown(&message);
        let mut report = vec![
            Level::ERROR.primary_title(&*message).element(
                Snippet::source(line)
                    .path(path.as_str())
                    .line_start(place.line as usize)
                    .annotation(AnnotationKind::Primary.span(start..end)),
            ),
        ];
        let hint = self.hint.as_deref().map(redact::prose);
        let hint = hint.as_deref().map(shown);
        if let Some(hint) = &hint {
            report.push(Group::with_title(Level::HELP.secondary_title(&**hint)));
        }
        format!("{}\n", renderer.render(&report))
    }
}

/// How many bytes of the line to underline: the first word, or the beginning of a long one.
fn word_length(rest: &str) -> usize {
    const LONGEST: usize = 60;
    rest.char_indices()
        .enumerate()
        .find(|(i, (_, c))| *i == LONGEST || c.is_whitespace() || matches!(c, ':' | ',' | ']' | '}'))
        .map_or(rest.len(), |(_, (at, _))| at)
}

//! The lines of a text: where they begin, and which are blank or comments.

use std::ops::Range;

/// The lines of a text with their ends.
pub(super) struct TextLines<'a> {
    text: &'a str,
    pub(super) ranges: Vec<Range<usize>>,
}

impl<'a> TextLines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut ranges = Vec::new();
        let mut start = 0;
        while start < text.len() {
            let length = text[start..].find(['\n', '\r']);
            let end = match length {
                None => text.len(),
                Some(length) if text[start + length..].starts_with("\r\n") => start + length + 2,
                Some(length) => start + length + 1,
            };
            ranges.push(start..end);
            start = end;
        }
        Self { text, ranges }
    }

    /// How the lines end.
    pub(super) fn newline(&self) -> &'static str {
        match self.ranges.first() {
            Some(first) if self.text[first.clone()].ends_with("\r\n") => "\r\n",
            Some(_) | None => "\n",
        }
    }

    /// Whether only white space precedes an offset on its line.
    pub(super) fn is_first(&self, offset: usize) -> bool {
        self.text[self.ranges[self.line_of(offset)].start..offset]
            .trim()
            .is_empty()
    }

    /// Where the colon after a key ends.
    pub(super) fn colon(&self, key_end: usize) -> Option<usize> {
        let rest = &self.text[key_end..];
        let blank = rest.len() - rest.trim_start_matches(' ').len();
        rest[blank..].starts_with(':').then_some(key_end + blank + 1)
    }

    /// Where the dash of a list item is.
    pub(super) fn dash(&self, item: usize) -> usize {
        let line = &self.ranges[self.line_of(item)];
        self.text[line.start..item]
            .rfind("- ")
            .map_or(item, |dash| line.start + dash)
    }

    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.ranges
            .partition_point(|line| line.end <= offset)
            .min(self.ranges.len().saturating_sub(1))
    }

    /// The number of characters before an offset on its line.
    pub(super) fn column(&self, offset: usize) -> usize {
        let line = &self.ranges[self.line_of(offset)];
        self.text[line.start..offset].chars().count()
    }

    pub(super) fn is_blank(&self, line: usize) -> bool {
        self.ranges
            .get(line)
            .is_some_and(|line| self.text[line.clone()].trim().is_empty())
    }

    /// The indentation of a comment line; nothing for other lines.
    pub(super) fn comment(&self, line: usize) -> Option<usize> {
        let text = &self.text[self.ranges.get(line)?.clone()];
        let blank = text.len() - text.trim_start_matches(' ').len();
        text[blank..].starts_with('#').then_some(blank)
    }

    /// The first of the comment lines directly above a line, with the same indentation.
    pub(super) fn first_line(&self, mut line: usize, indent: usize) -> usize {
        while let Some(above) = line.checked_sub(1).filter(|above| self.comment(*above) == Some(indent)) {
            line = above;
        }
        line
    }

    /// The last line of a value that ends here, with deeper comments below.
    pub(super) fn last_line(&self, end: usize, indent: usize) -> usize {
        let mut last = self.line_of(end.saturating_sub(1));
        let mut line = last + 1;
        while line < self.ranges.len() {
            match self.comment(line) {
                Some(depth) if depth > indent => last = line,
                None if self.is_blank(line) => {}
                Some(_) | None => break,
            }
            line += 1;
        }
        last
    }
}

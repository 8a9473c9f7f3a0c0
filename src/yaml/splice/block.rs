//! Changes to values that have lines of their own.

use super::super::write::Fragment;
use super::super::{Entry, Node, Style};
use super::{Spliced, Splicer, position};

impl Splicer<'_> {
    /// Replaces the value of a key in a block mapping.
    pub(super) fn replace_block_value(&mut self, entry: &Entry, new: &Fragment) -> Spliced {
        let old = &entry.value;
        let blocked = (entry.place.line, entry.place.column);
        let colon = self.lines.colon(entry.written.end()).ok_or(blocked)?;
        let column = self.lines.column(entry.written.start());
        let end = old.written.end().max(colon);
        let last = self.lines.line_of(end.saturating_sub(1));
        let last_comment = self.lines.last_line(end, column);
        // Deeper comments below would become part of a text with several lines, so it is written on one.
        let new = match new {
            Fragment::Lines(text) if last_comment > last => &Fragment::Text(text.clone()),
            new => new,
        };
        let is_map = matches!(new, Fragment::Map(_));
        let new = self.block_text(old, new, column);
        let mut new = new.lines();
        let first = new.next().unwrap_or_default();
        let after = match old.written.style {
            Style::BlockScalar => self.replace_block_scalar(entry, colon, first)?,
            Style::Block => self.replace_block(entry, colon, first)?,
            Style::Alias | Style::Plain | Style::SingleQuoted | Style::DoubleQuoted | Style::Flow => {
                self.replace_rest_of_line(old, colon, first)
            }
        };
        let rest: Vec<String> = new.map(str::to_owned).collect();
        self.insert(if is_map { last_comment } else { after } + 1, rest);
        Ok(())
    }

    /// The text of a new value: the rest of the line of its key, and the lines below.
    fn block_text(&self, old: &Node, new: &Fragment, column: usize) -> String {
        match new {
            Fragment::Text(_) => format!(" {}", self.line(old, new, false)),
            // The indentation indicator is needed only where the first line begins with a space.
            Fragment::Lines(text) if !text.trim_start_matches('\n').starts_with(' ') => {
                let indicator = self.indent.to_string();
                new.to_value(column, self.indent).replacen(&indicator, "", 1)
            }
            Fragment::Plain(_) | Fragment::Lines(_) | Fragment::Flow(_) | Fragment::FlowMap(_) | Fragment::Map(_) => {
                new.to_value(column, self.indent)
            }
        }
    }

    /// Replaces a text below `|` or `>`: the indicator, such as `|2-`, and all lines below. Gives the line of the
    /// indicator.
    fn replace_block_scalar(&mut self, entry: &Entry, colon: usize, first: &str) -> Result<usize, (u32, u32)> {
        let old = &entry.value;
        let blocked = (entry.place.line, entry.place.column);
        let rest = &self.text[colon..old.written.start()];
        let indicator = colon + rest.len() - rest.trim_start().len();
        let length = self.text[indicator..].find(char::is_whitespace).ok_or(blocked)?;
        let line = self.lines.line_of(indicator);
        if !self.text[indicator..].starts_with(['|', '>']) {
            return Err(blocked);
        }
        let range = indicator..indicator + length;
        self.replaced.push((range, first.trim_start().to_owned()));
        let end = self.lines.line_of(old.written.end().max(indicator));
        self.removed.extend(line + 1..=end);
        Ok(line)
    }

    /// Replaces a list or mapping on lines below its key, with the comments above its first line. Gives the line of
    /// the key.
    fn replace_block(&mut self, entry: &Entry, colon: usize, first: &str) -> Result<usize, (u32, u32)> {
        let key_line = self.lines.line_of(entry.written.start());
        let written = &entry.value.written;
        if self.lines.line_of(written.start()) == key_line {
            return Err((entry.place.line, entry.place.column));
        }
        self.replaced.push((colon..colon, first.to_owned()));
        self.removed.extend(key_line + 1..=self.lines.line_of(written.end()));
        Ok(key_line)
    }

    /// Replaces a value that begins on the line of its key. Gives the line on which it ends.
    fn replace_rest_of_line(&mut self, old: &Node, colon: usize, first: &str) -> usize {
        let end = old.written.end().max(colon);
        // Aligned values stay aligned. An unused anchor and a tag between the colon and the value are removed.
        let between = &self.text[colon..old.written.start().max(colon)];
        let spaces = between.len() - between.trim_start_matches(' ').len();
        let kept = if first.is_empty() || old.written.is_empty() {
            0
        } else {
            spaces
        };
        let text = if kept > 0 { first.trim_start() } else { first };
        self.replaced.push((colon + kept..end, text.to_owned()));
        self.lines.line_of(end)
    }

    /// Removes and adds lines of a block list or mapping.
    pub(super) fn block(&mut self, node: &Node) -> Spliced {
        // Where each entry or item begins and ends.
        let entries = node.entries().iter().map(|entry| (entry.written.start(), entry.end()));
        let items = node.items().iter().map(|item| {
            let dash = self.lines.dash(item.written.start());
            (dash, item.written.end())
        });
        let spans: Vec<(usize, usize)> = entries.chain(items).collect();
        let Some((first, _)) = spans.first().copied() else {
            return Ok(());
        };
        let column = self.lines.column(first);
        for at in self.changes.removed.get(&node.written.id).into_iter().flatten() {
            let (start, end) = spans[*at];
            // An item that shares its line with another cannot be removed alone.
            if !self.lines.is_first(start) {
                return Err(position(node));
            }
            self.remove_lines(start, end, column);
        }
        for added in self.changes.added.get(&node.written.id).into_iter().flatten() {
            let before = if let Some(previous) = added.at.checked_sub(1) {
                self.lines.last_line(spans[previous].1, column) + 1
            } else if self.lines.is_first(first) {
                self.lines.first_line(self.lines.line_of(first), column)
            } else {
                return Err(position(node));
            };
            let text = match &added.key {
                Some(key) => added.value.to_entry(key, column, self.indent),
                None => format!("{}- {}", " ".repeat(column), added.value.to_line(false)),
            };
            self.insert(before, text.lines().map(str::to_owned).collect());
        }
        Ok(())
    }

    /// Removes the lines of an item, with its comments and one of the blank lines around it.
    fn remove_lines(&mut self, start: usize, end: usize, column: usize) {
        let first = self.lines.first_line(self.lines.line_of(start), column);
        let last = self.lines.last_line(end, column);
        self.removed.extend(first..=last);
        let blank_before = first.checked_sub(1).filter(|line| self.lines.is_blank(*line));
        let is_blank_after = last + 1 >= self.lines.ranges.len() || self.lines.is_blank(last + 1);
        if let (Some(before), true) = (blank_before, is_blank_after) {
            self.removed.insert(before);
        }
    }
}

//! Changes to the text of a YAML file, part by part: the rest stays byte for byte.

mod block;
mod flow;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::lines::TextLines;
use super::write::{Fragment, double_quoted};
use super::{Node, Style};
use crate::invisible::is_invisible;

/// The changes to a document, by the ids of its values.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// The positions that are removed from a list or mapping.
    pub(crate) removed: BTreeMap<u32, BTreeSet<usize>>,
    /// What is added to a list or mapping.
    pub(crate) added: BTreeMap<u32, Vec<Added>>,
    /// New values for old ones.
    pub(crate) replaced: BTreeMap<u32, Fragment>,
    /// New keys for old ones: by the mapping and the position of the key in it.
    pub(crate) renamed: BTreeMap<(u32, usize), &'static str>,
}

/// An item or entry that is added to a list or mapping.
#[derive(Debug)]
pub(crate) struct Added {
    /// The position of the item or entry before which it is added.
    pub(crate) at: usize,
    /// Its key; none in a list.
    pub(crate) key: Option<String>,
    pub(crate) value: Fragment,
}

impl Changes {
    /// Whether the changes leave a list or mapping empty.
    pub(crate) fn empties(&self, node: &Node) -> bool {
        let id = node.written.id;
        let removed = self.removed.get(&id).map_or(0, BTreeSet::len);
        removed == node.len() && node.len() > 0 && self.added.get(&id).is_none_or(Vec::is_empty)
    }

    /// Whether there are no changes.
    pub(crate) fn is_empty(&self) -> bool {
        let removed = self.removed.values().all(BTreeSet::is_empty);
        let added = self.added.values().all(Vec::is_empty);
        removed && added && self.replaced.is_empty() && self.renamed.is_empty()
    }
}

/// Makes the changes in the text.
///
/// # Errors
/// The line and column of a value that is written in a way that does not allow the changes.
pub(crate) fn splice(text: &str, root: &Node, changes: &Changes) -> Result<String, (u32, u32)> {
    let mut splicer = Splicer {
        text,
        lines: TextLines::new(text),
        indent: indent(root),
        changes,
        replaced: Vec::new(),
        removed: BTreeSet::new(),
        inserted: BTreeMap::new(),
    };
    splicer.walk(root)?;
    splicer.finish().ok_or(position(root))
}

struct Splicer<'a> {
    text: &'a str,
    lines: TextLines<'a>,
    /// The number of spaces by which this file indents a nested mapping.
    indent: usize,
    changes: &'a Changes,
    /// New text for ranges of bytes.
    replaced: Vec<(Range<usize>, String)>,
    /// The lines that are removed, by their index.
    removed: BTreeSet<usize>,
    /// New lines, by the index of the line before which they are inserted.
    inserted: BTreeMap<usize, Vec<String>>,
}

/// The line and column of the value that prevents a change.
type Spliced = Result<(), (u32, u32)>;

impl Splicer<'_> {
    /// Inner values come before outer ones, so that of several insertions before one line the inner ones come first.
    fn walk(&mut self, node: &Node) -> Spliced {
        let removed = self.changes.removed.get(&node.written.id);
        let stays = |at: usize| removed.is_none_or(|removed| !removed.contains(&at));
        for (at, entry) in node.entries().iter().enumerate().filter(|(at, _)| stays(*at)) {
            if let Some(key) = self.changes.renamed.get(&(node.written.id, at)) {
                self.replaced.push((entry.written.span(), (*key).to_owned()));
            }
            match self.changes.replaced.get(&entry.value.written.id) {
                Some(value) if node.written.style == Style::Block => self.replace_block_value(entry, value)?,
                Some(value) => self.replace_on_line(&entry.value, value, entry.written.end())?,
                None => self.walk(&entry.value)?,
            }
        }
        for (_, item) in node.items().iter().enumerate().filter(|(at, _)| stays(*at)) {
            match self.changes.replaced.get(&item.written.id) {
                Some(value) => self.replace_on_line(item, value, item.written.start())?,
                None => self.walk(item)?,
            }
        }
        match node.written.style {
            Style::Block => self.block(node),
            Style::Flow => {
                self.flow(node);
                Ok(())
            }
            Style::Plain | Style::SingleQuoted | Style::DoubleQuoted | Style::BlockScalar | Style::Alias => Ok(()),
        }
    }

    /// Replaces a value in brackets or in a list.
    fn replace_on_line(&mut self, old: &Node, new: &Fragment, key_end: usize) -> Spliced {
        match old.written.style {
            Style::Block | Style::BlockScalar => return Err(position(old)),
            Style::Plain | Style::SingleQuoted | Style::DoubleQuoted | Style::Flow | Style::Alias => {}
        }
        let text = self.line(old, new, true);
        if old.written.is_empty() {
            let (at, text) = match self.lines.colon(key_end) {
                Some(colon) => (colon, format!(" {text}")),
                None => (key_end, format!(": {text}")),
            };
            self.replaced.push((at..at, text));
        } else {
            self.replaced.push((old.written.span(), text));
        }
        Ok(())
    }

    /// Assembles the new text. Nothing if two changes overlap, which none should.
    fn finish(mut self) -> Option<String> {
        // Removals end where insertions begin, never beyond.
        self.replaced.sort_by_key(|(range, _)| (range.start, range.end));
        let newline = self.lines.newline();
        let mut out = String::with_capacity(self.text.len() + 256);
        let mut changes = std::mem::take(&mut self.replaced).into_iter().peekable();
        let mut at = 0;
        insert_lines(&mut out, self.inserted.get(&0), newline);
        for (number, line) in self.lines.ranges.iter().enumerate() {
            let removed = self.removed.contains(&number);
            let is_last = number + 1 == self.lines.ranges.len();
            while let Some((range, text)) =
                changes.next_if(|(range, _)| range.start < line.end || (range.start == line.end && is_last))
            {
                if removed && range.start >= at {
                    continue;
                }
                if range.start < at {
                    return None;
                }
                out.push_str(&self.text[at..range.start]);
                out.push_str(&text);
                at = range.end;
            }
            if line.end > at {
                if !removed {
                    out.push_str(&self.text[at..line.end]);
                }
                at = line.end;
            }
            if let Some(lines) = self.inserted.get(&(number + 1)) {
                let is_open = !out.is_empty() && !out.ends_with(['\n', '\r']);
                if is_open {
                    out.push_str(newline);
                }
                insert_lines(&mut out, Some(lines), newline);
                if is_open {
                    out.truncate(out.len() - newline.len());
                }
            }
        }
        // A file without a line break at its end keeps none.
        let has_end = self.text.ends_with(['\n', '\r']);
        if !has_end && out.ends_with(newline) {
            out.truncate(out.len() - newline.len());
        }
        Some(out)
    }

    /// A value on one line, with the quotes of the old value.
    fn line(&self, old: &Node, new: &Fragment, inside: bool) -> String {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match (old.written.style, new) {
            (Style::Plain, Fragment::Text(text)) if is_number(text) && is_number(&self.text[old.written.span()]) => {
                text.clone()
            }
            (Style::SingleQuoted, Fragment::Text(text)) if !text.contains(is_invisible) => {
                format!("'{}'", text.replace('\'', "''"))
            }
            (Style::DoubleQuoted, Fragment::Text(text)) => double_quoted(text),
            (
                Style::Plain
                | Style::SingleQuoted
                | Style::DoubleQuoted
                | Style::BlockScalar
                | Style::Block
                | Style::Flow
                | Style::Alias,
                _,
            ) => new.to_line(inside),
        }
    }

    /// Inserts lines before the line with an index.
    fn insert(&mut self, before: usize, lines: Vec<String>) {
        if !lines.is_empty() {
            self.inserted.entry(before).or_default().extend(lines);
        }
    }
}

fn insert_lines(out: &mut String, lines: Option<&Vec<String>>, newline: &str) {
    for line in lines.into_iter().flatten() {
        out.extend([line, newline]);
    }
}

/// The line and column of a value.
fn position(node: &Node) -> (u32, u32) {
    (node.place.line, node.place.column)
}

/// The number of spaces by which a file indents a nested mapping: that of the first one.
fn indent(root: &Node) -> usize {
    let is_block_mapping = |value: &&Node| value.written.style == Style::Block && !value.entries().is_empty();
    root.values()
        .filter(is_block_mapping)
        .map(|value| value.place.column as usize - 1)
        .find(|indent| (1..=8).contains(indent))
        .unwrap_or(2)
}

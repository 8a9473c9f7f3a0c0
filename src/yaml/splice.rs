//! Changes to the text of a YAML file, piece by piece: what is not changed stays byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::layout::{Entry, Form, Node, Quote, Style};
use super::lines::Lines;
use super::write::{Fragment, double_quoted, inner_key};
use crate::invisible::is_invisible;

/// What is to be changed, by the numbers of the values.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Things that go out of a list or mapping.
    pub(crate) removed: BTreeMap<usize, BTreeSet<usize>>,
    /// Things that go into one.
    pub(crate) added: BTreeMap<usize, Vec<Added>>,
    /// Values that others take the place of.
    pub(crate) replaced: BTreeMap<usize, Fragment>,
    /// Keys that others take the place of: the mapping, and which of its keys.
    pub(crate) renamed: BTreeMap<(usize, usize), &'static str>,
}

/// Something that goes into a list or mapping.
#[derive(Debug)]
pub(crate) struct Added {
    /// What now stands there goes behind it.
    pub(crate) at: usize,
    /// Its key; none in a list.
    pub(crate) key: Option<String>,
    pub(crate) value: Fragment,
}

impl Changes {
    /// Whether nothing that is in a list or mapping stays, and nothing comes.
    pub(crate) fn empties(&self, node: &Node) -> bool {
        let removed = self.removed.get(&node.id).map_or(0, BTreeSet::len);
        removed == node.len() && node.len() > 0 && self.added.get(&node.id).is_none_or(Vec::is_empty)
    }

    /// Whether there is anything to do.
    pub(crate) fn is_empty(&self) -> bool {
        let removed = self.removed.values().all(BTreeSet::is_empty);
        let added = self.added.values().all(Vec::is_empty);
        removed && added && self.replaced.is_empty() && self.renamed.is_empty()
    }
}

/// The text with the changes made, or the place that is written so that they cannot be made.
pub(crate) fn splice(text: &str, root: &Node, changes: &Changes) -> Result<String, (u32, u32)> {
    let mut splicer = Splicer {
        text,
        lines: Lines::new(text),
        step: step(root),
        changes,
        replaced: Vec::new(),
        removed: BTreeSet::new(),
        inserted: BTreeMap::new(),
    };
    splicer.walk(root)?;
    splicer.finish().ok_or(root.place)
}

struct Splicer<'a> {
    text: &'a str,
    lines: Lines<'a>,
    /// How much deeper than its key a mapping stands in this file.
    step: usize,
    changes: &'a Changes,
    replaced: Vec<(Range<usize>, String)>,
    removed: BTreeSet<usize>,
    /// Lines that come behind one that is there, by its number and one.
    inserted: BTreeMap<usize, Vec<String>>,
}

type Outcome = Result<(), (u32, u32)>;

impl Splicer<'_> {
    /// What is in a value comes before what is around it, so that of lines that go to the same place, the inner ones
    /// come first.
    fn walk(&mut self, node: &Node) -> Outcome {
        let removed = self.changes.removed.get(&node.id);
        let stays = |at: usize| removed.is_none_or(|removed| !removed.contains(&at));
        match &node.form {
            Form::Map(style, entries) => {
                for (at, entry) in entries.iter().enumerate().filter(|(at, _)| stays(*at)) {
                    if let Some(key) = self.changes.renamed.get(&(node.id, at)) {
                        self.replaced.push((entry.span.clone(), (*key).to_owned()));
                    }
                    match self.changes.replaced.get(&entry.value.id) {
                        Some(value) if *style == Style::Block => self.block_value(entry, value)?,
                        Some(value) => self.line_value(&entry.value, value, entry.span.end)?,
                        None => self.walk(&entry.value)?,
                    }
                }
            }
            Form::List(_, items) => {
                for (_, item) in items.iter().enumerate().filter(|(at, _)| stays(*at)) {
                    match self.changes.replaced.get(&item.id) {
                        Some(value) => self.line_value(item, value, item.span.start)?,
                        None => self.walk(item)?,
                    }
                }
            }
            Form::Alias(_) | Form::Scalar(_) => {}
        }
        match &node.form {
            Form::Map(Style::Block, _) | Form::List(Style::Block, _) => self.block(node),
            Form::Map(Style::Flow, _) | Form::List(Style::Flow, _) => {
                self.flow(node);
                Ok(())
            }
            Form::Alias(_) | Form::Scalar(_) => Ok(()),
        }
    }

    /// A value that stands in brackets or in a list takes the place of another.
    fn line_value(&mut self, old: &Node, new: &Fragment, key_end: usize) -> Outcome {
        let inside = !matches!(old.form, Form::Map(Style::Block, _) | Form::List(Style::Block, _));
        if !inside || matches!(old.form, Form::Scalar(Quote::Block)) {
            return Err(old.place);
        }
        let text = self.line(old, new, true);
        if old.span.is_empty() {
            let (at, text) = match self.lines.colon(key_end) {
                Some(colon) => (colon, format!(" {text}")),
                None => (key_end, format!(": {text}")),
            };
            self.replaced.push((at..at, text));
        } else {
            self.replaced.push((old.span.clone(), text));
        }
        Ok(())
    }

    /// A value that stands behind a key in a block takes the place of another.
    fn block_value(&mut self, entry: &Entry, new: &Fragment) -> Outcome {
        let old = &entry.value;
        let colon = self.lines.colon(entry.span.end).ok_or(entry.place)?;
        let indent = self.lines.column(entry.span.start);
        // Comments below that stand deeper would become a part of a text of several lines.
        let last = self.lines.line_of(old.span.end.max(colon).saturating_sub(1));
        let below = self.lines.last_line(old.span.end.max(colon), indent);
        let on_one_line = match new {
            Fragment::Lines(text) if below > last => Some(Fragment::Text(text.clone())),
            Fragment::Plain(_)
            | Fragment::Text(_)
            | Fragment::Lines(_)
            | Fragment::Flow(_)
            | Fragment::FlowMap(_)
            | Fragment::Map(_) => None,
        };
        let new = on_one_line.as_ref().unwrap_or(new);
        let is_map = matches!(new, Fragment::Map(_));
        let new = match new {
            Fragment::Text(_) => format!(" {}", self.line(old, new, false)),
            // The number that says how deep it is, only where that cannot be seen.
            Fragment::Lines(text) if !text.trim_start_matches('\n').starts_with(' ') => {
                new.to_value(indent, self.step).replacen(&self.step.to_string(), "", 1)
            }
            Fragment::Plain(_) | Fragment::Lines(_) | Fragment::Flow(_) | Fragment::FlowMap(_) | Fragment::Map(_) => {
                new.to_value(indent, self.step)
            }
        };
        let mut new = new.lines();
        let first = new.next().unwrap_or_default();
        let key_line = self.lines.line_of(entry.span.start);
        let after = match &old.form {
            Form::Scalar(Quote::Block) => {
                // The mark, `|2-`, and all lines below.
                let rest = &self.text[colon..old.span.start];
                let mark = colon + rest.len() - rest.trim_start().len();
                let length = self.text[mark..].find(|c: char| c.is_whitespace()).ok_or(entry.place)?;
                let header = self.lines.line_of(mark);
                if !self.text[mark..].starts_with(['|', '>']) {
                    return Err(entry.place);
                }
                self.replaced.push((mark..mark + length, first.trim_start().to_owned()));
                let end = self.lines.line_of(old.span.end.max(mark));
                self.removed.extend(header + 1..=end);
                header
            }
            Form::Map(Style::Block, _) | Form::List(Style::Block, _) => {
                let (from, to) = (self.lines.line_of(old.span.start), self.lines.line_of(old.span.end));
                if from == key_line {
                    return Err(entry.place);
                }
                self.replaced.push((colon..colon, first.to_owned()));
                // With comments in front of its first line.
                self.removed.extend(key_line + 1..=to);
                key_line
            }
            Form::Alias(_)
            | Form::Scalar(Quote::Plain | Quote::Single | Quote::Double)
            | Form::Map(Style::Flow, _)
            | Form::List(Style::Flow, _) => {
                let end = old.span.end.max(colon);
                // An anchor that nobody uses and a tag stand between, and what was aligned stays aligned.
                let between = &self.text[colon..old.span.start.max(colon)];
                let blank = between.len() - between.trim_start_matches(' ').len();
                let keep = if first.is_empty() || old.span.is_empty() {
                    0
                } else {
                    blank
                };
                let text = if keep > 0 { first.trim_start() } else { first };
                self.replaced.push((colon + keep..end, text.to_owned()));
                self.lines.line_of(end)
            }
        };
        let rest: Vec<String> = new.map(str::to_owned).collect();
        self.insert(if is_map { below } else { after } + 1, rest);
        Ok(())
    }

    /// Lines of a list or mapping go and come.
    fn block(&mut self, node: &Node) -> Outcome {
        let starts: Vec<usize> = match &node.form {
            Form::Map(_, entries) => entries.iter().map(|entry| entry.span.start).collect(),
            Form::List(_, items) => items.iter().map(|item| self.lines.dash(item.span.start)).collect(),
            Form::Alias(_) | Form::Scalar(_) => Vec::new(),
        };
        let ends: Vec<usize> = match &node.form {
            Form::Map(_, entries) => entries.iter().map(|e| e.value.span.end.max(e.span.end)).collect(),
            Form::List(_, items) => items.iter().map(|item| item.span.end).collect(),
            Form::Alias(_) | Form::Scalar(_) => Vec::new(),
        };
        let Some(indent) = starts.first().map(|start| self.lines.column(*start)) else {
            return Ok(());
        };
        for at in self.changes.removed.get(&node.id).into_iter().flatten() {
            let from = self.lines.line_of(starts[*at]);
            // What shares its line with something else cannot go alone.
            if !self.lines.is_first(starts[*at]) {
                return Err(node.place);
            }
            let (from, to) = (
                self.lines.first_line(from, indent),
                self.lines.last_line(ends[*at], indent),
            );
            self.removed.extend(from..=to);
            // No hole stays where it was.
            let blank_before = from.checked_sub(1).filter(|line| self.lines.is_blank(*line));
            let at_end = to + 1 >= self.lines.ranges.len() || self.lines.is_blank(to + 1);
            if let (Some(before), true) = (blank_before, at_end)
                && !self.removed.contains(&before)
            {
                self.removed.insert(before);
            }
        }
        for added in self.changes.added.get(&node.id).into_iter().flatten() {
            let after = if let Some(before) = added.at.checked_sub(1) {
                self.lines.last_line(ends[before], indent) + 1
            } else if self.lines.is_first(starts[0]) {
                self.lines.first_line(self.lines.line_of(starts[0]), indent)
            } else {
                return Err(node.place);
            };
            let text = match &added.key {
                Some(key) => added.value.to_entry(key, indent, self.step),
                None => format!("{}- {}", " ".repeat(indent), added.value.to_line(false)),
            };
            self.insert(after, text.lines().map(str::to_owned).collect());
        }
        Ok(())
    }

    /// Things in brackets go and come.
    fn flow(&mut self, node: &Node) {
        let spans: Vec<Range<usize>> = match &node.form {
            Form::Map(_, entries) => entries
                .iter()
                .map(|e| e.span.start..e.value.span.end.max(e.span.end))
                .collect(),
            Form::List(_, items) => items.iter().map(|item| item.span.clone()).collect(),
            Form::Alias(_) | Form::Scalar(_) => Vec::new(),
        };
        let nothing = BTreeSet::new();
        let removed = self.changes.removed.get(&node.id).unwrap_or(&nothing);
        let added: &[Added] = self.changes.added.get(&node.id).map_or(&[], Vec::as_slice);
        let show = |added: &Added| {
            let value = added.value.to_line(true);
            match &added.key {
                Some(key) => format!("{}: {value}", inner_key(key)),
                None => value,
            }
        };
        let last = (0..spans.len()).rev().find(|at| !removed.contains(at));
        let Some(last) = last else {
            let inside: Vec<String> = added.iter().map(show).collect();
            if let (Some(first), Some(end)) = (spans.first(), spans.last())
                && !(removed.is_empty() && added.is_empty())
            {
                self.replaced.push((first.start..end.end, inside.join(", ")));
            }
            return;
        };
        let first = (0..spans.len()).find(|at| !removed.contains(at)).unwrap_or(last);
        for at in removed {
            let span = &spans[*at];
            let gap = |from: usize, to: usize| (!self.text[from..to].contains('#')).then_some(from..to);
            if *at > last {
                // With the comma in front of it; where a comment stands between, with the one behind it.
                let range = gap(spans[*at - 1].end, span.start).map_or_else(
                    || {
                        let rest = &self.text[span.end..node.span.end];
                        let comma = rest.trim_start().starts_with(',');
                        let behind = rest.find(',').filter(|_| comma).map_or(0, |comma| comma + 1);
                        span.start..span.end + behind
                    },
                    |gap| gap.start..span.end,
                );
                self.replaced.push((range, String::new()));
            } else {
                // With the comma behind it.
                let next = spans[*at + 1].start;
                let comma = || {
                    self.text[span.end..next]
                        .find(',')
                        .map_or(span.end, |i| span.end + i + 1)
                };
                let end = gap(span.end, next).map_or_else(comma, |gap| gap.end);
                self.replaced.push((span.start..end, String::new()));
            }
        }
        // The last thing in front of each that stays.
        let mut stays = None;
        let before: Vec<Option<usize>> = (0..=spans.len())
            .map(|at| {
                let before = stays;
                stays = if removed.contains(&at) { stays } else { Some(at) };
                before
            })
            .collect();
        for added in added {
            let text = show(added);
            if let Some(before) = before.get(added.at).copied().flatten() {
                let end = spans[before].end;
                let gap = spans.get(before + 1).map_or("", |next| &self.text[end..next.start]);
                // Where each thing has a line of its own, the new one has.
                let white = gap.trim_start_matches(',');
                let own_line = white.contains('\n') && white.trim().is_empty();
                let white = if own_line { white } else { " " };
                self.replaced.push((end..end, format!(",{white}{text}")));
            } else {
                let start = spans[first].start;
                self.replaced.push((start..start, format!("{text}, ")));
            }
        }
    }

    /// Puts everything together. Nothing where two changes meet, which none should.
    fn finish(mut self) -> Option<String> {
        // Removals reach up to where insertions begin, never over it.
        self.replaced.sort_by_key(|(range, _)| (range.start, range.end));
        let newline = self.lines.newline();
        let mut out = String::with_capacity(self.text.len() + 256);
        let mut changes = self.replaced.into_iter().peekable();
        let mut at = 0;
        let insert = |out: &mut String, lines: Option<&Vec<String>>| {
            for line in lines.into_iter().flatten() {
                out.extend([line, newline]);
            }
        };
        insert(&mut out, self.inserted.get(&0));
        for (number, line) in self.lines.ranges.iter().enumerate() {
            let removed = self.removed.contains(&number);
            while let Some((range, _)) = changes.peek() {
                if range.start >= line.end && !(range.start == line.end && number + 1 == self.lines.ranges.len()) {
                    break;
                }
                let (range, text) = changes.next()?;
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
                let open = !out.is_empty() && !out.ends_with(['\n', '\r']);
                if open {
                    out.push_str(newline);
                }
                insert(&mut out, Some(lines));
                if open {
                    out.truncate(out.len() - newline.len());
                }
            }
        }
        // A file whose last line did not end does not end with the line before it either.
        let ended = self.text.ends_with(['\n', '\r']);
        if !ended && out.ends_with(newline) {
            out.truncate(out.len() - newline.len());
        }
        Some(out)
    }

    /// A value on one line, in quotes where the other has them.
    fn line(&self, old: &Node, new: &Fragment, inside: bool) -> String {
        let quotes = match &old.form {
            Form::Scalar(quote) => *quote,
            Form::Alias(_) | Form::List(..) | Form::Map(..) => return new.to_line(inside),
        };
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match (quotes, new) {
            (Quote::Plain, Fragment::Text(text)) if is_number(text) && is_number(&self.text[old.span.clone()]) => {
                text.clone()
            }
            (Quote::Single, Fragment::Text(text)) if !text.contains(is_invisible) => {
                format!("'{}'", text.replace('\'', "''"))
            }
            (Quote::Double, Fragment::Text(text)) => double_quoted(text),
            (Quote::Plain | Quote::Single | Quote::Double | Quote::Block, _) => new.to_line(inside),
        }
    }

    fn insert(&mut self, after: usize, lines: Vec<String>) {
        if !lines.is_empty() {
            self.inserted.entry(after).or_default().extend(lines);
        }
    }
}

/// How much deeper than its key a mapping stands in a file: as the first one does.
fn step(root: &Node) -> usize {
    let blocks = root
        .values()
        .filter(|value| matches!(value.form, Form::Map(Style::Block, _)));
    blocks
        .map(|value| value.place.1 as usize - 1)
        .find(|step| (1..=8).contains(step))
        .unwrap_or(2)
}

//! Changes to lists and mappings in brackets.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::Node;
use super::super::write::inner_key;
use super::{Added, Splicer};

impl Splicer<'_> {
    /// Removes items from brackets and adds others.
    pub(super) fn flow(&mut self, node: &Node) {
        let entries = node.entries().iter().map(|entry| entry.written.start()..entry.end());
        let items = node.items().iter().map(|item| item.written.span());
        let spans: Vec<Range<usize>> = entries.chain(items).collect();
        let nothing = BTreeSet::new();
        let removed = self.changes.removed.get(&node.written.id).unwrap_or(&nothing);
        let added: &[Added] = self.changes.added.get(&node.written.id).map_or(&[], Vec::as_slice);
        let mut kept = (0..spans.len()).filter(|at| !removed.contains(at));
        let Some(first) = kept.next() else {
            let inside: Vec<String> = added.iter().map(show).collect();
            if let (Some(first), Some(last)) = (spans.first(), spans.last())
                && !(removed.is_empty() && added.is_empty())
            {
                self.replaced.push((first.start..last.end, inside.join(", ")));
            }
            return;
        };
        let last = kept.next_back().unwrap_or(first);
        for at in removed {
            let range = if *at > last {
                self.with_comma_before(&spans, *at, node.written.end())
            } else {
                self.with_comma_after(&spans, *at)
            };
            self.replaced.push((range, String::new()));
        }
        self.add_to_flow(&spans, removed, added, first);
    }

    /// An item with the comma before it; where a comment is between them, with the comma after it.
    fn with_comma_before(&self, spans: &[Range<usize>], at: usize, end: usize) -> Range<usize> {
        let span = &spans[at];
        let before = spans[at - 1].end;
        if !self.text[before..span.start].contains('#') {
            return before..span.end;
        }
        let rest = &self.text[span.end..end];
        let has_comma = rest.trim_start().starts_with(',');
        let after = rest.find(',').filter(|_| has_comma).map_or(0, |comma| comma + 1);
        span.start..span.end + after
    }

    /// An item with everything up to the next one; where a comment is between them, with the comma only.
    fn with_comma_after(&self, spans: &[Range<usize>], at: usize) -> Range<usize> {
        let span = &spans[at];
        let between = &self.text[span.end..spans[at + 1].start];
        let length = if between.contains('#') {
            between.find(',').map_or(0, |comma| comma + 1)
        } else {
            between.len()
        };
        span.start..span.end + length
    }

    /// Adds each item after the last kept one before its position, or before the first kept one.
    fn add_to_flow(&mut self, spans: &[Range<usize>], removed: &BTreeSet<usize>, added: &[Added], first: usize) {
        let mut kept = None;
        let kept_before: Vec<Option<usize>> = (0..=spans.len())
            .map(|at| {
                let before = kept;
                kept = if removed.contains(&at) { kept } else { Some(at) };
                before
            })
            .collect();
        for added in added {
            let text = show(added);
            if let Some(before) = kept_before.get(added.at).copied().flatten() {
                let end = spans[before].end;
                let gap = spans.get(before + 1).map_or("", |next| &self.text[end..next.start]);
                // Where each item has a line of its own, the new one gets one too.
                let white = gap.trim_start_matches(',');
                let has_own_line = white.contains('\n') && white.trim().is_empty();
                let white = if has_own_line { white } else { " " };
                self.replaced.push((end..end, format!(",{white}{text}")));
            } else {
                let start = spans[first].start;
                self.replaced.push((start..start, format!("{text}, ")));
            }
        }
    }
}

/// An item as it is written in brackets.
fn show(added: &Added) -> String {
    let value = added.value.to_line(true);
    match &added.key {
        Some(key) => format!("{}: {value}", inner_key(key)),
        None => value,
    }
}

//! Builds the tree of a document from the events of the YAML parser.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, StructureStyle, Tag};

use super::guard::{Guard, Size};
use super::scalar::{Claim, is_merge_key};
use super::{Document, Entry, Mapping, Node, NodeValue, Places, Scalar, ScalarType, Style, Written, explain};
use crate::error::Problem;
use crate::source_map::{FileId, Place};

/// A value with an anchor.
struct Anchored {
    node: Node,
    size: Size,
}

/// A key of a mapping.
pub(super) struct MappingKey {
    pub(super) name: String,
    place: Place,
    written: Written,
}

impl MappingKey {
    /// The entry of the key with this value.
    pub(super) fn entry(self, value: Node) -> Entry {
        Entry {
            key: self.name,
            place: self.place,
            value,
            written: self.written,
            is_merge: false,
        }
    }
}

/// A document that is being read.
pub(super) struct TreeBuilder<'a> {
    parser: Parser<'a, StrInput<'a>>,
    text: &'a str,
    file: FileId,
    places: Places,
    guard: Guard,
    /// By the number that the parser gave to the anchor.
    anchors: BTreeMap<usize, Anchored>,
    /// The numbers of the values that an alias repeats.
    aliased: BTreeSet<u32>,
    /// The number of the next value.
    next_id: u32,
    problems: Vec<Problem>,
    /// The first construct that YAML allows and an expectation file does not. A syntax error is reported instead,
    /// wherever it is: it may be the cause of such a construct.
    refused: Option<Problem>,
}

impl<'a> TreeBuilder<'a> {
    pub(super) fn new(text: &'a str, file: FileId, places: Places) -> Self {
        Self {
            parser: Parser::new_from_str_with_options(text, granit_parser::options! { emit_comments: false }),
            text,
            file,
            places,
            guard: Guard::default(),
            anchors: BTreeMap::new(),
            aliased: BTreeSet::new(),
            next_id: 0,
            problems: Vec::new(),
            refused: None,
        }
    }

    /// Reads the only document of the text.
    pub(super) fn document(mut self) -> Result<Document, Problem> {
        let mut root = loop {
            match self.event()? {
                (Event::StreamStart | Event::DocumentStart(..), _) => {}
                (Event::StreamEnd, span) => break Node::null(self.place(&span)),
                (event, span) => break self.node(event, &span)?,
            }
        };
        self.end()?;
        if !self.aliased.is_empty() {
            root.mark_repeated(&self.aliased, false);
        }
        let problems = self.problems()?;
        Ok(Document { root, problems })
    }

    /// The problems that do not prevent reading the document.
    pub(super) fn problems(self) -> Result<Vec<Problem>, Problem> {
        self.refused.map_or(Ok(self.problems), Err)
    }

    /// Makes sure that nothing follows the document.
    pub(super) fn end(&mut self) -> Result<(), Problem> {
        // Anything may follow `...`.
        let mut closed = false;
        loop {
            match self.parser.next_event() {
                None | Some(Ok((Event::StreamEnd, _))) => return Ok(()),
                Some(Ok((Event::DocumentEnd, span))) => closed = !span.is_empty(),
                Some(Ok((Event::DocumentStart(..), _))) => closed = false,
                Some(Ok((_, span))) => return Err(explain::second_document(self.place(&span))),
                Some(Err(_)) if closed => return Ok(()),
                Some(Err(error)) => return Err(explain::syntax(&error, self.file, self.text)),
            }
        }
    }

    fn refuse(&mut self, problem: Problem) {
        self.refused.get_or_insert(problem);
    }

    pub(super) fn event(&mut self) -> Result<(Event<'a>, Span), Problem> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(explain::syntax(&error, self.file, self.text)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    pub(super) fn place(&self, span: &Span) -> Place {
        explain::place(&span.start, self.file)
    }

    /// The value that begins with an event.
    pub(super) fn node(&mut self, event: Event<'a>, span: &Span) -> Result<Node, Problem> {
        let place = self.place(span);
        let bytes = span.byte_range().unwrap_or_default();
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        let (value, anchor, style, end) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let limit = self.guard.scalar(&text, anchor != 0);
                limit.map_err(|breach| explain::breach(breach, place))?;
                let scalar = self.scalar(text.into_owned(), style, tag.as_deref(), span);
                let (style, end) = self.scalar_end(style, &bytes);
                (NodeValue::Scalar(scalar), anchor, style, end)
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.enter(Claim::fits_list, tag.as_deref(), anchor != 0, place)?;
                let (items, end) = self.items()?;
                self.leave(anchor != 0);
                let last = items.last().map(|item| item.written.end());
                let (style, end) = collection_end(style, end, last);
                (NodeValue::List(items), anchor, style, end)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.enter(Claim::fits_map, tag.as_deref(), anchor != 0, place)?;
                let (map, end) = self.mapping()?;
                self.leave(anchor != 0);
                let last = map.written().last().map(Entry::end);
                let (style, end) = collection_end(style, end, last);
                (NodeValue::Map(map), anchor, style, end)
            }
            Event::Alias(anchor) => {
                let written = Written::new(id, &bytes, Style::Alias);
                return self.alias(anchor, place, written);
            }
            // A document has no other events.
            _ => return Err(explain::cut_short(place)),
        };
        let written = Written::new(id, &(bytes.start..end), style);
        let node = Node { value, place, written };
        if anchor != 0 {
            let size = Size::of(&node);
            let limit = self.guard.copy(size);
            limit.map_err(|breach| explain::breach(breach, place))?;
            let kept = node.clone();
            self.anchors.insert(anchor, Anchored { node: kept, size });
        }
        Ok(node)
    }

    /// A single value by its tag and quotes.
    fn scalar(&mut self, text: String, style: ScalarStyle, tag: Option<&Tag>, span: &Span) -> Scalar {
        let scalar_type = Claim::of(tag).scalar_type(&text, style).unwrap_or_else(|| {
            self.refuse(explain::tag(tag, self.place(span)));
            ScalarType::Text
        });
        let text = match scalar_type {
            ScalarType::Text => text,
            // The parser writes `~` for a value that is left out.
            ScalarType::Null if span.is_empty() => String::new(),
            ScalarType::Null | ScalarType::Bool(_) | ScalarType::Number => text.trim().to_owned(),
        };
        Scalar { text, scalar_type }
    }

    /// How a single value is written, and where it ends.
    fn scalar_end(&self, style: ScalarStyle, bytes: &Range<usize>) -> (Style, usize) {
        match style {
            ScalarStyle::Plain => (Style::Plain, bytes.end),
            ScalarStyle::SingleQuoted => (Style::SingleQuoted, bytes.end),
            ScalarStyle::DoubleQuoted => (Style::DoubleQuoted, bytes.end),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // The parser includes the blank lines below, up to the next value.
                let written = self.text.get(bytes.clone()).unwrap_or_default();
                (Style::BlockScalar, bytes.start + written.trim_end().len())
            }
        }
    }

    /// A copy of the value that has an anchor.
    fn alias(&mut self, anchor: usize, place: Place, written: Written) -> Result<Node, Problem> {
        let anchored = self.anchors.get(&anchor).ok_or_else(|| explain::inside_itself(place))?;
        let limit = self.guard.repeat(anchored.size);
        limit.map_err(|breach| explain::breach(breach, place))?;
        self.aliased.insert(anchored.node.written.id);
        let node = match self.places {
            Places::OfUse => moved(&anchored.node, place),
            Places::OfDefinition => anchored.node.clone(),
        };
        Ok(Node { written, ..node })
    }

    /// Begins a list or mapping.
    pub(super) fn enter(
        &mut self,
        fits: fn(Claim) -> bool,
        tag: Option<&Tag>,
        anchored: bool,
        place: Place,
    ) -> Result<(), Problem> {
        self.guard
            .enter(anchored)
            .map_err(|breach| explain::breach(breach, place))?;
        if !fits(Claim::of(tag)) {
            self.refuse(explain::tag(tag, place));
        }
        Ok(())
    }

    /// Ends a list or mapping.
    pub(super) fn leave(&mut self, anchored: bool) {
        self.guard.leave(anchored);
    }

    /// The items of a list, and the byte at which it ends.
    fn items(&mut self) -> Result<(Vec<Node>, usize), Problem> {
        let mut items = Vec::new();
        let mut opened = false;
        loop {
            let (event, span) = self.event()?;
            if event == Event::SequenceEnd {
                return Ok((items, span.byte_range().unwrap_or_default().end));
            }
            let plain = matches!(event, Event::Scalar(_, ScalarStyle::Plain, ..));
            let item = self.node(event, &span)?;
            let text = item.scalar().filter(|_| plain).map_or("", |s| s.text.as_str());
            let balance = parentheses(text);
            if opened && balance < 0 {
                self.problems.push(explain::cut(text, item.place));
            }
            opened = balance > 0;
            items.push(item);
        }
    }

    /// The entries of a mapping, and the byte at which it ends.
    fn mapping(&mut self) -> Result<(Mapping, usize), Problem> {
        let mut entries = Vec::new();
        let mut merged = Vec::new();
        let end = loop {
            let (event, span) = self.event()?;
            if event == Event::MappingEnd {
                break span.byte_range().unwrap_or_default().end;
            }
            let is_merge =
                matches!(&event, Event::Scalar(key, style, _, tag) if is_merge_key(key, *style, tag.as_deref()));
            let key = self.node(event, &span)?;
            let key = self.name(key);
            let (event, span) = self.event()?;
            let mut value = self.node(event, &span)?;
            if !is_merge && is_cut(&key.name, &value) {
                self.problems.push(explain::cut(&key.name, key.place));
                continue;
            }
            if is_merge {
                let written = value.written;
                let empty = Node {
                    written,
                    ..Node::null(value.place)
                };
                self.merge(std::mem::replace(&mut value, empty), &mut merged);
            }
            entries.push(Entry {
                is_merge,
                ..key.entry(value)
            });
        };
        self.refuse_duplicates(&mut entries);
        let written = entries.len();
        if !merged.is_empty() {
            // An entry of the mapping itself takes precedence over a merged one.
            let mut names: BTreeSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
            entries.extend(merged.into_iter().filter(|entry| names.insert(entry.key.clone())));
        }
        Ok((Mapping { entries, written }, end))
    }

    /// A value as a key.
    pub(super) fn name(&mut self, node: Node) -> MappingKey {
        let (place, written) = (node.place, node.written);
        let name = match node.value {
            NodeValue::Scalar(Scalar {
                text,
                scalar_type: ScalarType::Text | ScalarType::Bool(_) | ScalarType::Number,
            }) => text,
            NodeValue::Scalar(_) | NodeValue::List(_) | NodeValue::Map(_) => {
                self.refuse(explain::no_name(&node));
                String::new()
            }
        };
        MappingKey { name, place, written }
    }

    /// Collects the entries that a merge key adds.
    fn merge(&mut self, value: Node, merged: &mut Vec<Entry>) {
        match value.value {
            NodeValue::Map(map) => merged.extend(map),
            NodeValue::List(items) => items.into_iter().for_each(|item| self.merge(item, merged)),
            NodeValue::Scalar(Scalar {
                scalar_type: ScalarType::Null,
                ..
            }) => {}
            NodeValue::Scalar(_) => self.refuse(explain::no_mapping(value.place)),
        }
    }

    /// Removes the entries whose key is a duplicate, and reports them. A merge key may be repeated.
    fn refuse_duplicates(&mut self, entries: &mut Vec<Entry>) {
        // Sorted keys, as `pull` writes them, have no duplicates.
        if entries.is_sorted_by(|one, next| one.key < next.key) {
            return;
        }
        let own = entries.iter().enumerate().filter(|(_, entry)| !entry.is_merge);
        let mut order: Vec<(usize, &Entry)> = own.collect();
        order.sort_by(|(_, one), (_, other)| one.key.cmp(&other.key));
        let mut duplicates = BTreeSet::new();
        for same in order.chunk_by(|(_, one), (_, next)| one.key == next.key) {
            let mut first = None;
            for (at, entry) in same {
                if first.is_some() {
                    self.problems.push(explain::duplicate(&entry.key, entry.place, first));
                    duplicates.insert(*at);
                } else {
                    first = Some(entry.place);
                }
            }
        }
        if !duplicates.is_empty() {
            let mut at = 0..;
            entries.retain(|_| at.next().is_none_or(|at| !duplicates.contains(&at)));
        }
    }
}

/// How a list or mapping is written, and where it ends: a block with its last item.
fn collection_end(style: StructureStyle, end: usize, last: Option<usize>) -> (Style, usize) {
    match style {
        StructureStyle::Flow => (Style::Flow, end),
        StructureStyle::Block => (Style::Block, last.unwrap_or(end)),
    }
}

/// A copy whose parts all have one place.
fn moved(node: &Node, place: Place) -> Node {
    let value = match &node.value {
        NodeValue::Scalar(scalar) => NodeValue::Scalar(scalar.clone()),
        NodeValue::List(items) => NodeValue::List(items.iter().map(|item| moved(item, place)).collect()),
        NodeValue::Map(map) => {
            let entries = map.entries.iter().map(|entry| Entry {
                key: entry.key.clone(),
                place,
                value: moved(&entry.value, place),
                ..*entry
            });
            NodeValue::Map(Mapping {
                entries: entries.collect(),
                written: map.written,
            })
        }
    };
    Node { value, place, ..*node }
}

/// Whether an entry is the end of a text in parentheses that a comma cuts.
pub(super) fn is_cut(key: &str, value: &Node) -> bool {
    value.is_null() && parentheses(key) < 0
}

/// How many more parentheses a text opens than it closes.
fn parentheses(text: &str) -> isize {
    text.bytes().fold(0, |open, byte| match byte {
        b'(' => open + 1,
        b')' => open - 1,
        _ => open,
    })
}

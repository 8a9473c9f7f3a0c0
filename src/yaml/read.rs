//! From the events of the YAML parser to nodes.

use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use super::guard::{Breach, Guard, Size};
use super::scalar::{Claim, is_merge};
use super::{Document, Entry, Node, NodeValue, Places, Scalar, ScalarType, explain};
use crate::error::Problem;
use crate::source_map::{FileId, Place};

/// What an alias may repeat.
struct Anchored {
    node: Node,
    size: Size,
}

/// A document that is being read.
pub(super) struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    text: &'a str,
    file: FileId,
    places: Places,
    guard: Guard,
    /// By the number that the parser gave to the anchor.
    anchors: BTreeMap<usize, Anchored>,
    problems: Vec<Problem>,
    /// The first thing that YAML can have and an expectation file cannot. A mistake in the syntax is told before it,
    /// wherever it stands: it may be why there is such a thing.
    refused: Option<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, file: FileId, places: Places) -> Self {
        Self {
            parser: Parser::new_from_str_with_options(text, granit_parser::options! { emit_comments: false }),
            text,
            file,
            places,
            guard: Guard::default(),
            anchors: BTreeMap::new(),
            problems: Vec::new(),
            refused: None,
        }
    }

    /// Reads the one document that the text has.
    pub(super) fn document(mut self) -> Result<Document, Problem> {
        let root = loop {
            match self.event()? {
                (Event::StreamStart | Event::DocumentStart(..), _) => {}
                (Event::StreamEnd, span) => break Node::null(self.place(&span)),
                (event, span) => break self.node(event, &span)?,
            }
        };
        self.end()?;
        match self.refused {
            Some(problem) => Err(problem),
            None => Ok(Document {
                root,
                problems: self.problems,
            }),
        }
    }

    /// Makes sure that nothing stands behind the document.
    fn end(&mut self) -> Result<(), Problem> {
        // Behind `...` anything may stand.
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

    fn event(&mut self) -> Result<(Event<'a>, Span), Problem> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(explain::syntax(&error, self.file, self.text)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn place(&self, span: &Span) -> Place {
        explain::place(&span.start, self.file)
    }

    /// The value that begins with an event.
    fn node(&mut self, event: Event<'a>, span: &Span) -> Result<Node, Problem> {
        let place = self.place(span);
        let breach = |breach: Breach| explain::breach(breach, place);
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.guard.scalar(&text, anchor != 0).map_err(breach)?;
                let tag = tag.as_deref();
                let scalar_type = Claim::of(tag).scalar_type(&text, style).unwrap_or_else(|| {
                    self.refuse(explain::tag(tag, place));
                    ScalarType::Text
                });
                let text = match scalar_type {
                    ScalarType::Text => text.into_owned(),
                    // The parser writes `~` for what is left out.
                    ScalarType::Null if span.is_empty() => String::new(),
                    ScalarType::Null | ScalarType::Bool(_) | ScalarType::Number => text.trim().to_owned(),
                };
                (NodeValue::Scalar(Scalar { text, scalar_type }), anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.enter(Claim::fits_list, tag.as_deref(), anchor != 0, place)?;
                let items = self.items()?;
                self.guard.leave(anchor != 0);
                (NodeValue::List(items), anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.enter(Claim::fits_map, tag.as_deref(), anchor != 0, place)?;
                let entries = self.entries()?;
                self.guard.leave(anchor != 0);
                (NodeValue::Map(entries), anchor)
            }
            Event::Alias(anchor) => {
                let anchored = self.anchors.get(&anchor).ok_or_else(|| explain::inside_itself(place))?;
                self.guard.repeat(anchored.size).map_err(breach)?;
                return Ok(match self.places {
                    Places::OfUse => moved(&anchored.node, place),
                    Places::OfDefinition => anchored.node.clone(),
                });
            }
            // A document has no other events.
            _ => return Err(explain::cut_short(place)),
        };
        let node = Node { value, place };
        if anchor != 0 {
            let size = Size::of(&node);
            self.guard.copy(size).map_err(breach)?;
            let kept = node.clone();
            self.anchors.insert(anchor, Anchored { node: kept, size });
        }
        Ok(node)
    }

    /// Goes into a list or mapping.
    fn enter(
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

    /// The items of a list, up to its end.
    fn items(&mut self) -> Result<Vec<Node>, Problem> {
        let mut items = Vec::new();
        let mut opened = false;
        loop {
            let (event, span) = self.event()?;
            if event == Event::SequenceEnd {
                return Ok(items);
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

    /// The entries of a mapping, up to its end.
    fn entries(&mut self) -> Result<Vec<Entry>, Problem> {
        let mut entries = Vec::new();
        let mut taken = Vec::new();
        loop {
            let (event, span) = self.event()?;
            let merges = match &event {
                Event::MappingEnd => break,
                Event::Scalar(key, style, _, tag) => is_merge(key, *style, tag.as_deref()),
                _ => false,
            };
            let key = self.node(event, &span)?;
            let name = match key.value {
                NodeValue::Scalar(Scalar {
                    text,
                    scalar_type: ScalarType::Text | ScalarType::Bool(_) | ScalarType::Number,
                }) => text,
                NodeValue::Scalar(_) | NodeValue::List(_) | NodeValue::Map(_) => {
                    self.refuse(explain::no_name(&key));
                    String::new()
                }
            };
            let (event, span) = self.event()?;
            let value = self.node(event, &span)?;
            if merges {
                self.merge(value, &mut taken);
            } else if value.is_null() && parentheses(&name) < 0 {
                self.problems.push(explain::cut(&name, key.place));
            } else {
                entries.push(Entry {
                    key: name,
                    place: key.place,
                    value,
                });
            }
        }
        self.refuse_duplicates(&mut entries);
        if !taken.is_empty() {
            // What `<<` takes over stands behind, and gives way.
            let mut names: BTreeSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
            entries.extend(taken.into_iter().filter(|entry| names.insert(entry.key.clone())));
        }
        Ok(entries)
    }

    /// What a value holds that `<<` takes over.
    fn merge(&mut self, value: Node, taken: &mut Vec<Entry>) {
        match value.value {
            NodeValue::Map(entries) => taken.extend(entries),
            NodeValue::List(items) => items.into_iter().for_each(|item| self.merge(item, taken)),
            NodeValue::Scalar(Scalar {
                scalar_type: ScalarType::Null,
                ..
            }) => {}
            NodeValue::Scalar(_) => self.refuse(explain::no_mapping(value.place)),
        }
    }

    /// Takes out the entries whose keys have stood before.
    fn refuse_duplicates(&mut self, entries: &mut Vec<Entry>) {
        // What is written in the order of the names has none.
        if entries.is_sorted_by(|one, next| one.key < next.key) {
            return;
        }
        let mut order: Vec<(usize, &Entry)> = entries.iter().enumerate().collect();
        order.sort_by(|(_, one), (_, other)| one.key.cmp(&other.key));
        let mut again = BTreeSet::new();
        for same in order.chunk_by(|(_, one), (_, next)| one.key == next.key) {
            let mut first = None;
            for (at, entry) in same {
                if first.is_some() {
                    self.problems.push(explain::duplicate(&entry.key, entry.place, first));
                    again.insert(*at);
                } else {
                    first = Some(entry.place);
                }
            }
        }
        if !again.is_empty() {
            let mut at = 0..;
            entries.retain(|_| at.next().is_none_or(|at| !again.contains(&at)));
        }
    }
}

/// A copy of which everything stands at one place.
fn moved(node: &Node, place: Place) -> Node {
    let value = match &node.value {
        NodeValue::Scalar(scalar) => NodeValue::Scalar(scalar.clone()),
        NodeValue::List(items) => NodeValue::List(items.iter().map(|item| moved(item, place)).collect()),
        NodeValue::Map(entries) => NodeValue::Map(
            entries
                .iter()
                .map(|entry| Entry {
                    key: entry.key.clone(),
                    place,
                    value: moved(&entry.value, place),
                })
                .collect(),
        ),
    };
    Node { value, place }
}

/// How many more parentheses a text opens than it closes.
fn parentheses(text: &str) -> isize {
    text.bytes().fold(0, |open, byte| match byte {
        b'(' => open + 1,
        b')' => open - 1,
        _ => open,
    })
}

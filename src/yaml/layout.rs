//! Where everything stands in the text of a YAML file, so that a piece of it can be changed and nothing else is touched.
//!
//! [`crate::yaml`] knows where each value begins; here it is also known where it ends and how it is written. Both come
//! from the same parser.

use std::collections::BTreeSet;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};

/// A value in the text of a file.
#[derive(Debug)]
pub(crate) struct Node {
    /// A number that no other value of the file has.
    pub(crate) id: usize,
    /// Its bytes, without an anchor or tag in front. A block ends with the last thing in it.
    pub(crate) span: Range<usize>,
    /// The line and the column in characters, both from 1.
    pub(crate) place: (u32, u32),
    /// How it is written, and what is in it.
    pub(crate) form: Form,
    /// Its anchor, if it has one.
    anchor: Option<usize>,
    /// Whether what stands here is repeated by an alias elsewhere.
    pub(crate) repeated: bool,
}

/// How a value is written, and what is in it.
#[derive(Debug)]
pub(crate) enum Form {
    /// What has this anchor, once more.
    Alias(usize),
    Scalar(Quote),
    List(Style, Vec<Node>),
    Map(Style, Vec<Entry>),
}

/// How a single value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quote {
    Plain,
    Single,
    Double,
    /// Behind `|` or `>`.
    Block,
}

/// How a list or mapping is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Each item on a line of its own.
    Block,
    /// In brackets.
    Flow,
}

/// A key of a mapping and its value.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) span: Range<usize>,
    pub(crate) place: (u32, u32),
    pub(crate) value: Node,
}

impl Node {
    /// The layout of the one document of a text. Nothing if it has none, or if it has something that an expectation
    /// file cannot have, such as a list as a key.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut reader = Reader {
            parser: Parser::new_from_str_with_options(text, granit_parser::options! { emit_comments: false }),
            text,
            used: BTreeSet::new(),
            next: 0,
        };
        loop {
            match reader.event()? {
                (Event::StreamStart | Event::DocumentStart(..), _) => {}
                (event, span) => {
                    let mut root = reader.node(&event, span)?;
                    root.mark(&reader.used, false);
                    return Some(root);
                }
            }
        }
    }

    /// The entries of a mapping; none of anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.form {
            Form::Map(_, entries) => entries,
            Form::Alias(_) | Form::Scalar(_) | Form::List(..) => &[],
        }
    }

    /// The number of things in a list or mapping.
    pub(crate) fn len(&self) -> usize {
        match &self.form {
            Form::Map(_, entries) => entries.len(),
            Form::List(_, items) => items.len(),
            Form::Alias(_) | Form::Scalar(_) => 0,
        }
    }

    /// The place in a mapping at which a key stands.
    pub(crate) fn find(&self, key: &str) -> Option<usize> {
        self.entries().iter().position(|entry| entry.key == key)
    }

    /// The values in a list or mapping.
    pub(crate) fn values(&self) -> Box<dyn Iterator<Item = &Node> + '_> {
        match &self.form {
            Form::Map(_, entries) => Box::new(entries.iter().map(|entry| &entry.value)),
            Form::List(_, items) => Box::new(items.iter()),
            Form::Alias(_) | Form::Scalar(_) => Box::new(std::iter::empty()),
        }
    }

    /// One of them.
    pub(crate) fn value(&self, at: usize) -> Option<&Node> {
        match &self.form {
            Form::Map(_, entries) => entries.get(at).map(|entry| &entry.value),
            Form::List(_, items) => items.get(at),
            Form::Alias(_) | Form::Scalar(_) => None,
        }
    }

    /// The value with this anchor.
    pub(crate) fn anchored(&self, anchor: usize) -> Option<&Node> {
        if self.anchor == Some(anchor) {
            return Some(self);
        }
        self.values().find_map(|value| value.anchored(anchor))
    }

    /// Whether anything in it is repeated elsewhere.
    pub(crate) fn holds_repeated(&self) -> bool {
        self.repeated || self.values().any(Node::holds_repeated)
    }

    fn mark(&mut self, used: &BTreeSet<usize>, within: bool) {
        self.repeated = within || self.anchor.is_some_and(|anchor| used.contains(&anchor));
        let repeated = self.repeated;
        match &mut self.form {
            Form::Map(_, entries) => entries.iter_mut().for_each(|entry| entry.value.mark(used, repeated)),
            Form::List(_, items) => items.iter_mut().for_each(|item| item.mark(used, repeated)),
            Form::Alias(_) | Form::Scalar(_) => {}
        }
    }
}

struct Reader<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    text: &'a str,
    /// The anchors that an alias repeats.
    used: BTreeSet<usize>,
    next: usize,
}

impl<'a> Reader<'a> {
    fn event(&mut self) -> Option<(Event<'a>, Span)> {
        self.parser.next_event()?.ok()
    }

    /// The value that begins with an event.
    fn node(&mut self, event: &Event<'a>, span: Span) -> Option<Node> {
        let start = span.byte_range()?;
        let id = self.next;
        self.next += 1;
        let (form, anchor, end) = match event {
            Event::Alias(anchor) => {
                self.used.insert(*anchor);
                (Form::Alias(*anchor), 0, start.end)
            }
            Event::Scalar(_, style, anchor, _) => {
                let (quote, end) = match style {
                    ScalarStyle::Plain => (Quote::Plain, start.end),
                    ScalarStyle::SingleQuoted => (Quote::Single, start.end),
                    ScalarStyle::DoubleQuoted => (Quote::Double, start.end),
                    ScalarStyle::Literal | ScalarStyle::Folded => {
                        // The parser takes the lines below for a part of it, up to the next thing.
                        let kept = self.text[start.clone()].trim_end().len();
                        (Quote::Block, start.start + kept)
                    }
                };
                (Form::Scalar(quote), *anchor, end)
            }
            Event::SequenceStart(style, anchor, _) => {
                let mut items = Vec::new();
                let end = loop {
                    match self.event()? {
                        (Event::SequenceEnd, span) => break span.byte_range()?.end,
                        (event, span) => items.push(self.node(&event, span)?),
                    }
                };
                let last = items.last().map(|item| item.span.end);
                let (style, end) = ends(*style, end, last);
                (Form::List(style, items), *anchor, end)
            }
            Event::MappingStart(style, anchor, _) => {
                let mut entries = Vec::new();
                let end = loop {
                    match self.event()? {
                        (Event::MappingEnd, span) => break span.byte_range()?.end,
                        (Event::Scalar(key, ..), key_span) => {
                            let (event, span) = self.event()?;
                            entries.push(Entry {
                                key: key.into_owned(),
                                span: key_span.byte_range()?,
                                place: place(&key_span)?,
                                value: self.node(&event, span)?,
                            });
                        }
                        _ => return None,
                    }
                };
                let last = entries.last().map(|entry| entry.value.span.end.max(entry.span.end));
                let (style, end) = ends(*style, end, last);
                (Form::Map(style, entries), *anchor, end)
            }
            _ => return None,
        };
        Some(Node {
            id,
            span: start.start..end.max(start.start),
            place: place(&span)?,
            form,
            anchor: (anchor > 0).then_some(anchor),
            repeated: false,
        })
    }
}

fn ends(style: StructureStyle, end: usize, last: Option<usize>) -> (Style, usize) {
    match style {
        StructureStyle::Flow => (Style::Flow, end),
        StructureStyle::Block => (Style::Block, last.unwrap_or(end)),
    }
}

fn place(span: &Span) -> Option<(u32, u32)> {
    Some((
        u32::try_from(span.start.line()).ok()?,
        u32::try_from(span.start.col() + 1).ok()?,
    ))
}

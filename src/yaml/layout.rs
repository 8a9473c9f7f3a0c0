//! Where and how the values of a document are written, so that a part of the text can be changed and the rest stays.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Entry, Node, NodeValue};

/// Where and how a value or a key is written. Offsets are 32 bits wide because a large file has millions of values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// A number that no other value of the document has.
    pub(crate) id: u32,
    start: u32,
    end: u32,
    pub(crate) style: Style,
    /// Whether an alias elsewhere repeats the value or something around it.
    pub(crate) is_repeated: bool,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// A scalar without quotes, or an empty value.
    #[default]
    Plain,
    /// A scalar in `'…'`.
    SingleQuoted,
    /// A scalar in `"…"`.
    DoubleQuoted,
    /// A scalar below `|` or `>`.
    BlockScalar,
    /// A list or mapping with each item on a line of its own.
    Block,
    /// A list or mapping in brackets.
    Flow,
    /// `*name`: the value is a copy of an anchored one.
    Alias,
}

impl Written {
    pub(super) fn new(id: u32, span: &Range<usize>, style: Style) -> Self {
        // No file is as large as that: the limits on its size are far below.
        let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            id,
            start: offset(span.start),
            end: offset(span.end.max(span.start)),
            style,
            is_repeated: false,
        }
    }

    /// The bytes of the value, without an anchor or tag before it. A block ends with its last item.
    pub(crate) fn span(&self) -> Range<usize> {
        self.start()..self.end()
    }

    pub(crate) fn start(&self) -> usize {
        self.start as usize
    }

    pub(crate) fn end(&self) -> usize {
        self.end as usize
    }

    /// Whether nothing is written.
    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }
}

impl Entry {
    /// Where the entry ends: with its value, or with its key where it has none.
    pub(crate) fn end(&self) -> usize {
        self.value.written.end().max(self.written.end())
    }
}

/// The tree as it is written: an alias has nothing in it, and a mapping only its own entries.
impl Node {
    /// The value with the part of the meaning that is written here.
    pub(crate) fn as_written(&self) -> AsWritten<'_> {
        match (&self.value, self.written.style) {
            (_, Style::Alias) => AsWritten::Alias,
            (NodeValue::Scalar(_), _) => AsWritten::Scalar,
            (NodeValue::List(items), _) => AsWritten::List(items),
            (NodeValue::Map(map), _) => AsWritten::Map(map.written()),
        }
    }

    /// The entries of a mapping; none of any other value.
    pub(crate) fn entries(&self) -> &[Entry] {
        match self.as_written() {
            AsWritten::Map(entries) => entries,
            AsWritten::Alias | AsWritten::Scalar | AsWritten::List(_) => &[],
        }
    }

    /// The items of a list; none of any other value.
    pub(crate) fn items(&self) -> &[Node] {
        match self.as_written() {
            AsWritten::List(items) => items,
            AsWritten::Alias | AsWritten::Scalar | AsWritten::Map(_) => &[],
        }
    }

    /// The number of items or entries.
    pub(crate) fn len(&self) -> usize {
        self.entries().len() + self.items().len()
    }

    /// The position of a key in a mapping.
    pub(crate) fn find(&self, key: &str) -> Option<usize> {
        self.entries().iter().position(|entry| entry.key == key)
    }

    /// The values in a list or mapping.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Node> {
        let entries = self.entries().iter().map(|entry| &entry.value);
        entries.chain(self.items())
    }

    /// The value at a position of a list or mapping.
    pub(crate) fn value_at(&self, at: usize) -> Option<&Node> {
        let entry = self.entries().get(at).map(|entry| &entry.value);
        entry.or_else(|| self.items().get(at))
    }

    /// Whether an alias elsewhere repeats the value or any part of it.
    pub(crate) fn holds_repeated(&self) -> bool {
        self.written.is_repeated || self.values().any(Self::holds_repeated)
    }

    /// Marks every value that an alias repeats, given the numbers of the values that aliases name.
    pub(super) fn mark_repeated(&mut self, aliased: &BTreeSet<u32>, within: bool) {
        let is_repeated = within || aliased.contains(&self.written.id);
        self.written.is_repeated = is_repeated;
        if self.written.style == Style::Alias {
            return;
        }
        match &mut self.value {
            NodeValue::Scalar(_) => {}
            NodeValue::List(items) => {
                for item in items {
                    item.mark_repeated(aliased, is_repeated);
                }
            }
            NodeValue::Map(map) => {
                for entry in &mut map.entries[..map.written] {
                    entry.value.mark_repeated(aliased, is_repeated);
                }
            }
        }
    }
}

/// What is written for a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum AsWritten<'a> {
    Alias,
    Scalar,
    List(&'a [Node]),
    Map(&'a [Entry]),
}

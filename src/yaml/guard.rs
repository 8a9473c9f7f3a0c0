//! What keeps a document from exhausting memory or stack.

use super::{Node, NodeValue};

/// The deepest that lists and mappings may be in each other.
const DEEPEST: usize = 64;

/// The most values that a document may have, keys included. A file of 50,000 tables has some five million.
const MOST_VALUES: usize = 8_000_000;

/// The most bytes that its texts may have.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// The most values that aliases may repeat. One anchor for the columns that hundreds of tables have in common is good
/// use of it.
const MOST_REPEATED: usize = 500_000;

/// The most values that may be kept for aliases, once for each anchor that they stand behind.
const MOST_KEPT: usize = 100_000;

/// What a document has too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breach {
    /// Lists and mappings in each other.
    Depth,
    /// What anchors and aliases stand for.
    Aliases,
    /// Values, or bytes.
    Size,
}

/// How much there is in a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    values: usize,
    bytes: usize,
    depth: usize,
}

impl Size {
    /// The size of a value. It is no deeper than [`DEEPEST`].
    pub(super) fn of(node: &Node) -> Self {
        let mut inner = Self::default();
        let mut add = |other: Self| {
            inner.values += other.values;
            inner.bytes += other.bytes;
            inner.depth = inner.depth.max(other.depth);
        };
        match &node.value {
            NodeValue::Scalar(scalar) => {
                return Self {
                    values: 1,
                    bytes: scalar.text.len(),
                    depth: 0,
                };
            }
            NodeValue::List(items) => items.iter().map(Self::of).for_each(add),
            NodeValue::Map(map) => {
                for entry in map.iter() {
                    let value = Self::of(&entry.value);
                    add(Self {
                        values: value.values + 1,
                        bytes: value.bytes + entry.key.len(),
                        ..value
                    });
                }
            }
        }
        Self {
            values: inner.values + 1,
            depth: inner.depth + 1,
            ..inner
        }
    }
}

/// What there is so far.
#[derive(Debug, Default)]
pub(super) struct Guard {
    values: usize,
    bytes: usize,
    depth: usize,
    repeated: usize,
    kept: usize,
    /// How many of the lists and mappings that are being read have an anchor.
    anchored: usize,
}

impl Guard {
    /// A single value begins; `anchored` if it has an anchor.
    pub(super) fn scalar(&mut self, text: &str, anchored: bool) -> Result<(), Breach> {
        self.keep(usize::from(anchored))?;
        self.add(1, text.len())
    }

    /// A list or mapping begins.
    pub(super) fn enter(&mut self, anchored: bool) -> Result<(), Breach> {
        if self.depth == DEEPEST {
            return Err(Breach::Depth);
        }
        self.depth += 1;
        self.anchored += usize::from(anchored);
        self.add(1, 0)
    }

    /// A list or mapping is read.
    pub(super) fn leave(&mut self, anchored: bool) {
        self.depth = self.depth.saturating_sub(1);
        self.anchored = self.anchored.saturating_sub(usize::from(anchored));
    }

    /// Something is copied, to be repeated later.
    pub(super) fn copy(&mut self, size: Size) -> Result<(), Breach> {
        self.bytes = self.bytes.saturating_add(size.bytes);
        if self.bytes > MOST_BYTES {
            Err(Breach::Size)
        } else {
            Ok(())
        }
    }

    /// An alias repeats something.
    pub(super) fn repeat(&mut self, size: Size) -> Result<(), Breach> {
        if self.depth + size.depth > DEEPEST {
            return Err(Breach::Depth);
        }
        self.repeated = self.repeated.saturating_add(size.values);
        if self.repeated > MOST_REPEATED {
            return Err(Breach::Aliases);
        }
        self.add(size.values, size.bytes)
    }

    fn add(&mut self, values: usize, bytes: usize) -> Result<(), Breach> {
        self.keep(values.saturating_mul(self.anchored))?;
        self.values = self.values.saturating_add(values);
        self.bytes = self.bytes.saturating_add(bytes);
        if self.values > MOST_VALUES || self.bytes > MOST_BYTES {
            return Err(Breach::Size);
        }
        Ok(())
    }

    fn keep(&mut self, values: usize) -> Result<(), Breach> {
        self.kept = self.kept.saturating_add(values);
        if self.kept > MOST_KEPT {
            Err(Breach::Aliases)
        } else {
            Ok(())
        }
    }
}

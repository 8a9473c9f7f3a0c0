//! Limits that keep a document from exhausting memory or stack.

use super::{Node, NodeValue};

/// The maximum depth of nested lists and mappings.
const DEEPEST: usize = 64;

/// The maximum number of values in a document, keys included. A file of 50,000 tables has about five million.
const MOST_VALUES: usize = 8_000_000;

/// The maximum size of its texts in bytes.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// The maximum number of values that aliases repeat. It leaves room for one anchor with the columns that hundreds of
/// tables share.
const MOST_REPEATED: usize = 500_000;

/// The maximum number of values that are kept for aliases. A value counts once for each anchor around it.
const MOST_KEPT: usize = 100_000;

/// A limit that a document exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breach {
    /// The depth of lists and mappings.
    Depth,
    /// The values that aliases repeat.
    Aliases,
    /// The number of values, or of bytes.
    Size,
}

/// The size of a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    values: usize,
    bytes: usize,
    depth: usize,
}

impl Size {
    /// The size of a value. The depth of the recursion is limited by [`DEEPEST`].
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

/// The size of the document so far.
#[derive(Debug, Default)]
pub(super) struct Guard {
    values: usize,
    bytes: usize,
    depth: usize,
    repeated: usize,
    kept: usize,
    /// The number of open lists and mappings with an anchor.
    anchored: usize,
}

impl Guard {
    /// Counts a scalar; `anchored` if it has an anchor.
    pub(super) fn scalar(&mut self, text: &str, anchored: bool) -> Result<(), Breach> {
        self.keep(usize::from(anchored))?;
        self.add(1, text.len())
    }

    /// Counts a list or mapping that begins.
    pub(super) fn enter(&mut self, anchored: bool) -> Result<(), Breach> {
        if self.depth == DEEPEST {
            return Err(Breach::Depth);
        }
        self.depth += 1;
        self.anchored += usize::from(anchored);
        self.add(1, 0)
    }

    /// Ends a list or mapping.
    pub(super) fn leave(&mut self, anchored: bool) {
        self.depth = self.depth.saturating_sub(1);
        self.anchored = self.anchored.saturating_sub(usize::from(anchored));
    }

    /// Counts the copy of a value that is kept for aliases.
    pub(super) fn copy(&mut self, size: Size) -> Result<(), Breach> {
        self.bytes = self.bytes.saturating_add(size.bytes);
        if self.bytes > MOST_BYTES {
            Err(Breach::Size)
        } else {
            Ok(())
        }
    }

    /// Counts the values that an alias repeats.
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

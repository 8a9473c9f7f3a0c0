//! Changes the value of an attribute to the actual one, and as little of it as possible.

use std::collections::BTreeSet;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::object::Editor;
use crate::attribute::{Attr, Compare, Shape, Verdict};
use crate::expectation::Extent;
use crate::pull::shaped;
use crate::secret;
use crate::value::Value;
use crate::yaml::splice::Added;
use crate::yaml::write::Fragment;
use crate::yaml::{AsWritten, Node};

/// Why a value cannot be written.
pub(super) const HIDDEN_VALUE: &str = "its value is hidden: use --digest-key, or change it by hand";

/// What remains of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// A value that an expectation file can express.
    Something,
    /// An empty value, which an expectation file cannot express.
    Nothing,
}

impl Editor<'_> {
    /// Changes a value to the actual one.
    pub(super) fn value(
        &mut self,
        node: &Node,
        attr: &Attr,
        extent: Extent,
        expected: Option<&Value>,
        actual: &Value,
    ) -> Result<Left, String> {
        if is_empty(attr, actual) {
            return Ok(Left::Nothing);
        }
        if matches!(actual, Value::Secret(secret) if !secret.has_digest()) {
            return Err(HIDDEN_VALUE.to_owned());
        }
        match (node.as_written(), expected, actual, attr.shape) {
            (AsWritten::List(nodes), Some(Value::List(expected)), Value::List(actual), Shape::List(shape))
                if nodes.len() == expected.len() =>
            {
                let ordered = !matches!(attr.compare, Compare::Unordered);
                self.list(node, nodes, *shape, (extent, ordered), expected, actual)
            }
            (AsWritten::Map(entries), Some(Value::Map(expected)), Value::Map(actual), Shape::Map(shape)) => {
                let mut some = false;
                for (at, entry) in entries.iter().enumerate() {
                    match (expected.get(&entry.key), actual.get(&entry.key)) {
                        (_, None) => self.remove(node, at)?,
                        (Some(expected), Some(actual)) if expected == actual || keeps_secret(expected, actual) => {
                            some = true;
                        }
                        (Some(Value::List(expected)), Some(Value::List(actual)))
                            if attr.keyed_by_role && entry.value.len() == expected.len() =>
                        {
                            some |= self.words(&entry.value, expected, actual)? == Left::Something;
                        }
                        (expected, Some(actual)) => {
                            self.inner(&entry.value, *shape, expected, actual)?;
                            some = true;
                        }
                    }
                }
                // The keys are sorted, so each comes after the previous one.
                let mut at = 0;
                for (key, value) in actual.iter().filter(|(key, _)| !expected.contains_key(*key)) {
                    at += entries[at..].iter().take_while(|other| other.key < *key).count();
                    self.add(node, at, Some(key.clone()), shaped(*shape, value))?;
                    some = true;
                }
                Ok(if some { Left::Something } else { Left::Nothing })
            }
            (_, _, _, shape) => {
                self.replace(node, shaped(shape, actual))?;
                Ok(Left::Something)
            }
        }
    }

    /// Changes a value of a mapping.
    fn inner(&mut self, node: &Node, shape: Shape, expected: Option<&Value>, actual: &Value) -> Result<(), String> {
        if let (AsWritten::List(nodes), Some(Value::List(expected)), Value::List(found), Shape::List(shape)) =
            (node.as_written(), expected, actual, shape)
            && nodes.len() == expected.len()
            && !found.is_empty()
        {
            return self
                .list(node, nodes, *shape, (Extent::Whole, true), expected, found)
                .map(drop);
        }
        self.replace(node, shaped(shape, actual))
    }

    fn list(
        &mut self,
        node: &Node,
        nodes: &[Node],
        shape: Shape,
        (extent, ordered): (Extent, bool),
        expected: &[Value],
        actual: &[Value],
    ) -> Result<Left, String> {
        if extent == Extent::AtLeast || !ordered {
            let mut some = false;
            let listed: BTreeSet<&Value> = expected.iter().collect();
            let there: BTreeSet<&Value> = actual.iter().collect();
            for (at, item) in expected.iter().enumerate() {
                if there.contains(item) {
                    some = true;
                } else {
                    self.remove(node, at)?;
                }
            }
            if extent == Extent::Whole {
                for item in actual.iter().filter(|item| !listed.contains(item)) {
                    self.add(node, nodes.len(), None, shaped(shape, item))?;
                    some = true;
                }
            }
            return Ok(if some { Left::Something } else { Left::Nothing });
        }
        for step in capture_diff_slices(Algorithm::Myers, expected, actual) {
            let (old, new) = match step {
                DiffOp::Equal { .. } => continue,
                DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                    (step.old_range(), step.new_range())
                }
            };
            // Items are replaced one by one; then the surplus ones are removed or added.
            let both = old.len().min(new.len());
            for (at, item) in old.clone().zip(new.clone()) {
                self.replace(&nodes[at], shaped(shape, &actual[item]))?;
            }
            for at in old.clone().skip(both) {
                self.remove(node, at)?;
            }
            for item in new.skip(both) {
                self.add(node, old.start + both, None, shaped(shape, &actual[item]))?;
            }
        }
        Ok(Left::Something)
    }

    /// Changes a list of privileges to the actual one. Order and case do not matter.
    fn words(&mut self, node: &Node, expected: &[Value], actual: &[Value]) -> Result<Left, String> {
        let same = |one: &Value, other: &Value| match (one, other) {
            (Value::Text(one), Value::Text(other)) => one.eq_ignore_ascii_case(other),
            _ => one == other,
        };
        let is_in = |item: &Value, items: &[Value]| items.iter().any(|other| same(item, other));
        for (at, _) in expected.iter().enumerate().filter(|(_, item)| !is_in(item, actual)) {
            self.remove(node, at)?;
        }
        for item in actual.iter().filter(|item| !is_in(item, expected)) {
            self.add(node, expected.len(), None, shaped(Shape::Text, item))?;
        }
        Ok(if actual.is_empty() {
            Left::Nothing
        } else {
            Left::Something
        })
    }

    /// Removes an item from a list or mapping.
    pub(super) fn remove(&mut self, node: &Node, at: usize) -> Result<(), String> {
        let repeated = node.value_at(at).is_some_and(Node::holds_repeated);
        if node.written.is_repeated || repeated {
            return Err(self.repeated());
        }
        self.changes.removed.entry(node.written.id).or_default().insert(at);
        Ok(())
    }

    /// Replaces a value.
    pub(super) fn replace(&mut self, node: &Node, value: Fragment) -> Result<(), String> {
        if node.holds_repeated() {
            return Err(self.repeated());
        }
        self.changes.replaced.insert(node.written.id, value);
        Ok(())
    }

    /// Adds an item to a list or mapping, before the one at `at`.
    pub(super) fn add(&mut self, node: &Node, at: usize, key: Option<String>, value: Fragment) -> Result<(), String> {
        if node.written.is_repeated {
            return Err(self.repeated());
        }
        let added = self.changes.added.entry(node.written.id).or_default();
        added.push(Added { at, key, value });
        Ok(())
    }
}

/// Whether a value is an empty list or mapping, or none at all, which an expectation file cannot express.
pub(super) fn is_empty(attr: &Attr, value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Null => matches!(attr.shape, Shape::List(_) | Shape::Map(_)),
        Value::Bool(_) | Value::Integer(_) | Value::Text(_) | Value::Secret(_) => false,
    }
}

/// Whether the written value of a secret stays: it may equal the actual one, or it is more precise.
fn keeps_secret(expected: &Value, actual: &Value) -> bool {
    match actual {
        Value::Secret(secret) => !secret.has_digest() || secret::compare(expected, actual) != Verdict::Different,
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => false,
    }
}

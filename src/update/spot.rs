//! Where objects and their keys are written in a file.

use crate::expectation::{ExpectedObject, Subject};
use crate::kinds::{KeyForm, Kind};
use crate::object_id::ObjectId;
use crate::yaml::{AsWritten, Node};

/// Where an object is written: its mapping or list, and the position in it.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) holder: &'a Node,
    pub(super) at: usize,
    pub(super) value: &'a Node,
}

/// The position after the last item that precedes `new` in the order of `pull`; if there is none, the position of the
/// first one that follows it.
pub(super) fn place<T: Ord>(there: impl Iterator<Item = (usize, T)>, new: &T, end: usize) -> usize {
    let (before, behind): (Vec<_>, Vec<_>) = there.partition(|(_, other)| other < new);
    let before = before.into_iter().max_by(|(_, one), (_, other)| one.cmp(other));
    let behind = behind.into_iter().min_by(|(_, one), (_, other)| one.cmp(other));
    match (before, behind) {
        (Some((at, _)), _) => at + 1,
        (None, Some((at, _))) => at,
        (None, None) => end,
    }
}

/// The order in which `pull` writes the keys of an object.
fn keys(kind: Kind) -> impl Iterator<Item = &'static str> {
    let attributes = kind.spec().attrs.iter().map(|attr| attr.name);
    let bound = kind.spec().partition.map(|partition| partition.attributes.key);
    let sections = kind.children().map(|child| child.spec().section);
    let sections = sections.chain(kind.partition_section());
    ["exact"].into_iter().chain(bound).chain(attributes).chain(sections)
}

pub(super) fn place_of_key(node: &Node, kind: Kind, new: &str) -> usize {
    place_in(node, &keys(kind).collect::<Vec<_>>(), new)
}

pub(super) fn place_of_section(root: &Node, new: &str) -> usize {
    let first = ["driftgate", "database", "against", "schema", "exact"];
    let sections = Kind::roots().map(|kind| kind.spec().section);
    place_in(root, &first.into_iter().chain(sections).collect::<Vec<_>>(), new)
}

fn place_in(node: &Node, order: &[&str], new: &str) -> usize {
    let rank = |key: &str| order.iter().position(|other| *other == key);
    let there = node.entries().iter().enumerate();
    let there = there.filter_map(|(at, entry)| Some((at, rank(&entry.key)?)));
    rank(new).map_or(node.len(), |new| place(there, &new, node.len()))
}

/// The identity of an object; that of its parent if it has no name.
pub(super) fn subject(object: &ExpectedObject) -> &ObjectId {
    match &object.subject {
        Subject::Named(id) | Subject::ByMeaning(id) => id,
    }
}

/// Where an object is written in the mapping of its parent.
pub(super) fn spot<'a>(parent: &'a Node, object: &ExpectedObject) -> Option<Spot<'a>> {
    let spec = object.kind.spec();
    let section = if object.is_partition {
        spec.partition.and_then(|_| partition_section())?
    } else {
        spec.section
    };
    let at = parent.find(section)?;
    let section = &parent.entries()[at].value;
    if spec.syntax.key == KeyForm::Only && !spec.parents.is_empty() {
        let alternative = alternative(section, object);
        return alternative.or(Some(Spot {
            holder: parent,
            at,
            value: section,
        }));
    }
    let is_timed = !object.terms.window.is_empty();
    let mut values = section.values().filter(|_| is_timed);
    if let Some(spot) = values.find_map(|value| alternative(value, object)) {
        return Some(spot);
    }
    let at = match section.as_written() {
        AsWritten::Map(entries) => entries.iter().position(|entry| entry.place == object.place)?,
        AsWritten::List(items) => items.iter().position(|item| item.place == object.place)?,
        AsWritten::Alias | AsWritten::Scalar => return None,
    };
    Some(Spot {
        holder: section,
        at,
        value: section.value_at(at)?,
    })
}

/// Where an object is written in a list of what is expected of it at different times.
fn alternative<'a>(list: &'a Node, object: &ExpectedObject) -> Option<Spot<'a>> {
    let items = list.items();
    let at = items.iter().position(|item| item.place == object.place)?;
    let value = items.get(at)?;
    Some(Spot {
        holder: list,
        at,
        value,
    })
}

/// The section in which partitions are listed.
fn partition_section() -> Option<&'static str> {
    Kind::ALL.iter().find_map(|kind| kind.partition_section())
}

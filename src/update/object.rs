//! Changes what a file expects of one object.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::{ObjectChange, Unlisted};
use super::spot::{Spot, place, place_of_key, place_of_section, spot, subject};
use super::value::{HIDDEN_VALUE, Left, is_empty};
use crate::attribute::Attr;
use crate::expectation::{ExpectationFile, ExpectedObject, Extent};
use crate::kinds::{Attributes, KeyForm, Kind};
use crate::object_id::ObjectId;
use crate::pull::{IgnoredBy, Nesting, Writer, default_when_omitted, key, key_in, shorthand, value_document, written};
use crate::snapshot::Snapshot;
use crate::source_map::Place;
use crate::value::Value;
use crate::yaml::splice::Changes;
use crate::yaml::write::Fragment;
use crate::yaml::{AsWritten, Node, NodeValue};

/// Collects the changes to one file.
pub(super) struct Editor<'a> {
    file: &'a ExpectationFile,
    snapshot: &'a Snapshot,
    root: &'a Node,
    /// Where each object is written; none if it comes from an alias or a merge key.
    spots: Vec<Option<Spot<'a>>>,
    gone: BTreeSet<usize>,
    pub(super) changes: Changes,
    /// Why unlisted objects were not added, by their findings.
    left: BTreeMap<String, String>,
}

/// The short form of an object that only has to exist.
fn present() -> Fragment {
    Fragment::Plain("present".into())
}

impl<'a> Editor<'a> {
    pub(super) fn new(file: &'a ExpectationFile, snapshot: &'a Snapshot, root: &'a Node) -> Self {
        let mut spots: Vec<Option<Spot<'a>>> = Vec::with_capacity(file.objects.len());
        for object in &file.objects {
            let parent = match object.parent {
                None => Some(root),
                Some(parent) => spots[parent].map(|spot| spot.value),
            };
            spots.push(parent.and_then(|parent| spot(parent, object)));
        }
        Self {
            file,
            snapshot,
            root,
            spots,
            gone: BTreeSet::new(),
            changes: Changes::default(),
            left: BTreeMap::new(),
        }
    }

    /// Changes what is expected of an object to what exists, or returns why that is not possible.
    pub(super) fn change(&mut self, at: usize, change: &ObjectChange) -> Result<(), String> {
        let expected = &self.file.objects[at];
        let Some(spot) = self.spots[at] else {
            return Err("it comes from an alias or `<<`; change it by hand".into());
        };
        if change.gone {
            self.remove(spot.holder, spot.at)?;
            self.gone.insert(at);
            return Ok(());
        }
        if let Some(id) = &change.appeared {
            return self.appear(spot, expected, id);
        }
        let is_scalar = matches!(spot.value.as_written(), AsWritten::Scalar);
        let is_word = is_scalar && expected.attributes.is_empty() && !spot.value.written.is_empty();
        match spot.value.as_written() {
            AsWritten::Map(_) => {
                let changed = self.attributes(at, spot.value, change);
                self.children(Some(expected), spot.value, &change.unlisted);
                changed
            }
            AsWritten::Scalar if is_word && expected.terms.exact => {
                let id = subject(expected);
                let whole = self.whole(expected.kind, id, self.level(expected))?;
                self.replace(spot.value, whole)
            }
            AsWritten::Alias => match &spot.value.value {
                NodeValue::Scalar(_) | NodeValue::List(_) => self.rewrite(spot, expected, change),
                NodeValue::Map(_) => Err("it is an alias of another value; change it by hand".into()),
            },
            AsWritten::Scalar | AsWritten::List(_) => self.short(spot, expected, change),
        }
    }

    /// Adds unlisted objects to the top level of the file.
    pub(super) fn list_unlisted(&mut self, unlisted: &[Unlisted]) {
        self.children(None, self.root, unlisted);
    }

    /// All changes, without sections that became empty, and the objects that could not be added.
    pub(super) fn finish(mut self) -> (Changes, BTreeMap<String, String>) {
        let emptied = |changes: &Changes, holder: &Node| -> Vec<usize> {
            let sections = holder.values().enumerate();
            sections
                .filter(|(_, section)| changes.empties(section))
                .map(|(at, _)| at)
                .collect()
        };
        // Children come after their parents.
        for at in (0..self.spots.len()).rev() {
            let Some(spot) = self.spots[at].filter(|_| !self.gone.contains(&at)) else {
                continue;
            };
            if self.changes.replaced.contains_key(&spot.value.written.id)
                || !matches!(spot.value.as_written(), AsWritten::Map(_))
            {
                continue;
            }
            let empty = emptied(&self.changes, spot.value);
            if !empty.is_empty() {
                self.changes
                    .removed
                    .entry(spot.value.written.id)
                    .or_default()
                    .extend(empty);
            }
            if self.changes.empties(spot.value) {
                self.changes.replaced.insert(spot.value.written.id, present());
            }
        }
        let empty = emptied(&self.changes, self.root);
        if !empty.is_empty() {
            self.changes
                .removed
                .entry(self.root.written.id)
                .or_default()
                .extend(empty);
        }
        (self.changes, self.left)
    }

    /// Why a value that an alias repeats is not changed.
    #[expect(clippy::unused_self, reason = "where a change is refused, this is at hand")]
    pub(super) fn repeated(&self) -> String {
        "an alias repeats this value elsewhere, so a change would affect both; change it by hand".into()
    }

    /// Expects an object that was expected to be absent.
    fn appear(&mut self, spot: Spot<'a>, expected: &ExpectedObject, id: &ObjectId) -> Result<(), String> {
        if let Some(at) = spot.value.find("absent") {
            if spot.value.written.is_repeated {
                return Err(self.repeated());
            }
            self.changes.renamed.insert((spot.value.written.id, at), "present");
            return Ok(());
        }
        if !matches!(spot.value.as_written(), AsWritten::Scalar | AsWritten::Alias) {
            return Err("`absent` is not written here; change it by hand".into());
        }
        let value = if expected.terms.exact {
            self.whole(expected.kind, id, self.level(expected))?
        } else {
            present()
        };
        self.replace(spot.value, value)
    }

    /// An object as `pull` writes it.
    fn whole(&self, kind: Kind, id: &ObjectId, level: Nesting) -> Result<Fragment, String> {
        let object = self
            .snapshot
            .get(kind, id)
            .ok_or("it no longer exists under this name")?;
        Ok(self.writer().write(kind, id, object, false, level))
    }

    fn writer(&self) -> Writer<'a> {
        Writer {
            snapshot: self.snapshot,
            schema: &self.file.schema,
            any_partitions: false,
            ignored: IgnoredBy::File(self.file),
        }
    }

    /// The value of an attribute that the file may leave out.
    fn omitted(&self, expected: &ExpectedObject, name: &str) -> Value {
        let (kind, id) = (expected.kind, subject(expected));
        match self.snapshot.get(kind, id) {
            Some(object) => self.writer().omitted(kind, id, object, name, self.level(expected)),
            None => default_when_omitted(kind, id, name),
        }
    }

    /// Where an expected object is written.
    fn level(&self, expected: &ExpectedObject) -> Nesting {
        let is_in_partition = expected
            .parent
            .is_some_and(|parent| self.file.objects[parent].is_partition);
        match (expected.is_partition, is_in_partition) {
            (true, _) => Nesting::Partition,
            (false, true) => Nesting::InPartition,
            (false, false) => Nesting::Object,
        }
    }

    /// The attributes of an object that is written as a mapping.
    fn attributes(&mut self, at: usize, node: &'a Node, change: &ObjectChange) -> Result<(), String> {
        let expected = &self.file.objects[at];
        let kind = expected.kind;
        let mut values: Vec<(&'static str, Value)> = change.attributes.clone().into_iter().collect();
        // One spelling may mean several attributes, as `serial` does: then each is written on its own.
        let entry_of = |attr: &Attr| {
            node.find(key_of(expected, attr.name))
                .or_else(|| attr.subset_key.and_then(|includes| node.find(includes)))
        };
        let places: Vec<Place> = expected
            .attributes
            .iter()
            .filter(|a| change.attributes.contains_key(a.attr.name) && entry_of(a.attr).is_none())
            .map(|a| a.place)
            .filter(|place| node.entries().iter().any(|entry| entry.value.place == *place))
            .collect();
        for other in expected.attributes.iter().filter(|a| places.contains(&a.place)) {
            if !change.attributes.contains_key(other.attr.name) {
                values.push((other.attr.name, other.value.clone()));
            }
        }
        // In the order of `pull`.
        for attr in kind.spec().attrs {
            let Some((name, actual)) = values.iter().find(|(name, _)| *name == attr.name) else {
                continue;
            };
            let was = expected.attributes.iter().find(|a| a.attr.name == *name);
            let is_default = expected.terms.exact && self.omitted(expected, name) == *actual;
            match entry_of(attr) {
                Some(entry) if is_default => self.remove(node, entry)?,
                Some(entry) => {
                    let value = &node.entries()[entry].value;
                    let extent = was.map_or(Extent::Whole, |was| was.extent);
                    if self.value(value, attr, extent, was.map(|was| &was.value), actual)? == Left::Nothing {
                        self.remove(node, entry)?;
                    }
                }
                None if is_default => {}
                None => {
                    let key = key_of(expected, attr.name);
                    let place = place_of_key(node, kind, key);
                    self.add(node, place, Some(key.to_owned()), value_document(attr, actual))?;
                }
            }
        }
        Ok(())
    }

    /// Changes an object that is written in its short form: as a text or a list.
    fn short(&mut self, spot: Spot<'a>, expected: &ExpectedObject, change: &ObjectChange) -> Result<(), String> {
        if let (AsWritten::List(_), [(name, actual)], true) = (
            spot.value.as_written(),
            change.attributes.iter().collect::<Vec<_>>().as_slice(),
            change.unlisted.is_empty(),
        ) && let Some(was) = expected.attributes.iter().find(|a| a.attr.name == **name)
            && matches!(was.value, Value::List(_))
            && spot.value.place == was.place
        {
            let left = self.value(spot.value, was.attr, was.extent, Some(&was.value), actual)?;
            return match left {
                Left::Something => Ok(()),
                Left::Nothing => self.replace(spot.value, present()),
            };
        }
        self.rewrite(spot, expected, change)
    }

    /// Rewrites an object that is written in a short form. Values without drift stay as they are written.
    fn rewrite(&mut self, spot: Spot<'a>, expected: &ExpectedObject, change: &ObjectChange) -> Result<(), String> {
        let kind = expected.kind;
        let mut attributes: Attributes = Vec::new();
        for attr in kind.spec().attrs {
            let was = expected.attributes.iter().find(|a| a.attr.name == attr.name);
            let Some(value) = change.attributes.get(attr.name).or(was.map(|was| &was.value)) else {
                continue;
            };
            let is_needed = !(expected.terms.exact && self.omitted(expected, attr.name) == *value);
            if matches!(value, Value::Secret(secret) if !secret.has_digest()) {
                return Err(HIDDEN_VALUE.to_owned());
            }
            if is_needed && !is_empty(attr, value) {
                attributes.push((attr.name, value.clone()));
            }
        }
        let sections = self.sections(expected, &change.unlisted)?;
        let (mut all, short) = match kind.spec().partition.filter(|_| expected.is_partition) {
            Some(partition) => Writer::partition_attributes(partition, kind, &attributes),
            None => (written(kind, &attributes), shorthand(kind.spec(), &attributes)),
        };
        let short = short.filter(|_| sections.is_empty());
        let value = short.unwrap_or_else(|| {
            let is_flat = sections.is_empty() && all.iter().all(|(_, value)| value.is_short());
            all.extend(sections);
            if is_flat {
                Fragment::FlowMap(all)
            } else {
                Fragment::Map(all)
            }
        });
        self.replace(spot.value, value)
    }

    /// Unlisted objects, as the sections of their parent.
    fn sections(&self, parent: &ExpectedObject, unlisted: &[Unlisted]) -> Result<Vec<(String, Fragment)>, String> {
        let mut sections: Vec<(String, Fragment)> = Vec::new();
        for Unlisted { kind, id, .. } in unlisted {
            let new = self.new_object(Some(parent), *kind, id);
            let (section, value) = (new.section, self.section(&new, *kind, id)?);
            match (sections.last_mut(), value) {
                (Some((last, Fragment::Map(there))), Fragment::Map(more)) if last == section => there.extend(more),
                (_, value) => sections.push((section.to_owned(), value)),
            }
        }
        Ok(sections)
    }

    /// The section with one object in it.
    fn section(&self, new: &NewObject, kind: Kind, id: &ObjectId) -> Result<Fragment, String> {
        let value = self.whole(kind, id, new.level)?;
        Ok(match kind.spec().syntax.key {
            KeyForm::Only => value,
            KeyForm::Part | KeyForm::Text | KeyForm::Qualified | KeyForm::Signature => {
                Fragment::Map(vec![(new.key.clone(), value)])
            }
        })
    }

    /// How an unlisted object is written in its parent.
    fn new_object(&self, parent: Option<&ExpectedObject>, kind: Kind, id: &ObjectId) -> NewObject {
        let section = parent.and_then(|parent| parent.kind.partition_section());
        if let (Some(parent), Some(section), Some(_)) = (parent, section, kind.spec().partition) {
            return NewObject {
                section,
                key: key_in(id, subject(parent).schema()),
                level: Nesting::Partition,
            };
        }
        let is_in_partition = parent.is_some_and(|parent| parent.is_partition);
        NewObject {
            section: kind.spec().section,
            key: key(kind, id, &self.file.schema),
            level: if is_in_partition {
                Nesting::InPartition
            } else {
                Nesting::Object
            },
        }
    }

    /// Adds unlisted objects to the mapping of their parent.
    fn children(&mut self, parent: Option<&ExpectedObject>, node: &'a Node, unlisted: &[Unlisted]) {
        for Unlisted { kind, id, finding } in unlisted {
            if let Err(why) = self.child(parent, node, *kind, id) {
                self.left.insert(finding.clone(), why);
            }
        }
    }

    fn child(
        &mut self,
        parent: Option<&ExpectedObject>,
        node: &'a Node,
        kind: Kind,
        id: &ObjectId,
    ) -> Result<(), String> {
        let new = self.new_object(parent, kind, id);
        let section = new.section;
        if let Some(entry) = node.entries().iter().find(|entry| entry.key == section) {
            let value = self.whole(kind, id, new.level)?;
            return match entry.value.as_written() {
                AsWritten::Map(_) => {
                    let place = self.place_of_object(&entry.value, id);
                    self.add(&entry.value, place, Some(new.key), value)
                }
                AsWritten::List(items) if value != present() => {
                    if self.means_the_same(&entry.value, kind, id, &value) {
                        return Err(format!(
                            "another of `{section}` has the same meaning, and a list cannot distinguish them; give them names"
                        ));
                    }
                    self.add(&entry.value, items.len(), None, value)
                }
                AsWritten::List(_) | AsWritten::Alias | AsWritten::Scalar => Err(format!(
                    "`{section}` is written in a way that does not allow additions; change it by hand"
                )),
            };
        }
        let value = self.section(&new, kind, id)?;
        // Objects of one kind share a section.
        let added = self.changes.added.entry(node.written.id).or_default();
        let same = added.iter_mut().find(|added| added.key.as_deref() == Some(section));
        if let (Some(Fragment::Map(there)), Fragment::Map(more)) = (same.map(|added| &mut added.value), &value) {
            there.extend(more.iter().cloned());
            return Ok(());
        }
        let place = match parent {
            Some(parent) => place_of_key(node, parent.kind, section),
            None => place_of_section(node, section),
        };
        self.add(node, place, Some(section.to_owned()), value)
    }

    /// Whether a list has, or is about to have, an item that identifies the same object.
    fn means_the_same(&self, section: &Node, kind: Kind, id: &ObjectId, value: &Fragment) -> bool {
        let actual = self.snapshot.get(kind, id);
        let known = |object: &ExpectedObject| {
            let mut known = object.attributes.iter().filter(|a| a.attr.identifies).peekable();
            known.peek().is_some() && known.all(|a| actual.is_some_and(|actual| *actual.get(a.attr.name) == a.value))
        };
        let here = self.spots.iter().zip(&self.file.objects).enumerate();
        let mut here = here.filter(|(at, (spot, _))| {
            spot.is_some_and(|spot| spot.holder.written.id == section.written.id) && !self.gone.contains(at)
        });
        let added = self.changes.added.get(&section.written.id);
        here.any(|(_, (_, object))| known(object)) || added.is_some_and(|added| added.iter().any(|a| a.value == *value))
    }

    /// Where `pull` would write an object in a section: after the one that precedes it.
    fn place_of_object(&self, section: &Node, id: &ObjectId) -> usize {
        let here = self.spots.iter().zip(&self.file.objects).filter_map(|(spot, object)| {
            let at = spot.filter(|spot| spot.holder.written.id == section.written.id)?.at;
            Some((at, subject(object)))
        });
        place(here, &id, section.len())
    }
}

/// How an unlisted object is written.
struct NewObject {
    section: &'static str,
    key: String,
    level: Nesting,
}

/// The key of an attribute of an object.
fn key_of<'k>(object: &ExpectedObject, attribute: &'k str) -> &'k str {
    match object.kind.spec().partition.filter(|_| object.is_partition) {
        Some(partition) if partition.attributes.bound == attribute => partition.attributes.key,
        Some(_) | None => attribute,
    }
}

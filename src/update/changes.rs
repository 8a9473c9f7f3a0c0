//! What has to change in a file, object by object.

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::Attr;
use crate::expectation::{ExpectationFile, ExpectedObject, Presence, Subject};
use crate::finding::{About, Check, Code, Status};
use crate::kinds::Kind;
use crate::object_id::{ObjectId, split_name};
use crate::partitions;
use crate::snapshot::{IN_PARTITIONS, Object, Snapshot};
use crate::source_map::Place;
use crate::value::Value;

/// The changes to one object.
#[derive(Debug, Default)]
pub(super) struct ObjectChange {
    /// The findings that require them, without those of unlisted objects.
    pub(super) findings: Vec<String>,
    /// The object does not exist.
    pub(super) gone: bool,
    /// The object exists and was expected to be absent.
    pub(super) appeared: Option<ObjectId>,
    /// Attributes and their actual values.
    pub(super) attributes: BTreeMap<&'static str, Value>,
    /// Objects in it that are not listed.
    pub(super) unlisted: Vec<Unlisted>,
}

/// An object that exists and is not listed.
#[derive(Debug)]
pub(super) struct Unlisted {
    pub(super) kind: Kind,
    pub(super) id: ObjectId,
    /// The finding that says so.
    pub(super) finding: String,
}

/// The value that was found instead of the expected one.
fn actual(kind: Kind, id: &ObjectId, check: &Check, attribute: &str, snapshot: &Snapshot) -> Value {
    let is_masked = kind
        .spec()
        .reading
        .masked
        .is_some_and(|masked| masked.attribute == attribute);
    // The finding does not have what is hidden.
    match snapshot.get(kind, id).filter(|_| is_masked) {
        Some(object) => object.get(attribute).clone(),
        None => check.actual.clone(),
    }
}

/// The changes of a file by object, and what is not listed at its top.
#[derive(Default)]
struct ObjectChanges<'a> {
    by_object: BTreeMap<usize, ObjectChange>,
    top: Vec<Unlisted>,
    /// Objects that take the place of one that is expected by meaning.
    renewed: BTreeSet<(Kind, ObjectId)>,
    unexpected: Vec<(Kind, &'a ObjectId, &'a Check)>,
}

/// The changes by object, and what is not listed at the top of the file.
pub(super) fn changes(
    file: &ExpectationFile,
    findings: &[&Check],
    snapshot: &Snapshot,
) -> (BTreeMap<usize, ObjectChange>, Vec<Unlisted>) {
    let mut changes = ObjectChanges::default();
    for check in findings.iter().filter(|check| check.status == Status::Drift) {
        if let (About::Object { kind, id }, Code::Differs(_, attr)) = (&check.about, check.code) {
            let attribute = attr.name;
            let copies = changed_copies(*kind, id, check, attr, snapshot);
            if changes.all_in_partitions(file, *kind, check, attr, &copies) {
                continue;
            }
            if let Some(at) = owner(file, *kind, id, check.place, attribute) {
                let change = changes.of(at, check);
                if is_parent_of_partition(&file.objects[at], attribute) {
                    // It is listed where it is no partition: once it is removed there, it is an unlisted object.
                    change.gone = true;
                } else {
                    let actual = actual(*kind, id, check, attribute, snapshot);
                    change.attributes.insert(attribute, actual);
                    changes.settled(file, at, id, attribute, snapshot);
                }
            } else {
                changes.changed_copy(file, *kind, id, check);
            }
        } else if let Code::Missing(kind) = check.code {
            changes.missing(file, kind, check, snapshot);
        } else if let (About::Object { kind, id }, Code::Unexpected(_)) = (&check.about, check.code) {
            changes.unexpected.push((*kind, id, *check));
        }
    }
    changes.drop_contents_of_gone(file);
    // Only now is it known which unexpected objects take the place of another.
    for (kind, id, check) in std::mem::take(&mut changes.unexpected) {
        if !changes.renewed.contains(&(kind, id.clone())) {
            changes.appeared(file, kind, id, check, snapshot.get(kind, id));
        }
    }
    (changes.by_object, changes.top)
}

impl ObjectChanges<'_> {
    /// The change of the object at this position, which now has the finding.
    fn of(&mut self, at: usize, check: &Check) -> &mut ObjectChange {
        let change = self.by_object.entry(at).or_default();
        change.findings.push(check.id());
        change
    }

    /// An attribute has changed that determines some of the contents of the object, which a file need not list. If it
    /// lists any, it lists all of them.
    fn settled(&mut self, file: &ExpectationFile, at: usize, id: &ObjectId, attribute: &str, snapshot: &Snapshot) {
        let object = &file.objects[at];
        let settled = object.kind.spec().matching.settled_by;
        let Some((_, contents)) = settled.filter(|(name, _)| *name == attribute && object.terms.exact) else {
            return;
        };
        let listed: Vec<&Subject> = file
            .objects
            .iter()
            .filter(|other| other.parent == Some(at) && other.kind == contents)
            .map(|other| &other.subject)
            .collect();
        if listed.is_empty() {
            return;
        }
        let Some(change) = self.by_object.get_mut(&at) else {
            return;
        };
        let finding = change.findings.last().cloned().unwrap_or_default();
        for (id, object) in snapshot.children(contents, id) {
            if !object.is_implicit() && !listed.contains(&&Subject::Named(id.clone())) {
                change.unlisted.push(Unlisted {
                    kind: contents,
                    id: id.clone(),
                    finding: finding.clone(),
                });
            }
        }
    }

    /// What is removed takes along what is written in it.
    fn drop_contents_of_gone(&mut self, file: &ExpectationFile) {
        let gone = self.by_object.iter().filter(|(_, change)| change.gone);
        let mut gone: BTreeSet<usize> = gone.map(|(at, _)| *at).collect();
        if gone.is_empty() {
            return;
        }
        for (at, object) in file.objects.iter().enumerate() {
            if object.parent.is_some_and(|parent| gone.contains(&parent)) {
                gone.insert(at);
                self.by_object.remove(&at);
            }
        }
    }

    /// An expected object does not exist.
    fn missing(&mut self, file: &ExpectationFile, kind: Kind, check: &Check, snapshot: &Snapshot) {
        let is_missing = |object: &ExpectedObject| object.kind == kind && object.place == check.place;
        let Some(at) = file.objects.iter().position(is_missing) else {
            return;
        };
        let change = self.of(at, check);
        match near(file, at, snapshot) {
            // The object in its place differs in a part of its meaning.
            Some((id, attributes)) => {
                change.attributes.extend(attributes);
                self.renewed.insert((kind, id));
            }
            None => change.gone = true,
        }
    }

    /// Writes the values of changed copies in partitions where the partitions are listed. Returns whether that explains the
    /// finding: there are such copies, and all of the partitions are listed.
    fn all_in_partitions(
        &mut self,
        file: &ExpectationFile,
        kind: Kind,
        check: &Check,
        attr: &'static Attr,
        copies: &[(ObjectId, Value)],
    ) -> bool {
        let at = |kind: Option<Kind>, id: &ObjectId| {
            file.objects.iter().position(|object| {
                kind.map_or(object.is_partition, |kind| object.kind == kind)
                    && matches!(&object.subject, Subject::Named(named) if named == id)
            })
        };
        let listed: Vec<_> = copies
            .iter()
            .map(|(id, value)| (id, value, at(Some(kind), id), at(None, &id.relation())))
            .collect();
        if listed.is_empty()
            || listed
                .iter()
                .any(|(_, _, copy, partition)| copy.or(*partition).is_none())
        {
            return false;
        }
        for (id, value, copy, partition) in listed {
            if let Some(copy) = copy {
                self.of(copy, check).attributes.insert(attr.name, value.clone());
            } else if let Some(partition) = partition {
                self.unlisted_copy(partition, kind, id, check);
            }
        }
        true
    }

    /// Lists a copy in a partition.
    fn unlisted_copy(&mut self, partition: usize, kind: Kind, id: &ObjectId, check: &Check) {
        let unlisted = &mut self.by_object.entry(partition).or_default().unlisted;
        if !unlisted.iter().any(|other| other.kind == kind && other.id == *id) {
            unlisted.push(Unlisted {
                kind,
                id: id.clone(),
                finding: check.id(),
            });
        }
    }

    /// A copy in a partition is not as the object that it is a copy of: it is listed with what differs.
    fn changed_copy(&mut self, file: &ExpectationFile, kind: Kind, id: &ObjectId, check: &Check) {
        let is_partition =
            |object: &ExpectedObject| object.place == check.place && object.subject == Subject::Named(id.relation());
        if let Some(at) = file.objects.iter().position(is_partition) {
            self.unlisted_copy(at, kind, id, check);
        }
    }

    /// An object exists that is not listed, or that is expected to be absent.
    fn appeared(&mut self, file: &ExpectationFile, kind: Kind, id: &ObjectId, check: &Check, actual: Option<&Object>) {
        let object = file.objects.iter().enumerate().find_map(|(at, object)| {
            if object.place != check.place {
                return None;
            }
            if object.presence == Presence::Absent && object.kind == kind {
                return Some((at, true));
            }
            let (Subject::Named(parent) | Subject::ByMeaning(parent)) = &object.subject;
            let holds = object.terms.exact && object.kind.children().any(|child| child == kind);
            let is_partition = object.terms.exact
                && object.kind.partition_section().is_some()
                && actual.and_then(|actual| partitions::parent(kind, actual)).as_ref() == Some(parent);
            (is_partition || holds && (id == parent || id.is_in(parent))).then_some((at, false))
        });
        let unlisted = || Unlisted {
            kind,
            id: id.clone(),
            finding: check.id(),
        };
        match object {
            Some((at, true)) => self.of(at, check).appeared = Some(id.clone()),
            Some((at, false)) => self.by_object.entry(at).or_default().unlisted.push(unlisted()),
            None if file.exact && kind.spec().parents.is_empty() => self.top.push(unlisted()),
            None => {}
        }
    }
}

/// Whether an attribute says what the object, which is listed as a partition, is a partition of.
fn is_parent_of_partition(object: &ExpectedObject, attribute: &str) -> bool {
    let partition = object.kind.spec().partition;
    object.is_partition && partition.is_some_and(|partition| partition.attributes.parent == attribute)
}

/// The copies of an object in partitions that explain a finding about it: the object itself has the expected value.
fn changed_copies(
    kind: Kind,
    id: &ObjectId,
    check: &Check,
    attr: &'static Attr,
    snapshot: &Snapshot,
) -> Vec<(ObjectId, Value)> {
    let object = snapshot
        .get(kind, id)
        .filter(|object| attr.holds_in_partitions && *object.get(attr.name) == check.expected);
    let Some(Value::Map(places)) = object.map(|object| object.get(IN_PARTITIONS)) else {
        return Vec::new();
    };
    let changed = places.iter().filter(|(_, value)| **value != check.expected);
    let copies = changed.filter_map(|(place, value)| {
        let place = ObjectId::new(split_name(place)?);
        Some((place.prefix(kind.spec().identity.len()), value.clone()))
    });
    copies.collect()
}

/// The object whose attribute a finding is about.
fn owner(file: &ExpectationFile, kind: Kind, found: &ObjectId, place: Place, attribute: &str) -> Option<usize> {
    file.objects.iter().position(|object| {
        let named = match &object.subject {
            // A signature may be spelled differently in the file and in the catalog.
            Subject::Named(id) => kind.spec().matching.same_identity.is_some() || id == found,
            Subject::ByMeaning(_) => true,
        };
        let written = object.attributes.iter().find(|a| a.attr.name == attribute);
        object.kind == kind && named && written.map_or(object.place, |a| a.place) == place
    })
}

/// The only object that has some, but not all, of the identifying attributes of an expectation by meaning. Returned
/// with the attributes that differ.
fn near(file: &ExpectationFile, at: usize, snapshot: &Snapshot) -> Option<(ObjectId, Vec<(&'static str, Value)>)> {
    let expected = &file.objects[at];
    let Subject::ByMeaning(parent) = &expected.subject else {
        return None;
    };
    let known: Vec<_> = expected.attributes.iter().filter(|a| a.attr.identifies).collect();
    let mut found = None;
    for (id, object) in snapshot.children(expected.kind, parent) {
        let is_same = |other: &&crate::expectation::ExpectedAttribute| *object.get(other.attr.name) == other.value;
        // Another expectation may already refer to the object.
        let taken = file.objects.iter().enumerate().any(|(other, object)| {
            let same_place = other != at && object.kind == expected.kind;
            let by_name = matches!(&object.subject, Subject::Named(name) if name == id);
            let mut known = object.attributes.iter().filter(|a| a.attr.identifies).peekable();
            let by_meaning = object.subject == expected.subject && known.peek().is_some() && known.all(|a| is_same(&a));
            same_place && (by_name || by_meaning)
        });
        let same = known.iter().copied().filter(|a| is_same(a)).count();
        if taken || same == 0 || same == known.len() {
            continue;
        }
        let differs = known.iter().filter(|a| !is_same(a));
        let attributes = differs
            .map(|a| (a.attr.name, object.get(a.attr.name).clone()))
            .collect();
        if found.replace((id.clone(), attributes)).is_some() {
            return None;
        }
    }
    found
}

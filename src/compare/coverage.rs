//! Which objects of a catalog the expectations mention.

use std::collections::{BTreeMap, BTreeSet};

use super::ignoring::Ignoring;
use super::resolve::Claims;
use crate::expectation::{ExpectationFile, Subject};
use crate::finding::coverage::{Coverage, KindCoverage, Unmentioned};
use crate::kinds::{KeyForm, Kind};
use crate::object_id::{ObjectId, show_part};
use crate::partitions;
use crate::snapshot::{Object, Snapshot};

/// Counts the objects that the files of one database mention. `claims` are the objects that their expectations have
/// found: by name, by meaning, or as an object of another kind that gives the same guarantee. Ignored and implicit
/// objects are not counted.
#[must_use]
pub fn coverage(files: &[&ExpectationFile], snapshot: &Snapshot, claims: &Claims) -> Coverage {
    let mut survey = Survey {
        ignoring: Ignoring::of(files),
        snapshot,
        claims,
        counts: BTreeMap::new(),
        unmentioned: Vec::new(),
        of_any: files.iter().flat_map(|file| of_any(file)).collect(),
    };
    for kind in Kind::roots() {
        let objects = snapshot
            .of_kind(kind)
            .filter(|(id, object)| survey.is_counted(kind, id, object));
        let objects: Vec<&ObjectId> = objects.map(|(id, _)| id).collect();
        for id in objects {
            survey.object(kind, id, None);
        }
    }
    let Survey {
        counts,
        mut unmentioned,
        ..
    } = survey;
    // Objects without a mentioned parent come first.
    unmentioned.sort_by_key(|object| object.parent.is_some());
    Coverage {
        kinds: counts
            .into_iter()
            .map(|(kind, (mentioned, objects))| KindCoverage {
                kind: kind.spec().name,
                many: kind.many(),
                mentioned,
                objects,
            })
            .collect(),
        unmentioned,
    }
}

struct Survey<'a> {
    ignoring: Ignoring<'a>,
    snapshot: &'a Snapshot,
    claims: &'a Claims,
    /// How many objects are mentioned, and how many exist.
    counts: BTreeMap<Kind, (usize, usize)>,
    unmentioned: Vec<Unmentioned>,
    /// Objects that may have any partitions: these need not be mentioned.
    of_any: BTreeSet<(Kind, &'a ObjectId)>,
}

/// The objects of a file that may have any partitions.
fn of_any(file: &ExpectationFile) -> impl Iterator<Item = (Kind, &ObjectId)> {
    let objects = file.objects_of_all_times().filter(|object| object.any_partitions);
    objects.filter_map(|object| match &object.subject {
        Subject::Named(id) => Some((object.kind, id)),
        Subject::ByMeaning(_) => None,
    })
}

impl<'a> Survey<'a> {
    /// Whether an object is counted: neither implicit nor ignored.
    fn is_counted(&self, kind: Kind, id: &ObjectId, object: &Object) -> bool {
        !object.is_implicit() && !self.ignoring.object_of_any(kind, id)
    }

    /// Counts an object and its contents. `parent` is the object that contains it.
    fn object(&mut self, kind: Kind, id: &'a ObjectId, parent: Option<(Kind, &ObjectId)>) {
        let is_mentioned = self.claims.contains(&(kind, id.clone()));
        let (mentioned, objects) = self.counts.entry(kind).or_default();
        *mentioned += usize::from(is_mentioned);
        *objects += 1;
        if is_mentioned {
            for (child, child_id) in self.children(kind, id) {
                self.object(child, child_id, Some((kind, id)));
            }
            if !self.of_any.contains(&(kind, id)) {
                for (partition, partition_id) in self.partitions(kind, id) {
                    self.object(partition, partition_id, Some((kind, id)));
                }
            }
            return;
        }
        let mut contains = BTreeMap::new();
        self.count_children(kind, id, &mut contains);
        for (kind, partition) in self.partitions(kind, id) {
            self.counts.entry(kind).or_default().1 += 1;
            *contains.entry(kind).or_default() += 1;
            self.count_children(kind, partition, &mut contains);
        }
        self.unmentioned.push(Unmentioned {
            kind: kind.spec().name,
            many: kind.many(),
            object: kind.show(id),
            name: match kind.spec().syntax.key {
                // The parent has at most one, so its name does not matter.
                KeyForm::Only => String::new(),
                KeyForm::Text => id.last().to_owned(),
                KeyForm::Part | KeyForm::Qualified | KeyForm::Signature => show_part(id.last()),
            },
            parent: parent.map(|(kind, id)| (kind.spec().name, kind.show(id))),
            contains: contains
                .into_iter()
                .map(|(child, count)| {
                    let words = if count == 1 { child.words() } else { child.many() };
                    (child.spec().name, words, count)
                })
                .collect(),
        });
    }

    /// Counts the contents of an object that is not mentioned.
    fn count_children(&mut self, kind: Kind, id: &'a ObjectId, contains: &mut BTreeMap<Kind, usize>) {
        for (child, child_id) in self.children(kind, id) {
            self.counts.entry(child).or_default().1 += 1;
            *contains.entry(child).or_default() += 1;
            self.count_children(child, child_id, contains);
        }
    }

    /// The partitions of an object that are counted.
    fn partitions(&self, kind: Kind, id: &ObjectId) -> Vec<(Kind, &'a ObjectId)> {
        let object = self.snapshot.get(kind, id);
        let all = object.map(partitions::partitions).unwrap_or_default().into_iter();
        let known = all.filter_map(|(kind, id)| Some((kind, self.snapshot.key(kind, &id)?)));
        known
            .filter(|(kind, id)| !self.ignoring.object_of_any(*kind, id))
            .collect()
    }

    fn children(&self, kind: Kind, id: &'a ObjectId) -> Vec<(Kind, &'a ObjectId)> {
        let mut children = Vec::new();
        for child in kind.children() {
            let objects = self.snapshot.children(child, id);
            children.extend(
                objects
                    .filter(|(id, object)| self.is_counted(child, id, object))
                    .map(|(id, _)| (child, id)),
            );
        }
        children
    }
}

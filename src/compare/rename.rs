//! Finds the likely new name of a missing object: a similar object that no expectation mentions.

use super::partitions::WrittenAttributes;
use super::subject::{Actual, ObjectComparison};
use super::{Decision, Plan, Step};
use crate::expectation::{ExpectationFile, ExpectedObject, Subject};
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::snapshot::{Object, Snapshot};

/// How many of ten expected contents an object must have to be a likely match.
const LIKELY: usize = 6;

/// A missing object that may exist under another name.
#[derive(Debug)]
pub(super) struct PossiblyRenamed<'a> {
    /// The number of its step.
    pub(super) step: usize,
    pub(super) file: &'a ExpectationFile,
    pub(super) expected: &'a ExpectedObject,
    pub(super) id: &'a ObjectId,
}

/// If more objects are missing, no new names are searched for: it is probably the wrong database.
const MOST: usize = 50;

/// Adds the likely new names to the messages of missing objects.
pub(super) fn find<'a>(plan: &mut Plan<'a>, files: &[&'a ExpectationFile], snapshot: &'a Snapshot) {
    let written = WrittenAttributes::of(files);
    let all = std::mem::take(&mut plan.possibly_renamed);
    if all.len() > MOST {
        return;
    }
    for missing in all {
        // An object that is expected by meaning may be any object of the kind.
        let is_open = |object: &ExpectedObject| {
            object.kind == missing.expected.kind && matches!(object.subject, Subject::ByMeaning(_))
        };
        if files.iter().any(|file| file.objects.iter().any(is_open)) {
            continue;
        }
        let subject = ObjectComparison {
            snapshot,
            file: missing.file,
            expected: missing.expected,
            keep: false,
            written: &written,
        };
        let claimed = &plan.claimed;
        let name = likely(&subject, missing.id, |kind, id| !claimed.contains(&(kind, id.clone())));
        if let (Some(name), Some(Step::Check(pending))) = (name, plan.steps.get_mut(missing.step)) {
            pending.check.message = format!("{}; {name}", pending.check.message);
        }
    }
}

/// Describes the likely new name of a missing object, if there is exactly one. `is_unmentioned` returns whether no
/// expectation mentions an object.
fn likely(
    subject: &ObjectComparison<'_, '_>,
    id: &ObjectId,
    is_unmentioned: impl Fn(Kind, &ObjectId) -> bool,
) -> Option<String> {
    let kind = subject.expected.kind;
    // The arguments of a signature come after the name.
    let at = kind.spec().identity.iter().position(|part| *part == "name")?;
    let within = id.prefix(at);
    let is_alike = |other: &ObjectId| other != id && other.parts().get(at + 1..) == id.parts().get(at + 1..);
    let others: Vec<(&ObjectId, &Object)> = subject
        .snapshot
        .children(kind, &within)
        // Objects without a parent, for instance schemas, cannot be distinguished by their contents.
        .filter(|(other, object)| at > 0 && is_alike(other) && !object.is_implicit() && is_unmentioned(kind, other))
        .collect();
    if others.is_empty() {
        return None;
    }
    by_attributes(subject, &others).or_else(|| by_contents(subject.file, subject.expected, subject.snapshot, &others))
}

/// An object whose identifying attributes are as expected. These are the attributes without a default, for instance the
/// type of a column.
fn by_attributes(subject: &ObjectComparison<'_, '_>, others: &[(&ObjectId, &Object)]) -> Option<String> {
    let attributes = || subject.expected.attributes.iter();
    let identifying: Vec<&str> = attributes()
        .filter(|a| a.attr.default.is_none())
        .map(|a| a.attr.name)
        .collect();
    if identifying.is_empty() {
        return None;
    }
    let kind = subject.expected.kind;
    let is_equal = |name: &str, id: &ObjectId, object: &Object| {
        let actual = Actual { kind, id, object };
        attributes()
            .filter(|a| a.attr.name == name)
            .all(|a| matches!(subject.compare(actual, a.attr, &a.value, a.extent), Decision::Equal))
    };
    let same: Vec<(usize, &ObjectId)> = others
        .iter()
        .filter(|(id, object)| identifying.iter().all(|name| is_equal(name, id, object)))
        .map(|(id, object)| {
            let equal = attributes().filter(|a| is_equal(a.attr.name, id, object)).count();
            (equal, *id)
        })
        .collect();
    // In a file that is not exact, many objects are unmentioned, so more than one attribute must match.
    let written = attributes().count();
    let enough = |count: usize| subject.expected.terms.exact || count == written && written > 1;
    let other = only_best(&same).filter(|other| same.iter().any(|(count, id)| id == other && enough(*count)))?;
    Some(format!(
        "it may have been renamed: {}, which no expectation mentions, has the same {}",
        kind.show(other),
        identifying.join(" and ")
    ))
}

/// An object that has most of the expected contents, for instance nine of ten columns.
fn by_contents(
    file: &ExpectationFile,
    expected: &ExpectedObject,
    snapshot: &Snapshot,
    others: &[(&ObjectId, &Object)],
) -> Option<String> {
    let parent = file.objects.iter().position(|object| std::ptr::eq(object, expected))?;
    let whole = |object: &&ExpectedObject| match &object.subject {
        Subject::Named(id) => Some((object.kind, id.last().to_owned())),
        Subject::ByMeaning(_) => None,
    };
    let contents: Vec<(Kind, String)> = file
        .objects
        .iter()
        .filter(|object| object.parent == Some(parent))
        .filter_map(|object| whole(&object))
        .collect();
    let first = contents.first()?.0;
    let names: Vec<&str> = contents
        .iter()
        .filter(|(kind, _)| *kind == first)
        .map(|(_, name)| name.as_str())
        .collect();
    let similar: Vec<(usize, &ObjectId)> = others
        .iter()
        .map(|(id, _)| {
            let has = names
                .iter()
                .filter(|name| snapshot.get(first, &id.child(name)).is_some());
            (has.count(), *id)
        })
        .filter(|(count, _)| *count > 1 && count * 10 >= names.len() * LIKELY)
        .collect();
    let other = only_best(&similar)?;
    let count = similar.iter().find(|(_, id)| *id == other)?.0;
    Some(format!(
        "it may have been renamed: {}, which no expectation mentions, has {count} of its {} {}",
        expected.kind.show(other),
        names.len(),
        first.many()
    ))
}

/// The object with the highest count, if only one has it.
fn only_best<'a>(counted: &[(usize, &'a ObjectId)]) -> Option<&'a ObjectId> {
    let most = counted.iter().map(|(count, _)| *count).max()?;
    let mut best = counted.iter().filter(|(count, _)| *count == most);
    let first = best.next()?;
    best.next().is_none().then_some(first.1)
}

//! Under which name an object that is missing may be there: one that nobody expects, and that is the same otherwise.

use super::subject::{Actual, ObjectComparison};
use super::{Decision, Plan, Step};
use crate::expectation::{ExpectationFile, ExpectedObject, Subject};
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::snapshot::{Object, Snapshot};

/// How many of the objects in it must be there, of ten, so that another name is likely.
const LIKELY: usize = 6;

/// An object that is missing, and nothing is known yet of where it may be.
#[derive(Debug)]
pub(super) struct PossiblyRenamed<'a> {
    /// The number of its step.
    pub(super) step: usize,
    pub(super) file: &'a ExpectationFile,
    pub(super) expected: &'a ExpectedObject,
    pub(super) id: &'a ObjectId,
}

/// How many objects are looked for under other names: where most is missing, it is another database.
const MOST: usize = 50;

/// Says of objects that are missing under which other name they may be there.
pub(super) fn find<'a>(plan: &mut Plan<'a>, files: &[&'a ExpectationFile], snapshot: &'a Snapshot) {
    let all = std::mem::take(&mut plan.possibly_renamed);
    if all.len() > MOST {
        return;
    }
    for missing in all {
        // What is expected by meaning may be any of them.
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
        };
        let claimed = &plan.claimed;
        let name = likely(&subject, missing.id, |kind, id| !claimed.contains(&(kind, id.clone())));
        if let (Some(name), Some(Step::Check(pending))) = (name, plan.steps.get_mut(missing.step)) {
            pending.check.message = format!("{}; {name}", pending.check.message);
        }
    }
}

/// Says where a missing object may be, if that is likely of exactly one. `is_unmentioned` says whether no expectation speaks of
/// an object.
fn likely(
    subject: &ObjectComparison<'_>,
    id: &ObjectId,
    is_unmentioned: impl Fn(Kind, &ObjectId) -> bool,
) -> Option<String> {
    let kind = subject.expected.kind;
    // The arguments of a signature stand behind the name.
    let at = kind.spec().identity.iter().position(|part| *part == "name")?;
    let within = id.prefix(at);
    let is_alike = |other: &ObjectId| other != id && other.parts().get(at + 1..) == id.parts().get(at + 1..);
    let others: Vec<(&ObjectId, &Object)> = subject
        .snapshot
        .children(kind, &within)
        // What is in nothing, such as a schema, has nothing by which it could be told apart.
        .filter(|(other, object)| at > 0 && is_alike(other) && !object.is_implicit() && is_unmentioned(kind, other))
        .collect();
    if others.is_empty() {
        return None;
    }
    by_attributes(subject, &others).or_else(|| by_contents(subject.file, subject.expected, subject.snapshot, &others))
}

/// One of which everything is as expected that has no default and so makes it what it is: the type of a column.
fn by_attributes(subject: &ObjectComparison<'_>, others: &[(&ObjectId, &Object)]) -> Option<String> {
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
    // Where the world is open, much is there that nobody mentions: more than one thing must be the same.
    let written = attributes().count();
    let enough = |count: usize| subject.expected.terms.exact || count == written && written > 1;
    let other = only_best(&same).filter(|other| same.iter().any(|(count, id)| id == other && enough(*count)))?;
    Some(format!(
        "it may have another name: {}, which no expectation mentions, has the same {}",
        kind.show(other),
        identifying.join(" and ")
    ))
}

/// One in which most of what is expected in it is: nine of ten columns.
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
    let there: Vec<(usize, &ObjectId)> = others
        .iter()
        .map(|(id, _)| {
            let has = names
                .iter()
                .filter(|name| snapshot.get(first, &id.child(name)).is_some());
            (has.count(), *id)
        })
        .filter(|(count, _)| *count > 1 && count * 10 >= names.len() * LIKELY)
        .collect();
    let other = only_best(&there)?;
    let count = there.iter().find(|(_, id)| *id == other)?.0;
    Some(format!(
        "it may have another name: {}, which no expectation mentions, has {count} of its {} {}",
        expected.kind.show(other),
        names.len(),
        first.many()
    ))
}

/// The one that has the most, if it is alone with that.
fn only_best<'a>(counted: &[(usize, &'a ObjectId)]) -> Option<&'a ObjectId> {
    let most = counted.iter().map(|(count, _)| *count).max()?;
    let mut best = counted.iter().filter(|(count, _)| *count == most);
    let first = best.next()?;
    best.next().is_none().then_some(first.1)
}

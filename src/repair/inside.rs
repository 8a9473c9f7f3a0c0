//! What is inside of missing objects. A check reports a missing table once; a script that creates it also creates its
//! columns, its constraints and what they have.

use std::collections::BTreeMap;

use crate::attribute::CatalogRow;
use crate::compare::{self, resolve};
use crate::expectation::{ExpectationFile, ExpectedObject, Subject};
use crate::finding::{Check, Code};
use crate::fix::Recreated;
use crate::kinds::{Kind, of_created};
use crate::object_id::ObjectId;
use crate::observed::{Answer, Answers};
use crate::snapshot::{OWNER, Object, Snapshot};
use crate::value::Value;

/// How deep objects can be in one another.
const DEEPEST: usize = 5;

/// The findings about what is in missing objects once these are created.
pub(super) fn inside_missing(findings: &[Check], files: &[&ExpectationFile], snapshot: &Snapshot) -> Vec<Check> {
    let mut made = snapshot.clone();
    let mut all: Vec<Check> = Vec::new();
    let mut created: Vec<(Kind, ObjectId)> = Vec::new();
    for _ in 0..DEEPEST {
        let known: Vec<&Check> = findings.iter().chain(&all).collect();
        let new: Vec<_> = known
            .iter()
            .filter_map(|check| self::created(check))
            .filter(|object| !created.contains(object))
            .collect();
        if new.is_empty() {
            break;
        }
        for (kind, id) in &new {
            create(&mut made, files, snapshot, (*kind, id));
        }
        created.extend(new);
        let plan = compare::plan(files, &made, false);
        let answers = nothing_is_equal_to_null(&plan);
        let (checks, _) = resolve::resolve(plan, &answers, &made);
        let found: Vec<Check> = checks
            .findings
            .into_iter()
            .filter(|check| is_new(check, &known, &created) && !is_made(check, &created))
            .collect();
        all.extend(found);
    }
    all
}

/// A default or an expression that is expected where there is none is a difference.
fn nothing_is_equal_to_null(plan: &compare::Plan<'_>) -> Answers {
    let questions = plan.questions().into_iter();
    let of_null = questions.filter(|asked| asked.question.actual.eq_ignore_ascii_case("null"));
    of_null.map(|asked| (asked, Answer::Different)).collect()
}

/// Adds an object, as the statement of its fix makes it, and what follows from it.
fn create(made: &mut Snapshot, files: &[&ExpectationFile], snapshot: &Snapshot, (kind, id): (Kind, &ObjectId)) {
    let Some(object) = expected(files, kind, id) else {
        return;
    };
    match snapshot.get(kind, id) {
        // It is created again, with all that it had.
        Some(found) => made.insert(kind, id.clone(), with_settled(found, object)),
        None => made.insert(kind, id.clone(), as_created(object, id, snapshot)),
    }
    for (column, object) in settled(files, kind, id) {
        let Some(id) = named(object).filter(|id| made.get(column, id).is_none()) else {
            continue;
        };
        let mut created = as_created(object, id, snapshot);
        let attrs = column.spec().attrs.iter();
        for attr in attrs.filter(|attr| attr.stored_in == CatalogRow::Default) {
            created.set(attr.name, Value::Null);
        }
        made.insert(column, id.clone(), created);
    }
}

/// The object that the fix of a finding creates.
fn created(check: &Check) -> Option<(Kind, ObjectId)> {
    let (Some(fix), Some((kind, id))) = (&check.fix, check.about.as_object()) else {
        return None;
    };
    let is_created = matches!(check.code, Code::Missing(_)) && fix.turn == crate::fix::Turn::Make;
    let is_created_again = matches!(fix.recreates, Some(Recreated::Query(_)));
    (is_created || is_created_again).then(|| (kind, id.clone()))
}

/// The expected objects that follow from an attribute of an object: the columns of a view.
fn settled<'a>(files: &[&'a ExpectationFile], kind: Kind, id: &ObjectId) -> Vec<(Kind, &'a ExpectedObject)> {
    let Some((_, child)) = kind.spec().matching.settled_by else {
        return Vec::new();
    };
    let objects = files.iter().flat_map(|file| &file.objects);
    let is_in = |object: &&ExpectedObject| {
        object.kind == child && matches!(&object.subject, Subject::Named(named) if named.relation() == *id)
    };
    objects.filter(is_in).map(|object| (child, object)).collect()
}

/// The name of an expected object that has one.
fn named(object: &ExpectedObject) -> Option<&ObjectId> {
    match &object.subject {
        Subject::Named(id) => Some(id),
        Subject::ByMeaning(_) => None,
    }
}

/// The object as it is, with the expected value of the attribute for which it is created again.
fn with_settled(found: &Object, expected: &ExpectedObject) -> Object {
    let mut object = found.clone();
    let settled = expected.kind.spec().matching.settled_by.map(|(name, _)| name);
    let attributes = expected.attributes.iter();
    if let Some(attribute) = attributes
        .into_iter()
        .find(|attribute| Some(attribute.attr.name) == settled)
    {
        object.set(attribute.attr.name, attribute.value.clone());
    }
    object
}

/// Whether a finding is about one of these objects, or about something in one.
fn is_in(check: &Check, created: &[(Kind, ObjectId)]) -> bool {
    let in_one = |parent: &ObjectId, kind: Kind| {
        created
            .iter()
            .any(|(of, id)| id == parent && kind.spec().parents.contains(of))
    };
    match (&check.about, check.about.kind()) {
        (crate::finding::About::ByMeaning { kind, parent, .. }, _) => in_one(parent, *kind),
        (crate::finding::About::Object { kind, id }, _) => {
            created.iter().any(|(of, same)| of == kind && same == id)
                || in_one(&id.relation(), *kind)
                || in_one(id, *kind)
        }
        (_, _) => false,
    }
}

fn expected<'a>(files: &[&'a ExpectationFile], kind: Kind, id: &ObjectId) -> Option<&'a ExpectedObject> {
    let mut objects = files.iter().flat_map(|file| &file.objects);
    objects.find(|object| object.kind == kind && matches!(&object.subject, Subject::Named(named) if named == id))
}

/// The object as the statement that creates it makes it.
fn as_created(expected: &ExpectedObject, id: &ObjectId, snapshot: &Snapshot) -> Object {
    let role = snapshot.server.role.as_str();
    let later = |name: &str| expected.kind.is_set_after_creation(name);
    let values: BTreeMap<String, _> = expected
        .attributes
        .iter()
        .filter(|attribute| !later(attribute.attr.name))
        .map(|attribute| (attribute.attr.name.to_owned(), attribute.value.clone()))
        .collect();
    let mut object = Object::new(expected.kind, values);
    for attr in expected.kind.spec().attrs {
        if let Some(default) = attr.default.filter(|_| object.get(attr.name).is_null()) {
            object.set(attr.name, default.into());
        }
    }
    for attr in expected.kind.spec().attrs.iter().filter(|attr| attr.keyed_by_role) {
        object.set(attr.name, of_created(expected.kind, id, role, snapshot));
    }
    object.set(OWNER, Value::from(role));
    object
}

/// Whether a finding is one about what is created, or had no fix as long as something else was missing.
fn is_new(check: &Check, known: &[&Check], created: &[(Kind, ObjectId)]) -> bool {
    let id = check.common_id();
    let same: Vec<&&Check> = known.iter().filter(|other| other.common_id() == id).collect();
    if matches!(check.code, Code::Unexpected(_)) {
        return false;
    }
    if same.is_empty() {
        return is_in(check, created);
    }
    check.fix.is_some()
        && same.iter().all(|other| other.fix.is_none())
        && (is_in(check, created) || same.iter().any(|other| other.caused_by.is_some()))
}

/// Whether a finding is about what the statement that creates the object already gives it.
fn is_made(check: &Check, created: &[(Kind, ObjectId)]) -> bool {
    let is_created = |kind: Kind, id: &ObjectId| created.iter().any(|(of, same)| *of == kind && same == id);
    match (&check.code, check.about.as_object()) {
        (Code::Differs(kind, attr), Some((_, id))) => is_created(*kind, id) && !kind.is_set_after_creation(attr.name),
        (_, _) => false,
    }
}

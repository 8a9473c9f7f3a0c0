//! What is inside of missing objects. A check reports a missing table once; a script that creates it also creates its
//! columns, its constraints and what they have.

use std::collections::BTreeMap;

use crate::compare::{self, resolve};
use crate::expectation::{ExpectationFile, ExpectedObject, Subject};
use crate::finding::{Check, Code};
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::observed::Answers;
use crate::snapshot::{OWNER, Object, Snapshot};
use crate::value::Value;

/// How deep objects can be in one another.
const DEEPEST: usize = 3;

/// The findings about what is in missing objects once these are created.
pub(super) fn inside_missing(findings: &[Check], files: &[&ExpectationFile], snapshot: &Snapshot) -> Vec<Check> {
    let mut made = snapshot.clone();
    let mut all = Vec::new();
    let mut round: Vec<Check> = findings.to_vec();
    for _ in 0..DEEPEST {
        let created: Vec<(Kind, ObjectId)> = round.iter().filter_map(created).collect();
        if created.is_empty() {
            break;
        }
        for (kind, id) in &created {
            if let Some(object) = expected(files, *kind, id).map(|expected| as_created(expected, &snapshot.server.role))
            {
                made.insert(*kind, id.clone(), object);
            }
        }
        let (checks, _) = resolve::resolve(compare::plan(files, &made, false), &Answers::default(), &made);
        round = checks
            .findings
            .into_iter()
            .filter(|check| is_in(check, &created) && !is_made(check, &created))
            .collect();
        all.extend(round.iter().cloned());
    }
    all
}

/// The object that the fix of a finding creates.
fn created(check: &Check) -> Option<(Kind, ObjectId)> {
    let (Code::Missing(_), Some(fix), Some((kind, id))) = (check.code, &check.fix, check.about.as_object()) else {
        return None;
    };
    (fix.turn == crate::fix::Turn::Make).then(|| (kind, id.clone()))
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
fn as_created(expected: &ExpectedObject, role: &str) -> Object {
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
    object.set(OWNER, Value::from(role));
    object
}

/// Whether a finding is about what the statement that creates the object already gives it.
fn is_made(check: &Check, created: &[(Kind, ObjectId)]) -> bool {
    let is_created = |kind: Kind, id: &ObjectId| created.iter().any(|(of, same)| *of == kind && same == id);
    match (&check.code, check.about.as_object()) {
        (Code::Differs(kind, attr), Some((_, id))) => is_created(*kind, id) && !kind.is_set_after_creation(attr.name),
        (_, _) => false,
    }
}

//! A change of one attribute is one finding, whatever the kind.

use std::collections::BTreeSet;

use driftgate::attribute::Attr;
use driftgate::expectation::{ExpectationFile, ExpectedObject, Subject};
use driftgate::finding::Check;
use driftgate::kinds::Kind;
use driftgate::object_id::ObjectId;
use driftgate::snapshot::Snapshot;
use driftgate::value::Value;

use super::{expect_all, findings, snapshot};

/// Another value of the same sort.
fn another(value: &Value) -> Value {
    match value {
        Value::Null | Value::Secret(_) => Value::from("another"),
        Value::Bool(value) => Value::Bool(!value),
        Value::Integer(value) => Value::Integer(value + 1),
        Value::Text(text) => Value::Text(format!("another_{text}")),
        Value::List(items) => {
            let mut items = items.clone();
            // In place of the first one: some lists may have more items than are expected, others fewer.
            items.splice(..1.min(items.len()), [Value::from("another")]);
            Value::List(items)
        }
        Value::Map(map) => {
            let mut map = map.clone();
            map.insert("another".into(), Value::from("1"));
            Value::Map(map)
        }
    }
}

/// Sets the value that is expected of an attribute.
fn expect(object: &mut ExpectedObject, name: &str, value: Value) {
    let attribute = object.attributes.iter_mut().find(|a| a.attr.name == name);
    attribute.expect("it is expected").value = value;
}

/// An attribute of an object.
type Choice = (Kind, ObjectId, &'static Attr);

/// One attribute of each object, another one in each round, so that all have been chosen after a round for each attribute
/// of the kind that has the most. Neighbours of a kind do not have the same attribute chosen.
fn choices(snapshot: &Snapshot, round: usize) -> Vec<Choice> {
    let mut chosen = Vec::new();
    for kind in Kind::ALL {
        let attrs = kind.spec().attrs;
        for (at, (id, _)) in snapshot.of_kind(*kind).enumerate() {
            if round < attrs.len() {
                chosen.push((*kind, id.clone(), &attrs[(round + at) % attrs.len()]));
            }
        }
    }
    chosen
}

/// Gives the chosen attributes another value in the snapshot, and in the expectations of another file.
fn change(chosen: &[Choice], snapshot: &Snapshot) -> (Snapshot, ExpectationFile) {
    let (mut changed, mut otherwise) = (snapshot.clone(), expect_all(snapshot));
    for (kind, id, attr) in chosen {
        let object = changed.get_mut(*kind, id).expect("it is there");
        let actual = object.get(attr.name).clone();
        object.set(attr.name, another(&actual));
        let subject = Subject::Named(id.clone());
        let mut objects = otherwise.objects.iter_mut();
        let object = objects.find(|o| o.kind == *kind && o.subject == subject);
        expect(object.expect("it is expected"), attr.name, another(&actual));
    }
    (changed, otherwise)
}

/// An attribute that may have more items than the object: what inserts set. Where the object has none, any expectation holds.
const MAY_HAVE_MORE: &str = "inserts";

/// Those for which another expected value is drift.
fn can_be_expected_otherwise(chosen: &[Choice], snapshot: &Snapshot) -> Vec<Choice> {
    let holds = |(kind, id, attr): &&Choice| {
        let actual = snapshot.get(*kind, id).map(|object| object.get(attr.name));
        attr.name == MAY_HAVE_MORE && actual == Some(&Value::List(Vec::new()))
    };
    chosen.iter().filter(|choice| !holds(choice)).cloned().collect()
}

/// The findings are those of the chosen attributes, one each.
fn are_of(chosen: &[Choice], found: &[Check], what: &str) {
    let show = |kind: Kind, id: &ObjectId, name: &str| format!("{name} of {} {id}", kind.words());
    let mut wanted: Vec<String> = chosen
        .iter()
        .map(|(kind, id, attr)| show(*kind, id, attr.name))
        .collect();
    let of = |check: &Check| {
        let (kind, id) = check.about.as_object()?;
        Some(show(kind, id, check.attribute()?))
    };
    let mut found: Vec<String> = found
        .iter()
        .map(|check| of(check).unwrap_or_else(|| check.id()))
        .collect();
    wanted.sort();
    found.sort();
    let missing: Vec<_> = wanted.iter().filter(|one| !found.contains(one)).collect();
    let more: Vec<_> = found.iter().filter(|one| !wanted.contains(one)).collect();
    assert_eq!(wanted, found, "{what}: not found: {missing:?}, found besides: {more:?}");
}

#[test]
fn a_change_of_one_attribute_is_one_finding() {
    let snapshot = snapshot();
    let expected = expect_all(&snapshot);
    let rounds = Kind::ALL.iter().map(|kind| kind.spec().attrs.len()).max();
    let mut tried = 0;
    let mut seen = BTreeSet::new();
    // One attribute of every object is changed at once: each must be a finding at its object, and there must be no other.
    for round in 0..rounds.unwrap_or_default() {
        let chosen = choices(&snapshot, round);
        let (changed, otherwise) = change(&chosen, &snapshot);
        let found = findings(&expected, &changed);
        are_of(&chosen, &found, "changed");
        for check in &found {
            assert!(seen.insert(check.id()), "{}: another finding has this id", check.id());
        }
        let drifting = can_be_expected_otherwise(&chosen, &snapshot);
        are_of(&drifting, &findings(&otherwise, &snapshot), "expected otherwise");
        tried += chosen.len();
    }
    let all = Kind::ALL
        .iter()
        .map(|kind| snapshot.of_kind(*kind).count() * kind.spec().attrs.len());
    assert_eq!(tried, all.sum::<usize>(), "every attribute of every object is changed");
    assert!(tried > 200, "only {tried} changes were tried");
}

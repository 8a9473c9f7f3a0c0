//! Findings that follow from another one about the same object, or about the object that contains theirs.

use std::collections::BTreeMap;

use crate::finding::{Check, Code, Status};
use crate::kinds::{Kind, Role};
use crate::object_id::{ObjectId, split_name};
use crate::snapshot::{OWNER, Snapshot};
use crate::value::Value;

/// The numbers of the findings about an attribute of each object.
type Leaders = BTreeMap<(Kind, ObjectId), usize>;

/// Marks the findings that follow from others.
pub(super) fn follow(snapshot: &Snapshot, findings: &[Check], causes: &mut [Option<usize>]) {
    follow_definitions(findings, causes);
    follow_recreated(findings, causes);
    follow_owners(findings, causes);
    follow_parents(snapshot, findings, causes);
}

/// Whether a finding is about the attribute that determines which objects of a kind its object has: the definition of a view.
pub(super) fn settles(code: &Code, child: Kind) -> bool {
    match code {
        Code::Differs(kind, attr) => kind.spec().matching.settled_by == Some((attr.name, child)),
        Code::Missing(_) | Code::Unexpected(_) | Code::AssertionFailed(_) | Code::Other(_) => false,
    }
}

/// The findings about attributes that `is_one` accepts.
fn leaders(findings: &[Check], is_one: impl Fn(&Code) -> bool) -> Leaders {
    let drift = findings
        .iter()
        .enumerate()
        .filter(|(_, check)| check.status == Status::Drift);
    drift
        .filter(|(_, check)| is_one(&check.code))
        .filter_map(|(number, check)| {
            let (kind, id) = check.about.as_object()?;
            Some(((kind, id.clone()), number))
        })
        .collect()
}

/// The columns of a view are those of its query.
fn follow_definitions(findings: &[Check], causes: &mut [Option<usize>]) {
    let kinds = || Kind::ALL.iter().copied();
    let all = leaders(findings, |code| kinds().any(|child| settles(code, child)));
    if all.is_empty() {
        return;
    }
    for (number, check) in findings.iter().enumerate() {
        let Some((kind, id)) = check.about.as_object() else {
            continue;
        };
        let is_settled = match (&check.code, kind.spec().role) {
            (Code::Missing(_) | Code::Unexpected(_), _) => true,
            (Code::Differs(_, attr), Role::Column { type_attribute, .. }) => attr.name == type_attribute,
            (Code::Differs(..) | Code::AssertionFailed(_) | Code::Other(_), _) => false,
        };
        let mut of = kind
            .spec()
            .parents
            .iter()
            .filter_map(|parent| all.get(&(*parent, id.relation())));
        if let Some(leader) = of
            .next()
            .filter(|leader| is_settled && settles(&findings[**leader].code, kind))
        {
            causes[number] = Some(*leader);
        }
    }
}

/// What is missing of an object that must be created again comes back with it.
fn follow_recreated(findings: &[Check], causes: &mut [Option<usize>]) {
    let is_one =
        |code: &Code| matches!(code, Code::Differs(kind, attr) if kind.spec().advice.recreated_for == Some(attr.name));
    let all = leaders(findings, is_one);
    if all.is_empty() {
        return;
    }
    for (number, check) in findings.iter().enumerate() {
        let (Code::Missing(_), Some((kind, id))) = (&check.code, check.about.as_object()) else {
            continue;
        };
        let mut parents = kind.spec().parents.iter();
        let leader = parents.find_map(|parent| all.get(&(*parent, id.relation())));
        if let (Some(leader), None) = (leader, causes[number]) {
            causes[number] = Some(*leader);
        }
    }
}

/// What an owner has changes with the owner.
fn follow_owners(findings: &[Check], causes: &mut [Option<usize>]) {
    let all = leaders(
        findings,
        |code| matches!(code, Code::Differs(_, attr) if attr.name == OWNER),
    );
    for (number, check) in findings.iter().enumerate() {
        let (Code::Differs(_, attr), Some((kind, id))) = (&check.code, check.about.as_object()) else {
            continue;
        };
        let Some(leader) = all.get(&(kind, id.clone())).filter(|_| attr.keyed_by_role) else {
            continue;
        };
        let owners = [findings[*leader].expected.as_text(), findings[*leader].actual.as_text()];
        let (Value::Map(expected), Value::Map(actual)) = (&check.expected, &check.actual) else {
            continue;
        };
        let roles = expected.keys().chain(actual.keys());
        let mut differing = roles.filter(|role| expected.get(*role) != actual.get(*role));
        if differing.all(|role| owners.contains(&Some(role.as_str()))) {
            causes[number].get_or_insert(*leader);
        }
    }
}

/// What a table has of a parent that it must not have, or has no longer, follows from the finding about its parents.
fn follow_parents(snapshot: &Snapshot, findings: &[Check], causes: &mut [Option<usize>]) {
    let inherits = |kind: Kind| kind.spec().partition.map(|partition| partition.attributes.inherits);
    let all = leaders(
        findings,
        |code| matches!(code, Code::Differs(kind, attr) if inherits(*kind) == Some(attr.name)),
    );
    for (number, check) in findings.iter().enumerate() {
        let (Code::Unexpected(_), Some((kind, id))) = (&check.code, check.about.as_object()) else {
            continue;
        };
        let relation = id.relation();
        let mut parents = kind.spec().parents.iter();
        let Some(leader) = parents.find_map(|parent| all.get(&(*parent, relation.clone()))) else {
            continue;
        };
        let leader_check = &findings[*leader];
        let tables = [&leader_check.expected, &leader_check.actual];
        let is_in = |name: &str| {
            let mut parts = split_name(name)?;
            if parts.len() == 1 {
                parts.insert(0, relation.schema().to_owned());
            }
            snapshot.get(kind, &ObjectId::new(parts).child(id.last()))
        };
        if tables
            .iter()
            .flat_map(|list| list.texts())
            .any(|name| is_in(name).is_some())
        {
            causes[number].get_or_insert(*leader);
        }
    }
}

//! Finds the findings that follow from others: what refers to a missing object cannot be as expected before the object
//! exists. Such a finding names its cause and has no advice of its own.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::consequences;
use super::rename::{self, Rename};
use crate::attribute::{Compare, Shape};
use crate::expectation::{ExpectationFile, ExpectedObject};
use crate::finding::{About, Cause, Check, Code, Status};
use crate::kinds::{KeyForm, Kind};
use crate::object_id::{ObjectId, split_name};
use crate::partitions;
use crate::snapshot::Snapshot;
use crate::source_map::Place;
use crate::sql_text::{unquote_name, words};
use crate::value::Value;

/// Marks the findings that follow from others.
pub(super) fn mark(files: &[&ExpectationFile], snapshot: &Snapshot, renames: &[Rename], findings: &mut [Check]) {
    if findings.len() < 2 {
        return;
    }
    let mut causes = vec![None; findings.len()];
    let missing = MissingObjects::of(findings);
    // A large file has many, and few findings ask for them.
    let objects = LazyCell::new(|| objects_by_place(files));
    if !missing.by_name.is_empty() {
        for (number, check) in findings.iter().enumerate() {
            causes[number] = missing.cause(number, check, &objects, snapshot);
        }
    }
    follow_strategies(&objects, snapshot, findings, &mut causes);
    follow_renames(renames, snapshot, findings, &mut causes);
    follow_ancestors(snapshot, findings, &mut causes);
    follow_columns(snapshot, findings, &mut causes);
    consequences::follow(snapshot, findings, &mut causes);
    same_statements(findings, &mut causes);
    let roots: Vec<Option<usize>> = (0..findings.len()).map(|number| root(number, &causes)).collect();
    for (number, root) in roots.into_iter().enumerate() {
        let Some(root) = root.filter(|root| *root != number) else {
            continue;
        };
        let cause = Cause {
            id: findings[root].common_id(),
            code: findings[root].code,
            subject: findings[root].subject(),
        };
        findings[number].follow(cause);
    }
}

/// The finding at the end of the chain of causes.
fn root(number: usize, causes: &[Option<usize>]) -> Option<usize> {
    let mut seen = BTreeSet::from([number]);
    let mut at = causes[number]?;
    while let Some(next) = causes[at] {
        if !seen.insert(at) {
            return None;
        }
        at = next;
    }
    Some(at)
}

fn objects_by_place<'a>(files: &[&'a ExpectationFile]) -> BTreeMap<Place, &'a ExpectedObject> {
    let objects = files.iter().flat_map(|file| &file.objects);
    objects.map(|object| (object.place, object)).collect()
}

/// The findings that an object is missing.
struct MissingObjects {
    /// By the name that texts use.
    by_name: BTreeMap<String, Vec<MissingObject>>,
}

#[derive(Clone)]
struct MissingObject {
    number: usize,
    kind: Kind,
    id: ObjectId,
}

impl MissingObjects {
    fn of(findings: &[Check]) -> Self {
        let mut by_name: BTreeMap<String, Vec<MissingObject>> = BTreeMap::new();
        for (number, check) in findings.iter().enumerate() {
            let (Status::Drift, Code::Missing(_), Some((kind, id))) =
                (check.status, &check.code, check.about.as_object())
            else {
                continue;
            };
            // Only what texts can name is a cause, and what is in a relation that names it.
            if can_be_named(kind) || kind.spec().identity.len() > 2 || has_members(kind) {
                let name = rename::name_of(kind, id).to_owned();
                let id = id.clone();
                by_name
                    .entry(name)
                    .or_default()
                    .push(MissingObject { number, kind, id });
            }
        }
        Self { by_name }
    }

    /// The missing object that a finding refers to.
    fn cause(
        &self,
        number: usize,
        check: &Check,
        objects: &BTreeMap<Place, &ExpectedObject>,
        snapshot: &Snapshot,
    ) -> Option<usize> {
        let at = match &check.about {
            About::Object { id, .. } => id,
            About::ByMeaning { parent, .. } => parent,
            About::Unlisted { .. }
            | About::Migration(_)
            | About::MigrationHistory(_)
            | About::Assertion(_)
            | About::Pattern { .. }
            | About::BaselineEntry(_) => return None,
        };
        let mut names = match check.code {
            Code::Missing(_) => names_of_object(objects.get(&check.place).copied()?),
            Code::Differs(_, attr) if is_reference(attr.shape, &attr.compare) => names_of(&check.expected),
            Code::Differs(..) | Code::Unexpected(_) | Code::AssertionFailed(_) | Code::Other(_) => return None,
        };
        let member_of = member_of(check);
        names.extend(member_of.map(|_| at.last().to_owned()));
        let schema = matches!(check.code, Code::Missing(_)).then(|| at.schema().to_owned());
        let mentioned = names
            .iter()
            .chain(schema.iter())
            .filter_map(|name| self.by_name.get(name));
        let mentioned = mentioned.flatten().filter(|missing| missing.number != number);
        let is_meant = |missing: &&MissingObject| missing.is_meant(check, at, &names, snapshot);
        mentioned.filter(is_meant).map(|missing| missing.number).min()
    }
}

impl MissingObject {
    /// Whether a name that a finding at an object refers to is this one.
    fn is_meant(&self, check: &Check, at: &ObjectId, names: &BTreeSet<String>, snapshot: &Snapshot) -> bool {
        if self.kind.is_namespace() {
            return matches!(check.code, Code::Missing(_)) && at.is_in_schema() && at.schema() == self.id.last();
        }
        let relation = at.relation();
        if has_members(self.kind) {
            return member_of(check) == Some(self.kind) && self.id.last() == at.last();
        }
        if !can_be_named(self.kind) {
            let is_name = matches!(check.code, Code::Differs(_, attr) if matches!(attr.shape, Shape::Name));
            return is_name && self.id.relation() == *at && check.expected.as_text() == Some(self.id.last());
        }
        if self.kind.is_column() {
            let of = self.id.relation();
            // The columns of a view follow from its definition.
            if of == *at && consequences::settles(&check.code, self.kind) {
                return false;
            }
            return of == relation || names.contains(of.last()) && names.contains(self.id.last());
        }
        // A column of this name hides the object.
        let columns = Kind::ALL.iter().copied().filter(|kind| kind.is_column());
        let name = self.id.parts().get(1).map_or("", |name| name);
        let is_column = columns
            .into_iter()
            .any(|kind| snapshot.get(kind, &relation.child(name)).is_some());
        let in_reach =
            self.id.schema() == at.schema() || names.contains(self.id.schema()) || self.id.schema() == "public";
        in_reach && !is_column && *at != self.id
    }
}

/// Whether SQL texts can name objects of a kind.
fn can_be_named(kind: Kind) -> bool {
    kind.spec().stub.is_some() || kind.is_column() || kind.is_namespace()
}

/// Whether objects of another kind say what their parents have of objects of this kind.
fn has_members(kind: Kind) -> bool {
    Kind::ALL.iter().any(|other| other.spec().belongs_to == Some(kind))
}

/// The kind of the object that a missing one belongs to, besides its parent.
fn member_of(check: &Check) -> Option<Kind> {
    match check.code {
        Code::Missing(kind) => kind.spec().belongs_to,
        Code::Differs(..) | Code::Unexpected(_) | Code::AssertionFailed(_) | Code::Other(_) => None,
    }
}

/// Whether the value of an attribute can name other objects.
fn is_reference(shape: Shape, compare: &Compare) -> bool {
    match shape {
        Shape::Sql | Shape::Name | Shape::QualifiedName | Shape::Reference => true,
        Shape::Text => matches!(compare, Compare::Custom(_)),
        Shape::List(item) => is_reference(*item, compare),
        Shape::Map(_) | Shape::Privilege(_) | Shape::Bool | Shape::Integer | Shape::OneOf(_) => false,
    }
}

/// The names in the attributes that an object is to have.
fn names_of_object(object: &ExpectedObject) -> BTreeSet<String> {
    let attributes = object.attributes.iter();
    let references = attributes.filter(|a| is_reference(a.attr.shape, &a.attr.compare));
    references.flat_map(|a| names_of(&a.value)).collect()
}

/// The names in a value: as they are written, and as SQL folds them.
fn names_of(value: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let texts = value.as_text().into_iter().chain(value.texts());
    for word in texts.flat_map(words) {
        if let Some(name) = unquote_name(word) {
            if !word.starts_with('"') {
                names.insert(name.to_lowercase());
            }
            names.insert(name);
        }
    }
    names
}

/// What exists under the other name follows from the missing object, and so does what exists on a column of that name.
fn follow_renames(renames: &[Rename], snapshot: &Snapshot, findings: &[Check], causes: &mut [Option<usize>]) {
    for rename in renames {
        let is_leader = |check: &Check| {
            matches!(check.code, Code::Missing(_)) && check.about.as_object() == Some((rename.kind, &rename.to))
        };
        let Some(leader) = findings.iter().position(is_leader) else {
            continue;
        };
        for (number, check) in findings.iter().enumerate() {
            if matches!(check.code, Code::Unexpected(_))
                && let Some((kind, id)) = check.about.as_object()
                && ((kind, id) == (rename.kind, &rename.from) || is_on(rename, kind, id, snapshot))
            {
                causes[number] = Some(leader);
            }
        }
    }
}

/// The partitions of a table, and its keys, cannot be as expected before the table is partitioned as expected.
fn follow_strategies<'a>(
    objects: &LazyCell<BTreeMap<Place, &'a ExpectedObject>, impl FnOnce() -> BTreeMap<Place, &'a ExpectedObject>>,
    snapshot: &Snapshot,
    findings: &[Check],
    causes: &mut [Option<usize>],
) {
    let attributes = |kind: Kind| kind.spec().partition.map(|partition| partition.attributes);
    let mut strategies: BTreeMap<ObjectId, usize> = BTreeMap::new();
    let mut elsewhere = BTreeSet::new();
    for (number, check) in findings.iter().enumerate() {
        let (Code::Differs(kind, attr), Some((_, id))) = (&check.code, check.about.as_object()) else {
            continue;
        };
        match attributes(*kind) {
            Some(attributes) if attributes.strategy == attr.name => {
                strategies.insert(id.clone(), number);
            }
            Some(attributes) if attributes.parent == attr.name => {
                elsewhere.insert(id.clone());
            }
            Some(_) | None => {}
        }
    }
    if strategies.is_empty() {
        return;
    }
    let named = |value: &Value| value.as_text().and_then(split_name).map(ObjectId::new);
    for (number, check) in findings.iter().enumerate() {
        let parent = match (&check.code, check.about.as_object()) {
            (Code::Differs(kind, attr), Some((_, id))) => attributes(*kind).and_then(|attributes| match attr.name {
                name if name == attributes.parent => named(&check.expected),
                name if name == attributes.bound && !elsewhere.contains(id) => {
                    partitions::parent(*kind, snapshot.get(*kind, id)?)
                }
                _ => None,
            }),
            (Code::Missing(kind), Some((_, id))) if kind.spec().drops_with_column => Some(id.relation()),
            (Code::Missing(kind), _) => attributes(*kind).and_then(|attributes| {
                let written = objects.get(&check.place)?.attributes.iter();
                let mut parents = written.filter(|a| a.attr.name == attributes.parent);
                named(&parents.next()?.value)
            }),
            (Code::Differs(..) | Code::Unexpected(_) | Code::AssertionFailed(_) | Code::Other(_), _) => None,
        };
        if let (Some(leader), None) = (parent.and_then(|parent| strategies.get(&parent)), causes[number]) {
            causes[number] = Some(*leader);
        }
    }
}

/// What exists on a column that must not exist is dropped together with the column.
fn follow_columns(snapshot: &Snapshot, findings: &[Check], causes: &mut [Option<usize>]) {
    let unexpected = |check: &Check| match (&check.code, check.about.as_object()) {
        (Code::Unexpected(_), Some((kind, id))) => Some((kind, id.clone())),
        _ => None,
    };
    let mut columns: BTreeMap<ObjectId, Vec<(usize, ObjectId)>> = BTreeMap::new();
    for (number, check) in findings.iter().enumerate() {
        let drops = check.hint.as_ref().is_some_and(|hint| hint.statements().is_some());
        if let Some((_, id)) = unexpected(check).filter(|(kind, _)| drops && kind.is_column()) {
            columns.entry(id.relation()).or_default().push((number, id));
        }
    }
    for (number, check) in findings.iter().enumerate() {
        let Some((kind, id)) = unexpected(check).filter(|(kind, _)| kind.spec().drops_with_column) else {
            continue;
        };
        let mut beside = columns.get(&id.relation()).into_iter().flatten();
        let on = beside.find(|(_, column)| names_column(column, kind, &id, snapshot));
        if let (Some((leader, _)), None) = (on, causes[number]) {
            causes[number] = Some(*leader);
        }
    }
}

/// Whether an object is on the column that has the other name.
fn is_on(rename: &Rename, kind: Kind, id: &ObjectId, snapshot: &Snapshot) -> bool {
    rename.kind.is_column() && names_column(&rename.from, kind, id, snapshot)
}

/// Whether an object of a relation names a column of it.
fn names_column(column: &ObjectId, kind: Kind, id: &ObjectId, snapshot: &Snapshot) -> bool {
    let is_beside = id.relation() == column.relation();
    let object = snapshot.get(kind, id).filter(|_| is_beside);
    object.is_some_and(|object| {
        let attrs = kind
            .spec()
            .attrs
            .iter()
            .filter(|attr| is_reference(attr.shape, &attr.compare));
        attrs
            .into_iter()
            .any(|attr| names_of(object.get(attr.name)).contains(column.last()))
    })
}

/// What differs in a column or a constraint of a partition or an heir follows from the same difference in the table that
/// the partition or heir has it from: `ALTER TABLE` of this table changes both.
fn follow_ancestors(snapshot: &Snapshot, findings: &[Check], causes: &mut [Option<usize>]) {
    let mut by_object: BTreeMap<(Kind, &ObjectId, &str), usize> = BTreeMap::new();
    for (number, check) in findings.iter().enumerate() {
        if let Some((kind, id, attr)) = difference(snapshot, check) {
            by_object.insert((kind, id, attr), number);
        }
    }
    for (number, check) in findings.iter().enumerate() {
        let Some((kind, id, attr)) = difference(snapshot, check).filter(|_| causes[number].is_none()) else {
            continue;
        };
        let ancestors = partitions::ancestors(snapshot, &id.relation());
        let mut same = ancestors.iter().filter_map(|ancestor| {
            let leader = *by_object.get(&(kind, &ancestor.child(id.last()), attr))?;
            let other = &findings[leader];
            (other.expected == check.expected && other.actual == check.actual).then_some(leader)
        });
        causes[number] = same.next();
    }
}

/// What a finding says differs in an object in a relation, if the statement that mends it in one relation mends it in those
/// that inherit from it.
fn difference<'a>(snapshot: &Snapshot, check: &'a Check) -> Option<(Kind, &'a ObjectId, &'static str)> {
    let (Status::Drift, Code::Differs(kind, attr), Some((_, id))) =
        (check.status, &check.code, check.about.as_object())
    else {
        return None;
    };
    let is_part = matches!(kind.spec().syntax.key, KeyForm::Part) && id.relation() != *id;
    (is_part && partitions::is_copied(*kind, attr, snapshot.server.major)).then_some((*kind, id, attr.name))
}

/// A finding whose statements another hint has, too, follows from that one.
fn same_statements(findings: &[Check], causes: &mut [Option<usize>]) {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for (number, check) in findings.iter().enumerate() {
        let sql = check.hint.as_ref().and_then(|hint| hint.statements());
        let Some(sql) = sql.filter(|_| causes[number].is_none()) else {
            continue;
        };
        match first.get(sql) {
            Some(leader) => causes[number] = Some(*leader),
            None => {
                first.insert(sql.to_owned(), number);
            }
        }
    }
    // `ADD TABLE t` is done by `ADD TABLE t (a, b)`.
    let longer: Vec<(usize, usize)> = first
        .iter()
        .filter_map(|(sql, number)| {
            let start = format!("{} ", sql.trim_end_matches(';'));
            let (_, leader) = first
                .range(start.clone()..)
                .next()
                .filter(|(sql, _)| sql.starts_with(&start))?;
            Some((*number, *leader))
        })
        .collect();
    for (number, leader) in longer {
        causes[number] = Some(leader);
    }
}

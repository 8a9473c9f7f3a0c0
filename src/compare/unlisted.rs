//! Objects that exist and that no expectation lists, where a file is exact.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::advice::advise_unlisted;
use super::ignoring::Ignoring;
use super::resolve::Claims;
use crate::attribute::Attr;
use crate::expectation::{ExpectationFile, Terms};
use crate::finding::{About, Check, Checks, Code};
use crate::fix::Advised;
use crate::hint::Hint;
use crate::kinds::{FindingDetail, Kind, variables};
use crate::object_id::ObjectId;
use crate::partitions;
use crate::snapshot::{Object, PARTITIONS, Snapshot};
use crate::source_map::Place;
use crate::value::Value;

/// A scope in which every object must be listed.
#[derive(Debug)]
pub(super) struct ClosedScope<'a> {
    /// The kinds of objects that must be listed.
    pub(super) kinds: Vec<Kind>,
    /// The object that contains the scope, and its kind. `None` at the top of a file.
    pub(super) parent: Option<(Kind, ObjectId)>,
    /// Whether the partitions of that object must be listed, too.
    pub(super) lists_partitions: bool,
    /// At the top of a file: the schemas that are closed.
    pub(super) schemas: BTreeSet<String>,
    pub(super) place: Place,
    pub(super) terms: Terms,
    pub(super) file: &'a ExpectationFile,
}

/// The names and types of the columns of an object.
type ColumnTypes = Vec<(String, String)>;

/// What is known when unlisted objects are searched for.
pub(super) struct UnlistedSearch<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) claimed: &'a Claims,
    pub(super) ignoring: &'a Ignoring<'a>,
    /// The attributes with a finding.
    drifted: BTreeSet<(Kind, ObjectId, &'static str)>,
    /// Partitioned objects by the names and types of their columns.
    by_columns: OnceLock<BTreeMap<ColumnTypes, Option<ObjectId>>>,
}

/// What was found.
pub(super) struct UnlistedFindings {
    pub(super) used: BTreeSet<Place>,
    pub(super) out: Checks,
}

impl UnlistedFindings {
    pub(super) fn new(keep: bool) -> Self {
        Self {
            used: BTreeSet::new(),
            out: Checks::keeping(keep),
        }
    }

    /// Counts the check that nothing is unlisted: a file may expect nothing else.
    fn nothing(&mut self, scope: &ClosedScope<'_>, kind: Kind) {
        if kind.is_change() {
            return;
        }
        if self.out.passes.are_kept() {
            let parent = scope.parent.as_ref().map(|(_, id)| id.clone());
            let about = About::Unlisted { kind, parent };
            let check = Check::passed(about, Code::Unexpected(kind), scope.place, &scope.terms);
            self.out.push(check);
        } else {
            self.out.passed += 1;
        }
    }
}

impl<'a> UnlistedSearch<'a> {
    /// `checks` are those of the listed objects.
    pub(super) fn new(
        snapshot: &'a Snapshot,
        claimed: &'a Claims,
        checks: &Checks,
        ignoring: &'a Ignoring<'a>,
    ) -> Self {
        let drifted = checks
            .findings
            .iter()
            .filter_map(|check| match (&check.about, check.code) {
                (About::Object { kind, id }, Code::Differs(_, attr)) => Some((*kind, id.clone(), attr.name)),
                _ => None,
            });
        Self {
            snapshot,
            claimed,
            ignoring,
            drifted: drifted.collect(),
            by_columns: OnceLock::new(),
        }
    }

    /// Searches a scope.
    pub(super) fn scope(&self, scope: &ClosedScope<'_>, found: &mut UnlistedFindings) {
        for kind in &scope.kinds {
            self.kind(scope, *kind, found);
        }
        self.locked(scope, found);
        if scope.lists_partitions {
            self.partitions(scope, found);
        }
    }

    fn is_claimed(&self, kind: Kind, id: &ObjectId) -> bool {
        self.claimed.contains(&(kind, id.clone()))
    }

    /// The kind as which files list an object that PostgreSQL made for one of another kind, such as the index of a constraint.
    fn listed_as(&self, kind: Kind, id: &ObjectId) -> Option<Kind> {
        let others = Kind::ALL.iter().copied().filter(|other| *other != kind);
        let same = others.filter(|other| other.spec().identity == kind.spec().identity);
        let mut listed = same.filter(|other| self.is_claimed(*other, id));
        listed.find(|other| self.snapshot.get(*other, id).is_some_and(Object::is_implicit))
    }

    fn kind(&self, scope: &ClosedScope<'_>, kind: Kind, found: &mut UnlistedFindings) {
        let objects: Box<dyn Iterator<Item = (&ObjectId, &Object)>> = match &scope.parent {
            Some((_, parent)) => Box::new(self.snapshot.children(kind, parent)),
            None => Box::new(
                self.snapshot
                    .of_kind(kind)
                    .filter(|(id, _)| !id.is_in_schema() || is_closed(scope, self.snapshot, id.schema())),
            ),
        };
        let before = found.out.findings.len();
        for (id, object) in objects {
            if self.is_claimed(kind, id) {
                continue;
            }
            let original = scope
                .parent
                .as_ref()
                .and_then(|_| partitions::original(self.snapshot, kind, id, object));
            if let Some((original_id, original)) = original {
                self.copy(
                    scope,
                    PartitionCopy { kind, id, object },
                    (&original_id, original),
                    found,
                );
                continue;
            }
            if object.is_implicit() && self.snapshot.is_partial(kind, id) {
                if !self.ignoring.object(scope.file, kind, id, &mut found.used) {
                    self.additions(scope, (kind, id, object), found);
                }
                continue;
            }
            if object.is_implicit() && !self.is_stray_partition(scope, kind, object)
                || self.ignoring.object(scope.file, kind, id, &mut found.used)
            {
                continue;
            }
            let former = self.former_parent(scope, kind, id, object);
            let parent = scope.parent.as_ref().map(|(parent, _)| *parent);
            let of = former.as_ref();
            let mut check = unlisted_object(scope, (kind, parent), (id, object), self.snapshot, of);
            if let Some(other) = self.listed_as(kind, id) {
                let (one, other) = (kind.one(), other.one());
                check = check.hint(Hint::advice(format!(
                    "it is listed as {other}: list it as {one}, or drop it and create {other}"
                )));
            }
            found.out.push(check);
        }
        if found.out.findings.len() == before {
            found.nothing(scope, kind);
        }
    }

    /// Whether an object is a partition of one that is not in this scope and that no expectation lists.
    fn is_stray_partition(&self, scope: &ClosedScope<'_>, kind: Kind, object: &Object) -> bool {
        let parent = partitions::parent(kind, object).filter(|_| scope.parent.is_none());
        parent.is_some_and(|parent| {
            let is_listed = Kind::of_partitions().any(|(kind, _)| self.is_claimed(kind, &parent));
            !is_listed && !scope.schemas.contains(parent.schema())
        })
    }

    /// Compares a copy in a partition with the object that it is a copy of.
    fn copy(
        &self,
        scope: &ClosedScope<'_>,
        copy: PartitionCopy<'_>,
        original: (&ObjectId, &Object),
        found: &mut UnlistedFindings,
    ) {
        let PartitionCopy { kind, id, object } = copy;
        if partitions::is_unchanged(self.snapshot, kind, object, original.1)
            || self.ignoring.object(scope.file, kind, id, &mut found.used)
        {
            return;
        }
        for attr in kind.spec().attrs {
            // The original is checked for what must hold in all copies.
            if attr.holds_in_partitions
                || !partitions::is_compared(self.snapshot, kind, attr)
                || self.ignoring.attribute(scope.file, kind, id, attr)
                || self.drifted.contains(&(kind, original.0.clone(), attr.name))
            {
                continue;
            }
            let major = self.snapshot.server.major;
            let expected = partitions::copied_value(kind, attr, original.1, major);
            if let Some(expected) = expected.filter(|expected| expected != object.get(attr.name)) {
                found
                    .out
                    .push(changed_copy(self.snapshot, scope, copy, original.0, attr, &expected));
            }
        }
    }

    /// What users added to an object of the hosting platform that is not listed.
    fn additions(
        &self,
        scope: &ClosedScope<'_>,
        (kind, id, object): (Kind, &ObjectId, &Object),
        found: &mut UnlistedFindings,
    ) {
        let by_role = kind.spec().attrs.iter().filter(|attr| attr.keyed_by_role);
        let by_role = by_role.filter(|attr| !self.ignoring.attribute(scope.file, kind, id, attr));
        for attr in by_role.filter(|attr| matches!(object.get(attr.name), Value::Map(grants) if !grants.is_empty())) {
            let granted = object.get(attr.name).clone();
            let message = format!(
                "{} of {} {}: {granted}, and it is not listed",
                attr.name,
                kind.words(),
                kind.show(id)
            );
            let check = Check::drift(
                About::object(kind, id),
                Code::Differs(kind, attr),
                scope.place,
                &scope.terms,
                message,
            );
            found
                .out
                .push(check.values(Value::Map(BTreeMap::new()), granted).hint(Hint::advice(
                    "list it with what users were granted, add it to `ignore`, or revoke that",
                )));
        }
        for child in kind.children() {
            for (id, object) in self.snapshot.children(child, id) {
                if !object.is_implicit()
                    && !self.is_claimed(child, id)
                    && !self.ignoring.object(scope.file, child, id, &mut found.used)
                {
                    found.out.push(unlisted_object(
                        scope,
                        (child, Some(kind)),
                        (id, object),
                        self.snapshot,
                        None,
                    ));
                }
            }
        }
    }

    /// Reports the partitions that no expectation lists.
    fn partitions(&self, scope: &ClosedScope<'_>, found: &mut UnlistedFindings) {
        let Some((kind, id)) = &scope.parent else { return };
        let Some(object) = self.snapshot.get(*kind, id) else {
            return;
        };
        let partitions = partitions::partitions(object);
        let before = found.out.findings.len();
        for (kind, partition) in &partitions {
            if !self.is_claimed(*kind, partition)
                && !self.ignoring.object(scope.file, *kind, partition, &mut found.used)
            {
                let object = self.snapshot.get(*kind, partition);
                found
                    .out
                    .push(unlisted_partition(scope, *kind, (partition, object), id, self.snapshot));
            }
        }
        if found.out.findings.len() == before && !partitions.is_empty() {
            found.nothing(scope, *kind);
        }
    }

    /// The partitioned object that an unlisted one may have been a partition of: it has the same columns.
    fn former_parent(&self, scope: &ClosedScope<'_>, kind: Kind, id: &ObjectId, object: &Object) -> Option<ObjectId> {
        kind.spec().partition?;
        if scope.parent.is_some() || partitions::parent(kind, object).is_some() {
            return None;
        }
        let by_columns = self.by_columns.get_or_init(|| {
            let mut by_columns = BTreeMap::new();
            let kinds = Kind::of_partitions().filter(|(_, partition)| partition.section.is_some());
            for (id, object) in kinds.flat_map(|(kind, _)| self.snapshot.of_kind(kind)) {
                let is_partition = Kind::of_partitions().any(|(kind, _)| partitions::parent(kind, object).is_some());
                if matches!(object.get(PARTITIONS), Value::Map(_)) && !is_partition {
                    let of = by_columns.entry(self.columns(id)).or_insert_with(|| Some(id.clone()));
                    // Several with the same columns say nothing.
                    *of = of.take().filter(|of| of == id);
                }
            }
            by_columns
        });
        let columns = self.columns(id);
        let parent = by_columns.get(&columns).cloned().flatten();
        parent.filter(|parent| parent != id && !columns.is_empty())
    }

    /// The names and types of the columns of a relation.
    fn columns(&self, relation: &ObjectId) -> ColumnTypes {
        variables(self.snapshot, relation)
            .map(|column| (column.name.to_owned(), column.sql_type.to_owned()))
            .collect()
    }
}

/// An object of a partition.
#[derive(Clone, Copy)]
struct PartitionCopy<'a> {
    kind: Kind,
    id: &'a ObjectId,
    object: &'a Object,
}

/// The finding that a copy in a partition was changed.
fn changed_copy(
    snapshot: &Snapshot,
    scope: &ClosedScope<'_>,
    copy: PartitionCopy<'_>,
    original: &ObjectId,
    attr: &'static Attr,
    expected: &Value,
) -> Check {
    let PartitionCopy { kind, id, object } = copy;
    let actual = object.get(attr.name);
    let detail = FindingDetail::Differs {
        attribute: attr.name,
        expected,
        actual,
    };
    let parent = scope.parent.as_ref().map(|(kind, _)| *kind);
    let advised = advise_unlisted(scope.file, (kind, parent), (id, Some(object)), snapshot, detail);
    let (words, name) = (kind.words(), attr.name);
    let message = format!(
        "{words} {}: expected {name} = {expected}, found {actual}",
        kind.show(id)
    );
    let of = original.relation();
    Check::drift(
        About::object(kind, id),
        Code::Differs(kind, attr),
        scope.place,
        &scope.terms,
        message,
    )
    .values(expected.clone(), actual.clone())
    .detail(format!(
        "it is a partition of {of}, and not listed with a value of its own"
    ))
    .advised(advised)
}

/// The finding that a partition exists and is not listed.
fn unlisted_partition(
    scope: &ClosedScope<'_>,
    kind: Kind,
    (id, object): (&ObjectId, Option<&Object>),
    parent: &ObjectId,
    snapshot: &Snapshot,
) -> Check {
    let words = kind.words();
    let message = format!(
        "{words} {}, a partition of {parent}, exists but is not listed",
        kind.show(id)
    );
    let section = scope.parent.as_ref().and_then(|(kind, _)| kind.partition_section());
    let section = section.unwrap_or_default();
    let hint = Hint::advice(format!(
        "list it under `{section}` of {parent}; write `{section}: any` there if a job creates them; add it to `ignore`; or detach it or drop it",
    ));
    Check::drift(
        About::object(kind, id),
        Code::Unexpected(kind),
        scope.place,
        &scope.terms,
        message,
    )
    .values("absent", "present")
    .advised(Advised {
        hint: Some(hint),
        fix: advise_unlisted(
            scope.file,
            (kind, None),
            (id, object),
            snapshot,
            FindingDetail::Unexpected,
        )
        .fix,
    })
}

/// Whether unlisted objects of a schema are findings. In the schemas of a hosting platform, what users added are.
pub(super) fn is_closed(scope: &ClosedScope<'_>, snapshot: &Snapshot, schema: &str) -> bool {
    scope.schemas.contains(schema) || (scope.file.exact_schemas.is_none() && snapshot.platform_schemas.contains(schema))
}

/// The finding that an object exists and is not listed. With its kind comes that of the object that contains it.
fn unlisted_object(
    scope: &ClosedScope<'_>,
    (kind, parent): (Kind, Option<Kind>),
    (id, object): (&ObjectId, &Object),
    snapshot: &Snapshot,
    former: Option<&ObjectId>,
) -> Check {
    let advised = advise_unlisted(
        scope.file,
        (kind, parent),
        (id, Some(object)),
        snapshot,
        FindingDetail::Unexpected,
    );
    let Advised { hint: remove, fix } = advised;
    let list = "list it, add it to `ignore`, or remove it";
    let hint = match remove {
        _ if former.is_some() => Hint::advice("attach it, list it, add it to `ignore`, or remove it"),
        Some(Hint::Sql(sql)) => Hint::advice_with_sql(list, sql),
        Some(Hint::Advice(words)) => Hint::Advice(format!("{list}; {words}")),
        Some(Hint::AdviceWithSql { words, sql }) => Hint::advice_with_sql(format!("{list}; {words}"), sql),
        None => Hint::advice(list),
    };
    let message = format!("{} {} exists but is not listed", kind.words(), kind.show(id));
    let former = former.map(|of| format!("it has the columns of {of}: it was, or should be, a partition of it"));
    let about = About::object(kind, id);
    Check::drift(about, Code::Unexpected(kind), scope.place, &scope.terms, message)
        .values("absent", "present")
        .detail(former)
        .advised(Advised { hint: Some(hint), fix })
}

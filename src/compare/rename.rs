//! Finds the object that a missing one may be under another name, and suggests to rename it.
//!
//! A guess needs the same definition, and more: a similar name, or that the other object must not exist. An object that
//! an expectation lists is never the other name of another one.

use std::collections::{BTreeMap, BTreeSet};

use super::partitions::WrittenAttributes;
use super::similar::are_similar;
use super::subject::{Actual, ObjectComparison};
use super::{Decision, Plan, Step};
use crate::expectation::{ExpectationFile, ExpectedObject, Presence, Subject};
use crate::fix::{Fix, Turn};
use crate::hint::Hint;
use crate::kinds::{KeyForm, Kind, in_writing_session};
use crate::object_id::ObjectId;
use crate::partitions;
use crate::snapshot::{OWNER, Object, Snapshot};
use crate::suggest;
use crate::value::Value;

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

/// If more objects are missing, no other names are searched for: it is probably the wrong database.
const MOST: usize = 50;

/// The objects that a missing one may be.
#[derive(Debug)]
pub(super) struct RenameCandidates {
    step: usize,
    kind: Kind,
    parent: Option<Kind>,
    id: ObjectId,
    candidates: Vec<RenameCandidate>,
    /// The nearest name that no expectation lists.
    near: Option<String>,
}

impl RenameCandidates {
    /// All conditions that the guess depends on.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Decision> {
        self.candidates.iter().flat_map(|candidate| &candidate.conditions)
    }
}

/// An object that a missing one may be.
#[derive(Debug)]
struct RenameCandidate {
    id: ObjectId,
    is_similar: bool,
    /// Whether an expectation says `absent`.
    is_absent: bool,
    must_not_exist: bool,
    /// The conditions of the same definition.
    conditions: Vec<Decision>,
    /// The other attributes.
    others: Vec<Decision>,
    /// What they have in common, as the message says it.
    same: String,
}

/// An object, and the missing one that it probably is.
#[derive(Debug)]
pub(super) struct Rename {
    pub(super) kind: Kind,
    pub(super) from: ObjectId,
    pub(super) to: ObjectId,
}

/// What the expectations say of other objects.
struct Mentions {
    absent: BTreeSet<(Kind, ObjectId)>,
    /// Names in the lists of objects that must exist, such as the columns of a key, with the relation.
    listed: BTreeSet<(ObjectId, String)>,
    open: BTreeSet<Kind>,
}

impl Mentions {
    fn of(files: &[&ExpectationFile]) -> Self {
        let mut mentions = Self {
            absent: BTreeSet::new(),
            listed: BTreeSet::new(),
            open: BTreeSet::new(),
        };
        for object in files.iter().flat_map(|file| &file.objects) {
            let (Subject::Named(id) | Subject::ByMeaning(id)) = &object.subject;
            if matches!(object.subject, Subject::ByMeaning(_)) {
                // It may be any object of the kind.
                mentions.open.insert(object.kind);
            }
            if object.presence == Presence::Absent {
                mentions.absent.insert((object.kind, id.clone()));
                continue;
            }
            let lists = object.attributes.iter().filter(|a| matches!(a.value, Value::List(_)));
            let names = lists.flat_map(|a| a.value.texts());
            mentions
                .listed
                .extend(names.map(|name| (id.relation(), name.to_owned())));
        }
        mentions
    }
}

/// Finds the objects that missing ones may be.
pub(super) fn find<'a>(plan: &mut Plan<'a>, files: &[&'a ExpectationFile], snapshot: &'a Snapshot) {
    let all = std::mem::take(&mut plan.possibly_renamed);
    if all.is_empty() {
        return;
    }
    let (written, mentions) = (WrittenAttributes::of(files), Mentions::of(files));
    let is_many = all.len() > MOST;
    for missing in all {
        let subject = ObjectComparison {
            snapshot,
            file: missing.file,
            expected: missing.expected,
            keep: false,
            written: &written,
        };
        let search = OtherNames {
            subject: &subject,
            id: missing.id,
            mentions: &mentions,
            claimed: &plan.claimed,
        };
        let found = RenameCandidates {
            step: missing.step,
            kind: missing.expected.kind,
            parent: subject.parent(),
            id: missing.id.clone(),
            candidates: if is_many { Vec::new() } else { search.candidates() },
            near: search.near(),
        };
        plan.renames.push(found);
    }
}

/// The search for the other name of a missing object.
struct OtherNames<'s, 'a> {
    subject: &'s ObjectComparison<'a, 's>,
    id: &'s ObjectId,
    mentions: &'s Mentions,
    claimed: &'s BTreeSet<(Kind, ObjectId)>,
}

impl OtherNames<'_, '_> {
    fn kind(&self) -> Kind {
        self.subject.expected.kind
    }

    /// The position of the name in identities of the kind. The arguments of a signature come after it.
    fn at(&self) -> Option<usize> {
        self.kind().spec().identity.iter().position(|part| *part == "name")
    }

    /// The objects beside the missing one that no expectation lists.
    fn others(&self) -> Vec<(&ObjectId, &Object)> {
        let Some(at) = self.at().filter(|_| self.kind().spec().syntax.key != KeyForm::Only) else {
            return Vec::new();
        };
        let (kind, within) = (self.kind(), self.id.prefix(at));
        let rest = |id: &ObjectId| id.parts().get(at + 1..).map(<[_]>::to_vec);
        let is_free = |id: &ObjectId| {
            let key = (kind, id.clone());
            !self.claimed.contains(&key) || self.mentions.absent.contains(&key)
        };
        let all = self.subject.snapshot.of_kind(kind);
        all.filter(|(id, object)| {
            id.parts().len() == self.id.parts().len()
                && (within.parts().is_empty() || id.is_in(&within))
                && *id != self.id
                && rest(id) == rest(self.id)
                && (!object.is_implicit() || self.is_partition_beside(object))
                && is_free(id)
        })
        .collect()
    }

    /// Whether an object is a partition of the object that the missing one is to be a partition of.
    fn is_partition_beside(&self, object: &Object) -> bool {
        let expected = self.subject.expected;
        let parent = expected.parent.map(|parent| &self.subject.file.objects[parent].subject);
        match (partitions::parent(self.kind(), object), parent) {
            (Some(found), Some(Subject::Named(parent))) => expected.is_partition && found == *parent,
            (Some(_) | None, Some(_) | None) => false,
        }
    }

    /// The nearest name that no expectation lists.
    fn near(&self) -> Option<String> {
        let at = self.at()?;
        let others = self.others();
        let names = others
            .iter()
            .filter(|(_, object)| !object.is_implicit())
            .filter_map(|(id, _)| id.parts().get(at))
            .map(|name| &**name);
        suggest::nearest(self.id.parts().get(at)?, names).map(str::to_owned)
    }

    fn candidates(&self) -> Vec<RenameCandidate> {
        let Some(at) = self.at() else { return Vec::new() };
        // Objects without a parent, for instance schemas, cannot be distinguished by their contents.
        if at == 0 || self.mentions.open.contains(&self.kind()) {
            return Vec::new();
        }
        let others = self.others();
        let candidates = others.into_iter().filter(|(id, _)| !self.is_used(id));
        candidates
            .filter_map(|(id, object)| self.candidate(at, id, object))
            .collect()
    }

    /// Whether the object has a part of its own: other expectations name it, or it is a column of the primary key and the
    /// missing one is not to be.
    fn is_used(&self, id: &ObjectId) -> bool {
        let relation = id.relation();
        let is_listed = |id: &ObjectId| self.mentions.listed.contains(&(relation.clone(), id.last().to_owned()));
        if is_listed(id) {
            return true;
        }
        let keys = Kind::ALL.iter().filter(|kind| kind.spec().syntax.key == KeyForm::Only);
        let is_key = keys.copied().any(|kind| {
            let key = self.subject.snapshot.get(kind, &relation);
            let attrs = kind.spec().attrs.iter().filter(|attr| attr.identifies);
            key.is_some_and(|key| {
                attrs
                    .flat_map(|attr| key.get(attr.name).texts())
                    .any(|name| name == id.last())
            })
        });
        is_key && !is_listed(self.id)
    }

    fn candidate(&self, at: usize, id: &ObjectId, object: &Object) -> Option<RenameCandidate> {
        let is_similar = are_similar(self.id.parts().get(at)?, id.parts().get(at)?);
        let kind = self.kind();
        let is_absent = self.mentions.absent.contains(&(kind, id.clone()));
        let must_not_exist = is_absent || self.subject.expected.terms.exact;
        let (conditions, others, same) = self.definition(id, object).or_else(|| self.contents(id))?;
        // Two partitions cannot have the same bound.
        let is_constraint = self.subject.expected.is_partition || kind.spec().attrs.iter().any(|attr| attr.identifies);
        (is_similar || must_not_exist || is_constraint).then(|| RenameCandidate {
            id: id.clone(),
            is_similar,
            is_absent,
            must_not_exist,
            conditions,
            others,
            same,
        })
    }

    /// The comparison of the attributes that make the object what it is: those that identify it, or else those without a
    /// default and those of which a file can write a part, for instance the type of a column.
    fn definition(&self, id: &ObjectId, object: &Object) -> Option<(Vec<Decision>, Vec<Decision>, String)> {
        let kind = self.kind();
        let bound = kind.spec().partition.filter(|_| self.subject.expected.is_partition);
        let bound = bound.map(|partition| partition.attributes.bound);
        let has_identity = kind.spec().attrs.iter().any(|attr| attr.identifies);
        let attributes = self.subject.expected.attributes.iter().filter(|a| a.attr.name != OWNER);
        let (identifying, others): (Vec<_>, Vec<_>) = attributes.partition(|a| {
            if let Some(bound) = bound {
                a.attr.name == bound
            } else if has_identity {
                a.attr.identifies
            } else {
                let is_definition = a.attr.default.is_none() || a.attr.subset_key.is_some();
                is_definition && !a.attr.server_dependent
            }
        });
        if identifying.is_empty() {
            return None;
        }
        let actual = Actual { kind, id, object };
        let compare =
            |a: &&crate::expectation::ExpectedAttribute| self.subject.compare(actual, a.attr, &a.value, a.extent);
        let names: Vec<&str> = identifying.iter().map(|a| a.attr.name).collect();
        Some((
            identifying.iter().map(compare).collect(),
            others.iter().map(compare).collect(),
            format!("the same {}", names.join(" and ")),
        ))
    }

    /// Whether the object has most of the expected contents, for instance nine of ten columns.
    fn contents(&self, id: &ObjectId) -> Option<(Vec<Decision>, Vec<Decision>, String)> {
        let (file, expected) = (self.subject.file, self.subject.expected);
        let parent = file.objects.iter().position(|object| std::ptr::eq(object, expected))?;
        let contents = file.objects.iter().filter(|object| object.parent == Some(parent));
        let required: Vec<(Kind, &str)> = contents
            .filter_map(|object| match &object.subject {
                Subject::Named(id) if object.presence == Presence::Required => Some((object.kind, id.last())),
                Subject::Named(_) | Subject::ByMeaning(_) => None,
            })
            .collect();
        let first = required.first()?.0;
        let names: Vec<&str> = required
            .iter()
            .filter(|(kind, _)| *kind == first)
            .map(|(_, name)| *name)
            .collect();
        let has = |name: &&&str| self.subject.snapshot.get(first, &id.child(name)).is_some();
        let count = names.iter().filter(has).count();
        (count > 1 && count * 10 >= names.len() * LIKELY).then(|| {
            let missing = vec![Decision::Different; names.len() - count];
            let same = format!("{count} of its {} {}", names.len(), first.many());
            (Vec::new(), missing, same)
        })
    }
}

/// How likely a guess is. Compared in this order.
type Rank = (bool, bool, usize);

/// Chooses the likely other names, and adds them to the findings. `is_equal` settles a decision.
pub(super) fn choose(plan: &mut Plan<'_>, snapshot: &Snapshot, is_equal: impl Fn(&Decision) -> bool) -> Vec<Rename> {
    let all = std::mem::take(&mut plan.renames);
    let mut best: Vec<Option<(Rank, &RenameCandidate)>> = all.iter().map(|found| best_of(found, &is_equal)).collect();
    drop_shared(&all, &mut best);
    let mut renames = Vec::new();
    for (found, best) in all.iter().zip(&best) {
        let Some(Step::Check(pending)) = plan.steps.get_mut(found.step) else {
            continue;
        };
        let check = &mut pending.check;
        let show = |id: &ObjectId| found.kind.show(id);
        match (best, &found.near) {
            (Some((_, other)), _) if other.is_absent || !differs_in_case(found.id.last(), other.id.last()) => {
                let unlisted = if other.must_not_exist {
                    "which must not exist"
                } else {
                    "which no expectation mentions"
                };
                check.message = format!(
                    "{}; it may have been renamed: {}, {unlisted}, has {}",
                    check.message,
                    show(&other.id),
                    other.same
                );
                check.fix = rename_fix(found, &other.id);
                if let Some(fix) = &check.fix {
                    let sql: String = fix.steps.iter().map(|step| step.sql.as_str()).collect();
                    let has_data = found.kind.is_column() || found.kind.children().any(Kind::is_column);
                    let keeps = if has_data { ", which keeps its data" } else { "" };
                    let words = format!("if it is the same {}, rename it{keeps}", found.kind.words());
                    check.hint = Some(in_writing_session(snapshot, Hint::advice_with_sql(words, sql)));
                }
                renames.push(Rename {
                    kind: found.kind,
                    from: other.id.clone(),
                    to: found.id.clone(),
                });
            }
            (_, Some(near)) => {
                check.message = format!("{}; did you mean `{near}`?", check.message);
                if differs_in_case(name_of(found.kind, &found.id), near) {
                    check.hint = Some(Hint::advice(format!(
                        "names are compared exactly: write `{near}:` here"
                    )));
                    let other = named(found, near);
                    check.fix = other.as_ref().and_then(|other| rename_fix(found, &other.from));
                    renames.extend(other);
                }
            }
            (Some(_) | None, None) => {}
        }
    }
    renames
}

/// The statement that gives an object the expected name.
fn rename_fix(found: &RenameCandidates, from: &ObjectId) -> Option<Box<Fix>> {
    let sql = found.kind.rename(from, found.parent, name_of(found.kind, &found.id))?;
    Some(Box::new(Fix::of(sql).turn(Turn::Rename)))
}

/// The object of the nearest name, as the one that the missing one probably is.
fn named(found: &RenameCandidates, near: &str) -> Option<Rename> {
    let at = found.kind.spec().identity.iter().position(|part| *part == "name")?;
    let mut parts = found.id.parts().to_vec();
    *parts.get_mut(at)? = near.into();
    Some(Rename {
        kind: found.kind,
        from: ObjectId::new(parts),
        to: found.id.clone(),
    })
}

/// The name of an object, without what follows it in the identity.
pub(super) fn name_of(kind: Kind, id: &ObjectId) -> &str {
    let at = kind.spec().identity.iter().position(|part| *part == "name");
    at.and_then(|at| id.parts().get(at)).map_or(id.last(), |name| name)
}

fn differs_in_case(one: &str, other: &str) -> bool {
    one != other && one.to_lowercase() == other.to_lowercase()
}

/// The likeliest candidate, if there is only one of its rank.
fn best_of<'r>(
    found: &'r RenameCandidates,
    is_equal: &impl Fn(&Decision) -> bool,
) -> Option<(Rank, &'r RenameCandidate)> {
    let alike = found
        .candidates
        .iter()
        .filter(|candidate| candidate.conditions.iter().all(is_equal));
    let ranked: Vec<(Rank, &RenameCandidate)> = alike
        .map(|candidate| {
            let equal = candidate.others.iter().filter(|other| is_equal(other)).count();
            ((candidate.is_similar, candidate.must_not_exist, equal), candidate)
        })
        .collect();
    let most = ranked.iter().map(|(rank, _)| *rank).max()?;
    let mut best = ranked.into_iter().filter(|(rank, _)| *rank == most);
    let first = best.next()?;
    best.next().is_none().then_some(first)
}

/// An object is the other name of one missing object only: the likeliest.
fn drop_shared(all: &[RenameCandidates], best: &mut [Option<(Rank, &RenameCandidate)>]) {
    let mut ranks: BTreeMap<(Kind, ObjectId), Vec<Rank>> = BTreeMap::new();
    for (found, best) in all.iter().zip(best.iter()) {
        if let Some((rank, other)) = best {
            ranks.entry((found.kind, other.id.clone())).or_default().push(*rank);
        }
    }
    for (found, best) in all.iter().zip(best.iter_mut()) {
        let is_shared = best.as_ref().is_some_and(|(rank, other)| {
            let ranks = ranks.get(&(found.kind, other.id.clone()));
            ranks.is_some_and(|ranks| ranks.iter().filter(|other| *other >= rank).count() > 1)
        });
        if is_shared {
            *best = None;
        }
    }
}

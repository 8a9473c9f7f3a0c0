//! Whether the steps of a script do what they are for, as a run on a copy of the schema shows.
//!
//! [`judge`] is pure: what was found on the copy before and after the script was run there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Repair, RepairStep, order};
use crate::finding::{About, Check};
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::snapshot::Snapshot;
use crate::sql;
use crate::sql::Sql;

/// What a run on a copy shows.
#[derive(Debug, Default)]
pub struct Proof {
    /// The steps that were run, by their numbers.
    pub steps: BTreeMap<usize, StepProof>,
    /// What the script changes besides, which no step is for.
    pub also: Vec<String>,
}

/// Whether a step is proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepProof {
    /// Its statements ran, and what it is for is as expected then.
    Proved,
    /// The reason why not.
    NotProved(String),
}

impl fmt::Display for StepProof {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proved => out.write_str("proved"),
            Self::NotProved(why) => write!(out, "not proved: {why}"),
        }
    }
}

/// What was seen of a copy.
#[derive(Debug)]
pub struct CopyState {
    /// What a check finds.
    pub findings: Vec<Check>,
    /// Its whole schema.
    pub snapshot: Snapshot,
}

/// A run of a script on a copy.
#[derive(Debug)]
pub struct CopyRun {
    /// The steps that were run.
    pub ran: BTreeSet<usize>,
    /// The error of each step that failed.
    pub errors: BTreeMap<usize, String>,
    /// What depends on the object of each step in the database, by the number of the step.
    pub dependents: Vec<Option<String>>,
    /// The same in the copy.
    pub copied: Vec<Option<String>>,
    /// Before the script.
    pub before: CopyState,
    /// After it.
    pub after: CopyState,
}

/// The proof that a run is. `findings` are those of the database itself.
#[must_use]
pub fn judge(repair: &Repair, findings: &[Check], run: &CopyRun) -> Proof {
    let ids = |checks: &[Check]| checks.iter().map(Check::common_id).collect::<BTreeSet<String>>();
    let judged = Judged {
        found: findings.iter().map(Check::sentence).collect(),
        before: run.before.findings.iter().map(Check::sentence).collect(),
        after: ids(&run.after.findings),
        new: new_findings(&run.before.findings, &run.after.findings),
        run,
    };
    let mut proof = Proof::default();
    for (number, step) in repair
        .steps
        .iter()
        .enumerate()
        .filter(|(number, _)| run.ran.contains(number))
    {
        let why = judged.refutation(number, step);
        proof
            .steps
            .insert(number, why.map_or(StepProof::Proved, StepProof::NotProved));
    }
    let of_steps: Vec<&ObjectId> = repair
        .steps
        .iter()
        .enumerate()
        .filter(|(number, _)| run.ran.contains(number))
        .filter_map(|(_, step)| step.object.as_ref())
        .collect();
    for (kind, id) in changed(&run.before.snapshot, &run.after.snapshot) {
        if !of_steps.iter().any(|of| is_near(of, &id)) {
            proof.also.push(About::object(kind, &id).subject());
        }
    }
    proof
}

/// What a run shows, in the form in which steps are compared with it.
struct Judged<'a> {
    found: BTreeSet<String>,
    before: BTreeSet<String>,
    after: BTreeSet<String>,
    new: Vec<&'a Check>,
    run: &'a CopyRun,
}

impl Judged<'_> {
    /// Why a step is not proved.
    fn refutation(&self, number: usize, step: &RepairStep) -> Option<String> {
        if let Some(missing) = self.missing_dependent(number) {
            return Some(format!("the copy lacks {missing}, so the step cannot be tried"));
        }
        let is_lacking = |finding: &&String| self.found.contains(*finding) && !self.before.contains(*finding);
        if step.findings.iter().any(|finding| is_lacking(&finding)) {
            return Some(
                "the copy does not have the difference, because not all of the schema can be copied".to_owned(),
            );
        }
        if let Some(error) = self.run.errors.get(&number) {
            return Some(error.clone());
        }
        if step.ids.iter().any(|id| self.after.contains(id)) {
            return Some("the difference is still there after the step".to_owned());
        }
        let object = step.object.as_ref()?;
        let is_about = |check: &&&Check| match &check.about {
            About::Object { id, .. } => is_near(object, id),
            About::ByMeaning { parent, .. } => is_near(object, parent),
            _ => false,
        };
        let new = self.new.iter().find(is_about)?;
        Some(format!("it makes another difference: {}", new.sentence()))
    }

    /// Something that depends on the object of a step in the database, and that the copy does not have.
    fn missing_dependent(&self, number: usize) -> Option<String> {
        let lines = |all: &[Option<String>]| -> BTreeSet<String> {
            let text = all.get(number).cloned().flatten().unwrap_or_default();
            text.lines().map(str::to_owned).collect()
        };
        lines(&self.run.dependents)
            .difference(&lines(&self.run.copied))
            .next()
            .cloned()
    }
}

/// The findings that the script brought.
fn new_findings<'a>(before: &[Check], after: &'a [Check]) -> Vec<&'a Check> {
    let known: BTreeSet<String> = before.iter().map(Check::common_id).collect();
    let new = after.iter().filter(|check| check.is_finding());
    new.filter(|check| !known.contains(&check.common_id())).collect()
}

/// Whether an object is the other one, or one of the two is in the other one.
fn is_near(one: &ObjectId, other: &ObjectId) -> bool {
    let (one, other) = (one.parts(), other.parts());
    let shorter = one.len().min(other.len());
    one[..shorter] == other[..shorter]
}

/// The objects that are not the same before and after.
fn changed(before: &Snapshot, after: &Snapshot) -> BTreeSet<(Kind, ObjectId)> {
    let mut changed = BTreeSet::new();
    for kind in Kind::ALL.iter().copied() {
        let is_same = |id: &ObjectId| match (before.get(kind, id), after.get(kind, id)) {
            (Some(one), Some(other)) => kind
                .spec()
                .attrs
                .iter()
                .all(|attr| one.get(attr.name) == other.get(attr.name)),
            (one, other) => one.is_none() && other.is_none(),
        };
        let all = before.of_kind(kind).chain(after.of_kind(kind));
        changed.extend(all.filter(|(id, _)| !is_same(id)).map(|(id, _)| (kind, id.clone())));
    }
    changed
}

/// The query that lists what depends on the object of a step, directly or not, a line each, without NOT NULL constraints,
/// which are a part of their columns (PostgreSQL 18 and later has a name for each). `None` if it is not known how
/// to find the object.
#[must_use]
pub fn dependents(step: &RepairStep) -> Option<Sql> {
    let guard = step.guard.as_ref()?;
    Some(sql![
        "WITH RECURSIVE objects (step, classid, objid, objsubid) AS (SELECT 0, ",
        guard.address?,
        " FROM ",
        &guard.rows,
        order::DEPENDENTS,
        ") SELECT string_agg(DISTINCT i.type || ' ' || i.identity, E'\\n') FROM objects CROSS JOIN LATERAL \
         pg_identify_object(classid, objid, 0) i WHERE i.identity !~ 'pg_toast|RI_ConstraintTrigger' \
         AND NOT (classid = 'pg_constraint'::regclass AND EXISTS (SELECT FROM pg_constraint WHERE oid = objid AND contype = 'n'))"
    ])
}

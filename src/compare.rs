//! Compares expectations with a snapshot. The comparison is pure: it cannot fail and does no I/O.
//!
//! [`plan`] compares everything that can be compared without a server and collects the questions that only the
//! server can answer; [`resolve::resolve`] turns the plan and the answers into checks.

mod advice;
pub mod assertion;
mod consequences;
pub mod coverage;
mod describe;
mod follow;
pub mod history;
mod ignoring;
mod inherited;
mod left_out;
mod locked;
mod parallel;
mod partitions;
mod rename;
pub mod resolve;
mod scoping;
mod set_aside;
mod similar;
pub mod since;
mod stand_in;
mod subject;
pub mod undetermined;
mod unlisted;

use std::collections::BTreeSet;

use advice::Condition;
use partitions::WrittenAttributes;
use rename::{PossiblyRenamed, RenameCandidates};
use stand_in::as_stand_in;
use subject::{Actual, ObjectComparison};
use unlisted::ClosedScope;

use crate::attribute::Verdict;
use crate::expectation::{ExpectationFile, ExpectedObject, Presence, Subject, Terms};
use crate::finding::{Check, Status};
use crate::hint::Hint;
use crate::kinds::{Kind, WrittenValue};
use crate::object_id::ObjectId;
use crate::observed::ScopedQuestion;
use crate::snapshot::Snapshot;

/// A comparison as far as it is possible without a server.
#[derive(Debug, Default)]
pub struct Plan<'a> {
    /// How many checks have already passed.
    passed: usize,
    steps: Vec<Step>,
    closed: Vec<ClosedScope<'a>>,
    /// Objects that an expectation names, so that they are not reported as unlisted.
    claimed: BTreeSet<(Kind, ObjectId)>,
    /// Whether passed checks are kept one by one.
    keep: bool,
    /// Missing objects that may exist under another name.
    possibly_renamed: Vec<PossiblyRenamed<'a>>,
    /// The objects that they may be.
    renames: Vec<RenameCandidates>,
    files: Vec<&'a ExpectationFile>,
}

#[derive(Debug)]
enum Step {
    Check(Pending),
    Meaning(MeaningMatch),
}

/// A check whose status may depend on the server. `check` is the finding if it does not pass.
#[derive(Debug)]
struct Pending {
    check: Check,
    decision: Decision,
    /// What to do if the server cannot parse the expected text.
    unreadable: Option<Hint>,
    /// On what it depends whether the statements of the hint work.
    condition: Option<Condition>,
}

#[derive(Debug, Clone)]
enum Decision {
    Equal,
    Different,
    /// Cannot be decided, for this reason.
    Unknown(String),
    /// Could not be read, for this reason, so that the run fails.
    Unread(String),
    Ask(Vec<ScopedQuestion>),
}

/// An expectation that one of several objects may match.
#[derive(Debug)]
struct MeaningMatch {
    candidates: Vec<Candidate>,
    /// If there are no candidates: whether the server can parse the expected texts.
    probes: Vec<Decision>,
    /// The finding if no candidate matches.
    none: Check,
    presence: Presence,
    /// Whether the expectation is about all objects that match, and not about the best one.
    is_all: bool,
    /// Whether nothing is expected at this time: the objects that match are only not reported as unlisted.
    only_claims: bool,
}

#[derive(Debug)]
struct Candidate {
    kind: Kind,
    id: ObjectId,
    /// The conditions under which the object matches.
    conditions: Vec<Decision>,
    /// The check that the object exists.
    existence: Check,
    /// The checks of the other attributes.
    checks: Vec<Pending>,
    /// How many checks of the object have already passed.
    passed: usize,
}

impl<'a> Plan<'a> {
    /// Appends the plan for later objects.
    fn absorb(&mut self, mut after: Self) {
        self.passed += after.passed;
        let before = self.steps.len();
        self.possibly_renamed.extend(
            after
                .possibly_renamed
                .into_iter()
                .map(|possibly_renamed| PossiblyRenamed {
                    step: possibly_renamed.step + before,
                    ..possibly_renamed
                }),
        );
        self.steps.append(&mut after.steps);
        self.closed.append(&mut after.closed);
        // `append` would copy both sets: for each of many files, all that the files before it claim.
        if self.claimed.len() < after.claimed.len() {
            std::mem::swap(&mut self.claimed, &mut after.claimed);
        }
        self.claimed.extend(after.claimed);
    }

    /// Requires that the schemas of a file contain only listed objects.
    fn close_file(&mut self, file: &'a ExpectationFile) {
        // Only a file that lists schemas also requires that no other schema exists.
        let is_open = |kind: Kind| {
            let lists_them = !kind.is_namespace() || file.objects_of_all_times().any(|o| o.kind == kind);
            kind.is_of_database() && (!lists_them || file.exact_schemas.is_some())
        };
        self.closed.push(ClosedScope {
            kinds: Kind::roots()
                .filter(|kind| !is_open(*kind) && (file.with_roles || !kind.is_on_request()))
                .collect(),
            parent: None,
            lists_partitions: false,
            schemas: file.closed_schemas(),
            place: file.exact_place,
            terms: Terms {
                level: crate::expectation::Level::Error,
                reason: None,
                exact: true,
                window: Vec::new(),
            },
            file,
        });
    }

    /// All questions that the plan depends on.
    #[must_use]
    pub fn questions(&self) -> BTreeSet<ScopedQuestion> {
        let mut asks = BTreeSet::new();
        let mut add = |decision: &Decision| {
            if let Decision::Ask(questions) = decision {
                asks.extend(questions.iter().cloned());
            }
        };
        for step in &self.steps {
            match step {
                Step::Check(pending) => add(&pending.decision),
                Step::Meaning(meaning) => {
                    meaning.probes.iter().for_each(&mut add);
                    for candidate in &meaning.candidates {
                        candidate.conditions.iter().for_each(&mut add);
                        candidate.checks.iter().for_each(|c| add(&c.decision));
                    }
                }
            }
        }
        let renames = self.renames.iter().flat_map(RenameCandidates::conditions);
        renames.for_each(&mut add);
        asks
    }
}

/// Compares the expected objects of one database with its snapshot. Passed checks are counted, or kept one by one if a
/// report lists them.
#[must_use]
pub fn plan<'a>(files: &[&'a ExpectationFile], snapshot: &'a Snapshot, keep: bool) -> Plan<'a> {
    let mut plan = Plan {
        keep,
        files: files.to_vec(),
        ..Plan::default()
    };
    let written = WrittenAttributes::of(files);
    for file in files {
        let parts = parallel::in_parts(
            &file.objects,
            |object| object.parent.is_none(),
            |before, objects| {
                let mut planner = Planner {
                    snapshot,
                    keep,
                    written: &written,
                    out: Plan::default(),
                };
                planner.objects(file, before, objects);
                planner.out
            },
        );
        for part in parts {
            plan.absorb(part);
        }
        plan.absorb(set_aside::plan(file, snapshot, keep, &written));
        if file.exact {
            plan.close_file(file);
        }
    }
    // All files must be planned before it is known which objects no expectation mentions.
    rename::find(&mut plan, files, snapshot);
    plan
}

struct Planner<'a, 'w> {
    snapshot: &'a Snapshot,
    keep: bool,
    written: &'w WrittenAttributes<'a>,
    out: Plan<'a>,
}

impl<'a> Planner<'a, '_> {
    /// Compares objects of a file. Each object comes after the object that contains it. `before` is the number of
    /// objects of the file that come before `objects`.
    fn objects(&mut self, file: &'a ExpectationFile, before: usize, objects: &'a [ExpectedObject]) {
        // Whether each object was found: the contents of a missing object are not compared.
        let mut found_objects: Vec<bool> = Vec::with_capacity(objects.len());
        for expected in objects {
            let blocked = expected.parent.is_some_and(|parent| !found_objects[parent - before]);
            let found = !blocked && self.object(file, expected);
            if let (true, true, Subject::Named(id)) = (blocked, expected.is_partition, &expected.subject) {
                self.out.claimed.insert((expected.kind, id.clone()));
            }
            found_objects.push(found);
            if found && expected.terms.exact {
                self.close_object(file, expected);
            }
        }
    }

    /// Compares one object. Returns whether its contents can be compared.
    fn object(&mut self, file: &'a ExpectationFile, expected: &'a ExpectedObject) -> bool {
        let subject = ObjectComparison {
            snapshot: self.snapshot,
            file,
            expected,
            keep: self.keep,
            written: self.written,
        };
        match (&expected.subject, expected.kind.spec().matching.same_identity) {
            (Subject::Named(id), _) if self.is_left_out(&subject, id) => false,
            (Subject::Named(id), None) => {
                self.out.claimed.insert((expected.kind, id.clone()));
                let Some(object) = self.snapshot.get(expected.kind, id) else {
                    return self.stand_in_by_name(&subject, id);
                };
                let kind = expected.kind;
                let actual = Actual { kind, id, object };
                self.found(&subject, actual);
                if let Some(parts) = kind.spec().matching.parts {
                    let written: Vec<WrittenValue<'_>> =
                        expected.attributes.iter().map(|a| (a.attr.name, &a.value)).collect();
                    self.out.claimed.extend(parts(&written, object));
                }
                expected.presence != Presence::Absent && subject.elsewhere(actual).is_none()
            }
            (Subject::Named(id), Some(same)) => {
                self.by_identity(&subject, id, same);
                true
            }
            (Subject::ByMeaning(parent), _) => {
                self.by_meaning(&subject, parent);
                true
            }
        }
    }

    /// Plans the comparison of an object with all objects that may have its identity, for instance the overloads of a
    /// function.
    fn by_identity(
        &mut self,
        subject: &ObjectComparison<'a, '_>,
        id: &ObjectId,
        same: fn(&ObjectId, &ObjectId) -> Verdict,
    ) {
        let expected = subject.expected;
        let name = id.prefix(id.parts().len() - 1);
        let candidates = self.snapshot.children(expected.kind, &name);
        let candidates = candidates.map(|(actual, object)| {
            let condition = subject.decision(same(id, actual));
            let actual = Actual {
                kind: expected.kind,
                id: actual,
                object,
            };
            subject.candidate(actual, vec![condition], &|_| true)
        });
        let candidates = candidates.collect();
        let (none, _) = subject.missing(id, None);
        self.out.steps.push(Step::Meaning(MeaningMatch {
            candidates,
            probes: Vec::new(),
            none,
            presence: expected.presence,
            is_all: expected.kind.is_any(id),
            only_claims: false,
        }));
    }

    /// Plans the comparison of an object that is expected by its meaning: with all objects of its kind in the parent,
    /// and with objects of other kinds that give the same guarantee.
    fn by_meaning(&mut self, subject: &ObjectComparison<'a, '_>, parent: &ObjectId) {
        let expected = subject.expected;
        let kind = expected.kind;
        let mut candidates: Vec<Candidate> = self
            .snapshot
            .children(kind, parent)
            .map(|(id, object)| subject.by_meaning(Actual { kind, id, object }))
            .collect();
        let mut near = Vec::new();
        for stand_in in kind.spec().matching.stand_ins {
            for (id, object) in self.snapshot.children(stand_in.kind, parent) {
                match as_stand_in(kind, stand_in, object) {
                    Ok(object) => candidates.push(subject.by_meaning(Actual {
                        kind: stand_in.kind,
                        id,
                        object: &object,
                    })),
                    Err(why) => near.push((stand_in.kind, id, object, why)),
                }
            }
        }
        let none = subject.missing_by_meaning(parent, &near);
        let probes = if candidates.is_empty() {
            subject.probes()
        } else {
            Vec::new()
        };
        self.out.steps.push(Step::Meaning(MeaningMatch {
            candidates,
            probes,
            none,
            presence: expected.presence,
            is_all: false,
            only_claims: false,
        }));
    }

    /// Compares an object that exists.
    fn found(&mut self, subject: &ObjectComparison<'a, '_>, actual: Actual<'_>) {
        let (pending, passed) = subject.found(actual);
        self.out.passed += passed;
        self.out.steps.extend(pending.into_iter().map(Step::Check));
    }

    /// Compares a named object that does not exist: an object of another kind with its name may give the same
    /// guarantee.
    fn stand_in_by_name(&mut self, subject: &ObjectComparison<'a, '_>, id: &'a ObjectId) -> bool {
        let expected = subject.expected;
        let mut why_not = None;
        if !expected.terms.exact {
            for stand_in in expected.kind.spec().matching.stand_ins {
                let Some(object) = self.snapshot.get(stand_in.kind, id) else {
                    continue;
                };
                match as_stand_in(expected.kind, stand_in, object) {
                    Ok(object) => {
                        self.out.claimed.insert((stand_in.kind, id.clone()));
                        let actual = Actual {
                            kind: expected.kind,
                            id,
                            object: &object,
                        };
                        self.found(subject, actual);
                        return expected.presence != Presence::Absent;
                    }
                    Err(why) => why_not = Some((stand_in.kind, why)),
                }
            }
        }
        let (mut check, says_what_exists) = subject.missing(id, why_not);
        let missing = expected.presence == Presence::Required;
        if !missing {
            check.status = Status::Passed;
        } else if !says_what_exists {
            self.out.possibly_renamed.push(PossiblyRenamed {
                step: self.out.steps.len(),
                file: subject.file,
                expected,
                id,
            });
        }
        let decision = if missing { Decision::Different } else { Decision::Equal };
        self.out.steps.push(Step::Check(Pending {
            check,
            decision,
            unreadable: None,
            condition: missing.then(|| subject.condition_if_missing(id)).flatten(),
        }));
        false
    }

    /// Requires that an object contains only listed objects.
    fn close_object(&mut self, file: &'a ExpectationFile, expected: &'a ExpectedObject) {
        let Subject::Named(id) = &expected.subject else {
            return;
        };
        // A written definition determines some of the contents.
        let settled = expected.kind.spec().matching.settled_by;
        let is_settled = |kind: Kind| {
            settled.is_some_and(|(name, settled)| {
                settled == kind && expected.attributes.iter().any(|a| a.attr.name == name)
            })
        };
        let kinds: Vec<Kind> = expected.kind.children().filter(|kind| !is_settled(*kind)).collect();
        if kinds.is_empty() {
            return;
        }
        self.out.closed.push(ClosedScope {
            kinds,
            parent: Some((expected.kind, id.clone())),
            lists_partitions: expected.kind.partition_section().is_some() && !expected.any_partitions,
            schemas: BTreeSet::new(),
            place: expected.place,
            terms: Terms::clone(&expected.terms),
            file,
        });
    }
}

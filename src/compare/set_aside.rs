//! Objects that are not expected of a database at this time: they are neither missing nor unlisted.

use super::partitions::WrittenAttributes;
use super::subject::ObjectComparison;
use super::{Decision, Plan, Planner, Step};
use crate::expectation::{ExpectationFile, ExpectedObject, SetAside, Subject};
use crate::finding::{Check, Status};
use crate::kinds::WrittenValue;
use crate::object_id::ObjectId;
use crate::snapshot::Snapshot;
use crate::value::Value;

/// Plans the objects of a file that are set aside.
pub(super) fn plan<'a>(
    file: &'a ExpectationFile,
    snapshot: &'a Snapshot,
    keep: bool,
    written: &WrittenAttributes<'a>,
) -> Plan<'a> {
    let mut planner = Planner {
        snapshot,
        keep,
        written,
        out: Plan::default(),
    };
    for aside in &file.set_aside {
        let subject = ObjectComparison {
            snapshot,
            file,
            expected: &aside.object,
            keep,
            written,
        };
        planner.claim(&subject);
        if let (Some(why), false) = (&aside.unknown, aside.is_inside) {
            planner.out.steps.push(Step::Check(super::Pending {
                check: unknown(&subject, aside),
                decision: Decision::Unknown(why.clone()),
                unreadable: None,
                condition: None,
            }));
        }
    }
    planner.out
}

impl<'a> Planner<'a, '_> {
    /// Finds the objects that an expectation is about, so that they are not reported as unlisted.
    fn claim(&mut self, subject: &ObjectComparison<'a, '_>) {
        let expected = subject.expected;
        match (&expected.subject, expected.kind.spec().matching.same_identity) {
            (Subject::Named(id), None) => self.claim_named(expected, id),
            (Subject::Named(id), Some(same)) => {
                self.by_identity(subject, id, same);
                self.only_claim();
            }
            (Subject::ByMeaning(parent), _) => {
                self.by_meaning(subject, parent);
                self.only_claim();
            }
        }
    }

    fn claim_named(&mut self, expected: &ExpectedObject, id: &ObjectId) {
        self.out.claimed.insert((expected.kind, id.clone()));
        let parts = expected.kind.spec().matching.parts;
        if let (Some(parts), Some(object)) = (parts, self.snapshot.get(expected.kind, id)) {
            let written = expected.attributes.iter();
            let written: Vec<WrittenValue<'_>> = written.map(|a| (a.attr.name, &a.value)).collect();
            self.out.claimed.extend(parts(&written, object));
        }
    }

    /// Lets the last step find objects without a check.
    fn only_claim(&mut self) {
        match self.out.steps.last_mut() {
            Some(Step::Meaning(meaning)) => meaning.only_claims = true,
            Some(Step::Check(_)) | None => {}
        }
    }
}

/// The finding that it is not known whether an object is expected.
fn unknown(subject: &ObjectComparison<'_, '_>, aside: &SetAside) -> Check {
    let check = match &aside.object.subject {
        Subject::Named(id) => subject.missing(id, None).0,
        Subject::ByMeaning(parent) => subject.missing_by_meaning(parent, &[]),
    };
    let exists = match &aside.object.subject {
        Subject::Named(id) => subject.snapshot.get(aside.object.kind, id).is_some(),
        Subject::ByMeaning(_) => false,
    };
    let (side, migration) = (aside.end.side.key(), &aside.end.migration);
    let message = format!("{} is expected ({side} {migration})", check.subject());
    Check {
        message,
        hint: None,
        ..check
    }
    .values(Value::Null, if exists { "present" } else { "absent" })
    .status(Status::Unknown)
}

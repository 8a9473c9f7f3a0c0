//! Objects that are not compared: those of which everything is ignored, and those that could not be read, because another
//! session has locked what their definitions name.

use super::resolve::LOCKED;
use super::subject::ObjectComparison;
use super::unlisted::{ClosedScope, UnlistedFindings, UnlistedSearch, is_closed};
use super::{Decision, Pending, Planner, Step};
use crate::finding::{About, Check, Code, Status};
use crate::hint::Hint;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::snapshot::LockedObject;
use crate::value::Value;

impl ObjectComparison<'_, '_> {
    /// The finding that it is not known whether an object that is locked is as expected. It speaks for what the object contains.
    fn locked(&self, id: &ObjectId) -> Option<Pending> {
        let why = self.snapshot.locked_by(id)?;
        let check = self.missing(id, None).0;
        let message = format!("{} is as expected", check.subject());
        let check = Check {
            message,
            hint: None,
            ..check
        };
        Some(Pending {
            check: check.values(Value::Null, Value::Null),
            decision: Decision::Unread(why.to_owned()),
            unreadable: None,
            condition: None,
        })
    }
}

impl<'a> Planner<'a, '_> {
    /// Plans an object that is not compared: all that it says is ignored, or it is locked.
    pub(super) fn is_left_out(&mut self, subject: &ObjectComparison<'a, '_>, id: &ObjectId) -> bool {
        let kind = subject.expected.kind;
        let is_ignored = self.written.ignoring.everything_of(subject.file, kind, id);
        let locked = subject.locked(id).filter(|_| !is_ignored);
        let is_left_out = is_ignored || locked.is_some();
        if is_left_out {
            self.out.claimed.insert((kind, id.clone()));
        }
        self.out.steps.extend(locked.map(Step::Check));
        is_left_out
    }
}

impl UnlistedSearch<'_> {
    /// Reports locked objects that no expectation lists.
    pub(super) fn locked(&self, scope: &ClosedScope<'_>, found: &mut UnlistedFindings) {
        // Only the scope of a whole file has relations.
        let locked = self.snapshot.locked.iter().filter(|_| scope.parent.is_none());
        for locked in locked {
            let Some(kind) = locked
                .kind
                .filter(|_| is_closed(scope, self.snapshot, locked.id.schema()))
            else {
                continue;
            };
            let is_listed = self.claimed.iter().any(|(_, id)| id.relation() == locked.id);
            if !is_listed && !self.ignoring.object(scope.file, kind, &locked.id, &mut found.used) {
                found.out.push(unlisted(scope, kind, locked));
            }
        }
    }
}

/// The finding that an object is locked that no expectation lists.
fn unlisted(scope: &ClosedScope<'_>, kind: Kind, locked: &LockedObject) -> Check {
    let message = format!("{} {} is listed", kind.words(), kind.show(&locked.id));
    let about = About::object(kind, &locked.id);
    Check::drift(about, Code::Unexpected(kind), scope.place, &scope.terms, message)
        .undetermined(Status::Unverified, locked.why.clone())
        .hint(Hint::advice(LOCKED))
}

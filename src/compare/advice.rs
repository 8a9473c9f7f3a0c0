//! Asks the kinds what to do about findings, and on what it depends whether their statements work.

use super::subject::ObjectComparison;
use super::{Decision, Pending};
use crate::attribute::Verdict;
use crate::expectation::{ExpectationFile, Extent};
use crate::finding::Check;
use crate::fix::Advised;
use crate::hint::Hint;
use crate::kinds::{FindingDetail, HintContext, Kind};
use crate::object_id::ObjectId;
use crate::observed::ScopedQuestion;
use crate::snapshot::{Object, Snapshot};
use crate::value::Value;

/// The object that a finding is about.
#[derive(Clone, Copy)]
pub(super) struct HintSubject<'s> {
    /// The kind that gives the advice.
    pub(super) kind: Kind,
    pub(super) id: &'s ObjectId,
    /// The object, if it exists.
    pub(super) object: Option<&'s Object>,
    pub(super) extent: Extent,
    /// The partitions in which it differs.
    pub(super) partitions: &'s [ObjectId],
}

impl<'s> HintSubject<'s> {
    pub(super) fn of(kind: Kind, id: &'s ObjectId, object: Option<&'s Object>) -> Self {
        Self {
            kind,
            id,
            object,
            extent: Extent::Whole,
            partitions: &[],
        }
    }
}

/// What to advise if PostgreSQL refuses the statements of a hint.
#[derive(Debug)]
pub(super) struct Condition {
    /// The questions that decide it.
    pub(super) questions: Vec<ScopedQuestion>,
    /// The advice in place of the statements.
    pub(super) otherwise: Advised,
}

impl ObjectComparison<'_, '_> {
    /// What to do about a finding.
    pub(super) fn advise(&self, subject: HintSubject<'_>, detail: FindingDetail<'_>) -> Advised {
        self.with_context(subject, detail, false, |context| subject.kind.advise(context))
    }

    /// What reports say about a finding.
    fn hint(&self, subject: HintSubject<'_>, detail: FindingDetail<'_>) -> Option<Hint> {
        self.with_context(subject, detail, false, |context| subject.kind.hint(context))
    }

    /// On what it depends whether the statements of the hint work.
    pub(super) fn condition(&self, subject: HintSubject<'_>, detail: FindingDetail<'_>) -> Option<Condition> {
        let condition = subject.kind.spec().advice.condition?;
        let question = self.with_context(subject, detail.clone(), false, condition)?;
        let Decision::Ask(questions) = self.decision(Verdict::Ask(vec![question])) else {
            return None;
        };
        Some(Condition {
            questions,
            otherwise: self.with_context(subject, detail, true, |context| subject.kind.advise(context)),
        })
    }

    /// The check that an attribute is as expected, with what to do if it is not. `values` are its name, the expected and the
    /// actual value in full.
    pub(super) fn with_advice(
        &self,
        check: Check,
        decision: Decision,
        subject: HintSubject<'_>,
        values: (&'static str, &Value, &Value),
    ) -> Pending {
        let (attribute, expected, actual) = values;
        let differs = FindingDetail::Differs {
            attribute,
            expected,
            actual,
        };
        let unreadable = FindingDetail::Unreadable {
            attribute,
            expected,
            actual,
        };
        let whole = HintSubject {
            partitions: &[],
            ..subject
        };
        Pending {
            check: check.advised(self.advise(subject, differs.clone())),
            decision,
            unreadable: self.hint(whole, unreadable),
            condition: self.condition(subject, differs),
        }
    }

    /// On what it depends whether the statements that create the object work.
    pub(super) fn condition_if_missing(&self, id: &ObjectId) -> Option<Condition> {
        let attributes = self.written_values();
        let subject = HintSubject::of(self.expected.kind, id, None);
        self.condition(subject, FindingDetail::Missing(&attributes))
    }

    /// The attributes that the file writes.
    pub(super) fn written_values(&self) -> Vec<(&'static str, Value)> {
        let attributes = self.expected.attributes.iter();
        attributes.map(|a| (a.attr.name, a.value.clone())).collect()
    }

    fn with_context<R>(
        &self,
        subject: HintSubject<'_>,
        detail: FindingDetail<'_>,
        is_refused: bool,
        use_it: impl FnOnce(&HintContext<'_>) -> R,
    ) -> R {
        let HintSubject {
            kind,
            id,
            object,
            extent,
            partitions,
        } = subject;
        let defaults = self.defaults(kind, id, object);
        use_it(&HintContext {
            id,
            parent: self.parent(),
            object,
            partitions,
            is_refused,
            detail,
            at_least: extent == Extent::AtLeast,
            is_closed: self.file.exact,
            written: &|name| self.written_value(name).or_else(|| defaults.get(name)),
            written_elsewhere: &|kind, id, attribute| self.written.get(kind, id, attribute),
            snapshot: self.snapshot,
            schema: &self.file.schema,
        })
    }
}

/// What there is to do about a finding on an object that no file lists.
pub(super) fn advise_unlisted(
    file: &ExpectationFile,
    (kind, parent): (Kind, Option<Kind>),
    (id, object): (&ObjectId, Option<&Object>),
    snapshot: &Snapshot,
    detail: FindingDetail<'_>,
) -> Advised {
    kind.advise(&HintContext {
        id,
        parent,
        partitions: &[],
        is_refused: false,
        detail,
        at_least: false,
        is_closed: file.exact,
        written: &|_| None,
        written_elsewhere: &|_, _, _| None,
        object,
        snapshot,
        schema: &file.schema,
    })
}

//! One expected object against an actual one: existence, attributes, what is implied.

use std::collections::BTreeSet;

use super::{Candidate, Decision, Pending, describe};
use crate::attribute::{Attr, Compare, Comparison, Form, Question, Verdict};
use crate::expectation::{ExpectationFile, ExpectedAttribute, ExpectedObject, Extent, Presence, Subject};
use crate::kinds::{FindingDetail, HintContext, Kind};
use crate::object_id::ObjectId;
use crate::observed::ScopedQuestion;
use crate::report::mark::Mark;
use crate::report::{Check, Status};
use crate::secret;
use crate::snapshot::{Object, Snapshot};
use crate::source_map::Place;
use crate::value::Value;

/// One expectation, and what is needed to compare it.
pub(super) struct Subjected<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) file: &'a ExpectationFile,
    pub(super) expected: &'a ExpectedObject,
    /// Whether checks that pass are told one by one.
    pub(super) keep: bool,
}

impl<'a> Subjected<'a> {
    /// What is left to decide about an object that is there, and how many checks of it have passed.
    pub(super) fn found(&self, kind: Kind, id: &ObjectId, object: &Object) -> (Vec<Pending>, usize) {
        if self.expected.presence == Presence::Absent {
            let mut existence = self.check(self.expected.kind, id, None);
            describe::unexpected(&mut existence, kind, id, false);
            existence.hint = self.hint(kind, id, FindingDetail::Unexpected);
            let pending = Pending {
                check: existence,
                verdict: Decision::Different,
                unreadable: None,
            };
            return (vec![pending], 0);
        }
        let (mut pending, passed) = self.attributes(kind, id, object, &|_| true);
        if !self.keep {
            return (pending, passed + 1);
        }
        let mut existence = self.check(kind, id, None);
        describe::present(&mut existence, kind);
        pending.push(passing(existence));
        (pending, passed)
    }

    pub(super) fn by_meaning(&self, kind: Kind, id: &ObjectId, object: &Object) -> Candidate {
        let conditions = self
            .expected
            .attributes
            .iter()
            .filter(|a| a.attr.identifies)
            .map(|a| self.compare(kind, a.attr, &a.value, a.extent, id, object))
            .collect();
        self.candidate(kind, id, object, conditions, &|attr| !attr.identifies)
    }

    pub(super) fn candidate(
        &self,
        kind: Kind,
        id: &ObjectId,
        object: &Object,
        conditions: Vec<Decision>,
        wanted: &dyn Fn(&Attr) -> bool,
    ) -> Candidate {
        let mut existence = self.check(kind, id, None);
        if self.expected.presence == Presence::Absent {
            describe::unexpected(&mut existence, kind, id, false);
            existence.hint = self.hint(kind, id, FindingDetail::Unexpected);
        } else if self.keep {
            describe::present(&mut existence, kind);
        }
        let (checks, passed) = self.attributes(self.expected.kind, id, object, wanted);
        Candidate {
            kind,
            id: id.clone(),
            conditions,
            existence,
            checks,
            passed,
        }
    }

    /// The comparisons of the attributes: those that were written, those that are implied, and where nothing but
    /// what is written may be there, all others against their defaults.
    fn attributes(
        &self,
        kind: Kind,
        id: &ObjectId,
        object: &Object,
        wanted: &dyn Fn(&Attr) -> bool,
    ) -> (Vec<Pending>, usize) {
        let written = &self.expected.attributes;
        let mut pending = Vec::new();
        let mut passed = 0;
        let mut add = |made: Option<Pending>| match made {
            Some(undecided) => pending.push(undecided),
            None => passed += 1,
        };
        for a in written.iter().filter(|a| wanted(a.attr)) {
            add(self.attribute(kind, id, object, a.attr, &a.value, a.extent, a.place));
        }
        for attr in kind.spec().attrs {
            let left_out = !written.iter().any(|a| a.attr.name == attr.name);
            if !left_out || !wanted(attr) || !(attr.always_checked.is_some() || self.expected.terms.exact) {
                continue;
            }
            // What has its default is what most checks of an exact file find.
            if !self.snapshot.is_unread(kind, attr.name)
                && attr.default.is_some_and(|default| default.is(object.get(attr.name)))
            {
                add(self.as_it_is(kind, id, object, attr));
                continue;
            }
            let derived = || {
                kind.spec()
                    .matching
                    .implied_default
                    .and_then(|derived| derived(id, attr.name))
            };
            if self.snapshot.server.major < attr.since && !self.snapshot.is_unread(kind, attr.name) {
                // Nobody asked for what this server cannot have.
                add(self.as_it_is(kind, id, object, attr));
            } else if let Some(default) = attr.default.map(Value::from).or_else(derived) {
                add(self.attribute(kind, id, object, attr, &default, Extent::Whole, self.expected.place));
            }
        }
        (pending, passed)
    }

    /// The check that passed because an attribute is what it is, if those that pass are kept.
    fn as_it_is(&self, kind: Kind, id: &ObjectId, object: &Object, attr: &'static Attr) -> Option<Pending> {
        self.keep.then(|| {
            let mut check = self.check(kind, id, Some(attr));
            let actual = object.get(attr.name);
            describe::differs(&mut check, kind, id, attr, Extent::Whole, actual, actual);
            passing(check)
        })
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "two sides of a comparison and its place; a struct would be built once"
    )]
    fn attribute(
        &self,
        kind: Kind,
        id: &ObjectId,
        object: &Object,
        attr: &'static Attr,
        value: &Value,
        extent: Extent,
        place: Place,
    ) -> Option<Pending> {
        let actual = object.get(attr.name);
        let mut verdict = self.compare(kind, attr, value, extent, id, object);
        let major = self.snapshot.server.major;
        if major < attr.since && matches!(verdict, Decision::Different) {
            verdict = Decision::Unknown(format!(
                "PostgreSQL {major} does not have this; it came with {}",
                attr.since
            ));
        }
        // Most checks pass: nobody reads the words that would say otherwise.
        if matches!(verdict, Decision::Equal) && !self.keep {
            return None;
        }
        let mut check = self.check(kind, id, Some(attr));
        check.place = place;
        let mut shown;
        let actual = if kind
            .spec()
            .reading
            .masked
            .is_some_and(|masked| masked.attribute == attr.name)
        {
            shown = actual.clone();
            secret::mark_different(value, &mut shown);
            &shown
        } else {
            actual
        };
        describe::differs(&mut check, kind, id, attr, extent, value, actual);
        let attribute = attr.name;
        let expected = value;
        check.hint = self.hint(
            kind,
            id,
            FindingDetail::Differs {
                attribute,
                expected,
                actual,
            },
        );
        let unreadable = self.hint(
            kind,
            id,
            FindingDetail::Unreadable {
                attribute,
                expected,
                actual,
            },
        );
        Some(Pending {
            check,
            verdict,
            unreadable,
        })
    }

    pub(super) fn compare(
        &self,
        kind: Kind,
        attr: &Attr,
        value: &Value,
        extent: Extent,
        id: &ObjectId,
        object: &Object,
    ) -> Decision {
        if self.snapshot.is_unread(kind, attr.name) {
            return Decision::Unknown("the snapshot was saved by a driftgate that did not read this".into());
        }
        let actual = object.get(attr.name);
        let verdict = match extent {
            Extent::AtLeast => Verdict::when(match (value, actual) {
                (Value::List(expected), Value::List(actual)) => {
                    let there: BTreeSet<&Value> = actual.iter().collect();
                    expected.iter().all(|item| there.contains(item))
                }
                _ => value == actual,
            }),
            Extent::Whole => attr.compare.compare(&Comparison {
                expected: value,
                actual,
                object,
                id,
                snapshot: self.snapshot,
                written: &|name| {
                    let mut written = self.expected.attributes.iter();
                    written.find(|a| a.attr.name == name).map(|a| &a.value)
                },
            }),
        };
        self.decision(verdict)
    }

    pub(super) fn decision(&self, verdict: Verdict) -> Decision {
        match verdict {
            Verdict::Equal => Decision::Equal,
            Verdict::Different => Decision::Different,
            Verdict::Unknown(why) => Decision::Unknown(why.to_owned()),
            Verdict::Ask(questions) => {
                let relation = match &self.expected.subject {
                    Subject::Named(id) | Subject::ByMeaning(id) => id.relation(),
                };
                let mut schemas = vec![relation.schema().to_owned()];
                if self.file.schema != schemas[0] {
                    schemas.push(self.file.schema.clone());
                }
                Decision::Ask(
                    questions
                        .into_iter()
                        .map(|question| ScopedQuestion {
                            schemas: schemas.clone(),
                            relation: relation.clone(),
                            question,
                        })
                        .collect(),
                )
            }
        }
    }

    /// Whether the server can read the expressions that identify the object.
    pub(super) fn probes(&self) -> Vec<Decision> {
        self.identifying()
            .into_iter()
            .filter(|a| matches!(a.attr.compare, Compare::Expression))
            .filter_map(|a| a.value.as_text())
            .map(|text| {
                self.decision(Verdict::Ask(vec![Question {
                    form: Form::Expression,
                    expected: text.to_owned(),
                    actual: text.to_owned(),
                }]))
            })
            .collect()
    }

    /// The finding that the object is not there.
    pub(super) fn missing(&self, id: &ObjectId) -> Check {
        let kind = self.expected.kind;
        let mut check = self.check(kind, id, None);
        if let Subject::ByMeaning(_) = self.expected.subject {
            check.object = format!("{} ({})", check.object, describe::identity(&self.identifying()));
        }
        describe::missing(&mut check, kind, id, &self.identifying(), self.snapshot);
        let attributes: Vec<(&'static str, Value)> = self
            .expected
            .attributes
            .iter()
            .map(|a| (a.attr.name, a.value.clone()))
            .collect();
        check.hint = check
            .hint
            .or_else(|| self.hint(kind, id, FindingDetail::Missing(&attributes)));
        check
    }

    pub(super) fn identifying(&self) -> Vec<&'a ExpectedAttribute> {
        self.expected.attributes.iter().filter(|a| a.attr.identifies).collect()
    }

    fn hint(&self, kind: Kind, id: &ObjectId, detail: FindingDetail<'_>) -> Option<String> {
        let parent = self.expected.parent.map(|parent| self.file.objects[parent].kind);
        kind.hint(&HintContext { id, parent, detail })
    }

    fn check(&self, kind: Kind, id: &ObjectId, attr: Option<&'static Attr>) -> Check {
        Check {
            status: Status::Drift,
            level: self.expected.terms.level,
            code: String::new(),
            kind: kind.spec().name,
            object: kind.show(id),
            attribute: attr.map(|a| a.name),
            expected: serde_json::Value::Null,
            actual: serde_json::Value::Null,
            place: self.expected.place,
            message: String::new(),
            detail: None,
            hint: None,
            reason: self.expected.terms.reason.clone(),
            mark: Mark::default(),
        }
    }
}

/// A check that has passed and is to be told.
fn passing(check: Check) -> Pending {
    Pending {
        check,
        verdict: Decision::Equal,
        unreadable: None,
    }
}

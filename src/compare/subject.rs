//! Compares one expected object with an actual one: its existence, its attributes, and implied values.

use std::collections::BTreeSet;

use super::advice::HintSubject;
use super::describe::{self, Missing, Near};
use super::partitions::{self, WrittenAttributes, deviations};
use super::{Candidate, Decision, Pending};
use crate::attribute::{Attr, Compare, Comparison, Form, Question, Verdict};
use crate::expectation::{ExpectationFile, ExpectedAttribute, ExpectedObject, Extent, Presence, Subject};
use crate::finding::{About, Check, Code};
use crate::hint::Hint;
use crate::kinds::{FindingDetail, Kind};
use crate::object_id::ObjectId;
use crate::snapshot::{Object, Snapshot};
use crate::source_map::Place;
use crate::value::Value;

/// The comparison of one expected object.
pub(super) struct ObjectComparison<'a, 'w> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) file: &'a ExpectationFile,
    pub(super) expected: &'a ExpectedObject,
    /// Whether passed checks are kept one by one.
    pub(super) keep: bool,
    /// What the files write.
    pub(super) written: &'w WrittenAttributes<'a>,
}

/// An actual object, compared as an object of a kind.
#[derive(Clone, Copy)]
pub(super) struct Actual<'a> {
    pub(super) kind: Kind,
    pub(super) id: &'a ObjectId,
    pub(super) object: &'a Object,
}

/// The expected value of an attribute.
#[derive(Clone, Copy)]
pub(super) struct ExpectedValue<'a> {
    pub(super) attr: &'static Attr,
    pub(super) value: &'a Value,
    pub(super) extent: Extent,
    pub(super) place: Place,
}

impl<'a> ObjectComparison<'a, '_> {
    /// The checks of an existing object that are not decided yet, and how many have passed.
    pub(super) fn found(&self, actual: Actual<'_>) -> (Vec<Pending>, usize) {
        if self.expected.presence == Presence::Absent {
            let pending = Pending {
                check: self.unexpected(self.expected.kind, actual),
                decision: Decision::Different,
                unreadable: None,
                condition: None,
            };
            return (vec![pending], 0);
        }
        let (mut pending, passed) = match self.elsewhere(actual) {
            Some(pending) => (vec![pending], 0),
            None => self.attributes(actual, &|_| true),
        };
        if !self.keep {
            return (pending, passed + 1);
        }
        pending.push(describe::passing(self.present(actual.kind, actual.id)));
        (pending, passed)
    }

    pub(super) fn by_meaning(&self, actual: Actual<'_>) -> Candidate {
        let conditions = self
            .expected
            .attributes
            .iter()
            .filter(|a| a.attr.identifies)
            .map(|a| self.compare(actual, a.attr, &a.value, a.extent))
            .collect();
        self.candidate(actual, conditions, &|attr| !attr.identifies)
    }

    pub(super) fn candidate(
        &self,
        actual: Actual<'_>,
        conditions: Vec<Decision>,
        wanted: &dyn Fn(&Attr) -> bool,
    ) -> Candidate {
        let Actual { kind, id, object } = actual;
        let existence = if self.expected.presence == Presence::Absent {
            self.unexpected(kind, actual)
        } else {
            self.present(kind, id)
        };
        // The attributes of an object that substitutes for another kind are those of the expected kind.
        let kind_of_attributes = self.expected.kind;
        let (checks, passed) = self.attributes(
            Actual {
                kind: kind_of_attributes,
                id,
                object,
            },
            wanted,
        );
        Candidate {
            kind,
            id: id.clone(),
            conditions,
            existence,
            checks,
            passed,
        }
    }

    /// Compares the attributes: those in the file, those that it implies, and in an exact file all others with their
    /// defaults.
    fn attributes(&self, actual: Actual<'_>, wanted: &dyn Fn(&Attr) -> bool) -> (Vec<Pending>, usize) {
        let written = &self.expected.attributes;
        let mut pending = Vec::new();
        let mut passed = 0;
        let mut add = |made: Option<Pending>| match made {
            Some(undecided) => pending.push(undecided),
            None => passed += 1,
        };
        let ignoring = &self.written.ignoring;
        let wanted = |attr: &Attr| wanted(attr) && !ignoring.attribute(self.file, actual.kind, actual.id, attr);
        for a in written.iter().filter(|a| wanted(a.attr)) {
            let expected = ExpectedValue {
                attr: a.attr,
                value: &a.value,
                extent: a.extent,
                place: a.place,
            };
            add(self.attribute(actual, expected));
        }
        self.left_out(actual, &wanted, &mut add);
        (pending, passed)
    }

    /// The value that an attribute has if the file leaves it out.
    pub(super) fn default(&self, actual: Actual<'_>, attr: &'static Attr) -> Option<Value> {
        let implied = self.file.implied(self.expected, attr.name, false);
        let implied = implied.map(|implied| implied.value);
        let derived = || {
            let derived = actual.kind.spec().matching.implied_default?;
            derived(actual.id, attr.name)
        };
        implied.or(attr.default.map(Value::from)).or_else(derived)
    }

    /// The passed check of an attribute, if passed checks are kept.
    pub(super) fn passed_check(&self, actual: Actual<'_>, attr: &'static Attr) -> Option<Pending> {
        self.keep.then(|| {
            let value = actual.object.get(attr.name);
            let about = About::object(actual.kind, actual.id);
            let code = Code::Differs(actual.kind, attr);
            let check = Check::passed(about, code, self.expected.place, &self.expected.terms);
            describe::passing(check.values(value.clone(), value.clone()))
        })
    }

    pub(super) fn attribute(&self, actual: Actual<'_>, expected: ExpectedValue<'_>) -> Option<Pending> {
        let ExpectedValue {
            attr,
            value,
            extent,
            place,
        } = expected;
        let mut decision = self.compare(actual, attr, value, extent);
        let major = self.snapshot.server.major;
        if major < attr.since && matches!(decision, Decision::Different) {
            decision = Decision::Unknown(format!(
                "PostgreSQL {major} does not have this attribute; version {} introduced it",
                attr.since
            ));
        }
        let deviations = deviations(actual.kind, actual.object, attr, value, self.written);
        let differs_below = matches!(decision, Decision::Equal) && deviations.value.is_some();
        if differs_below {
            decision = Decision::Different;
        }
        // Most checks pass, and their messages are not needed.
        if matches!(decision, Decision::Equal) && !self.keep {
            return None;
        }
        let Actual { kind, id, object } = actual;
        let below = deviations.value.filter(|_| differs_below);
        let (found, in_full) = self.found_value(actual, attr, value, below);
        let (mut message, mut detail) = describe::differs(kind, id, attr, extent, value, &found);
        if !deviations.places.is_empty() {
            let partitions = partitions::words(&deviations.places);
            message = format!("{message} {partitions}");
            detail = Some(detail.map_or_else(|| partitions.clone(), |detail| format!("{partitions}: {detail}")));
        }
        let about = About::object(kind, id);
        let check = Check::drift(about, Code::Differs(kind, attr), place, &self.expected.terms, message)
            .values(value.clone(), found.clone())
            .detail(detail);
        let (expected, actual) = in_full.as_ref().map_or((value, &found), |(one, other)| (one, other));
        let subject = HintSubject {
            kind,
            id,
            object: Some(object),
            extent,
            partitions: &deviations.places,
        };
        Some(self.with_advice(check, decision, subject, (attr.name, expected, actual)))
    }

    pub(super) fn compare(&self, actual: Actual<'_>, attr: &Attr, value: &Value, extent: Extent) -> Decision {
        let Actual { kind, object, .. } = actual;
        if self.snapshot.is_unread(kind, attr.name) {
            return Decision::Unknown("the driftgate that saved the snapshot did not read this attribute".into());
        }
        let found = object.get(attr.name);
        let verdict = match extent {
            Extent::AtLeast => Verdict::when(match (value, found) {
                (Value::List(expected), Value::List(actual)) => {
                    let actual: BTreeSet<&Value> = actual.iter().collect();
                    expected.iter().all(|item| actual.contains(item))
                }
                _ => value == found,
            }),
            Extent::Whole => self.with_comparison(actual, attr, value, |comparison| match self.expected.subject {
                Subject::ByMeaning(_) => attr.compare.by_meaning().compare(comparison),
                Subject::Named(_) => attr.compare.compare(comparison),
            }),
        };
        self.decision(verdict)
    }

    /// The actual value as reports show it, and both values in full if they leave something out. `below` is what partitions
    /// have instead.
    fn found_value(
        &self,
        actual: Actual<'_>,
        attr: &Attr,
        value: &Value,
        below: Option<Value>,
    ) -> (Value, Option<(Value, Value)>) {
        if let Some(below) = below {
            return (below, None);
        }
        self.with_comparison(actual, attr, value, |comparison| {
            let found = describe::shown(actual.kind, attr, value, attr.compare.shown(comparison));
            (found, attr.compare.in_full(comparison))
        })
    }

    /// Calls a function with the expected and the actual value of an attribute and their context.
    fn with_comparison<R>(
        &self,
        actual: Actual<'_>,
        attr: &Attr,
        expected: &Value,
        use_it: impl FnOnce(&Comparison<'_>) -> R,
    ) -> R {
        use_it(&Comparison {
            expected,
            actual: actual.object.get(attr.name),
            object: actual.object,
            id: actual.id,
            snapshot: self.snapshot,
            schema: &self.file.schema,
            refers_to: attr.refers_to,
            written: &|name| self.expected.written(name),
            exact: self.expected.terms.exact,
        })
    }

    /// Whether the server can parse the expressions that identify the object.
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

    /// The finding that an object does not exist, and whether its message says what exists instead. `stand_in` is the
    /// kind of an object with its name that could give the same guarantee, and the reason why it does not.
    pub(super) fn missing(&self, id: &ObjectId, stand_in: Option<(Kind, &str)>) -> (Check, bool) {
        let kind = self.expected.kind;
        let name = kind.show(id);
        let instead = match stand_in {
            Some((other, why)) => Some(format!("{} of this name exists, but it {why}", other.one())),
            None => describe::instead_of_name(kind, id, self.snapshot),
        };
        let missing = Missing {
            kind,
            name: &name,
            instead: instead.as_deref(),
        };
        let mut check = self.absent(About::object(kind, id), id, missing.message());
        if stand_in.is_some() || describe::is_taken(kind, id, self.snapshot) {
            check = check.hint(Hint::advice(
                "correct the name here, or rename or drop the object that has it",
            ));
        }
        (check, instead.is_some())
    }

    /// The finding that no object of the parent has the expected meaning. `near` are objects that could give the same
    /// guarantee, with the reasons why they do not.
    pub(super) fn missing_by_meaning(&self, parent: &ObjectId, near: &[Near<'_>]) -> Check {
        let kind = self.expected.kind;
        let identifying = self.identifying();
        let about = About::ByMeaning {
            kind,
            parent: parent.clone(),
            description: describe::identity(&identifying),
        };
        let instead = self.missing_columns(parent);
        let missing = Missing {
            kind,
            name: &about.name(),
            instead: instead.as_deref(),
        };
        let mut message = missing.message();
        if let Some(near) = describe::near(&identifying, near) {
            message = format!("{message}: {near}");
        }
        self.absent(about, parent, message)
    }

    /// The columns that the object is on and that its relation does not have.
    fn missing_columns(&self, relation: &ObjectId) -> Option<String> {
        self.expected.parent?;
        describe::missing_columns(relation, &self.identifying(), self.snapshot)
    }

    fn absent(&self, about: About, id: &ObjectId, message: String) -> Check {
        let Self { expected, .. } = self;
        let attributes = self.written_values();
        let missing = FindingDetail::Missing(&attributes);
        // An expression is no column: the kind says where it belongs.
        let is_name = |text: &String| !text.contains('(');
        let mut advised = self.advise(HintSubject::of(expected.kind, id, None), missing);
        if self.missing_columns(&id.relation()).as_ref().is_some_and(is_name) {
            advised.hint = Some(Hint::advice(
                "correct the name of the column here, or apply the migration that adds the column",
            ));
        }
        Check::drift(
            about,
            Code::Missing(expected.kind),
            expected.place,
            &expected.terms,
            message,
        )
        .values("present", "absent")
        .advised(advised)
    }

    /// The check that an object exists.
    fn present(&self, kind: Kind, id: &ObjectId) -> Check {
        let (place, terms) = (self.expected.place, &self.expected.terms);
        Check::passed(About::object(kind, id), Code::Missing(kind), place, terms).values("present", "present")
    }

    /// The finding that an object exists and must not. `hints` is the kind that gives the advice.
    fn unexpected(&self, hints: Kind, actual: Actual<'_>) -> Check {
        let Actual { kind, id, object } = actual;
        let message = format!("{} {} exists but must not", kind.words(), kind.show(id));
        let (place, terms) = (self.expected.place, &self.expected.terms);
        Check::drift(About::object(kind, id), Code::Unexpected(kind), place, terms, message)
            .values("absent", "present")
            .advised(self.advise(HintSubject::of(hints, id, Some(object)), FindingDetail::Unexpected))
    }

    pub(super) fn identifying(&self) -> Vec<&'a ExpectedAttribute> {
        self.expected.attributes.iter().filter(|a| a.attr.identifies).collect()
    }

    /// The value that the file writes for an attribute.
    pub(super) fn written_value(&self, name: &str) -> Option<&'a Value> {
        let mut written = self.expected.attributes.iter();
        written.find(|a| a.attr.name == name).map(|a| &a.value)
    }

    /// The kind of the object that it is in.
    pub(super) fn parent(&self) -> Option<Kind> {
        self.expected.parent.map(|parent| self.file.objects[parent].kind)
    }
}

//! The attributes that a file leaves out: implied ones, and in an exact file all of them.

use std::collections::BTreeMap;

use super::inherited::{Inherited, InheritedValue};
use super::subject::{Actual, ExpectedValue, ObjectComparison};
use super::{Decision, Pending};
use crate::attribute::Attr;
use crate::expectation::Extent;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::partitions;
use crate::snapshot::{IN_PARTITIONS, Object};
use crate::value::Value;

impl ObjectComparison<'_, '_> {
    /// Compares the attributes that the file leaves out with what they imply.
    pub(super) fn left_out(
        &self,
        actual: Actual<'_>,
        wanted: &dyn Fn(&Attr) -> bool,
        add: &mut dyn FnMut(Option<Pending>),
    ) {
        let written = &self.expected.attributes;
        let inherited = Inherited::of(self, actual);
        let Actual { kind, id, object } = actual;
        let is_partial = self.snapshot.is_partial(kind, id)
            || (object.is_implicit() && self.snapshot.platform_schemas.contains(id.schema()));
        for attr in actual.kind.spec().attrs {
            // Of a relation of the hosting platform, what users granted counts.
            if is_partial && attr.always_checked.is_none() && !attr.keyed_by_role {
                continue;
            }
            let is_left_out = !written.iter().any(|a| a.attr.name == attr.name);
            if !is_left_out
                || attr.on_request
                || !wanted(attr)
                || !(attr.always_checked.is_some() || self.expected.terms.exact)
            {
                continue;
            }
            match inherited.value(attr) {
                InheritedValue::None => self.with_default(actual, attr, add),
                InheritedValue::CheckedElsewhere => add(self.passed_check(actual, attr)),
                InheritedValue::Is(value) => add(self.attribute(actual, self.implied(attr, &value))),
            }
        }
    }

    /// Compares an attribute with its default, if it has one.
    fn with_default(&self, actual: Actual<'_>, attr: &'static Attr, add: &mut dyn FnMut(Option<Pending>)) {
        let Actual { kind, object, .. } = actual;
        let has_default = attr.default.is_some_and(|default| default.is(object.get(attr.name)));
        if attr.exceptional && has_default {
            return;
        }
        // In an exact file, most checks find that an attribute has its default.
        if !self.snapshot.is_unread(kind, attr.name)
            && has_default
            && !(attr.holds_in_partitions
                && matches!(object.get(IN_PARTITIONS), Value::Map(places) if !places.is_empty()))
        {
            add(self.passed_check(actual, attr));
            return;
        }
        if self.snapshot.server.major < attr.since && !self.snapshot.is_unread(kind, attr.name) {
            // Attributes that this server does not support are not compared with their defaults.
            add(self.passed_check(actual, attr));
        } else if let Some(default) = self.default(actual, attr) {
            add(self.attribute(actual, self.implied(attr, &default)));
        }
    }

    /// The values that an existing object is to have although the file does not write them.
    pub(super) fn defaults(&self, kind: Kind, id: &ObjectId, object: Option<&Object>) -> BTreeMap<&'static str, Value> {
        let Some(object) = object.filter(|_| self.expected.terms.exact) else {
            return BTreeMap::new();
        };
        let actual = Actual { kind, id, object };
        let inherited = Inherited::of(self, actual);
        let left_out = |attr: &&'static Attr| {
            !attr.on_request && !self.expected.attributes.iter().any(|a| a.attr.name == attr.name)
        };
        let attrs = kind.spec().attrs.iter().filter(left_out);
        attrs
            .filter_map(|attr| match inherited.value(attr) {
                InheritedValue::None => Some((attr.name, self.default(actual, attr)?)),
                InheritedValue::CheckedElsewhere => None,
                InheritedValue::Is(value) => Some((attr.name, value)),
            })
            .collect()
    }

    /// A value that the file does not write.
    fn implied<'v>(&self, attr: &'static Attr, value: &'v Value) -> ExpectedValue<'v> {
        ExpectedValue {
            attr,
            value,
            extent: Extent::Whole,
            place: self.expected.place,
        }
    }

    /// The finding that an object which is listed as a partition is not a partition of this parent. Everything else that differs
    /// follows from that.
    pub(super) fn elsewhere(&self, actual: Actual<'_>) -> Option<Pending> {
        if !self.expected.is_partition {
            return None;
        }
        let name = actual.kind.spec().partition?.attributes.parent;
        let parent = self.expected.attributes.iter().find(|a| a.attr.name == name)?;
        if !matches!(
            self.compare(actual, parent.attr, &parent.value, parent.extent),
            Decision::Different
        ) {
            return None;
        }
        let mut pending = self.attribute(
            actual,
            ExpectedValue {
                attr: parent.attr,
                value: &parent.value,
                extent: parent.extent,
                place: parent.place,
            },
        )?;
        let of = &parent.value;
        pending.check.detail = Some(match partitions::parent(actual.kind, actual.object) {
            Some(other) => format!("it is a partition of {other}, and should be one of {of}"),
            None => format!("it was, or should be, a partition of {of}"),
        });
        Some(pending)
    }
}

//! Writes what an application relies on.

use super::{Writer, key, value_document};
use crate::kinds::{Attributes, KeyForm, Kind, ListForm};
use crate::object_id::ObjectId;
use crate::snapshot::Object;
use crate::yaml::write::Fragment;

impl Writer<'_> {
    /// What an application relies on of an object and of what it contains. `None` if applications do not rely on objects of
    /// this kind.
    pub(super) fn required(&self, kind: Kind, id: &ObjectId, object: &Object) -> Option<Fragment> {
        let spec = kind.spec();
        if spec.required.is_empty() {
            return None;
        }
        let attributes = spec
            .required
            .iter()
            .map(|name| (*name, object.get(name).clone()))
            .collect();
        let sections: Vec<(String, Fragment)> = kind
            .children()
            .filter_map(|child| self.required_section(child, id))
            .collect();
        if sections.is_empty()
            && let Some(short) =
                super::shorthand(spec, &attributes).filter(|_| subset_keys(kind, &attributes).next().is_none())
        {
            return Some(short);
        }
        let own = attributes.iter().filter_map(|(name, value)| {
            let attr = kind.attr(name)?;
            Some((
                attr.subset_key.unwrap_or(attr.name).to_owned(),
                value_document(attr, value),
            ))
        });
        let all: Vec<(String, Fragment)> = own.chain(sections).collect();
        if all.iter().all(|(_, value)| value.is_short()) && kind.children().next().is_none() {
            return Some(Fragment::FlowMap(all));
        }
        Some(Fragment::Map(all))
    }

    /// The section of the children of a kind. What is found by its meaning has no name.
    fn required_section(&self, kind: Kind, parent: &ObjectId) -> Option<(String, Fragment)> {
        let spec = kind.spec();
        let children = || {
            self.snapshot
                .children(kind, parent)
                .filter(|(_, object)| !object.is_implicit())
        };
        let section = match (spec.syntax.list, spec.syntax.key) {
            (ListForm::ByMeaning, _) => {
                let own = children().filter_map(|(id, object)| self.required(kind, id, object));
                let items: Vec<Fragment> = own.chain(self.stand_ins(kind, parent)).collect();
                (!items.is_empty()).then_some(Fragment::Flow(items))
            }
            (_, KeyForm::Only) => children()
                .next()
                .and_then(|(id, object)| self.required(kind, id, object)),
            _ => {
                let entries: Vec<(String, Fragment)> = children()
                    .filter_map(|(id, object)| Some((key(kind, id, self.schema), self.required(kind, id, object)?)))
                    .collect();
                (!entries.is_empty()).then_some(Fragment::Map(entries))
            }
        };
        section.map(|section| (spec.section.to_owned(), section))
    }

    /// What objects of other kinds guarantee as objects of this kind do, unless those kinds are written themselves.
    fn stand_ins(&self, kind: Kind, parent: &ObjectId) -> Vec<Fragment> {
        let spec = kind.spec();
        let others = spec
            .matching
            .stand_ins
            .iter()
            .filter(|other| other.kind.spec().required.is_empty());
        let objects = others.flat_map(|other| {
            let children = self.snapshot.children(other.kind, parent);
            let own = children.filter(|(_, object)| !object.is_implicit());
            own.filter_map(|(_, object)| (other.attributes)(object).ok())
        });
        objects
            .filter_map(|found| {
                let attributes: Attributes = found
                    .into_iter()
                    .filter(|(name, _)| spec.required.contains(name))
                    .collect();
                super::shorthand(spec, &attributes)
            })
            .collect()
    }
}

/// The attributes that are written under the key that requires at least these items.
fn subset_keys(kind: Kind, attributes: &Attributes) -> impl Iterator<Item = &'static str> {
    attributes
        .iter()
        .filter_map(move |(name, _)| kind.attr(name)?.subset_key)
}

//! The messages of findings.

use std::collections::BTreeSet;

use super::{Decision, Pending};
use crate::attribute::{Attr, Shape};
use crate::expectation::{ExpectedAttribute, Extent};
use crate::finding::Check;
use crate::invisible::marked_ends;
use crate::kinds::{KeyForm, Kind};
use crate::object_id::ObjectId;
use crate::platform;
use crate::secret;
use crate::snapshot::{Object, Snapshot};
use crate::sql_text::{unquote_name, words};
use crate::suggest;
use crate::value::Value;

/// An object that does not exist.
pub(super) struct Missing<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a str,
    /// What exists instead, or a similar name.
    pub(super) instead: Option<&'a str>,
}

impl Missing<'_> {
    /// The finding, as a sentence.
    pub(super) fn message(&self) -> String {
        let words = self.kind.words();
        match self.instead {
            Some(instead) => format!("{words} {} does not exist; {instead}", self.name),
            None => format!("{words} {} does not exist", self.name),
        }
    }
}

/// An object that could give the expected guarantee, with the reason why it does not.
pub(super) type Near<'a> = (Kind, &'a ObjectId, &'a Object, &'static str);

/// Whether an object of another kind has this name, so that none of the kind can be created.
pub(super) fn is_taken(kind: Kind, id: &ObjectId, snapshot: &Snapshot) -> bool {
    let identity = kind.spec().identity;
    let mut others = Kind::ALL
        .iter()
        .filter(|other| **other != kind && other.spec().identity == identity);
    others.any(|other| snapshot.get(*other, id).is_some() && other.spec().stub.is_some() == kind.spec().stub.is_some())
}

/// What exists instead of an object of this name, or a similar name.
pub(super) fn instead_of_name(kind: Kind, id: &ObjectId, snapshot: &Snapshot) -> Option<String> {
    let spec = kind.spec();
    let other = Kind::ALL
        .iter()
        .find(|other| **other != kind && other.spec().identity == spec.identity && snapshot.get(**other, id).is_some());
    if let Some(other) = other {
        return Some(format!("{} of this name exists", other.one()));
    }
    if spec.syntax.key == KeyForm::Only {
        return None;
    }
    // The arguments of a signature come after the name.
    let at = spec.identity.iter().position(|part| *part == "name")?;
    let name = id.parts().get(at)?;
    let within = id.prefix(at);
    let siblings: Vec<&ObjectId> = snapshot.children(kind, &within).map(|(sibling, _)| sibling).collect();
    let overloads: Vec<String> = siblings
        .iter()
        .filter(|sibling| sibling.parts()[at] == *name)
        .map(|sibling| format!("({})", sibling.last()))
        .collect();
    if !overloads.is_empty() {
        return Some(format!("one with the arguments {} exists", overloads.join(" and ")));
    }
    // Other kinds are searched when it is known what the expectations list.
    if spec.matching.same_identity.is_some() {
        let near = suggest::nearest(name, siblings.iter().map(|sibling| &*sibling.parts()[at]));
        if let Some(near) = near {
            return Some(format!("did you mean `{near}`?"));
        }
    }
    let schema = id.parts().first().filter(|_| at > 0 && spec.parents.is_empty())?;
    let elsewhere = snapshot
        .of_kind(kind)
        .find(|(other, _)| other.parts()[at] == *name)
        .map(|(other, _)| format!("one exists in schema {}", other.schema()));
    elsewhere.or_else(|| {
        let mut namespaces = Kind::ALL.iter().filter(|kind| kind.is_namespace());
        let exists = namespaces.any(|kind| snapshot.get(*kind, &ObjectId::new(vec![schema.clone()])).is_some());
        let is_users = !platform::is_postgres(schema);
        (!exists && is_users).then(|| format!("schema {schema} does not exist"))
    })
}

/// Reports the columns that an expectation by meaning names and that the relation does not have.
pub(super) fn missing_columns(
    relation: &ObjectId,
    identifying: &[&ExpectedAttribute],
    snapshot: &Snapshot,
) -> Option<String> {
    let variable = Kind::ALL.iter().copied().find(|kind| kind.is_column())?;
    let columns: Vec<&str> = snapshot.children(variable, relation).map(|(id, _)| id.last()).collect();
    let missing: Vec<String> = identifying
        .iter()
        .filter(|a| matches!(a.attr.shape, Shape::List(Shape::Name)))
        .flat_map(|a| a.value.texts())
        .filter(|name| !columns.contains(name))
        .map(|name| match suggest::nearest(name, columns.iter().copied()) {
            Some(near) => format!("column `{name}` does not exist; did you mean `{near}`?"),
            None => format!("column `{name}` does not exist"),
        })
        .collect();
    (!missing.is_empty()).then(|| missing.join("; "))
}

/// The message and the detail of a finding about an attribute.
pub(super) fn differs(
    kind: Kind,
    id: &ObjectId,
    attr: &'static Attr,
    extent: Extent,
    expected: &Value,
    actual: &Value,
) -> (String, Option<String>) {
    let object = format!("{} {}", kind.words(), kind.show(id));
    let name = attr.name;
    let marked = match (expected, actual) {
        (Value::Text(expected), Value::Text(actual)) => marked_ends(expected, actual),
        (_, _) => None,
    };
    let marked = marked.map(|(expected, actual)| (Value::Text(expected), Value::Text(actual)));
    let (expected_shown, actual_shown) = marked.as_ref().map_or((expected, actual), |(e, a)| (e, a));
    let message = match extent {
        Extent::Whole => format!("{object}: expected {name} = {expected_shown}, found {actual_shown}"),
        Extent::AtLeast => format!(
            "{object}: expected {name} to include {}, found {actual}",
            missing_items(expected, actual)
        ),
    };
    let detail = match (attr.always_checked, attr.default) {
        (Some(words), Some(default)) if *expected == Value::from(default) => Some(words.to_owned()),
        (Some(_) | None, Some(_) | None) => None,
    };
    (message, detail)
}

/// The expected items that were not found.
fn missing_items(expected: &Value, actual: &Value) -> String {
    let there: BTreeSet<&Value> = actual.as_list().unwrap_or_default().iter().collect();
    let items: Vec<String> = expected
        .as_list()
        .unwrap_or_default()
        .iter()
        .filter(|item| !there.contains(item))
        .map(ToString::to_string)
        .collect();
    items.join(", ")
}

/// What identifies an object by meaning: `org_id, period_start`.
pub(super) fn identity(identifying: &[&ExpectedAttribute]) -> String {
    let parts: Vec<String> = identifying
        .iter()
        .map(|a| match &a.value {
            Value::List(items) => items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            other => other.to_string(),
        })
        .collect();
    parts.join(" -> ")
}

/// The objects that are similar to the expected one, and why they do not match.
pub(super) fn near(identifying: &[&ExpectedAttribute], near: &[Near<'_>]) -> Option<String> {
    let wanted: Vec<&str> = identifying.iter().flat_map(|a| a.value.texts()).collect();
    let reasons: Vec<String> = near
        .iter()
        .filter(|(kind, _, object, _)| {
            kind.spec().attrs.iter().filter(|a| a.identifies).any(|a| {
                let keys = object.get(a.name).texts();
                keys.len() == wanted.len() && wanted.iter().all(|name| keys.iter().any(|key| mentions(key, name)))
            })
        })
        .map(|(kind, id, _, why)| format!("{} {} {why}", kind.words(), id.last()))
        .collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// Whether a piece of SQL refers to a name.
fn mentions(sql: &str, name: &str) -> bool {
    words(sql).any(|word| unquote_name(word).as_deref() == Some(name))
}

/// The actual value, in a form that can be shown beside the expected one.
pub(super) fn shown(kind: Kind, attr: &Attr, expected: &Value, found: Value) -> Value {
    let mut shown = found;
    if kind
        .spec()
        .reading
        .masked
        .is_some_and(|masked| masked.attribute == attr.name)
    {
        secret::mark_different(expected, &mut shown);
    }
    shown
}

/// A passed check that is kept.
pub(super) fn passing(check: Check) -> Pending {
    Pending {
        check,
        decision: Decision::Equal,
        unreadable: None,
        condition: None,
    }
}

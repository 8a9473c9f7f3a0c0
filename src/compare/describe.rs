//! The words of findings.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::attribute::{Attr, Shape};
use crate::expectation::{ExpectedAttribute, Extent};
use crate::kinds::{KeyForm, Kind};
use crate::object_id::ObjectId;
use crate::platform;
use crate::report::{Check, code};
use crate::snapshot::{Object, Snapshot};
use crate::sql_text::{unquote_name, words};
use crate::suggest;
use crate::value::Value;

/// Says that an object is there, as it must be.
pub(super) fn present(check: &mut Check, kind: Kind) {
    check.code = code(kind.spec().name, "missing");
    check.expected = Json::from("present");
    check.actual = Json::from("present");
}

/// That an object is not there, as a sentence.
pub(super) fn does_not_exist(kind: Kind, object: &str) -> String {
    format!("{} {object} does not exist", kind.words())
}

/// Says that an object is not there, and what is there instead.
pub(super) fn missing(
    check: &mut Check,
    kind: Kind,
    id: &ObjectId,
    identifying: &[&ExpectedAttribute],
    snapshot: &Snapshot,
) {
    check.code = code(kind.spec().name, "missing");
    check.expected = Json::from("present");
    check.actual = Json::from("absent");
    check.message = does_not_exist(kind, &check.object);
    // Objects by meaning have no name that could be mistaken; but their columns have.
    let instead = if check.object == kind.show(id) {
        instead_of_name(kind, id, snapshot)
    } else {
        missing_columns(id, identifying, snapshot)
    };
    if let Some(instead) = instead {
        check.message = format!("{}; {instead}", check.message);
    }
}

/// What may have been meant by a name that is not there.
fn instead_of_name(kind: Kind, id: &ObjectId, snapshot: &Snapshot) -> Option<String> {
    let spec = kind.spec();
    let other = Kind::ALL
        .iter()
        .find(|other| **other != kind && other.spec().identity == spec.identity && snapshot.get(**other, id).is_some());
    if let Some(other) = other {
        return Some(format!("there is {} of this name", other.one()));
    }
    if spec.syntax.key == KeyForm::Only {
        return None;
    }
    // The part that is its name: the arguments of a signature come after it.
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
        return Some(format!("there is one with the arguments {}", overloads.join(" and ")));
    }
    let near = suggest::nearest(name, siblings.iter().map(|sibling| &*sibling.parts()[at]));
    if let Some(near) = near {
        return Some(format!("did you mean `{near}`?"));
    }
    let schema = id.parts().first().filter(|_| at > 0 && spec.parents.is_empty())?;
    let elsewhere = snapshot
        .of_kind(kind)
        .find(|(other, _)| other.parts()[at] == *name)
        .map(|(other, _)| format!("there is one in the schema {}", other.schema()));
    elsewhere.or_else(|| {
        let mut namespaces = Kind::ALL.iter().filter(|kind| kind.is_namespace());
        let exists = namespaces.any(|kind| snapshot.get(*kind, &ObjectId::new(vec![schema.clone()])).is_some());
        let is_users = !platform::is_postgres(schema);
        (!exists && is_users).then(|| format!("there is no schema {schema}"))
    })
}

/// The columns that an expectation by meaning names and the relation does not have.
fn missing_columns(relation: &ObjectId, identifying: &[&ExpectedAttribute], snapshot: &Snapshot) -> Option<String> {
    let variable = Kind::ALL.iter().copied().find(|kind| kind.is_column())?;
    let columns: Vec<&str> = snapshot.children(variable, relation).map(|(id, _)| id.last()).collect();
    let missing: Vec<String> = identifying
        .iter()
        .filter(|a| matches!(a.attr.shape, Shape::List(Shape::Name)))
        .flat_map(|a| a.value.texts())
        .filter(|name| !columns.contains(name))
        .map(|name| match suggest::nearest(name, columns.iter().copied()) {
            Some(near) => format!("there is no column `{name}`; did you mean `{near}`?"),
            None => format!("there is no column `{name}`"),
        })
        .collect();
    (!missing.is_empty()).then(|| missing.join("; "))
}

/// Says that an object is there and must not be. `unlisted` if nobody spoke of it.
pub(super) fn unexpected(check: &mut Check, kind: Kind, id: &ObjectId, unlisted: bool) {
    check.code = code(kind.spec().name, "unexpected");
    check.object = kind.show(id);
    check.kind = kind.spec().name;
    check.expected = Json::from("absent");
    check.actual = Json::from("present");
    let why = if unlisted {
        "exists but is not listed"
    } else {
        "exists but must not"
    };
    check.message = format!("{} {} {why}", kind.words(), check.object);
}

/// Says that an attribute is not what was expected.
pub(super) fn differs(
    check: &mut Check,
    kind: Kind,
    id: &ObjectId,
    attr: &'static Attr,
    extent: Extent,
    expected: &Value,
    actual: &Value,
) {
    check.code = code(kind.spec().name, attr.code_suffix.unwrap_or(attr.name));
    check.expected = Json::from(expected);
    check.actual = Json::from(actual);
    let what = format!("{} {}", kind.words(), kind.show(id));
    check.message = match extent {
        Extent::Whole => format!("{} of {what} is {actual}, expected {expected}", attr.name),
        Extent::AtLeast => format!(
            "{} of {what} lacks {}; there is {actual}",
            attr.name,
            lacking(expected, actual)
        ),
    };
    if let (Some(words), Some(default)) = (attr.always_checked, attr.default)
        && *expected == Value::from(default)
    {
        check.detail = Some(words.to_owned());
    }
}

/// The expected items that are not there.
fn lacking(expected: &Value, actual: &Value) -> String {
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

/// Adds the objects that come near to what was expected by meaning, and why they are not it.
pub(super) fn add_near(
    check: &mut Check,
    identifying: &[&ExpectedAttribute],
    near: &[(Kind, &ObjectId, &Object, &str)],
) {
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
    if !reasons.is_empty() {
        check.message = format!("{}: {}", check.message, reasons.join("; "));
    }
}

/// Whether a name stands in a piece of SQL.
fn mentions(sql: &str, name: &str) -> bool {
    words(sql).any(|word| unquote_name(word).as_deref() == Some(name))
}

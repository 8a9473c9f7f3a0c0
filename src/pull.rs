//! Writes the expectation file of a snapshot: exact, sorted, without attributes that have their default.

pub mod split;

use crate::attribute::{Attr, Shape};
use crate::expectation::{FORMAT_VERSION, cut_pattern};
use crate::kinds::{Attributes, KeyForm, Kind, KindSpec, Shorthand};
use crate::object_id::{ObjectId, show_part};
use crate::snapshot::{Object, Snapshot};
use crate::value::Value;
use crate::yaml::write::Fragment;

/// Options for writing expectation files.
pub struct PullOptions<'a> {
    /// The schema of names that are not qualified.
    pub schema: &'a str,
    /// Whether the file is exact; if not, each object is.
    pub whole: bool,
    /// The schemas for which the file is exact; the whole database if there are none.
    pub schemas: &'a [String],
    /// The migration tool of the database, if any: the file also expects its history.
    pub tool: Option<&'a str>,
    /// Whether a top-level object is selected.
    pub wanted: &'a dyn Fn(Kind, &ObjectId) -> bool,
}

/// The expectation file of a snapshot, without a header; nothing if no object is selected.
#[must_use]
pub fn pull(snapshot: &Snapshot, choice: &PullOptions<'_>) -> Option<String> {
    let sections = sections(snapshot, choice);
    (!sections.is_empty()).then(|| file(choice, sections))
}

/// A file of these sections.
fn file(choice: &PullOptions<'_>, sections: Vec<(String, Fragment)>) -> String {
    let mut file = vec![("driftgate".to_owned(), Fragment::Plain(FORMAT_VERSION.to_owned()))];
    if choice.schema != "public" {
        file.push(("schema".into(), Fragment::text(choice.schema)));
    }
    if choice.whole {
        let mut schemas: Vec<&String> = choice.schemas.iter().collect();
        schemas.sort();
        schemas.dedup();
        let exact = match schemas.as_slice() {
            [] => Fragment::Plain("true".into()),
            schemas => Fragment::Flow(schemas.iter().map(|schema| Fragment::text(schema)).collect()),
        };
        file.push(("exact".into(), exact));
    }
    if let Some(tool) = choice.tool {
        let history = vec![("tool".to_owned(), Fragment::text(tool))];
        file.push(("migrations".to_owned(), Fragment::Map(history)));
    }
    file.extend(sections);
    Fragment::Map(file).to_yaml()
}

/// The sections of the selected objects.
fn sections(snapshot: &Snapshot, choice: &PullOptions<'_>) -> Vec<(String, Fragment)> {
    let mut sections = Vec::new();
    for kind in Kind::roots() {
        let objects: Vec<(String, Fragment)> = snapshot
            .of_kind(kind)
            .filter(|(id, object)| {
                (!object.is_implicit() || snapshot.is_partial(kind, id)) && (choice.wanted)(kind, id)
            })
            .map(|(id, object)| {
                (
                    key(kind, id, choice.schema),
                    write(snapshot, kind, id, object, choice.schema, !choice.whole),
                )
            })
            .collect();
        if !objects.is_empty() {
            sections.push((kind.spec().section.to_owned(), Fragment::Map(objects)));
        }
    }
    sections
}

/// The schema of names that are not qualified: `public` if it exists, or the first one.
#[must_use]
pub fn main_schema(snapshot: &Snapshot, asked: &[String]) -> String {
    let namespaces: Vec<&str> = Kind::ALL
        .iter()
        .filter(|kind| kind.is_namespace())
        .flat_map(|kind| snapshot.of_kind(*kind).map(|(id, _)| id.last()))
        .filter(|name| asked.is_empty() || asked.iter().any(|schema| schema == name))
        .collect();
    let first = namespaces
        .iter()
        .find(|name| **name == "public")
        .or_else(|| namespaces.first());
    first.map_or_else(|| "public".to_owned(), |name| (*name).to_owned())
}

/// Whether an object is in one of these schemas and has a name that one of the patterns matches; without schemas and
/// without patterns, every object.
#[must_use]
pub fn is_wanted(kind: Kind, id: &ObjectId, patterns: &[glob::Pattern], schema: &str, schemas: &[String]) -> bool {
    // Schemas, and objects outside of schemas, belong to the whole database.
    if !id.is_in_schema() && !schemas.is_empty() {
        return kind.is_namespace() && schemas.iter().any(|schema| schema == id.last());
    }
    if patterns.is_empty() {
        return true;
    }
    let names = kind.names(id, schema);
    patterns.iter().any(|pattern| {
        let cut = cut_pattern(pattern.as_str());
        names
            .iter()
            .any(|name| pattern.matches(name) || cut.as_ref() == Some(name))
    })
}

/// The key of an object in its section.
pub(crate) fn key(kind: Kind, id: &ObjectId, schema: &str) -> String {
    match kind.spec().syntax.key {
        KeyForm::Part | KeyForm::Only => show_part(id.last()),
        KeyForm::Qualified | KeyForm::Signature => {
            let full = kind.show(id);
            let prefix = format!("{}.", show_part(schema));
            match id.parts().first() {
                Some(first) if **first == *schema => full.strip_prefix(&prefix).map_or(full.clone(), str::to_owned),
                Some(_) | None => full,
            }
        }
    }
}

/// One object with its children. `closes` if the object itself has to be exact.
pub(crate) fn write(
    snapshot: &Snapshot,
    kind: Kind,
    id: &ObjectId,
    object: &Object,
    schema: &str,
    closes: bool,
) -> Fragment {
    let spec = kind.spec();
    let attributes: Attributes = spec
        .attrs
        .iter()
        // An attribute that the server does not have has no value.
        .filter(|attr| !attr.on_request && snapshot.server.major >= attr.since && !snapshot.is_unread(kind, attr.name))
        .filter(|attr| attr.keyed_by_role || !snapshot.is_partial(kind, id))
        .map(|attr| {
            (
                attr.name,
                attr.compare
                    .abbreviated(id, object.get(attr.name), snapshot.server.major),
            )
        })
        .filter(|(name, value)| default_when_omitted(kind, id, name) != *value)
        .collect();
    let sections = child_sections(snapshot, kind, id, schema);
    if sections.is_empty()
        && !closes
        && let Some(short) = shorthand(spec, &attributes)
    {
        return short;
    }
    let mut all: Vec<(String, Fragment)> = Vec::new();
    if closes {
        all.push(("exact".into(), Fragment::Plain("true".into())));
    }
    all.extend(written(kind, &attributes));
    let is_leaf = sections.is_empty();
    all.extend(sections);
    if all.is_empty() {
        return Fragment::Plain("present".into());
    }
    // An object with only a few short attributes is most readable on one line.
    if is_leaf && kind.children().next().is_none() && all.iter().all(|(_, value)| value.is_short()) {
        return Fragment::FlowMap(all);
    }
    Fragment::Map(all)
}

/// The sections of the children of an object.
fn child_sections(snapshot: &Snapshot, kind: Kind, id: &ObjectId, schema: &str) -> Vec<(String, Fragment)> {
    let mut entries: Vec<(String, Fragment)> = Vec::new();
    for child in kind.children() {
        let children: Vec<(&ObjectId, &Object)> = snapshot
            .children(child, id)
            .filter(|(_, object)| !object.is_implicit())
            .collect();
        if let (KeyForm::Only, Some((id, object))) = (child.spec().syntax.key, children.first()) {
            entries.push((
                child.spec().section.to_owned(),
                write(snapshot, child, id, object, schema, false),
            ));
        } else if !children.is_empty() {
            let section = children
                .into_iter()
                .map(|(id, object)| {
                    (
                        key(child, id, schema),
                        write(snapshot, child, id, object, schema, false),
                    )
                })
                .collect();
            entries.push((child.spec().section.to_owned(), Fragment::Map(section)));
        }
    }
    entries
}

/// The value that an exact file expects of an attribute that it leaves out.
pub(crate) fn default_when_omitted(kind: Kind, id: &ObjectId, attribute: &str) -> Value {
    let spec = kind.spec();
    let derived = || spec.matching.implied_default.and_then(|derived| derived(id, attribute));
    kind.attr(attribute)
        .and_then(|attr| attr.default)
        .map(Value::from)
        .or_else(derived)
        .unwrap_or(Value::Null)
}

/// Attributes as the entries of a mapping.
pub(crate) fn written(kind: Kind, attributes: &Attributes) -> Vec<(String, Fragment)> {
    attributes
        .iter()
        .filter_map(|(name, value)| Some(((*name).to_owned(), value_document(kind.attr(name)?, value))))
        .collect()
}

/// The short form of an object that has one.
pub(crate) fn shorthand(spec: &KindSpec, attributes: &Attributes) -> Option<Fragment> {
    if attributes.is_empty() {
        return Some(Fragment::Plain("present".into()));
    }
    match (spec.syntax.shorthand, attributes.as_slice()) {
        (Shorthand::List(name) | Shorthand::Scalar(name), [(only, value)]) if name == *only => {
            let attr = spec.attrs.iter().find(|attr| attr.name == *only)?;
            Some(value_document(attr, value)).filter(|document| !document.is_word())
        }
        (Shorthand::Custom { abbreviate, .. }, _) => abbreviate(attributes).map(|value| match value {
            Value::List(items) => Fragment::Flow(items.iter().map(|item| Fragment::text(&item.to_string())).collect()),
            other => Fragment::text(&other.to_string()),
        }),
        (Shorthand::None | Shorthand::List(_) | Shorthand::Scalar(_), _) => None,
    }
}

pub(crate) fn value_document(attr: &Attr, value: &Value) -> Fragment {
    shaped(attr.shape, value)
}

pub(crate) fn shaped(shape: Shape, value: &Value) -> Fragment {
    match value {
        Value::Null => Fragment::Plain("null".into()),
        Value::Bool(value) => Fragment::Plain(value.to_string()),
        Value::Integer(value) => Fragment::Plain(value.to_string()),
        Value::Text(text) => match shape {
            Shape::Name => Fragment::text(&show_part(text)),
            Shape::Bool
            | Shape::Integer
            | Shape::Text
            | Shape::Sql
            | Shape::QualifiedName
            | Shape::Reference
            | Shape::OneOf(_)
            | Shape::Privilege(_)
            | Shape::List(_)
            | Shape::Map(_) => Fragment::text(text),
        },
        Value::Secret(secret) => Fragment::text(&secret.to_string()),
        Value::List(items) => {
            let item = match shape {
                Shape::List(item) => *item,
                _ => Shape::Text,
            };
            Fragment::Flow(items.iter().map(|value| shaped(item, value)).collect())
        }
        Value::Map(map) => Fragment::FlowMap(
            map.iter()
                .map(|(name, value)| (name.clone(), shaped(Shape::Text, value)))
                .collect(),
        ),
    }
}

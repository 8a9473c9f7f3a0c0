//! Writes the expectation file of a snapshot: exact, sorted, without attributes that have their default.

pub(crate) mod partitions;
mod required;
pub mod split;

pub(crate) use partitions::Nesting;

use crate::attribute::{Attr, Literal, Shape};
pub use crate::expectation::is_wanted;
use crate::expectation::{ATTRIBUTES, ExpectationFile, FORMAT_VERSION, FileKey, HistoryKey};
use crate::kinds::{Attributes, KeyForm, Kind, KindSpec, Shorthand};
use crate::migrations::Tool;
use crate::object_id::{ObjectId, show_part};
use crate::snapshot::{OWNER, Object, Snapshot};
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
    /// The variable with the URL of the database, unless it is the usual one.
    pub database: Option<&'a str>,
    /// The history of a migration tool that the file also expects.
    pub history: Option<WrittenHistory<'a>>,
    /// Whether the partitions of partitioned objects are not listed.
    pub any_partitions: bool,
    /// Whether only what an application relies on is written.
    pub requirements: bool,
    /// The attributes that are left out.
    pub ignored: &'a [&'static str],
    /// Whether a top-level object is selected.
    pub wanted: &'a dyn Fn(Kind, &ObjectId) -> bool,
}

/// The history that a file expects.
#[derive(Debug, Clone, Copy)]
pub struct WrittenHistory<'a> {
    /// The migration tool.
    pub tool: &'static Tool,
    /// The folders of the migrations, relative to the file.
    pub directories: &'a [String],
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
    if let Some(variable) = choice.database {
        file.push((FileKey::Database.name().to_owned(), Fragment::text(variable)));
    }
    if choice.schema != "public" {
        file.push(("schema".into(), Fragment::text(choice.schema)));
    }
    if choice.whole && !choice.requirements {
        let mut schemas: Vec<&String> = choice.schemas.iter().collect();
        schemas.sort();
        schemas.dedup();
        let exact = match schemas.as_slice() {
            [] => Fragment::Plain("true".into()),
            schemas => Fragment::Flow(schemas.iter().map(|schema| Fragment::text(schema)).collect()),
        };
        file.push(("exact".into(), exact));
    }
    if !choice.ignored.is_empty() && !choice.requirements {
        let ignored = choice.ignored.iter().map(|name| Fragment::text(name)).collect();
        let ignored = vec![(ATTRIBUTES.to_owned(), Fragment::Flow(ignored))];
        file.push((FileKey::Ignore.name().to_owned(), Fragment::FlowMap(ignored)));
    }
    if let Some(history) = choice.history {
        file.push(("migrations".to_owned(), written_history(history)));
    }
    file.extend(sections);
    Fragment::Map(file).to_yaml()
}

/// An entry of `migrations`.
fn written_history(history: WrittenHistory<'_>) -> Fragment {
    let mut entry = vec![(HistoryKey::Tool.name().to_owned(), Fragment::text(history.tool.name))];
    let directory = match history.directories {
        [] => None,
        [only] => Some(Fragment::text(only)),
        several => Some(Fragment::Flow(
            several.iter().map(|folder| Fragment::text(folder)).collect(),
        )),
    };
    let has_directory = directory.is_some();
    entry.extend(directory.map(|directory| (HistoryKey::Directory.name().to_owned(), directory)));
    if has_directory && history.tool.packages_have_migrations {
        entry.push((
            HistoryKey::Unknown.name().to_owned(),
            Fragment::Plain("allow".to_owned()),
        ));
    }
    Fragment::Map(entry)
}

/// The sections of the selected objects.
fn sections(snapshot: &Snapshot, choice: &PullOptions<'_>) -> Vec<(String, Fragment)> {
    let writer = Writer {
        snapshot,
        schema: choice.schema,
        any_partitions: choice.any_partitions,
        ignored: IgnoredBy::Names(choice.ignored),
    };
    let mut sections = Vec::new();
    for kind in Kind::roots() {
        let objects: Vec<(String, Fragment)> = snapshot
            .of_kind(kind)
            .filter(|(id, object)| (choice.wanted)(kind, id) && is_written(snapshot, choice, kind, id, object))
            .filter_map(|(id, object)| {
                let written = if choice.requirements {
                    writer.required(kind, id, object)?
                } else {
                    writer.write(kind, id, object, !choice.whole, Nesting::Object)
                };
                Some((key(kind, id, choice.schema), written))
            })
            .collect();
        if !objects.is_empty() {
            sections.push((kind.spec().section.to_owned(), Fragment::Map(objects)));
        }
    }
    sections
}

/// Whether an object is written as an object of its own. A partition is written below what it is a partition of, if that is
/// written.
fn is_written(snapshot: &Snapshot, choice: &PullOptions<'_>, kind: Kind, id: &ObjectId, object: &Object) -> bool {
    !object.is_implicit()
        || snapshot.is_partial(kind, id)
        || has_owner_to_write(kind, object)
        || crate::partitions::parent(kind, object).is_some() && !is_below_written(snapshot, choice, kind, object)
}

/// Whether no file needs to list an object, because every database has it, but its owner is compared only where one does:
/// the database itself.
fn has_owner_to_write(kind: Kind, object: &Object) -> bool {
    kind.is_change() && !object.get(OWNER).is_null()
}

/// Whether something that an object is a partition of, directly or not, is written.
fn is_below_written(snapshot: &Snapshot, choice: &PullOptions<'_>, kind: Kind, object: &Object) -> bool {
    let Some(parent) = crate::partitions::parent(kind, object) else {
        return false;
    };
    Kind::of_partitions().any(|(kind, _)| {
        snapshot
            .get(kind, &parent)
            .is_some_and(|above| (choice.wanted)(kind, &parent) || is_below_written(snapshot, choice, kind, above))
    })
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

/// The key of an object in its section.
pub(crate) fn key(kind: Kind, id: &ObjectId, schema: &str) -> String {
    match kind.spec().syntax.key {
        KeyForm::Part | KeyForm::Only => show_part(id.last()),
        KeyForm::Text => id.last().to_owned(),
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

/// The key of an object that is qualified if it is in another schema.
pub(crate) fn key_in(id: &ObjectId, schema: &str) -> String {
    if id.schema() == schema {
        show_part(id.last())
    } else {
        id.to_string()
    }
}

/// What says which attributes are not written.
#[derive(Clone, Copy)]
pub(crate) enum IgnoredBy<'a> {
    /// These attributes of all objects.
    Names(&'a [&'static str]),
    /// What the file ignores.
    File(&'a ExpectationFile),
}

impl IgnoredBy<'_> {
    fn contains(self, kind: Kind, id: &ObjectId, attribute: &str) -> bool {
        match self {
            Self::Names(names) => names.contains(&attribute),
            Self::File(file) => file.ignores_attribute(kind, id, attribute, false),
        }
    }
}

/// Writes the objects of a snapshot.
pub(crate) struct Writer<'a> {
    /// The snapshot.
    pub(crate) snapshot: &'a Snapshot,
    /// The schema of names that are not qualified.
    pub(crate) schema: &'a str,
    /// Whether the partitions of partitioned objects are not listed.
    pub(crate) any_partitions: bool,
    /// Whether an attribute is not written.
    pub(crate) ignored: IgnoredBy<'a>,
}

impl Writer<'_> {
    /// One object with its children. `closes` if the object itself has to be exact.
    pub(crate) fn write(&self, kind: Kind, id: &ObjectId, object: &Object, closes: bool, level: Nesting) -> Fragment {
        let spec = kind.spec();
        let attributes: Attributes = spec
            .attrs
            .iter()
            // An attribute that the server does not have has no value.
            .filter(|attr| {
                !attr.on_request
                    && self.snapshot.server.major >= attr.since
                    && !self.snapshot.is_unread(kind, attr.name)
                    && !self.ignored.contains(kind, id, attr.name)
                    && (attr.keyed_by_role || !self.snapshot.is_partial(kind, id))
            })
            .map(|attr| {
                let value = object.get(attr.name);
                (
                    attr.name,
                    attr.compare.abbreviated(id, value, self.snapshot.server.major),
                )
            })
            .filter(|(name, value)| self.omitted(kind, id, object, name, level) != *value)
            .collect();
        let sections = self.child_sections(kind, id, object, level);
        let (own, short) = match spec.partition.filter(|_| level == Nesting::Partition) {
            Some(partition) => Self::partition_attributes(partition, kind, &attributes),
            None => (written(kind, &attributes), shorthand(spec, &attributes)),
        };
        if let Some(short) = short.filter(|_| sections.is_empty() && !closes) {
            return short;
        }
        let mut all: Vec<(String, Fragment)> = Vec::new();
        if closes {
            all.push(("exact".into(), Fragment::Plain("true".into())));
        }
        all.extend(own);
        let is_leaf = sections.is_empty();
        all.extend(sections);
        if all.is_empty() {
            return Fragment::Plain("present".into());
        }
        // An object with only a few short attributes is most readable on one line.
        let is_small = kind.children().next().is_none() || level == Nesting::Partition;
        if is_leaf && is_small && all.iter().all(|(_, value)| value.is_short()) {
            return Fragment::FlowMap(all);
        }
        Fragment::Map(all)
    }

    /// The sections of the children of an object, and that of its partitions.
    fn child_sections(&self, kind: Kind, id: &ObjectId, object: &Object, level: Nesting) -> Vec<(String, Fragment)> {
        let level = match level {
            Nesting::Partition | Nesting::InPartition => Nesting::InPartition,
            Nesting::Object => Nesting::Object,
        };
        let mut entries: Vec<(String, Fragment)> = Vec::new();
        for child in kind.children() {
            let children: Vec<(&ObjectId, &Object)> = self
                .snapshot
                .children(child, id)
                .filter(|(id, object)| {
                    self.differs_in_partition(child, id, object)
                        .unwrap_or_else(|| !object.is_implicit())
                })
                .collect();
            if let (KeyForm::Only, Some((id, object))) = (child.spec().syntax.key, children.first()) {
                entries.push((
                    child.spec().section.to_owned(),
                    self.write(child, id, object, false, level),
                ));
            } else if !children.is_empty() {
                let section = children
                    .into_iter()
                    .map(|(id, object)| (key(child, id, self.schema), self.write(child, id, object, false, level)))
                    .collect();
                entries.push((child.spec().section.to_owned(), Fragment::Map(section)));
            }
        }
        entries.extend(self.partition_section(kind, id, object));
        entries
    }
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
        (Shorthand::None | Shorthand::OtherName | Shorthand::List(_) | Shorthand::Scalar(_), _) => None,
    }
}

pub(crate) fn value_document(attr: &Attr, value: &Value) -> Fragment {
    // An empty list or mapping is written as null.
    match attr.default {
        Some(default @ (Literal::EmptyList | Literal::EmptyMap)) if default.is(value) => Fragment::Plain("null".into()),
        Some(_) | None => shaped(attr.shape, value),
    }
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

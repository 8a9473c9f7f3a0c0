//! What is read of the catalog.

use std::collections::BTreeSet;

use super::find::shares_names;
use super::locks::LockedOids;
use super::schemas::FoundOids;
use crate::attribute::{Attr, Compare, Shape, split_reference};
use crate::expectation::{ExpectationFile, ExpectedObject, Presence, Subject};
use crate::kinds::{Kind, folded_name};
use crate::migrations::Tool;
use crate::object_id::split_name;
use crate::platform;
use crate::value::Value;

/// The objects to read: some by name, and everything in some schemas.
#[derive(Debug, Default, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing about what is read")]
pub struct Scope {
    /// Objects in schemas, by schema and name.
    pub names: BTreeSet<(String, String)>,
    /// Schemas that are read whole.
    pub schemas: BTreeSet<String>,
    /// The kinds that are read.
    pub kinds: BTreeSet<Kind>,
    /// Which other schemas are read whole.
    pub selection: SchemaSelection,
    /// How many objects the schemas probably have.
    pub size_hint: SizeHint,
    /// Whether the objects of hosting platforms are included.
    pub platform: bool,
    /// What of hosting platforms is included because a file names it.
    pub named: platform::NamedInFiles,
    /// Whether attributes are read that are read on request.
    pub on_request: bool,
    /// Whether objects that another session has locked may be left out.
    pub tolerates_locks: bool,
    /// The objects that are left out because they are locked.
    pub locked: LockedOids,
    /// Whether objects that belong to no kind are counted.
    pub not_compared: bool,
    /// The migration tools whose own tables are not reported as unlisted.
    pub set_aside: Vec<&'static Tool>,
    /// The objects in the schemas that are read whole, if they were found before.
    pub found: Option<FoundOids>,
}

/// How many objects the schemas that are read whole probably have. The result is the same with either value; only the
/// plan of the queries differs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SizeHint {
    /// Few: each object is looked up through an index.
    #[default]
    Small,
    /// Many or unknown: whole catalogs are scanned.
    Large,
}

/// A file with more objects than this, not counting columns and other children, gets [`SizeHint::Large`].
const SMALL: usize = 300;

/// Which schemas are read whole, besides those that a scope lists.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SchemaSelection {
    /// Only the schemas that the scope lists.
    #[default]
    Listed,
    /// Those with the names of schemas of hosting platforms: users may have added something to their objects.
    Platforms,
    /// All schemas except those of PostgreSQL.
    All,
}

impl Scope {
    /// Adds the objects that an object may name, so that a name is known to be exactly that of a type, or that of an object
    /// in the schema of the file and not one of PostgreSQL's own.
    fn add_references(&mut self, object: &ExpectedObject, schema: &str) {
        for attribute in &object.attributes {
            // The table of `clients.id`, which is probably meant to be a column.
            if matches!(attribute.attr.shape, Shape::Reference)
                && let Some((table, None)) = attribute.value.as_text().and_then(split_reference)
                && let [first, last] = table.as_slice()
            {
                self.names.insert((schema.to_owned(), first.clone()));
                self.names.insert((first.clone(), last.clone()));
            }
            let kinds = attribute.attr.refers_to;
            for name in references(attribute.attr, &attribute.value) {
                self.names.insert((schema.to_owned(), name));
                self.kinds.extend(kinds);
            }
            if matches!(attribute.attr.compare, Compare::Type | Compare::BaseType)
                && let Some(name) = attribute.value.as_text().and_then(|text| folded_name(text, schema))
            {
                self.names.insert(name);
                self.kinds.extend(Kind::ALL.iter().filter(|kind| kind.is_type()));
            }
        }
    }

    /// Everything in either scope.
    #[must_use]
    pub fn union(mut self, other: &Self) -> Self {
        self.names.extend(other.names.iter().cloned());
        self.schemas.extend(other.schemas.iter().cloned());
        self.kinds.extend(other.kinds.iter().copied());
        self.size_hint = self.size_hint.max(other.size_hint);
        self.selection = self.selection.max(other.selection);
        self.named.extend(&other.named);
        for (id, roles) in &other.named.granted {
            self.named
                .granted
                .entry(id.clone())
                .or_default()
                .extend(roles.iter().cloned());
        }
        self.not_compared |= other.not_compared;
        self.on_request |= other.on_request;
        self.set_aside.extend(&other.set_aside);
        self
    }

    /// Everything in these schemas, or in every schema if the list is empty.
    #[must_use]
    pub fn whole(schemas: &[String], platform: bool) -> Self {
        Self {
            schemas: schemas.iter().cloned().collect(),
            kinds: always_read(),
            selection: if schemas.is_empty() {
                SchemaSelection::All
            } else {
                SchemaSelection::Listed
            },
            named: platform::NamedInFiles {
                schemas: schemas.iter().cloned().collect(),
                ..platform::NamedInFiles::default()
            },
            size_hint: SizeHint::Large,
            platform,
            ..Self::default()
        }
    }

    /// Includes the kind of an expected object, and what its attributes request.
    fn add_kind(&mut self, object: &ExpectedObject) {
        self.kinds.insert(object.kind);
        self.on_request |= object.attributes.iter().any(|attribute| attribute.attr.read_on_request);
    }

    /// Includes the kinds that are read on request.
    #[must_use]
    pub fn with_roles(mut self, with_roles: bool) -> Self {
        self.kinds
            .extend(Kind::ALL.iter().filter(|kind| with_roles && kind.is_on_request()));
        self
    }

    /// Objects of any kind, by schema and name.
    #[must_use]
    pub fn of_objects(names: BTreeSet<(String, String)>) -> Self {
        Self {
            names,
            kinds: always_read(),
            platform: true,
            ..Self::default()
        }
    }

    /// Everything that a comparison with these files needs.
    #[must_use]
    pub fn of(files: &[&ExpectationFile]) -> Self {
        let mut scope = Self::default();
        let expected = files.iter().filter(|file| file.exact).flat_map(|file| &file.objects);
        if expected.filter(|object| object.is_root()).count() > SMALL {
            scope.size_hint = SizeHint::Large;
        }
        for file in files {
            let closed = if file.exact {
                file.closed_schemas()
            } else {
                BTreeSet::new()
            };
            if file.exact {
                scope.schemas.extend(closed.iter().cloned());
                scope.not_compared = true;
                scope.name_schemas(file);
                // A file with a migration history does not have to list the tables of the tool.
                scope
                    .set_aside
                    .extend(file.histories.iter().filter_map(|history| history.tool));
                scope.kinds.extend(always_read());
            }
            for object in &file.objects {
                let (Subject::Named(id) | Subject::ByMeaning(id)) = &object.subject;
                if let [schema, name, ..] = id.parts()
                    && object.is_root()
                    && !closed.contains(&**schema)
                {
                    scope.names.insert((schema.to_string(), name.to_string()));
                }
                scope.names.extend(object.partitioned(&file.schema));
                let roles: BTreeSet<String> = roles(object).collect();
                scope.named.roles.extend(roles.iter().cloned());
                if !roles.is_empty() {
                    scope.named.granted.entry(id.clone()).or_default().extend(roles);
                }
                scope.add_references(object, &file.schema);
                scope.add_kind(object);
                if file.exact {
                    continue;
                }
                scope
                    .kinds
                    .extend(object.kind.spec().matching.stand_ins.iter().map(|s| s.kind));
                let contents = object.kind.children().filter(|_| object.terms.exact);
                scope.kinds.extend(contents);
                if !object.kind.spec().parents.is_empty() {
                    // Expressions of any object in a relation can refer to its columns.
                    scope.kinds.extend(Kind::ALL.iter().filter(|k| k.is_column()));
                }
            }
        }
        // Read the other kinds that can have the same names, so that a finding can point them out.
        let same_names: Vec<Kind> = Kind::roots()
            .filter(|kind| kind.is_namespace() || scope.kinds.iter().any(|expected| shares_names(*expected, *kind)))
            .collect();
        scope.kinds.extend(same_names);
        scope
    }
}

impl Scope {
    /// Adds the schemas that an exact file names, and those of hosting platforms, where users may have added something.
    fn name_schemas(&mut self, file: &ExpectationFile) {
        let namespaces = file.objects.iter().filter(|object| object.kind.is_namespace());
        let listed = namespaces.filter_map(|object| match &object.subject {
            Subject::Named(id) if object.presence != Presence::Absent => Some(id.last().to_owned()),
            Subject::Named(_) | Subject::ByMeaning(_) => None,
        });
        self.named.schemas.extend(listed);
        self.named.schemas.insert(file.schema.clone());
        match &file.exact_schemas {
            Some(schemas) => self.named.schemas.extend(schemas.iter().cloned()),
            None => self.selection = self.selection.max(SchemaSelection::Platforms),
        }
    }
}

/// The kinds that are read without a request.
pub(super) fn always_read() -> BTreeSet<Kind> {
    Kind::ALL.iter().copied().filter(|kind| !kind.is_on_request()).collect()
}

/// The names without a schema in the value of an attribute that names other objects.
fn references(attr: &Attr, value: &Value) -> Vec<String> {
    let is_name = match attr.shape {
        Shape::QualifiedName | Shape::Map(Shape::List(Shape::QualifiedName)) => !attr.refers_to.is_empty(),
        Shape::Bool
        | Shape::Integer
        | Shape::Text
        | Shape::Sql
        | Shape::Name
        | Shape::Reference
        | Shape::OneOf(_)
        | Shape::Privilege(_)
        | Shape::List(_)
        | Shape::Map(_) => false,
    };
    let texts: Vec<&str> = match value {
        Value::Text(text) => vec![text],
        Value::Map(lists) => lists.values().flat_map(Value::texts).collect(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Secret(_) | Value::List(_) => Vec::new(),
    };
    let single = |text: &str| split_name(text).filter(|parts| parts.len() == 1)?.pop();
    texts.into_iter().filter(|_| is_name).filter_map(single).collect()
}

/// The roles that an expectation grants something to.
fn roles(object: &ExpectedObject) -> impl Iterator<Item = String> {
    let granted = object
        .attributes
        .iter()
        .filter(|attribute| attribute.attr.keyed_by_role);
    granted.flat_map(|attribute| match &attribute.value {
        Value::Map(grants) => grants.keys().cloned().collect(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Text(_) | Value::Secret(_) | Value::List(_) => {
            Vec::new()
        }
    })
}

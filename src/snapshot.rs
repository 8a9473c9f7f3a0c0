//! What the catalog of a database said at one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::attribute::Literal;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::value::Value;

/// An object of a snapshot: the values of its kind's columns, in the order of [`Kind::columns`]. Most values are those
/// of many objects: they are shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    kind: Kind,
    values: Box<[Arc<Value>]>,
}

impl Object {
    /// An object whose values are given by name; what is not given is [`Value::Null`].
    #[must_use]
    pub fn new(kind: Kind, mut values: BTreeMap<String, Value>) -> Self {
        Self {
            kind,
            values: kind
                .columns()
                .map(|column| values.remove(column).map_or_else(Value::null, Arc::new))
                .collect(),
        }
    }

    /// An object with these values, in the order of [`Kind::columns`].
    #[must_use]
    pub fn shared(kind: Kind, values: Vec<Arc<Value>>) -> Self {
        Self {
            kind,
            values: values.into_boxed_slice(),
        }
    }

    /// The value of an attribute or fact of the object's kind; [`Value::Null`] if the kind has no such one.
    #[must_use]
    pub fn get(&self, name: &str) -> &Value {
        self.kind.position(name).map_or(&Value::Null, |i| &self.values[i])
    }

    /// Sets the value of an attribute or fact. Does nothing if the kind has no such one.
    pub fn set(&mut self, name: &str, value: Value) {
        if let Some(i) = self.kind.position(name) {
            self.values[i] = Arc::new(value);
        }
    }

    /// Whether PostgreSQL or an extension made it as a part of something else, so that nobody lists it.
    #[must_use]
    pub fn is_implicit(&self) -> bool {
        *self.get(IMPLICIT) == Value::Bool(true)
    }
}

/// The column of every kind's query that says whether an object is somebody else's part.
pub const IMPLICIT: &str = "implicit";

/// The column of a query, attribute or fact, that names the role to which an object belongs.
pub const OWNER: &str = "owner";

/// The server that a snapshot came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Server {
    /// Its version as it says it: `15.18`.
    pub version: String,
    /// Its major version.
    pub major: u32,
    /// The name of the database.
    pub database: String,
    /// The role that looked.
    pub role: String,
    /// The search path that the role has in this database.
    pub search_path: String,
    /// The encoding of the database: `UTF8`.
    pub encoding: String,
    /// Whether the role is a superuser.
    pub is_superuser: bool,
    /// Whether row security does not apply to the role: a superuser, or with BYPASSRLS.
    pub sees_everything: bool,
    /// The schemas in which the role may not look names up.
    pub closed_schemas: BTreeSet<String>,
    /// The roles of hosting platforms that the server has.
    pub platform_roles: BTreeSet<String>,
}

/// What the catalog of a database said at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Where it came from.
    pub server: Server,
    /// How much there is of what no kind speaks of, by name; empty if nobody asked.
    pub not_compared: BTreeMap<String, u64>,
    objects: BTreeMap<Kind, BTreeMap<ObjectId, Object>>,
    /// Attributes that nobody has read: those that came to driftgate after the snapshot was saved.
    unread: BTreeSet<(Kind, &'static str)>,
}

impl Snapshot {
    /// Says that nobody has read an attribute.
    pub fn set_unread(&mut self, kind: Kind, attribute: &'static str) {
        self.unread.insert((kind, attribute));
    }

    /// Whether nobody has read an attribute.
    #[must_use]
    pub fn is_unread(&self, kind: Kind, attribute: &str) -> bool {
        !self.unread.is_empty() && self.unread.iter().any(|(k, a)| *k == kind && *a == attribute)
    }

    /// Keeps the objects for which `is_wanted` says so.
    pub fn retain(&mut self, is_wanted: impl Fn(Kind, &ObjectId) -> bool) {
        for (kind, objects) in &mut self.objects {
            objects.retain(|id, _| is_wanted(*kind, id));
        }
    }

    /// Adds an object. What must not be shown of it becomes a secret.
    pub fn insert(&mut self, kind: Kind, id: ObjectId, mut object: Object) {
        if let Some(masked) = kind.spec().reading.masked
            && !matches!(object.get(masked.attribute), Value::Null)
            && !Literal::EmptyMap.is(object.get(masked.attribute))
        {
            let sealed = masked.seal(kind, &id, object.get(masked.attribute).clone());
            object.set(masked.attribute, sealed);
        }
        self.objects.entry(kind).or_default().insert(id, object);
    }

    /// Adds the objects that another snapshot of the same moment has.
    pub fn absorb(&mut self, other: Self) {
        self.unread.extend(other.unread);
        for (kind, mut objects) in other.objects {
            self.objects.entry(kind).or_default().append(&mut objects);
        }
    }

    /// Takes an object out.
    pub fn remove(&mut self, kind: Kind, id: &ObjectId) -> Option<Object> {
        self.objects.get_mut(&kind)?.remove(id)
    }

    /// An object, if it is there.
    #[must_use]
    pub fn get(&self, kind: Kind, id: &ObjectId) -> Option<&Object> {
        self.objects.get(&kind)?.get(id)
    }

    /// An object to be changed, if it is there.
    pub fn get_mut(&mut self, kind: Kind, id: &ObjectId) -> Option<&mut Object> {
        self.objects.get_mut(&kind)?.get_mut(id)
    }

    /// The objects of a kind, sorted.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&ObjectId, &Object)> {
        self.objects.get(&kind).into_iter().flatten()
    }

    /// The objects of a kind to be changed, sorted.
    pub fn of_kind_mut(&mut self, kind: Kind) -> impl Iterator<Item = (&ObjectId, &mut Object)> {
        self.objects.get_mut(&kind).into_iter().flatten()
    }

    /// The objects of a kind that are directly or indirectly in `parent`, sorted.
    pub fn children<'a>(
        &'a self,
        kind: Kind,
        parent: &'a ObjectId,
    ) -> impl Iterator<Item = (&'a ObjectId, &'a Object)> {
        self.objects
            .get(&kind)
            .into_iter()
            .flat_map(move |objects| objects.range(parent.clone()..))
            .take_while(move |(id, _)| *id == parent || id.is_in(parent))
    }
}

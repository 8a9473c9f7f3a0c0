//! The contents of the catalog of a database at one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::attribute::Literal;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::value::Value;

/// An object of a snapshot: the values of the columns of its kind, in the order of [`Kind::columns`]. Equal values are
/// shared between objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    kind: Kind,
    values: Box<[Arc<Value>]>,
}

impl Object {
    /// An object with values by name; the others are [`Value::Null`].
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

    /// The value of an attribute or extra column; [`Value::Null`] if the kind does not have it.
    #[must_use]
    pub fn get(&self, name: &str) -> &Value {
        self.kind.position(name).map_or(&Value::Null, |i| &self.values[i])
    }

    /// All values, in the order of [`Kind::columns`].
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.values.iter().map(|value| &**value)
    }

    /// Sets the value of an attribute or extra column. Does nothing if the kind does not have it.
    pub fn set(&mut self, name: &str, value: Value) {
        if let Some(i) = self.kind.position(name) {
            self.values[i] = Arc::new(value);
        }
    }

    /// Whether PostgreSQL or an extension created it as a part of something else, so that no file needs to list it.
    #[must_use]
    pub fn is_implicit(&self) -> bool {
        // It is the last of [`Kind::columns`], and asked for more often than anything else.
        self.values.last().is_some_and(|value| **value == Value::Bool(true))
    }
}

/// The name under which objects of hosting platforms are counted.
pub const LEFT_OUT: &str = "platform_object";

/// The column of every query of a kind that says whether an object is a part of something else.
pub const IMPLICIT: &str = "implicit";

/// The extra column of kinds with an attribute that must hold in every partition: a mapping of the objects of partitions in
/// which it does not, such as `public.b1.b_aid_fkey`, to the values that it has there. A partition alone, such as
/// `public.b1`, says where the cause of the object's own value is.
pub const IN_PARTITIONS: &str = "in_partitions";

/// The extra column of partitioned objects: a mapping of their partitions, such as `public.b1`, to the codes of the catalog
/// for their kinds; see [`crate::kinds::Reading::catalog_codes`].
pub const PARTITIONS: &str = "partitions";

/// The extra column of kinds whose objects a partition gets from its partitioned table: the name of the object of that table
/// that this one is a copy of; null for an object that the partition has of its own, and outside of partitions.
pub const COPY_OF: &str = "copy_of";

/// The column, an attribute or an extra one, that names the role that owns an object.
pub const OWNER: &str = "owner";

/// The server that a snapshot came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Server {
    /// Its version: `15.18`.
    pub version: String,
    /// Its major version.
    pub major: u32,
    /// The name of the database.
    pub database: String,
    /// The current role.
    pub role: String,
    /// The search path that the role has in this database.
    pub search_path: String,
    /// The encoding of the database: `UTF8`.
    pub encoding: String,
    /// Whether the role is a superuser.
    pub is_superuser: bool,
    /// Whether row security does not apply to the role: a superuser, or with BYPASSRLS.
    pub sees_everything: bool,
    /// The schemas that the role has no USAGE privilege on.
    pub closed_schemas: BTreeSet<String>,
    /// The roles of the hosting platforms that the server belongs to.
    pub platform_roles: BTreeSet<String>,
    /// The migration tools whose own tables the database lacks, if SQL or migrations were applied to an empty database.
    pub applied_without: Option<Vec<String>>,
}

/// An object that could not be read, because another session has locked what its definition names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedObject {
    /// Its kind, if files can list such objects by themselves.
    pub kind: Option<Kind>,
    /// Its schema and name.
    pub id: ObjectId,
    /// What is locked, and by whom.
    pub why: String,
}

/// The contents of the catalog of a database at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The server it was read from.
    pub server: Server,
    /// The numbers of objects that no kind describes, by name; empty if they were not counted.
    pub not_compared: BTreeMap<String, u64>,
    /// The schemas of the hosting platform, where its objects are left out.
    pub platform_schemas: BTreeSet<String>,
    /// How many objects of the hosting platform are left out, not counting what belongs to others.
    pub left_out: u64,
    /// The objects of the hosting platform that count only for what users added to them.
    partial: BTreeSet<(Kind, ObjectId)>,
    objects: BTreeMap<Kind, BTreeMap<ObjectId, Object>>,
    /// The objects that could not be read because another session has locked something that their definitions name.
    pub locked: Vec<LockedObject>,
    /// Attributes that were not read: those that are newer than the driftgate that saved the snapshot.
    unread: BTreeSet<(Kind, &'static str)>,
}

impl Snapshot {
    /// Marks an attribute as not read.
    pub fn set_unread(&mut self, kind: Kind, attribute: &'static str) {
        self.unread.insert((kind, attribute));
    }

    /// Whether an attribute was not read.
    #[must_use]
    pub fn is_unread(&self, kind: Kind, attribute: &str) -> bool {
        !self.unread.is_empty() && self.unread.iter().any(|(k, a)| *k == kind && *a == attribute)
    }

    /// Why an object could not be read, if another session has locked it.
    #[must_use]
    pub fn locked_by(&self, id: &ObjectId) -> Option<&str> {
        let mut locked = self.locked.iter();
        locked
            .find(|object| object.id == id.relation())
            .map(|object| object.why.as_str())
    }

    /// Adds the number of objects that were left out to what is not compared, if that is reported.
    pub fn count_left_out(&mut self, is_reported: bool) {
        if is_reported && self.left_out > 0 {
            self.not_compared.insert(LEFT_OUT.to_owned(), self.left_out);
        }
    }

    /// Makes an object of the hosting platform count for what users added to it.
    pub fn set_partial(&mut self, kind: Kind, id: ObjectId) {
        self.partial.insert((kind, id));
    }

    /// Whether an object is the hosting platform's, and counts only for what users added to it.
    #[must_use]
    pub fn is_partial(&self, kind: Kind, id: &ObjectId) -> bool {
        !self.partial.is_empty() && self.partial.contains(&(kind, id.clone()))
    }

    /// The objects of the hosting platform that count only for what users added to them.
    pub fn partial(&self) -> impl Iterator<Item = (Kind, &ObjectId)> {
        self.partial.iter().map(|(kind, id)| (*kind, id))
    }

    /// Removes what is read on request: objects of kinds that are not among `kinds`, and the values of attributes unless
    /// `with_attributes`.
    pub fn forget_requested(&mut self, kinds: &BTreeSet<Kind>, with_attributes: bool) {
        self.objects
            .retain(|kind, _| kinds.contains(kind) || !kind.is_on_request());
        let attrs = |kind: Kind| kind.spec().attrs.iter().filter(|attr| attr.read_on_request);
        for (kind, objects) in self.objects.iter_mut().filter(|_| !with_attributes) {
            for attr in attrs(*kind) {
                for object in objects.values_mut() {
                    object.set(attr.name, Value::Null);
                }
            }
        }
    }

    /// Keeps the objects that satisfy `is_wanted`.
    pub fn retain(&mut self, is_wanted: impl Fn(Kind, &ObjectId) -> bool) {
        for (kind, objects) in &mut self.objects {
            objects.retain(|id, _| is_wanted(*kind, id));
        }
    }

    /// Adds an object. Values that must not be shown become secrets.
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

    /// Adds the objects of another snapshot of the same moment.
    pub fn absorb(&mut self, other: Self) {
        self.unread.extend(other.unread);
        self.not_compared.extend(other.not_compared);
        for (kind, mut objects) in other.objects {
            self.objects.entry(kind).or_default().append(&mut objects);
        }
    }

    /// Removes an object.
    pub fn remove(&mut self, kind: Kind, id: &ObjectId) -> Option<Object> {
        self.objects.get_mut(&kind)?.remove(id)
    }

    /// Replaces all objects of a kind by those of another snapshot.
    pub fn take_kind(&mut self, kind: Kind, other: &Self) {
        let objects = other.objects.get(&kind).cloned().unwrap_or_default();
        self.objects.insert(kind, objects);
    }

    /// An object, if it exists.
    #[must_use]
    pub fn get(&self, kind: Kind, id: &ObjectId) -> Option<&Object> {
        self.objects.get(&kind)?.get(id)
    }

    /// Whether an object of any kind has this schema and name.
    #[must_use]
    pub fn has_named(&self, id: &ObjectId) -> bool {
        Kind::ALL.iter().any(|kind| {
            self.children(*kind, id)
                .next()
                .is_some_and(|(found, _)| found.relation() == *id)
        })
    }

    /// The identity of an object as the snapshot has it, if it exists.
    #[must_use]
    pub fn key(&self, kind: Kind, id: &ObjectId) -> Option<&ObjectId> {
        self.objects.get(&kind)?.get_key_value(id).map(|(id, _)| id)
    }

    /// An object to change, if it exists.
    pub fn get_mut(&mut self, kind: Kind, id: &ObjectId) -> Option<&mut Object> {
        self.objects.get_mut(&kind)?.get_mut(id)
    }

    /// The objects of a kind, sorted.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&ObjectId, &Object)> {
        self.objects.get(&kind).into_iter().flatten()
    }

    /// The objects of a kind to change, sorted.
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

//! Roles that have other names in one environment than in another: where an expectation names `prod_owner`, the database
//! that is checked has `staging_owner`.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use crate::attribute::{Attr, RoleNames};
use crate::expectation::{ExpectationFile, ExpectedObject, Subject};
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::privileges::{GRANTED_BY, split_grantor};
use crate::snapshot::{OWNER, Object, Snapshot};
use crate::value::Value;

/// The names of roles, each with the name that takes its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleMap(BTreeMap<String, String>);

/// One entry of a map, as it is written on the command line: `prod_owner=staging_owner`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName {
    /// The name in the files, or in the first source.
    pub expected: String,
    /// The name in the database that is checked, or in the second source.
    pub actual: String,
}

impl FromStr for RoleName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((expected, actual)) if !expected.is_empty() && !actual.is_empty() => Ok(Self {
                expected: expected.to_owned(),
                actual: actual.to_owned(),
            }),
            Some(_) | None => {
                Err("expected EXPECTED=ACTUAL, two names of roles, for example prod_owner=staging_owner".to_owned())
            }
        }
    }
}

impl RoleMap {
    /// The map of the command line.
    #[must_use]
    pub fn of(names: &[RoleName]) -> Self {
        let names = names.iter();
        Self(names.map(|name| (name.expected.clone(), name.actual.clone())).collect())
    }

    /// The map of files that are compared with the same database, with the names of the command line, which take precedence.
    #[must_use]
    pub fn of_files<'a>(files: impl IntoIterator<Item = &'a ExpectationFile>, options: &Self) -> Self {
        let mut map = BTreeMap::new();
        for file in files {
            map.extend(file.role_names.iter().cloned());
        }
        map.extend(options.0.clone());
        Self(map)
    }

    /// The map from the other names to these.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let mut reversed = BTreeMap::new();
        for (expected, actual) in &self.0 {
            reversed.entry(actual.clone()).or_insert_with(|| expected.clone());
        }
        Self(reversed)
    }

    /// The name that takes the place of a name.
    fn name(&self, name: &str) -> String {
        self.0.get(name).map_or_else(|| name.to_owned(), Clone::clone)
    }

    /// Replaces the names in what files expect of one database.
    pub fn apply_to_files(&self, files: &mut [&mut ExpectationFile]) {
        if self.0.is_empty() {
            return;
        }
        for file in files {
            let aside = file.set_aside.iter_mut().map(|aside| &mut aside.object);
            for object in file.objects.iter_mut().chain(aside) {
                self.expected(object);
            }
        }
    }

    fn expected(&self, object: &mut ExpectedObject) {
        if let Subject::Named(id) = &mut object.subject
            && let Some(other) = self.id(object.kind, id)
        {
            *id = other;
        }
        for attribute in &mut object.attributes {
            if let Some(value) = self.value(attribute.attr, &attribute.value) {
                attribute.value = value;
            }
        }
    }

    /// Replaces the names in a snapshot.
    pub fn apply_to_snapshot(&self, snapshot: &mut Snapshot) {
        if self.0.is_empty() {
            return;
        }
        for kind in Kind::ALL {
            let mut renamed = Vec::new();
            for (id, object) in snapshot.of_kind_mut(*kind) {
                self.object(*kind, object);
                renamed.extend(self.id(*kind, id).map(|other| (id.clone(), other)));
            }
            let objects: Vec<(ObjectId, Object)> = renamed
                .into_iter()
                .filter_map(|(id, other)| Some((other, snapshot.remove(*kind, &id)?)))
                .collect();
            for (id, object) in objects {
                snapshot.insert(*kind, id, object);
            }
        }
    }

    fn object(&self, kind: Kind, object: &mut Object) {
        for attr in kind.spec().attrs {
            if let Some(value) = self.value(attr, object.get(attr.name)) {
                object.set(attr.name, value);
            }
        }
        // Where the owner is no attribute, it says which privileges are those by default.
        if kind.attr(OWNER).is_none()
            && let Some(value) = self.names(object.get(OWNER))
        {
            object.set(OWNER, value);
        }
    }

    /// The identity with other names of roles, if it names one.
    fn id(&self, kind: Kind, id: &ObjectId) -> Option<ObjectId> {
        let rename = kind.spec().rename_role?;
        let last = rename(id.last(), &|name| self.name(name))?;
        (last != id.last()).then(|| id.prefix(id.parts().len() - 1).child(&last))
    }

    /// The value with other names of roles, if it names one that has another.
    fn value(&self, attr: &Attr, value: &Value) -> Option<Value> {
        let other = match (attr.role_names, value) {
            (_, Value::Map(map)) if attr.keyed_by_role => self.keys(map, &|value| self.grantors(value)),
            (RoleNames::Keys, Value::Map(map)) => self.keys(map, &|value| value.clone()),
            (RoleNames::KeysAndValues, Value::Map(map)) => self.keys(map, &|value| self.in_values(value)),
            (RoleNames::Values, value) => self.in_values(value),
            (RoleNames::Nowhere | RoleNames::Keys | RoleNames::KeysAndValues, _) => return None,
        };
        (other != *value).then_some(other)
    }

    /// A role, or a list of roles, with other names; none if they have no other.
    fn names(&self, value: &Value) -> Option<Value> {
        let other = self.in_values(value);
        (other != *value).then_some(other)
    }

    fn in_values(&self, value: &Value) -> Value {
        match value {
            Value::Text(name) => Value::Text(self.name(name)),
            Value::List(items) => Value::List(items.iter().map(|item| self.in_values(item)).collect()),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Secret(_) | Value::Map(_) => value.clone(),
        }
    }

    /// Privileges with other names of those who granted them.
    fn grantors(&self, value: &Value) -> Value {
        let one = |privilege: &Value| match privilege.as_text().map(split_grantor) {
            Some((words, Some(grantor))) => Value::Text(format!("{words}{GRANTED_BY}{}", self.name(grantor))),
            Some((_, None)) | None => privilege.clone(),
        };
        match value {
            Value::List(items) => Value::List(items.iter().map(one).collect()),
            other => one(other),
        }
    }

    /// A mapping with other keys. What two roles have that get the same name is put together.
    fn keys(&self, map: &BTreeMap<String, Value>, values: &dyn Fn(&Value) -> Value) -> Value {
        let mut out: BTreeMap<String, Value> = BTreeMap::new();
        for (role, value) in map {
            let value = values(value);
            match (out.get_mut(&self.name(role)), value) {
                (Some(Value::List(items)), Value::List(more)) => {
                    let all: BTreeSet<Value> = items.drain(..).chain(more).collect();
                    items.extend(all);
                }
                (_, value) => {
                    out.insert(self.name(role), value);
                }
            }
        }
        Value::Map(out)
    }
}

//! Default privileges.

use std::collections::BTreeMap;

use super::common::GrantChanges;
use super::{Advice, FindingDetail, HintContext, Kind, KindSpec, Reading, Syntax, common, more_probes};
use crate::attribute::{Attr, Compare, Shape};
use crate::fix::Fix;
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::privileges;
use crate::privileges::{Class, Privileges};
use crate::snapshot::{OWNER, Snapshot};
use crate::value::Value;

/// The privileges on objects of the class that the name says.
const PRIVILEGES: Privileges = Privileges::ByName(|name| EntryName::parse(name)?.class());

pub(super) static SPEC: KindSpec = KindSpec {
    name: "default_privileges",
    one: Some("an entry of default privileges"),
    section: "default_privileges",
    identity: &["name"],
    doc: "The privileges on objects that a role will create. The name has the role, the schema if there is one, and the class of objects: \
          `app in billing on tables`, `app on functions`.",
    query: include_str!("default_privileges.sql"),
    attrs: &[Attr::new(
        "grants",
        Shape::Map(&Shape::List(&Shape::Privilege(PRIVILEGES))),
        "The privileges that roles will be granted, in any order: `{reader: [select]}`. What the role itself and PUBLIC have by default \
         is left out; `{public: [none]}` says that it was revoked.",
    )
    .compare(Compare::Grants(PRIVILEGES))
    .keyed_by_role()],
    syntax: Syntax {
        key_is_name: false,
        rewrite: Some(|id, entries| {
            let class = EntryName::parse(id.last()).and_then(|entry| entry.class());
            common::check_grants(class, &entries)?;
            Ok(entries)
        }),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_default_acl)"),
        extra_columns: &[OWNER],
        ..Reading::DEFAULT
    },
    rename_role: Some(|name, other| {
        let entry = EntryName::parse(name)?;
        let schema = entry.schema.map_or_else(String::new, |schema| format!(" in {schema}"));
        Some(format!("{}{schema} on {}", other(entry.role), entry.objects))
    }),
    advice: Advice {
        hint: Some(hint),
        fix: Some(fix),
        probe: Some(&more_probes::DEFAULT_PRIVILEGES),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// The parts of a name such as `app in billing on tables`.
struct EntryName<'a> {
    role: &'a str,
    schema: Option<&'a str>,
    objects: &'a str,
}

impl<'a> EntryName<'a> {
    fn parse(name: &'a str) -> Option<Self> {
        let (of, objects) = name.rsplit_once(" on ")?;
        let (role, schema) = match of.split_once(" in ") {
            Some((role, schema)) => (role, Some(schema)),
            None => (of, None),
        };
        Some(Self { role, schema, objects })
    }

    fn class(&self) -> Option<Class> {
        let class = match self.objects {
            "tables" => privileges::TABLE,
            "sequences" => privileges::SEQUENCE,
            "functions" => privileges::FUNCTION,
            "types" => privileges::TYPE,
            "schemas" => privileges::SCHEMA,
            "large objects" => privileges::LARGE_OBJECT,
            _ => return None,
        };
        // In a schema there are only privileges in addition to those that hold everywhere.
        Some(if self.schema.is_some() {
            class.additional()
        } else {
            class
        })
    }
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice(
            "run ALTER DEFAULT PRIVILEGES as expected; objects that exist already keep their privileges",
        )),
        FindingDetail::Unexpected => Some(Hint::advice("undo it with ALTER DEFAULT PRIVILEGES")),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs { expected, actual, .. } => changes(finding.id.last(), expected, actual),
    }
}

/// In a schema there are only privileges in addition to those that hold everywhere, so an entry is all of its grants.
fn fix(finding: &HintContext<'_>) -> Option<Fix> {
    let name = finding.id.last();
    EntryName::parse(name)?.schema?;
    let none = Value::Map(BTreeMap::new());
    let changes = match &finding.detail {
        FindingDetail::Missing(attributes) => changes(name, common::expected(attributes, "grants")?, &none)?,
        FindingDetail::Unexpected => changes(name, &none, finding.object?.get("grants"))?,
        FindingDetail::Differs { .. } | FindingDetail::Unreadable { .. } => return None,
    };
    changes.statements().map(Fix::of)
}

/// The privileges that an object gets when a role creates it, besides those that PostgreSQL gives.
#[must_use]
pub fn of_created(kind: Kind, id: &ObjectId, role: &str, snapshot: &Snapshot) -> Value {
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    if let Some(objects) = kind.spec().advice.default_grants {
        let names = [
            format!("{role} on {objects}"),
            format!("{role} in {} on {objects}", id.schema()),
        ];
        for name in names {
            let entry = snapshot.get(Kind::DefaultPrivileges, &ObjectId::new(vec![name]));
            if let Some(Value::Map(grants)) = entry.map(|entry| entry.get("grants")) {
                for (grantee, privileges) in grants {
                    match (all.get_mut(grantee), privileges) {
                        (Some(Value::List(known)), Value::List(more)) => known.extend(more.iter().cloned()),
                        (_, privileges) => {
                            all.insert(grantee.clone(), privileges.clone());
                        }
                    }
                }
            }
        }
    }
    Value::Map(all)
}

/// The statements that change the entry.
fn changes(name: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    let EntryName { role, schema, objects } = EntryName::parse(name)?;
    // A name in which these words occur more often can be read in several ways.
    if name.matches(" on ").count() > 1 || name.matches(" in ").count() > 1 {
        return None;
    }
    let schema = schema.map_or(String::new(), |schema| format!(" IN SCHEMA {}", common::name(schema)));
    let before = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{schema} ", common::name(role));
    let on = |words| format!("{words} ON {}", objects.to_uppercase());
    let changes = GrantChanges::between(expected, actual)?;
    let statements = changes.iter().map(|change| change.statement(&before, on));
    common::join_statements(&statements.collect::<Vec<_>>())
}

//! What may differ between a database that was made for the time of a run and one that is alive, though the same
//! migrations made both: who owns what, what an empty database has, and what a server can have.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::source::{Access, Made};
use crate::catalog::capture::Scope;
use crate::catalog::{Limits, block_on};
use crate::error::Failure;
use crate::kinds::Kind;
use crate::migrations::Tool;
use crate::object_id::ObjectId;
use crate::report::{Check, Status, Target};
use crate::scratch::{self, Scratch};
use crate::snapshot::{IMPLICIT, OWNER, Snapshot};
use crate::value::Value;

/// A database that was made, as one side of a comparison.
pub(crate) struct Side<'a> {
    pub(crate) made: &'a Made,
    /// What was found in it.
    pub(crate) snapshot: &'a Snapshot,
    /// The extensions that its server could have.
    pub(crate) available: &'a BTreeSet<String>,
    /// Whether it is what is expected, or what is compared with that.
    pub(crate) is_expected: bool,
}

/// Takes out of a comparison what says nothing about the migrations, and says of what only the servers tell apart that
/// it is unknown.
///
/// # Errors
/// An empty database is needed to compare with, and cannot be made.
pub(crate) fn allow(side: &Side<'_>, target: &mut Target, limits: Limits) -> Result<(), Failure> {
    let mut findings = std::mem::take(&mut target.checks.findings);
    let before = findings.len();
    findings.retain(|check| !is_the_applying_role(side, check));
    if findings
        .iter()
        .any(|check| of_kind(check).is_some_and(|kind| kind.is_namespace()))
    {
        let empty = empty(side.made, limits)?;
        findings.retain(|check| !is_as_in_an_empty_database(side, check, &empty));
    }
    target.checks.passed += before - findings.len();
    for check in &mut findings {
        if let Some(why) = only_the_server(side, check) {
            check.status = Status::Unknown;
            check.detail = Some(why);
            check.hint = None;
        }
    }
    target.checks.findings = findings;
    Ok(())
}

/// What is written of an object is what the other one has where that says nothing about the migrations: so that a
/// difference beside it does not show it.
pub(crate) fn same_owner(role: &str, expected: &Value, found: &Value) -> bool {
    [expected, found].iter().any(|owner| owner.as_text() == Some(role))
}

/// Says of the tables that a tool keeps for itself that nobody lists them: the folder does not make them.
pub(crate) fn set_aside(snapshot: &mut Snapshot, tool: &Tool) {
    let tables: Vec<&str> = [tool.table]
        .iter()
        .chain(tool.other_tables)
        .chain(tool.bookkeeping_tables)
        .copied()
        .collect();
    let is_table = |id: &ObjectId| match id.parts() {
        [schema, name, ..] => tool.schema == Some(&**schema) || tables.contains(&&**name),
        [only] => tool.schema == Some(&**only),
        [] => false,
    };
    for kind in Kind::ALL {
        let spec = kind.spec();
        for (id, object) in snapshot.of_kind_mut(*kind) {
            let by_column = kind.owning_column(object).unwrap_or_default();
            let is_owned = by_column
                .iter()
                .rev()
                .nth(1)
                .is_some_and(|table| tables.contains(&table.as_str()));
            let is_its_schema = kind.is_namespace() && is_table(id);
            if spec.parents.is_empty() && (is_its_schema || (id.is_in_schema() && is_table(id)) || is_owned) {
                object.set(IMPLICIT, Value::Bool(true));
            }
        }
    }
}

/// Leaves open who owns what belongs to the role that made it: migrations belong to whoever applies them.
pub(crate) fn leave_owner_open(snapshot: &mut Snapshot) {
    let role = Value::Text(snapshot.server.role.clone());
    for kind in Kind::ALL {
        for (_, object) in snapshot.of_kind_mut(*kind) {
            if *object.get(OWNER) == role {
                object.set(OWNER, Value::Null);
            }
        }
    }
}

fn of_kind(check: &Check) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| kind.spec().name == check.kind)
}

/// Migrations belong to whoever applies them, unless they say otherwise.
fn is_the_applying_role(side: &Side<'_>, check: &Check) -> bool {
    let owner = if side.is_expected {
        &check.expected
    } else {
        &check.actual
    };
    check.attribute == Some(OWNER) && owner.as_str() == Some(side.snapshot.server.role.as_str())
}

/// What the migrations did not touch is as the server makes it.
fn is_as_in_an_empty_database(side: &Side<'_>, check: &Check, empty: &Snapshot) -> bool {
    let (Some(kind), Some(attribute)) = (of_kind(check).filter(|kind| kind.is_namespace()), check.attribute) else {
        return false;
    };
    let mut objects = empty.of_kind(kind);
    let made = if side.is_expected {
        &check.expected
    } else {
        &check.actual
    };
    objects.any(|(id, object)| kind.show(id) == check.object && Json::from(object.get(attribute)) == *made)
}

fn empty(made: &Made, limits: Limits) -> Result<Snapshot, Failure> {
    let namespaces = Scope {
        kinds: Kind::ALL.iter().copied().filter(|kind| kind.is_namespace()).collect(),
        ..Scope::whole(&[], true)
    };
    let limits = Limits { jobs: 1, ..limits };
    scratch::with(&made.scratch, &[], |info| {
        block_on(super::snapshot(&Access::Made(info, made), &namespaces, limits))
    })
}

/// Why a finding may only be what the servers tell apart.
fn only_the_server(side: &Side<'_>, check: &Check) -> Option<String> {
    let kind = of_kind(check)?;
    let server = match side.made.scratch {
        Scratch::Embedded => "the embedded server",
        Scratch::Local | Scratch::Server(_) => "the server of --scratch",
    };
    if let Some(attribute) = check.attribute {
        let of_server = kind.attr(attribute).is_some_and(|attr| attr.server_dependent);
        return of_server.then(|| format!("the migrations do not say it; {server} has what comes with its version"));
    }
    let only_there = side.is_expected && check.code.ends_with("-unexpected");
    let could_have = side.available.contains(&check.object) || side.made.scratch.could_have_extension(&check.object);
    (kind.is_extension() && only_there && !could_have)
        .then(|| format!("{server} cannot have it, so no migration that was applied there could have made it"))
}

//! Differences between a scratch database and a live one that the migrations do not cause: the owners of objects, the
//! objects of an empty database, and what depends on the server.

use std::collections::BTreeSet;

use super::source::{ResolvedSource, ScratchDatabase};
use super::{read_snapshot, tool_tables};
use crate::catalog::Limits;
use crate::catalog::capture::Scope;
use crate::error::Failure;
use crate::finding::{About, Check, Code, Status, Target};
use crate::kinds::Kind;
use crate::migrations::Tool;
use crate::scratch::Scratch;
use crate::snapshot::{OWNER, Snapshot};
use crate::value::Value;

/// A scratch database, as one side of a comparison.
pub(crate) struct ScratchSide<'a> {
    pub(crate) database: &'a ScratchDatabase,
    /// What was read of it.
    pub(crate) snapshot: &'a Snapshot,
    /// The extensions that its server can create.
    pub(crate) available: &'a BTreeSet<String>,
    /// Whether it is the expected side of the comparison.
    pub(crate) is_expected: bool,
}

/// Removes findings that the migrations did not cause, and marks findings that depend on the server as unknown.
///
/// # Errors
/// An empty database is needed for comparison, and cannot be created.
pub(crate) fn filter_scratch_noise(side: &ScratchSide<'_>, target: &mut Target, limits: Limits) -> Result<(), Failure> {
    let mut findings = std::mem::take(&mut target.checks.findings);
    let before = findings.len();
    findings.retain(|check| !is_of_applying(side.snapshot, side.is_expected, check) && !is_of_stand_in(side, check));
    if findings
        .iter()
        .any(|check| check.about.kind().is_some_and(Kind::is_namespace))
    {
        let empty = read_empty(side.database, limits)?;
        findings.retain(|check| !is_as_in_an_empty_database(side, check, &empty));
    }
    target.checks.passed += before - findings.len();
    for check in &mut findings {
        if let Some(why) = server_dependence(side, check) {
            check.status = Status::Unknown;
            check.detail = Some(why);
            check.hint = None;
        }
    }
    target.checks.findings = findings;
    Ok(())
}

/// Removes findings that the migrations did not cause which were applied before a snapshot was saved.
pub(crate) fn filter_saved_noise(snapshot: &Snapshot, is_expected: bool, target: &mut Target) {
    if snapshot.server.applied_without.is_none() {
        return;
    }
    let findings = &mut target.checks.findings;
    let before = findings.len();
    findings.retain(|check| !is_of_applying(snapshot, is_expected, check));
    target.checks.passed += before - findings.len();
}

/// Whether a finding is about what follows from how SQL was applied, and not from what it says.
fn is_of_applying(snapshot: &Snapshot, is_expected: bool, check: &Check) -> bool {
    is_applying_role(snapshot, is_expected, check)
        || is_in_operation(is_expected, check)
        || is_of_database(snapshot, check)
}

/// Clears what a snapshot has only because its source was applied to a scratch database.
pub(crate) fn clear(source: &ResolvedSource, snapshot: &mut Snapshot) {
    match source {
        ResolvedSource::Scratch(database) => {
            clear_applying_owner(snapshot);
            clear_in_operation(snapshot);
            clear_stand_ins(snapshot, &database.scratch);
        }
        ResolvedSource::Database(_) | ResolvedSource::Snapshot(_) => {}
    }
}

/// Clears the owner of every object that belongs to the role that applied the migrations: in another database, another
/// role may apply them.
pub(crate) fn clear_applying_owner(snapshot: &mut Snapshot) {
    let role = Value::Text(snapshot.server.role.clone());
    for kind in Kind::ALL {
        for (_, object) in snapshot.of_kind_mut(*kind) {
            if *object.get(OWNER) == role {
                object.set(OWNER, Value::Null);
            }
        }
    }
}

/// Clears what depends on the server in extensions for which the server has only a stand-in.
pub(crate) fn clear_stand_ins(snapshot: &mut Snapshot, scratch: &Scratch) {
    for kind in Kind::ALL.iter().copied().filter(|kind| kind.is_extension()) {
        let dependent = kind.spec().attrs.iter().filter(|attr| attr.server_dependent);
        for (id, object) in snapshot.of_kind_mut(kind) {
            if scratch.has_stand_in(id.last()) {
                dependent.clone().for_each(|attr| object.set(attr.name, Value::Null));
            }
        }
    }
}

/// Gives the attributes that a database has only in operation their default.
pub(crate) fn clear_in_operation(snapshot: &mut Snapshot) {
    for kind in Kind::ALL {
        for attr in kind.spec().attrs.iter().filter(|attr| attr.set_in_operation) {
            let default = attr.default.map_or(Value::Null, Value::from);
            for (_, object) in snapshot.of_kind_mut(*kind) {
                object.set(attr.name, default.clone());
            }
        }
    }
}

/// Removes findings that SQL, a folder of migrations or a model cannot be the reason of, where it is what is checked: a file
/// that was pulled from a live database has the tables of the tool, and owners.
///
/// # Errors
/// An empty database is needed for comparison, and cannot be created.
pub(crate) fn filter_noise_of_checked(
    source: &ResolvedSource,
    snapshot: &Snapshot,
    target: &mut Target,
    limits: Limits,
) -> Result<(), Failure> {
    if !source.tools().is_empty() {
        remove_tool_tables(source.tools(), target);
    }
    let database = match source {
        ResolvedSource::Scratch(database) => database,
        ResolvedSource::Snapshot(_) => {
            filter_saved_noise(snapshot, false, target);
            return Ok(());
        }
        ResolvedSource::Database(_) => return Ok(()),
    };
    let side = ScratchSide {
        database,
        snapshot,
        available: &BTreeSet::new(),
        is_expected: false,
    };
    filter_scratch_noise(&side, target, limits)
}

/// Removes the findings that the tables of the migration tools are missing, and those that follow from them.
fn remove_tool_tables(tools: &[&'static Tool], target: &mut Target) {
    let findings = &mut target.checks.findings;
    let before = findings.len();
    let of_tool: BTreeSet<String> = findings
        .iter()
        .filter(|check| {
            let mut tools = tools.iter();
            tools.any(|tool| tool_tables::is_missing_of(tool, check))
        })
        .map(Check::common_id)
        .collect();
    let follows = |check: &Check| {
        check
            .caused_by
            .as_ref()
            .is_some_and(|cause| of_tool.contains(&cause.id))
    };
    findings.retain(|check| !of_tool.contains(&check.common_id()) && !follows(check));
    target.checks.passed += before - findings.len();
}

/// Whether a finding is about what only a database in operation has, and the scratch database has not.
fn is_in_operation(is_expected: bool, check: &Check) -> bool {
    let Code::Differs(_, attr) = check.code else {
        return false;
    };
    let value = if is_expected { &check.expected } else { &check.actual };
    attr.set_in_operation && attr.default.is_some_and(|default| !default.is(value))
}

/// Whether a finding is about the database itself, and what was applied sets nothing of this kind. What must hold in every
/// database stays.
fn is_of_database(snapshot: &Snapshot, check: &Check) -> bool {
    let must_hold = matches!(check.code, Code::Differs(_, attr) if attr.always_checked.is_some());
    let Some(kind) = check
        .about
        .kind()
        .filter(|kind| kind.spec().reading.of_database && !must_hold)
    else {
        return false;
    };
    snapshot.of_kind(kind).all(|(_, object)| object.is_implicit())
}

/// Whether a finding is about an owner that is merely the role that applied the migrations.
fn is_applying_role(snapshot: &Snapshot, is_expected: bool, check: &Check) -> bool {
    let owner = if is_expected { &check.expected } else { &check.actual };
    check.attribute() == Some(OWNER) && owner.as_text() == Some(snapshot.server.role.as_str())
}

/// Whether a finding is about what depends on the server in an extension for which the server has only a stand-in.
fn is_of_stand_in(side: &ScratchSide<'_>, check: &Check) -> bool {
    let (About::Object { kind, id }, Code::Differs(_, attr)) = (&check.about, check.code) else {
        return false;
    };
    kind.is_extension() && attr.server_dependent && side.database.scratch.has_stand_in(id.last())
}

/// Whether the scratch database has a value only because every empty database has it.
fn is_as_in_an_empty_database(side: &ScratchSide<'_>, check: &Check, empty: &Snapshot) -> bool {
    let (About::Object { kind, id }, Code::Differs(_, attr)) = (&check.about, check.code) else {
        return false;
    };
    let value = if side.is_expected {
        &check.expected
    } else {
        &check.actual
    };
    kind.is_namespace()
        && empty
            .get(*kind, id)
            .is_some_and(|object| object.get(attr.name) == value)
}

/// Reads an empty database that is created in the same way as the scratch database.
fn read_empty(database: &ScratchDatabase, limits: Limits) -> Result<Snapshot, Failure> {
    let namespaces = Scope {
        kinds: Kind::ALL.iter().copied().filter(|kind| kind.is_namespace()).collect(),
        ..Scope::whole(&[], true)
    };
    let limits = Limits { jobs: 1, ..limits };
    let empty = ResolvedSource::Scratch(Box::new(ScratchDatabase {
        scratch: database.scratch.clone(),
        scripts: Vec::new(),
        printed_by: None,
        folder: None,
        tools: Vec::new(),
        is_model: false,
    }));
    read_snapshot(&empty, &namespaces, limits)
}

/// Why a finding may depend on the server alone.
fn server_dependence(side: &ScratchSide<'_>, check: &Check) -> Option<String> {
    let About::Object { kind, id } = &check.about else {
        return None;
    };
    let server = match side.database.scratch {
        Scratch::Embedded => "the embedded server",
        Scratch::Local | Scratch::Server(_) => "the server of --scratch",
    };
    let (do_not_set, cannot_create) = match side.database.folder {
        Some(_) => (
            "the migrations do not set it",
            "so no migration that was applied there can have created it",
        ),
        None => (
            "the SQL does not set it",
            "so the SQL that was applied there cannot have created it",
        ),
    };
    if let Code::Differs(_, attr) = check.code {
        return attr
            .server_dependent
            .then(|| format!("{do_not_set}; {server} has the value of its version"));
    }
    let only_there = side.is_expected && matches!(check.code, Code::Unexpected(_));
    let name = id.last();
    let could_have = side.available.contains(name) || side.database.scratch.could_have_extension(name);
    (kind.is_extension() && only_there && !could_have).then(|| format!("{server} does not have it, {cannot_create}"))
}

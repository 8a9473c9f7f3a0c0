//! What makes a database what its expectations say: the fixes of the findings, in an order in which they work.
//!
//! [`plan`] is pure. What it needs to know of the database beyond the findings are [`facts`], and [`script`] writes the
//! result. Nothing here runs a statement.

mod around;
pub mod facts;
mod inside;
mod order;
pub mod proof;
pub mod recreate;
pub mod script;

use std::collections::{BTreeMap, BTreeSet};

use crate::expectation::{ExpectationFile, Subject};
use crate::finding::{About, Category, Check, Code, Status};
use crate::fix::{Fix, InList};
use crate::kinds::{Kind, Role};
use crate::object_id::ObjectId;
use crate::snapshot::Snapshot;
use crate::sql::Sql;
use order::{KnownObjects, StepPosition};
use recreate::{Phase, Recreation};

/// What a script does, and what it does not do.
#[derive(Debug, Default)]
pub struct Repair {
    /// The steps, in order.
    pub steps: Vec<RepairStep>,
    /// The findings that no step is for.
    pub left: Vec<Unrepaired>,
    /// What is dropped and created again around the steps of each phase.
    pub recreations: BTreeMap<Phase, Recreation>,
    /// What goes with another object, as the findings say: a column that the new query of a view lacks.
    gone: BTreeSet<ObjectId>,
}

/// A fix, and the findings that it makes go.
#[derive(Debug)]
pub struct RepairStep {
    /// The findings, each as a sentence.
    pub findings: Vec<String>,
    /// The ids of the findings.
    pub ids: Vec<String>,
    /// What they are about: `column public.a.b`.
    pub subject: String,
    /// The object, or the one that it is in.
    pub object: Option<ObjectId>,
    /// The relation or the object that it changes. Steps about the same one can share a transaction.
    pub group: Option<ObjectId>,
    /// What runs.
    pub fix: Fix,
    /// The name of the object, if the step creates it.
    named: Option<String>,
    /// What is checked before.
    pub guard: Option<StepGuard>,
    /// When it runs among what is dropped and created again. `None` if nothing is for it.
    pub phase: Option<Phase>,
    /// Why it cannot run. `None` if it can.
    refused: Option<String>,
}

/// What must still be as it was found when a step runs.
#[derive(Debug, Clone)]
pub struct StepGuard {
    /// The rows of the object, behind FROM.
    pub rows: Sql,
    /// What is expected of them.
    pub state: State,
    /// What `pg_depend` calls the object of such a row.
    pub address: Option<&'static str>,
}

/// What is expected of the rows of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// There are none.
    Absent,
    /// There is one.
    Present,
    /// There is one for which this expression has the value that was found.
    Value(&'static str),
}

/// A finding that is not repaired.
#[derive(Debug)]
pub struct Unrepaired {
    /// The finding as a sentence.
    pub finding: String,
    /// What to do.
    pub advice: String,
    /// The column whose attributes follow from a query, if it is about one.
    column: Option<ObjectId>,
    /// The id of the finding.
    id: String,
}

/// The fixes of the findings about objects, in order.
#[must_use]
pub fn plan(findings: &[Check], files: &[&ExpectationFile], snapshot: &Snapshot) -> Repair {
    let inside = inside::inside_missing(findings, files, snapshot);
    let known = findings.len();
    let all: Vec<&Check> = findings.iter().chain(&inside).collect();
    let fixed: BTreeSet<String> = all.iter().filter(|c| c.fix.is_some()).map(|c| c.common_id()).collect();
    let objects = KnownObjects::of(&all, snapshot);
    let mut ordered: Vec<(StepPosition, RepairStep)> = Vec::new();
    let mut repair = Repair::default();
    for (number, check) in all.into_iter().enumerate() {
        match &check.fix {
            Some(fix) if check.status == Status::Drift => {
                let mut step = step(check, fix);
                repair.left.extend(fix.leaves.map(|what| Unrepaired {
                    finding: check.sentence(),
                    advice: what.to_owned(),
                    column: None,
                    id: check.common_id(),
                }));
                step.guard = step.guard.filter(|_| number < known || objects.can_be_checked(check));
                ordered.push((StepPosition::of(check, fix, number, &objects), step));
            }
            Some(_) | None => {
                let gone = check
                    .about
                    .as_object()
                    .filter(|_| matches!(check.code, Code::Unexpected(_)));
                repair
                    .gone
                    .extend(gone.filter(|_| check.caused_by.is_some()).map(|(_, id)| id.clone()));
                repair.left.extend(left(check, &fixed));
            }
        }
    }
    ordered.sort_by(|(one, _), (other, _)| one.cmp(other));
    order::by_mention(&mut ordered);
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (_, step) in ordered {
        let text: String = step.fix.steps.iter().map(|part| part.sql.as_str()).collect();
        // Two findings may have one fix.
        if let Some(place) = places.get(&text) {
            let same = &mut repair.steps[*place];
            same.findings.extend(step.findings);
            same.ids.extend(step.ids);
        } else {
            places.insert(text, repair.steps.len());
            repair.steps.push(step);
        }
    }
    fill_lists(&mut repair.steps, files);
    repair
}

/// The place of a column in the files, its definition, and the ids of its findings.
type ListEntry = (Option<usize>, String, Vec<String>);

/// A table that is created gets its columns with the same statement.
fn fill_lists(steps: &mut Vec<RepairStep>, files: &[&ExpectationFile]) {
    let place = |id: &Option<ObjectId>| {
        let mut all = files.iter().flat_map(|file| &file.objects);
        all.position(|object| matches!(&object.subject, Subject::Named(named) if Some(named) == id.as_ref()))
    };
    let mut entries: BTreeMap<ObjectId, Vec<ListEntry>> = BTreeMap::new();
    let holds = |step: &RepairStep| matches!(step.fix.list, Some(InList::Holds(_)));
    let created: BTreeSet<ObjectId> = steps
        .iter()
        .filter(|step| holds(step))
        .filter_map(|step| step.group.clone())
        .collect();
    steps.retain(|step| match (&step.fix.list, &step.group) {
        (Some(InList::Entry(entry)), Some(table)) if created.contains(table) => {
            let all = entries.entry(table.clone()).or_default();
            all.push((place(&step.object), entry.clone(), step.ids.clone()));
            false
        }
        (_, _) => true,
    });
    for step in steps {
        let (Some(InList::Holds(place)), Some(table)) = (&step.fix.list, &step.group) else {
            continue;
        };
        let Some(mut entries) = entries.remove(table) else {
            continue;
        };
        entries.sort();
        let list: Vec<String> = entries.iter().map(|(_, entry, _)| format!("\n    {entry}")).collect();
        if let Some(part) = step.fix.steps.first_mut() {
            part.sql.insert_str(*place, &format!("{}\n", list.join(",")));
        }
        step.ids.extend(entries.into_iter().flat_map(|(_, _, ids)| ids));
    }
}

fn step(check: &Check, fix: &Fix) -> RepairStep {
    let object = check.about.as_object();
    RepairStep {
        findings: vec![check.sentence()],
        ids: vec![check.common_id()],
        subject: check.subject(),
        object: match &check.about {
            About::ByMeaning { parent, .. } => Some(parent.clone()),
            _ => object.map(|(_, id)| id.clone()),
        },
        group: object.map(|(kind, id)| {
            if kind.spec().parents.is_empty() {
                id.clone()
            } else {
                id.relation()
            }
        }),
        fix: fix.clone(),
        guard: match &check.about {
            About::ByMeaning { kind, parent, .. } => {
                let mut kinds = kind.spec().parents.iter();
                let found = kinds.find_map(|kind| Some((kind.probe(parent, None)?.0, kind.address())));
                found.map(|(rows, address)| StepGuard {
                    rows,
                    state: State::Present,
                    address,
                })
            }
            _ => object.and_then(|(kind, id)| guard(check.code, kind, id)),
        },
        named: object
            .filter(|_| matches!(check.code, Code::Missing(_)) || fix.recreates.is_some())
            .map(|(kind, id)| order::name(kind, id)),
        phase: None,
        refused: None,
    }
}

/// What must still be so.
fn guard(code: Code, kind: Kind, id: &ObjectId) -> Option<StepGuard> {
    let (rows, value) = kind.probe(id, code.attribute())?;
    let state = match code {
        Code::Missing(_) => State::Absent,
        Code::Unexpected(_) | Code::AssertionFailed(_) | Code::Other(_) => State::Present,
        Code::Differs(..) => value.map_or(State::Present, State::Value),
    };
    Some(StepGuard {
        rows,
        state,
        address: kind.address(),
    })
}

/// The finding as one that stays, unless it goes with another one.
fn left(check: &Check, fixed: &BTreeSet<String>) -> Option<Unrepaired> {
    let is_of_files = matches!(check.about.category(), Category::Pattern | Category::Baseline);
    let follows = check.caused_by.as_ref().is_some_and(|cause| fixed.contains(&cause.id));
    if is_of_files || follows || !check.is_finding() {
        return None;
    }
    let advice = match (&check.hint, &check.caused_by) {
        (Some(hint), _) => hint.text().into_owned(),
        (None, Some(cause)) => format!("it follows from the finding on {}", cause.subject),
        (None, None) => match check.about {
            About::Assertion(_) => "change the rows".to_owned(),
            _ => "no statement is known that does it: change it by hand".to_owned(),
        },
    };
    let column = check
        .about
        .as_object()
        .filter(|(kind, _)| matches!(kind.spec().role, Role::Column { .. }) && matches!(check.code, Code::Differs(..)));
    Some(Unrepaired {
        finding: check.sentence(),
        advice,
        column: column.map(|(_, id)| id.clone()),
        id: check.common_id(),
    })
}

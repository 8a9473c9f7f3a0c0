//! What makes a database what its expectations say: the fixes of the findings, in an order in which they work.
//!
//! [`plan`] is pure. What it needs to know of the database beyond the findings are [`facts`], and [`script`] writes the
//! result. Nothing here runs a statement.

pub mod facts;
mod inside;
pub mod proof;
pub mod script;

use std::collections::{BTreeMap, BTreeSet};

use crate::expectation::ExpectationFile;
use crate::finding::{About, Category, Check, Code, Status};
use crate::fix::{Fix, Turn};
use crate::kinds::{CreationRank, Kind};
use crate::object_id::ObjectId;
use crate::snapshot::Snapshot;
use crate::sql::Sql;

/// What a script does, and what it does not do.
#[derive(Debug, Default)]
pub struct Repair {
    /// The steps, in order.
    pub steps: Vec<RepairStep>,
    /// The findings that no step is for.
    pub left: Vec<Unrepaired>,
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
    /// What is checked before.
    pub guard: Option<StepGuard>,
}

/// What must still be as it was found when a step runs.
#[derive(Debug, Clone)]
pub struct StepGuard {
    /// The rows of the object, behind FROM.
    pub rows: Sql,
    /// What is expected of them.
    pub state: State,
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
}

/// The fixes of the findings about objects, in order.
#[must_use]
pub fn plan(findings: &[Check], files: &[&ExpectationFile], snapshot: &Snapshot) -> Repair {
    let inside = inside::inside_missing(findings, files, snapshot);
    let known = findings.len();
    let all: Vec<&Check> = findings.iter().chain(&inside).collect();
    let fixed: BTreeSet<String> = all.iter().filter(|c| c.fix.is_some()).map(|c| c.common_id()).collect();
    let mut ordered: Vec<(StepPosition, RepairStep)> = Vec::new();
    let mut repair = Repair::default();
    for (number, check) in all.into_iter().enumerate() {
        match &check.fix {
            Some(fix) if check.status == Status::Drift => {
                let mut step = step(check, fix);
                // What is inside of a missing object does not exist yet.
                step.guard = step.guard.filter(|_| number < known);
                ordered.push((position(check, fix, number), step));
            }
            Some(_) | None => repair.left.extend(left(check, &fixed)),
        }
    }
    ordered.sort_by(|(one, _), (other, _)| one.cmp(other));
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
    repair
}

/// Where a step is among the others.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct StepPosition {
    turn: Turn,
    /// What others depend on is made first and dropped last.
    rank: Order,
    number: usize,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    Making(Option<CreationRank>),
    Dropping(std::cmp::Reverse<Option<(CreationRank, Kind)>>),
}

fn position(check: &Check, fix: &Fix, number: usize) -> StepPosition {
    let kind = check.about.kind();
    let rank = match fix.turn {
        Turn::Rename | Turn::Make => Order::Making(kind.map(Kind::rank)),
        Turn::DropDependent | Turn::DropBase => {
            Order::Dropping(std::cmp::Reverse(kind.map(|kind| (kind.rank(), kind))))
        }
    };
    StepPosition {
        turn: fix.turn,
        rank,
        number,
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
                let rows = kinds.find_map(|kind| Some(kind.probe(parent, None)?.0));
                rows.map(|rows| StepGuard {
                    rows,
                    state: State::Present,
                })
            }
            _ => object.and_then(|(kind, id)| guard(check.code, kind, id)),
        },
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
    Some(StepGuard { rows, state })
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
    Some(Unrepaired {
        finding: check.sentence(),
        advice,
    })
}

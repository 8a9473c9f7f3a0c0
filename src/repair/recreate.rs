//! What a script drops and creates again around statements that PostgreSQL refuses while other objects depend on what they
//! change: views, rules, policies and triggers around a new type of a column, and views around a new query of a view.
//!
//! What depends on it is read from `pg_depend`. An object that cannot be created again exactly as it was is an obstacle, and
//! the step is left out with the reason.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::facts::{Fact, FactQuery, Facts};
use super::{Repair, RepairStep, State, Unrepaired, order};
use crate::fix::{Recreated, Turn};
use crate::object_id::ObjectId;
use crate::sql;
use crate::sql::{Sql, literal};

const QUERY: &str = include_str!("recreated.sql");

/// The schemas in which the statements of re-creations find names: all others are qualified.
pub(super) const PATH: &str = "pg_catalog";

/// Steps that run in one transaction, while what depends on their objects is dropped.
#[derive(Debug, Clone, Default)]
pub struct Recreation {
    /// The objects, in the order in which they can be created.
    pub objects: Vec<RecreatedObject>,
}

/// An object that is dropped and created again.
#[derive(Debug, Clone, Deserialize)]
pub struct RecreatedObject {
    /// The numbers of the steps that it depends on.
    pub(super) roots: BTreeSet<usize>,
    /// `view public.v`.
    pub(super) subject: String,
    id: Vec<String>,
    pub(super) drop: String,
    pub(super) create: String,
    /// A condition that is true as long as the object is what it was.
    pub(super) check: String,
    pub(super) rest: Vec<RecreatedPart>,
}

/// A statement about something that an object has.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct RecreatedPart {
    /// The name of what is in the object: of an index, a trigger, a rule.
    part: Option<String>,
    pub(super) sql: String,
}

/// What the database says about one phase.
#[derive(Debug, Deserialize)]
struct RecreateAnswer {
    obstacles: Vec<RecreateObstacle>,
    objects: Vec<RecreatedObject>,
}

#[derive(Debug, Deserialize)]
struct RecreateObstacle {
    roots: BTreeSet<usize>,
    why: String,
}

/// The two times at which objects are created again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Around types of columns.
    Columns,
    /// Around queries of views.
    Queries,
}

impl Phase {
    const ALL: [Self; 2] = [Self::Columns, Self::Queries];

    fn of(step: &RepairStep) -> Option<Self> {
        match step.fix.recreates.as_ref()? {
            Recreated::Column(_) => Some(Self::Columns),
            Recreated::Query(_) => Some(Self::Queries),
        }
    }
}

/// What to ask before the steps can be arranged.
#[must_use]
pub fn queries(repair: &Repair) -> Vec<FactQuery> {
    let query = |phase: Phase| {
        let steps = repair.steps.iter().enumerate();
        let steps = steps.filter(|(_, step)| Phase::of(step) == Some(phase));
        let roots: Vec<Sql> = steps
            .filter_map(|(number, step)| Some(root(number, step.fix.recreates.as_ref()?)))
            .collect();
        if roots.is_empty() {
            return None;
        }
        let roots = Sql::join(roots, ", ");
        Some(FactQuery {
            fact: Fact::Recreated(phase),
            path: sql!["pg_catalog"],
            query: Sql::template(QUERY, |place| (place == "roots").then(|| roots.clone())),
        })
    };
    Phase::ALL
        .into_iter()
        .filter_map(query)
        .chain(order::query(repair))
        .collect()
}

/// The parts of the name of an object.
fn names(id: &ObjectId) -> Vec<String> {
    id.parts().iter().map(|part| part.as_ref().to_owned()).collect()
}

/// A row of the list of objects that change.
fn root(number: usize, what: &Recreated) -> Sql {
    let (relation, column) = match what {
        Recreated::Column(column) => (column.relation(), literal(column.last())),
        Recreated::Query(view) => (view.clone(), sql!["NULL"]),
    };
    sql![
        "(",
        number,
        ", ",
        literal(&relation.to_sql()),
        ", ",
        column,
        "::pg_catalog.name)"
    ]
}

/// Puts the steps together that need others to be dropped, and leaves out those for which that is not possible.
pub fn arrange(repair: &mut Repair, facts: &Facts) {
    for phase in Phase::ALL {
        let answer = facts.get(&Fact::Recreated(phase)).cloned().flatten();
        let answer = answer.and_then(|text| serde_json::from_str::<RecreateAnswer>(&text).ok());
        let mut chosen = Chosen::of(repair, phase, answer);
        chosen.leave_out_what_goes(repair);
        repair.recreations.insert(phase, chosen.recreation);
        for (number, why) in chosen.refused {
            repair.steps[number].refused = Some(why);
        }
        for number in chosen.steps {
            repair.steps[number].phase = Some(phase);
        }
    }
    let pairs = facts.get(&Fact::Order).cloned().flatten();
    let pairs: Vec<(usize, usize)> = pairs
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let order = order::dropped(repair, &pairs);
    put_together(repair, &order);
    repair_columns(repair);
    loosen_guards(repair);
}

/// The steps of a phase.
struct Chosen {
    recreation: Recreation,
    steps: BTreeSet<usize>,
    refused: BTreeMap<usize, String>,
}

impl Chosen {
    fn of(repair: &Repair, phase: Phase, answer: Option<RecreateAnswer>) -> Self {
        let all = repair.steps.iter().enumerate();
        let all: BTreeSet<usize> = all
            .filter(|(_, step)| Phase::of(step) == Some(phase))
            .map(|(number, _)| number)
            .collect();
        let Some(RecreateAnswer { obstacles, mut objects }) = answer else {
            let unknown = || "what depends on it can only be read from the database itself".to_owned();
            let refused = all.into_iter().filter(|_| phase == Phase::Queries);
            return Self {
                recreation: Recreation::default(),
                steps: BTreeSet::new(),
                refused: refused.map(|number| (number, unknown())).collect(),
            };
        };
        let has_renames = repair.steps.iter().any(|step| step.fix.turn == Turn::Rename);
        let mut refused = BTreeMap::new();
        for number in &all {
            let obstacle = obstacles.iter().find(|obstacle| obstacle.roots.contains(number));
            let is_root = objects.iter().any(|object| object.roots.contains(number));
            let renamed = (has_renames && is_root)
                .then(|| "something is renamed before: run the script, and then `driftgate repair` again".to_owned());
            if let Some(why) = obstacle.map(|obstacle| obstacle.why.clone()).or(renamed) {
                refused.insert(*number, why);
            }
        }
        for object in &mut objects {
            object.roots.retain(|root| !refused.contains_key(root));
        }
        objects.retain(|object| !object.roots.is_empty());
        let steps = objects.iter().flat_map(|object| object.roots.iter().copied()).collect();
        Self {
            recreation: Recreation { objects },
            steps,
            refused,
        }
    }

    /// Steps that run before drop some of the objects, or parts of them.
    fn leave_out_what_goes(&mut self, repair: &Repair) {
        let dropping = repair.steps.iter().filter(|step| step.fix.turn == Turn::DropDependent);
        let gone: BTreeSet<Vec<String>> = dropping
            .filter_map(|step| step.object.as_ref())
            .chain(&repair.gone)
            .map(names)
            .collect();
        let objects = &mut self.recreation.objects;
        objects.retain(|object| !gone.contains(&object.id));
        for object in objects {
            let id = object.id.clone();
            let is_gone = |part: &str| gone.contains(&[id.as_slice(), &[part.to_owned()]].concat());
            object
                .rest
                .retain(|statement| !statement.part.as_deref().is_some_and(is_gone));
        }
    }
}

/// Moves the steps of a phase behind its first one, and what is refused to what is left.
fn put_together(repair: &mut Repair, base: &[usize]) {
    let mut order: Vec<usize> = Vec::new();
    for (place, number) in base.iter().copied().enumerate() {
        let step = &repair.steps[number];
        if step.refused.is_some() || order.contains(&number) {
            continue;
        }
        order.push(number);
        let same = |other: &RepairStep| other.phase.is_some() && other.phase == step.phase && other.refused.is_none();
        let others = base[place + 1..].iter().copied();
        order.extend(others.filter(|other| same(&repair.steps[*other])));
    }
    let places: BTreeMap<usize, usize> = order
        .iter()
        .enumerate()
        .map(|(place, number)| (*number, place))
        .collect();
    for object in repair.recreations.values_mut().flat_map(|all| &mut all.objects) {
        object.roots = object
            .roots
            .iter()
            .filter_map(|root| places.get(root).copied())
            .collect();
    }
    let steps = std::mem::take(&mut repair.steps);
    let mut kept: BTreeMap<usize, RepairStep> = BTreeMap::new();
    for (number, step) in steps.into_iter().enumerate() {
        match (&step.refused, places.get(&number)) {
            (None, Some(place)) => {
                kept.insert(*place, step);
            }
            (why, _) => {
                let advice = format!(
                    "the objects that depend on it cannot be dropped and created again: {}",
                    why.clone().unwrap_or_default()
                );
                let findings = step.findings.into_iter().zip(step.ids);
                repair.left.extend(findings.map(|(finding, id)| Unrepaired {
                    finding,
                    advice: advice.clone(),
                    column: None,
                    id,
                }));
            }
        }
    }
    repair.steps = kept.into_values().collect();
}

/// The columns of a view that is created again get the types that follow from its query.
fn repair_columns(repair: &mut Repair) {
    let left = std::mem::take(&mut repair.left);
    for unrepaired in left {
        let relation = unrepaired.column.as_ref().map(ObjectId::relation);
        let objects = repair.recreations.values().flat_map(|all| &all.objects);
        let mut roots = objects
            .filter(|object| relation.as_ref().is_some_and(|relation| object.is(relation)))
            .filter_map(|object| object.roots.first().copied());
        match roots.next().and_then(|root| repair.steps.get_mut(root)) {
            Some(step) => {
                step.findings.push(unrepaired.finding);
                step.ids.push(unrepaired.id);
            }
            None => repair.left.push(unrepaired),
        }
    }
}

/// What has been created again may be printed differently, so later steps only check that it exists.
fn loosen_guards(repair: &mut Repair) {
    let mut recreated: BTreeSet<Vec<String>> = BTreeSet::new();
    for number in 0..repair.steps.len() {
        let step = &mut repair.steps[number];
        let is_inside = |id: &ObjectId| {
            let id = names(id);
            (1..=id.len()).any(|length| recreated.contains(&id[..length]))
        };
        if let Some(guard) = step.guard.as_mut()
            && matches!(guard.state, State::Value(_))
            && step.phase.is_none()
            && step.object.as_ref().is_some_and(is_inside)
        {
            guard.state = State::Present;
        }
        if let Some(phase) = step.phase {
            let objects = repair.recreations.get(&phase).into_iter().flat_map(|all| &all.objects);
            recreated.extend(objects.map(|object| object.id.clone()));
        }
    }
    let first: BTreeSet<Vec<String>> = repair
        .recreations
        .get(&Phase::Columns)
        .into_iter()
        .flat_map(|all| all.objects.iter().map(|object| object.id.clone()))
        .collect();
    if let Some(second) = repair.recreations.get_mut(&Phase::Queries) {
        for object in second.objects.iter_mut().filter(|object| first.contains(&object.id)) {
            object.check.clear();
        }
    }
}

impl Recreation {
    /// The objects that must go for some steps.
    pub(super) fn of_steps<'a>(
        &'a self,
        steps: &'a BTreeSet<usize>,
    ) -> impl DoubleEndedIterator<Item = &'a RecreatedObject> {
        self.objects.iter().filter(|object| !object.roots.is_disjoint(steps))
    }
}

impl RecreatedObject {
    /// Whether it is this object.
    pub(super) fn is(&self, id: &ObjectId) -> bool {
        self.id == names(id)
    }
}

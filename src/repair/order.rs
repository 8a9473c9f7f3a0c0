//! In which order steps can run.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::facts::{Fact, FactQuery};
use super::{Repair, RepairStep};
use crate::finding::{Check, Code};
use crate::fix::{Fix, Turn};
use crate::kinds::{CreationRank, Kind};
use crate::object_id::ObjectId;
use crate::snapshot::Snapshot;
use crate::sql;
use crate::sql::Sql;
use crate::sql_text::{unquote_name, words};

/// The part of a recursive query `objects (step, classid, objid, objsubid)` that adds what depends on its rows.
pub(super) const DEPENDENTS: &str = " UNION SELECT o.step, n.classid, n.objid, 0 FROM objects o JOIN pg_depend d ON \
    d.refclassid = o.classid AND d.refobjid = o.objid AND (o.objsubid = 0 OR d.refobjsubid = o.objsubid) CROSS JOIN LATERAL \
    (SELECT d.classid, d.objid UNION ALL SELECT 'pg_class'::regclass, ev_class FROM pg_rewrite r WHERE d.classid = \
    'pg_rewrite'::regclass AND r.oid = d.objid) n";

/// Where a step is among the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StepPosition {
    turn: Turn,
    /// What others depend on is made first and dropped last.
    rank: Order,
    number: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    Making {
        /// The place of the object, or of the one that it is in if that is later.
        rank: Option<CreationRank>,
        /// Whether the step neither creates something in no other object nor creates something again.
        is_change: bool,
        own: Option<CreationRank>,
        /// Whether the step changes something that exists.
        exists: bool,
    },
    Dropping(Reverse<Option<(CreationRank, Kind)>>),
}

impl StepPosition {
    pub(super) fn of(check: &Check, fix: &Fix, number: usize, known: &KnownObjects<'_>) -> Self {
        let kind = check.about.kind();
        let own = kind.map(Kind::rank);
        let rank = match fix.turn {
            Turn::Rename | Turn::Make => Order::Making {
                rank: own.max(parent_rank(check, known)),
                is_change: fix.recreates.is_none()
                    && !(matches!(check.code, Code::Missing(_))
                        && kind.is_some_and(|kind| kind.spec().parents.is_empty())),
                own,
                exists: !matches!(check.code, Code::Missing(_)),
            },
            Turn::DropDependent | Turn::DropBase => Order::Dropping(Reverse(kind.map(|kind| (kind.rank(), kind)))),
        };
        Self {
            turn: fix.turn,
            rank,
            number,
        }
    }

    /// Whether the order of the two steps follows from nothing but the order of the findings.
    fn is_like(&self, other: &Self) -> bool {
        self.turn == other.turn && self.rank == other.rank
    }
}

/// What is in the database, and what the script creates.
pub(super) struct KnownObjects<'a> {
    snapshot: &'a Snapshot,
    created: BTreeSet<(Kind, ObjectId)>,
}

impl<'a> KnownObjects<'a> {
    pub(super) fn of(checks: &[&Check], snapshot: &'a Snapshot) -> Self {
        let created = checks
            .iter()
            .filter(|check| matches!(check.code, Code::Missing(_)) && check.fix.is_some());
        let created = created.filter_map(|check| check.about.as_object());
        Self {
            snapshot,
            created: created.map(|(kind, id)| (kind, id.clone())).collect(),
        }
    }

    /// Whether a step can check first what it changes. What is inside of a missing object does not exist yet.
    pub(super) fn can_be_checked(&self, check: &Check) -> bool {
        let Some((kind, id)) = check.about.as_object() else {
            return false;
        };
        let mut parents = kind.spec().parents.iter().copied();
        let exists = |parent: Kind| {
            [id.relation(), id.clone()]
                .iter()
                .any(|id| self.snapshot.get(parent, id).is_some())
        };
        match check.code {
            Code::Missing(_) if kind.spec().parents.is_empty() => true,
            _ => parents.any(exists),
        }
    }
}

/// The place of the relation that an object is in.
fn parent_rank(check: &Check, known: &KnownObjects<'_>) -> Option<CreationRank> {
    let (kind, id) = check.about.as_object()?;
    let parents = kind.spec().parents.iter().copied();
    let is_known = |parent: &Kind, id: &ObjectId| {
        known.snapshot.get(*parent, id).is_some() || known.created.contains(&(*parent, id.clone()))
    };
    parents
        .filter(|parent| is_known(parent, &id.relation()) || is_known(parent, id))
        .map(Kind::rank)
        .max()
}

/// The name by which statements mention an object, without its schema or its relation.
pub(super) fn name(kind: Kind, id: &ObjectId) -> String {
    let name = id.parts().get(1).filter(|_| kind.spec().parents.is_empty());
    name.map_or_else(|| id.last(), AsRef::as_ref).to_lowercase()
}

/// What is made goes behind what it mentions.
pub(super) fn by_mention(steps: &mut Vec<(StepPosition, RepairStep)>) {
    let mut out: Vec<(StepPosition, RepairStep)> = Vec::with_capacity(steps.len());
    let mut rest = std::mem::take(steps).into_iter().peekable();
    while let Some(first) = rest.next() {
        let mut like = vec![first];
        while let Some(next) = rest.next_if(|(position, _)| position.is_like(&like[0].0)) {
            like.push(next);
        }
        if like.len() > 1 && matches!(like[0].0.turn, Turn::Make) {
            like = sorted(like);
        }
        out.extend(like);
    }
    *steps = out;
}

fn sorted(steps: Vec<(StepPosition, RepairStep)>) -> Vec<(StepPosition, RepairStep)> {
    let names: Vec<Option<String>> = steps.iter().map(|(_, step)| step.named.clone()).collect();
    let known: BTreeSet<&String> = names.iter().flatten().collect();
    let mentions: Vec<BTreeSet<String>> = steps
        .iter()
        .map(|(_, step)| {
            let text: String = step.fix.steps.iter().map(|part| part.sql.as_str()).collect();
            let words = words(&text).filter_map(unquote_name).map(|word| word.to_lowercase());
            words.filter(|word| known.contains(word)).collect()
        })
        .collect();
    let mut order: Vec<usize> = Vec::new();
    for number in 0..steps.len() {
        visit(number, &names, &mentions, &mut BTreeSet::new(), &mut order);
    }
    let mut steps: Vec<Option<(StepPosition, RepairStep)>> = steps.into_iter().map(Some).collect();
    order.into_iter().filter_map(|number| steps[number].take()).collect()
}

/// Puts a step into the order, behind those that it mentions. Steps that mention each other keep their order.
fn visit(
    number: usize,
    names: &[Option<String>],
    mentions: &[BTreeSet<String>],
    open: &mut BTreeSet<usize>,
    order: &mut Vec<usize>,
) {
    if order.contains(&number) || !open.insert(number) {
        return;
    }
    for (other, name) in names.iter().enumerate() {
        let is_mentioned = name.as_ref().is_some_and(|name| mentions[number].contains(name));
        if other != number && is_mentioned && names[number] != *name {
            visit(other, names, mentions, open, order);
        }
    }
    order.push(number);
}

/// The query for the pairs of steps that drop an object and one that it depends on.
pub(super) fn query(repair: &Repair) -> Option<FactQuery> {
    let steps = repair.steps.iter().enumerate().filter(|(_, step)| drops(step));
    let rows: Vec<Sql> = steps
        .filter_map(|(number, step)| {
            let guard = step.guard.as_ref()?;
            Some(sql!["SELECT ", number, ", ", guard.address?, " FROM ", &guard.rows])
        })
        .collect();
    if rows.len() < 2 {
        return None;
    }
    Some(FactQuery {
        fact: Fact::Order,
        path: sql!["pg_catalog"],
        query: sql![
            "WITH RECURSIVE dropped (step, classid, objid, objsubid) AS (",
            Sql::join(rows, " UNION ALL "),
            "), objects (step, classid, objid, objsubid) AS (SELECT * FROM dropped",
            DEPENDENTS,
            ") SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_array(o.step, d.step)), '[]')::text FROM objects o JOIN dropped d ON \
             d.classid = o.classid AND d.objid = o.objid AND d.objsubid = 0 WHERE d.step <> o.step"
        ],
    })
}

fn drops(step: &RepairStep) -> bool {
    matches!(step.fix.turn, Turn::DropDependent | Turn::DropBase)
}

/// The steps in an order in which each object is dropped before those that it depends on. `pairs` has a step, and another
/// one whose object depends on that of the first.
pub(super) fn dropped(repair: &Repair, pairs: &[(usize, usize)]) -> Vec<usize> {
    let mut order = Vec::new();
    let mut open = BTreeSet::new();
    for number in 0..repair.steps.len() {
        drop_first(number, repair, pairs, &mut open, &mut order);
    }
    order
}

fn drop_first(
    number: usize,
    repair: &Repair,
    pairs: &[(usize, usize)],
    open: &mut BTreeSet<usize>,
    order: &mut Vec<usize>,
) {
    if order.contains(&number) || !open.insert(number) {
        return;
    }
    for (_, dependent) in pairs.iter().filter(|(step, _)| *step == number) {
        if repair.steps[*dependent].fix.turn == repair.steps[number].fix.turn {
            drop_first(*dependent, repair, pairs, open, order);
        }
    }
    order.push(number);
}

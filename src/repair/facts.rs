//! What a script says about the database beyond the findings: the values that its checks expect, and how much is lost.

use std::collections::{BTreeMap, BTreeSet};

use super::recreate::Phase;
use super::{Repair, State};
use crate::fix::Loss;
use crate::object_id::ObjectId;
use crate::sql;
use crate::sql::{Sql, literal};

/// A question about the database, and the schema of unqualified names in it.
#[derive(Debug)]
pub struct FactQuery {
    /// What is asked.
    pub fact: Fact,
    /// The schemas of names in the answer that are not qualified.
    pub path: Sql,
    /// The query, whose first value is the answer.
    pub query: Sql,
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// The value that the guard of a step expects, by the number of the step.
    Value(usize),
    /// The estimated number of rows of a relation.
    Rows(ObjectId),
    /// Whether PostgreSQL converts a type to another one without being asked to, by the number of the step.
    KeepsValues(usize),
    /// What is dropped and created again.
    Recreated(Phase),
    /// Which steps drop what others depend on.
    Order,
}

/// The answers. A fact that could not be read is missing; the inner value is none where the answer is null.
pub type Facts = BTreeMap<Fact, Option<String>>;

/// What to ask for a script.
#[must_use]
pub fn queries(repair: &Repair) -> Vec<FactQuery> {
    let mut all = Vec::new();
    let mut counted = BTreeSet::new();
    for (number, step) in repair.steps.iter().enumerate() {
        let path = search_path(step.fix.path.as_deref());
        if let Some(guard) = &step.guard
            && let State::Value(value) = guard.state
        {
            all.push(FactQuery {
                fact: Fact::Value(number),
                path: path.clone(),
                query: sql!["SELECT (", value, ")::pg_catalog.text FROM ", &guard.rows],
            });
        }
        if let Some(relation) = step.fix.loss.as_ref().and_then(Loss::relation)
            && counted.insert(relation.clone())
        {
            all.push(FactQuery {
                query: rows(&relation),
                fact: Fact::Rows(relation),
                path: path.clone(),
            });
        }
        if let Some(Loss::Conversion { from, to, .. }) = &step.fix.loss {
            all.push(FactQuery {
                fact: Fact::KeepsValues(number),
                path,
                query: keeps_values(from, to),
            });
        }
    }
    all
}

/// The schemas in which a step finds unqualified names.
pub(super) fn search_path(schema: Option<&str>) -> Sql {
    schema.map_or_else(|| sql!["public"], |schema| sql![sql::name(schema), ", public"])
}

/// The number of rows that PostgreSQL estimates, those of partitions included. Null if a table was never analyzed, for which
/// PostgreSQL 13 has zero: release notes of 14, "pg_class.reltuples".
fn rows(relation: &ObjectId) -> Sql {
    sql![
        "SELECT CASE WHEN pg_catalog.min(CASE WHEN reltuples = 0 AND relpages = 0 \
         AND pg_catalog.current_setting('server_version_num')::pg_catalog.int4 < 140000 THEN -1 ELSE reltuples END) >= 0 THEN pg_catalog.sum(reltuples)::pg_catalog.int8 END FROM \
         pg_catalog.pg_class WHERE relkind <> 'p' AND (oid IN (SELECT relid FROM \
         pg_catalog.pg_partition_tree(pg_catalog.to_regclass(",
        literal(&relation.to_sql()),
        "))) OR oid = pg_catalog.to_regclass(",
        literal(&relation.to_sql()),
        "))"
    ]
}

/// PostgreSQL's implicit conversions keep every value.
fn keeps_values(from: &str, to: &str) -> Sql {
    sql![
        "SELECT pg_catalog.bool_or(castcontext = 'i')::pg_catalog.text FROM pg_catalog.pg_cast WHERE castsource <> casttarget AND castsource = \
         pg_catalog.to_regtype(",
        literal(from),
        ") AND casttarget = pg_catalog.to_regtype(",
        literal(to),
        ")"
    ]
}

//! Random schemas with objects of every kind, and random changes of whatever is in them. `pg_dump` says whether a change
//! has changed anything: if so, the check of what `pull` wrote before must find it, at the object that was changed; if
//! not, it must find nothing.
//!
//! Other copies are repaired: the script of `driftgate repair` must make them what the original is, or say what it leaves.
//!
//! `tests/random/schema.txt` is the grammar of the schemas, and `tests/random/changes.sql` lists the changes. The same are
//! made in every run. `DRIFTGATE_RANDOM=200 cargo test random` makes so many schemas, `DRIFTGATE_SEED=7` others, and
//! `DRIFTGATE_RANDOM_CHANGES=500` more changes of each. With `DRIFTGATE_RANDOM_THOROUGH=1` each schema is also made in
//! another order, and for some changes `diff` is compared with `check`, `pull` is repeated, and advice is followed.
//! `DRIFTGATE_TEST_PG_DUMP` names the `pg_dump`, if not the one on the path. `DRIFTGATE_RANDOM_SQL` names a folder for the
//! SQL of each schema.

pub mod dump;
mod grammar;
mod mutate;
mod repaired;
mod subject;
mod thorough;
mod tries;
mod verdict;

use libtest_mimic::{Completion, Failed, Trial};

use crate::server::server;
use crate::trial::{names_are_distinct, trial};
use repaired::repair_schema;
use subject::{Effort, Outcome, run_schema};
pub use verdict::difference;

/// How many schemas are made, and how many changes of each are tried, unless the environment says it.
const SCHEMAS: u32 = 4;
const CHANGES: u32 = 40;

/// How many are repaired.
const REPAIRED_CHANGES: u32 = 24;

const GRAMMAR: &str = include_str!("../random/schema.txt");
const LISTS: &str = include_str!("../random/changes.sql");

fn number(variable: &str) -> Option<u32> {
    std::env::var(variable).ok()?.parse().ok()
}

/// A test for each schema.
pub fn trials() -> Vec<Trial> {
    let first = number("DRIFTGATE_SEED").unwrap_or(1);
    let schemas = number("DRIFTGATE_RANDOM").unwrap_or(SCHEMAS);
    let seeds = first..first.saturating_add(schemas);
    let checked = seeds
        .clone()
        .map(|seed| trial(format!("random::schema_{seed}"), move || run(seed, CHANGES, run_schema)));
    let repaired = seeds.map(|seed| {
        trial(format!("random::repaired_schema_{seed}"), move || {
            run(seed, REPAIRED_CHANGES, repair_schema)
        })
    });
    checked.chain(repaired).collect()
}

/// Makes a schema and changes it.
type RunSchema = fn(&str, &str, u32, Effort) -> Outcome;

fn run(seed: u32, changes: u32, run_schema: RunSchema) -> Result<Completion, Failed> {
    let major = server().major();
    if dump::version().is_none_or(|version| version < major) {
        return Ok(Completion::ignored_with(format!("not run: needs pg_dump {major}")));
    }
    let effort = Effort {
        changes: number("DRIFTGATE_RANDOM_CHANGES").unwrap_or(changes) as usize,
        is_thorough: std::env::var_os("DRIFTGATE_RANDOM_THOROUGH").is_some(),
    };
    let outcome = run_schema(GRAMMAR, LISTS, seed, effort);
    if number("DRIFTGATE_RANDOM").is_some() {
        eprintln!("{}\n{}", outcome.summary(), outcome.problems.join("\n\n"));
    }
    if outcome.problems.is_empty() {
        return Ok(Completion::Completed);
    }
    Err(outcome.problems.join("\n\n").into())
}

#[test]
fn a_schema_has_a_name_and_much_is_tried() {
    names_are_distinct(&trials());
    let outcome = run_schema(
        GRAMMAR,
        LISTS,
        1,
        Effort {
            changes: 12,
            is_thorough: false,
        },
    );
    assert!(
        outcome.statements > 3 * outcome.refused && outcome.different > 3,
        "{}",
        outcome.summary()
    );
}

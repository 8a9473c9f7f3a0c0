//! A random schema, and changes of copies of it.

use std::collections::BTreeSet;

use super::dump;
use super::grammar::{Grammar, Random, SCHEMAS};
use super::mutate::{mutate, respell};
use super::verdict::{lines, report};
use crate::run::{CHECK, Driftgate, KEY, Run, run};
use crate::server::{TestDb, server};
use driftgate::object_id::ObjectId;

/// How much is done.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// How many changes of each schema are made.
    pub changes: usize,
    /// Whether advice is followed, other commands are compared, and so on.
    pub is_thorough: bool,
}

/// What was done and what was wrong.
#[derive(Debug, Default)]
pub struct Outcome {
    pub seed: u32,
    /// How many statements made the schema, and how many the server refused.
    pub statements: usize,
    pub refused: usize,
    pub made: usize,
    pub refused_changes: usize,
    pub different: usize,
    pub undone: usize,
    pub advice: usize,
    pub problems: Vec<String>,
}

impl Outcome {
    /// What a run with random numbers of its own came to. Each kind of run has another `factor`.
    pub fn of(seed: u32, factor: u64, run: impl FnOnce(&mut Self, &mut Random) -> Result<(), String>) -> Self {
        let mut outcome = Self {
            seed,
            ..Self::default()
        };
        let mut random = Random::new(u64::from(seed).wrapping_mul(factor));
        if let Err(problem) = run(&mut outcome, &mut random) {
            outcome.problems.push(problem);
        }
        outcome
    }

    /// How much was done, in one line.
    pub fn summary(&self) -> String {
        format!(
            "schema {}: {} statements, {} refused; {} changes, {} refused, {} different, {} undone; advice followed {} times; {} problems",
            self.seed,
            self.statements,
            self.refused,
            self.made,
            self.refused_changes,
            self.different,
            self.undone,
            self.advice,
            self.problems.len()
        )
    }
}

/// A change of an object.
#[derive(Debug)]
pub struct Change {
    pub object: String,
    pub name: String,
    pub sql: String,
    pub undo: Option<String>,
}

/// A random schema, what `pull` wrote of it, and its dump.
pub struct Subject {
    pub db: TestDb<'static>,
    pub driftgate: Driftgate,
    pub dump: BTreeSet<String>,
    pub units: Vec<Vec<String>>,
}

/// A random schema, and random changes.
pub fn run_schema(grammar: &str, changes: &str, seed: u32, effort: Effort) -> Outcome {
    Outcome::of(seed, 7919, |outcome, random| {
        run_into(outcome, grammar, changes, random, effort)
    })
}

fn run_into(
    outcome: &mut Outcome,
    grammar: &str,
    changes: &str,
    random: &mut Random,
    effort: Effort,
) -> Result<(), String> {
    let subject = Subject::make(grammar, random, outcome)?;
    if effort.is_thorough {
        subject.in_another_order(random, outcome)?;
    }
    let mut changes = subject.changes(changes, random)?;
    changes.truncate(effort.changes);
    for batch in batches(changes) {
        let copy = subject.undo_all(&batch, random, outcome, effort)?;
        for change in subject.suspicious(&batch, &copy, outcome)? {
            subject.try_change(change, random, outcome, effort)?;
        }
        if effort.is_thorough
            && let Some(change) = batch.iter().find(|change| !change.sql.contains("cascade"))
        {
            subject.try_change(change, random, outcome, effort)?;
        }
    }
    Ok(())
}

/// How many changes are made to one copy, each to another object.
const BATCH: usize = 12;

pub fn batches(changes: Vec<Change>) -> Vec<Vec<Change>> {
    let mut batches: Vec<Vec<Change>> = Vec::new();
    for change in changes {
        let fits = |batch: &&mut Vec<Change>| {
            batch.len() < BATCH
                && batch
                    .iter()
                    .all(|other| other.object != change.object && other.name != change.name)
        };
        match batches.iter_mut().find(fits) {
            Some(batch) => batch.push(change),
            None => batches.push(vec![change]),
        }
    }
    batches
}

/// What comes before the statements of a schema.
pub const PREPARE: &str =
    "set check_function_bodies = off; set search_path = public, a, \"B c\"; create schema a; create schema \"B c\"";

impl Subject {
    pub fn make(grammar: &str, random: &mut Random, outcome: &mut Outcome) -> Result<Self, String> {
        let units = Grammar::parse(grammar).units(random);
        let (db, units) = build(units, outcome)?;
        if let Ok(folder) = std::env::var("DRIFTGATE_RANDOM_SQL") {
            let sql: Vec<String> = units.iter().flatten().cloned().collect();
            let sql = format!("{PREPARE};\n{};\n", sql.join(";\n"));
            std::fs::write(format!("{folder}/{}.sql", outcome.seed), sql).map_err(|error| error.to_string())?;
        }
        let driftgate = Driftgate::new().env("DATABASE_URL", db.url()).env("KEY", KEY);
        let pulled = driftgate.run(["pull", "-o", "pulled.yaml", "--digest-key", "env:KEY"]);
        if pulled.code != Some(0) {
            return Err(format!("cannot be pulled: {}", pulled.stderr));
        }
        let lint = driftgate.run(["lint", "pulled.yaml"]);
        if lint.code != Some(0) {
            return Err(format!("lint finds: {}{}", lint.stdout, lint.stderr));
        }
        let subject = Self {
            dump: dump::entries(&db)?,
            db,
            driftgate,
            units,
        };
        let run = subject.check(&subject.db);
        if run.code != Some(0) || !run.stderr.is_empty() {
            outcome
                .problems
                .push(format!("PHANTOM after pull: {}{}", lines(&report(&run)?), run.stderr));
        }
        Ok(subject)
    }

    /// What a check of a database finds.
    pub fn check(&self, db: &TestDb) -> Run {
        let folder = self.driftgate.folder().path();
        run(
            folder,
            [("DATABASE_URL", db.url().as_str()), ("KEY", KEY)],
            &CHECK.map(str::to_owned),
        )
    }

    /// Changes of the lists, as many of each as there are.
    pub fn changes(&self, lists: &str, random: &mut Random) -> Result<Vec<Change>, String> {
        let mut all = Vec::new();
        for list in lists.split("-- # ").skip(1) {
            let (title, query) = list.split_once('\n').unwrap_or_default();
            let rows = self
                .db
                .rows(&with_schemas(query))
                .map_err(|error| format!("{title}: {error}"))?;
            let mut changes = Vec::new();
            for row in rows {
                let mut columns = row.into_iter();
                let (Some(Some(object)), Some(Some(sql)), Some(undo)) =
                    (columns.next(), columns.next(), columns.next())
                else {
                    continue;
                };
                let parts: Vec<String> = serde_json::from_str(&object).map_err(|error| error.to_string())?;
                let name = parts.last().cloned().unwrap_or_default();
                let object = ObjectId::new(parts).to_string();
                changes.push(Change {
                    object,
                    name,
                    sql: mutated(&sql, random),
                    undo,
                });
            }
            random.shuffle(&mut changes);
            all.extend(changes.into_iter().enumerate());
        }
        // The first of each list, then the second of each, and so on.
        all.sort_by_key(|(number, _)| *number);
        Ok(all.into_iter().map(|(_, change)| change).collect())
    }
}

/// A database with what of the units the server accepts, and those statements.
fn build(units: Vec<Vec<String>>, outcome: &mut Outcome) -> Result<(TestDb<'static>, Vec<Vec<String>>), String> {
    let db = server().database("");
    let mut statements = vec![PREPARE.to_owned()];
    statements.extend(units.iter().flatten().cloned());
    let mut results = db.try_all(&statements)?.into_iter().skip(1);
    let mut kept = Vec::new();
    for unit in units {
        let mut made = Vec::new();
        for sql in unit {
            outcome.statements += 1;
            match results.next() {
                Some(Ok(())) => made.push(sql),
                Some(Err(_)) => outcome.refused += 1,
                None => {}
            }
        }
        kept.push(made);
    }
    Ok((db, kept))
}

/// The query with the schemas of the test in place of `mine(…)`.
fn with_schemas(query: &str) -> String {
    let schemas: Vec<String> = SCHEMAS.iter().map(|schema| format!("'{schema}'")).collect();
    let mut parts = query.split("mine(");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (argument, rest) = part.split_once(')').expect("a closing parenthesis");
        let named = format!(
            "(select oid from pg_namespace where nspname in ({}))",
            schemas.join(", ")
        );
        out += &[argument, " in ", &named, rest].concat();
    }
    format!("set search_path = ''; set check_function_bodies = off; {out}")
}

/// The statements with what is between brackets mutated, or only spelled differently.
fn mutated(sql: &str, random: &mut Random) -> String {
    let Some((before, rest)) = sql.split_once('⟦') else {
        return sql.to_owned();
    };
    let (text, after) = rest.split_once('⟧').expect("a closing bracket");
    let text = if random.below(6) == 0 && !text.contains("AS $") {
        respell(random, text)
    } else {
        mutate(random, text)
    };
    format!("{before}{text}{after}")
}

//! Schemas at random: what `pull` writes of one finds nothing, and satisfies the parser and the JSON Schema; and after
//! changes each is found at the object that was changed and nowhere else.
//!
//! The same schemas in every run. `DRIFTGATE_RANDOM=200 cargo test random` makes so many, and `DRIFTGATE_SEED=7` others.
//! When one fails, parts of it are left out as long as it still does, and its SQL is printed.

mod changes;
mod constraints;
mod parts;
mod plan;
mod schema;
mod types;

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use serde_json::Value;

use crate::run::Driftgate;
use crate::server::server;
use schema::Schema;

/// How many schemas are made unless somebody wants more.
const CASES: u32 = 12;

/// How many tables a schema has at most: to create a database takes longer than to create a table.
const TABLES: usize = 40;

fn number(variable: &str) -> Option<u32> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is {text}, which is not a number")),
    )
}

/// What is found of what `pull` wrote before the changes, after them.
fn check(statements: &[String], changes: &[(String, Vec<String>)]) -> Result<(), String> {
    let db = server().database("");
    for statement in statements {
        db.try_exec(statement)
            .map_err(|error| format!("{error}: {statement}"))?;
    }
    let driftgate = Driftgate::new().env("DATABASE_URL", db.url());
    let pulled = driftgate.run(["pull", "-o", "pulled.yaml"]);
    if pulled.code != Some(0) {
        return Err(format!("cannot be pulled: {}", pulled.stderr));
    }
    let text = driftgate.folder().read("pulled.yaml")?;
    crate::documents::satisfies_the_schema(&text)?;
    let nothing = findings(&driftgate)?;
    if !nothing.is_empty() {
        return Err(format!("before the changes is found: {nothing:#?}"));
    }
    for (change, _) in changes {
        db.try_exec(change).map_err(|error| format!("{error}: {change}"))?;
    }
    let expected: BTreeSet<String> = changes
        .iter()
        .flat_map(|(_, findings)| findings.iter().cloned())
        .collect();
    let found: BTreeSet<String> = findings(&driftgate)?.into_iter().map(|(finding, _)| finding).collect();
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| one.difference(other).cloned().collect::<Vec<_>>();
    if found == expected {
        return Ok(());
    }
    Err(format!(
        "found and not expected: {:#?}\nexpected and not found: {:#?}",
        only(&found, &expected),
        only(&expected, &found)
    ))
}

/// What `check` finds, each with its message.
fn findings(driftgate: &Driftgate) -> Result<Vec<(String, String)>, String> {
    let run = driftgate.run(["check", "pulled.yaml", "--format", "json", "--fail-on", "unknown"]);
    let report: Value = serde_json::from_str(&run.stdout).map_err(|e| format!("{e}: {}{}", run.stdout, run.stderr))?;
    if !run.stderr.is_empty() {
        return Err(run.stderr);
    }
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = report["targets"][0]["findings"].as_array().into_iter().flatten();
    Ok(findings
        .map(|finding| {
            (
                format!("{} {}", text(finding, "code"), text(finding, "object")),
                text(finding, "message"),
            )
        })
        .collect())
}

#[test]
fn random_schemas_pass_and_their_changes_are_found() {
    let config = Config {
        cases: number("DRIFTGATE_RANDOM").unwrap_or(CASES),
        max_shrink_iters: 150,
        failure_persistence: None,
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number("DRIFTGATE_SEED").unwrap_or(1).to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let codes = RefCell::new(BTreeSet::new());
    let result = runner.run(&plan::plan(TABLES), |plan| {
        let schema = Schema::of(&plan);
        let findings = schema.changes.iter().flat_map(|(_, findings)| findings);
        let new = findings.filter_map(|finding| Some(finding.split_once(' ')?.0.to_owned()));
        codes.borrow_mut().extend(new);
        check(&schema.statements, &schema.changes).map_err(TestCaseError::fail)
    });
    match result {
        // That all is well is worth something only where much has been tried.
        Ok(()) => assert!(codes.borrow().len() > 15, "only these were tried: {:?}", codes.borrow()),
        Err(TestError::Fail(why, plan)) => {
            let schema = Schema::of(&plan);
            let changes: Vec<String> = schema.changes.into_iter().map(|(sql, _)| sql).collect();
            panic!(
                "{why}\n\n{};\n\n-- changes\n{};\n",
                schema.statements.join(";\n"),
                changes.join(";\n")
            );
        }
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

#[test]
fn a_wrong_expectation_fails() {
    let statements = ["create table t (a integer)".to_owned()];
    let change = |sql: &str, finding: &str| vec![(sql.to_owned(), vec![finding.to_owned()])];
    let add = "alter table t add b integer";
    assert_eq!(check(&statements, &change(add, "column-unexpected public.t.b")), Ok(()));
    assert!(check(&statements, &change(add, "column-unexpected public.t.c")).is_err());
    assert!(check(&statements, &change("select 1", "column-unexpected public.t.b")).is_err());
    assert!(check(&statements, &[(add.to_owned(), Vec::new())]).is_err());
}

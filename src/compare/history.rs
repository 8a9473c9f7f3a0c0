//! The history of a migration tool against what is expected of it.

use serde_json::{Value as Json, json};

use crate::expectation::ExpectedHistory;
use crate::migrations::{Migration, State};
use crate::report::mark::Mark;
use crate::report::{Check, Status};
use crate::source_map::Place;
use crate::suggest;

/// What was found of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum History {
    /// The migrations in it, in order.
    Read(Vec<Migration>),
    /// Its table does not exist.
    Missing,
    /// Its table could not be read, for this reason, with what to do.
    Unreadable(String, Option<String>),
}

/// Compares a history with what is expected of it.
#[must_use]
pub fn compare(expected: &ExpectedHistory, history: &History) -> Vec<Check> {
    let tool = expected.tool.name;
    let table = expected.table.to_string();
    match history {
        History::Missing => {
            let mut check = check(expected, expected.place, "migration-history-missing", table.clone());
            check.expected = json!("present");
            check.actual = json!("absent");
            check.message = format!(
                "the history of {tool}, table {table}, does not exist: no migration has been applied by it here"
            );
            check.hint = Some(format!(
                "{}; or look whether this is the right database",
                expected.tool.apply
            ));
            vec![check]
        }
        History::Unreadable(why, hint) => {
            let mut check = check(expected, expected.place, "migration-history-unreadable", table.clone());
            check.status = Status::Unverified;
            check.message = format!("could not read the history of {tool}, table {table}: {why}");
            check.hint.clone_from(hint);
            vec![check]
        }
        History::Read(migrations) => {
            let mut checks: Vec<Check> = expected
                .applied
                .iter()
                .map(|(name, place)| applied(expected, name, *place, migrations))
                .collect();
            checks.push(none_failed(expected, migrations, &checks));
            checks
        }
    }
}

fn check(expected: &ExpectedHistory, place: Place, code: &str, object: String) -> Check {
    Check {
        status: Status::Drift,
        level: expected.terms.level,
        code: code.to_owned(),
        kind: "migration",
        object,
        attribute: None,
        expected: Json::Null,
        actual: Json::Null,
        place,
        message: String::new(),
        detail: None,
        hint: None,
        reason: expected.terms.reason.clone(),
        mark: Mark::default(),
    }
}

fn applied(expected: &ExpectedHistory, name: &str, place: Place, migrations: &[Migration]) -> Check {
    let tool = expected.tool;
    let mut check = check(expected, place, "migration-missing", name.to_owned());
    check.expected = json!("applied");
    let named: Vec<&Migration> = migrations.iter().filter(|m| (tool.names)(name, &m.name)).collect();
    let mut distinct: Vec<&str> = named.iter().map(|m| m.name.as_str()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() > 1 && !distinct.contains(&name) {
        "migration-ambiguous".clone_into(&mut check.code);
        check.actual = json!(distinct);
        check.message = format!(
            "{} migrations are called {name}: {}",
            distinct.len(),
            distinct.join(", ")
        );
        check.hint = Some("write the whole name".into());
        return check;
    }
    // The last row of the history that is called so is the one that counts.
    let last = named.iter().rev().find(|m| distinct.len() < 2 || m.name == name);
    match last.map(|m| m.state) {
        Some(State::Applied) => {
            check.status = Status::Passed;
            check.actual = json!("applied");
        }
        Some(State::Failed) => {
            "migration-failed".clone_into(&mut check.code);
            check.actual = json!("failed");
            check.message = format!(
                "migration {name} began and did not finish, so {} holds it for failed",
                tool.name
            );
            check.hint = Some(failed_hint(last.map_or(name, |m| m.name.as_str())));
        }
        Some(State::RolledBack) => {
            "migration-rolled-back".clone_into(&mut check.code);
            check.actual = json!("rolled back");
            check.message = format!("migration {name} was rolled back and not applied again");
            check.hint = Some(tool.apply.to_owned());
        }
        None => {
            check.actual = json!("absent");
            check.message = format!("migration {name} is not in the history of {}", tool.name);
            if let Some(near) = suggest::nearest(name, migrations.iter().map(|m| m.name.as_str())) {
                check.message = format!("{}; did you mean {near}?", check.message);
            } else if let Some(last) = migrations.last() {
                check.message = format!("{}; the last one there is {}", check.message, last.name);
            }
            check.hint = Some(match tool.limits {
                "" => tool.apply.to_owned(),
                limits => format!("{}; {limits}", tool.apply),
            });
        }
    }
    check
}

/// A migration that failed is drift by itself, also if nobody named it.
fn none_failed(expected: &ExpectedHistory, migrations: &[Migration], before: &[Check]) -> Check {
    let mut check = check(expected, expected.place, "migration-failed", expected.table.to_string());
    check.expected = json!([]);
    let failed: Vec<&str> = migrations
        .iter()
        .enumerate()
        .filter(|(i, m)| m.state == State::Failed && !migrations[i + 1..].iter().any(|later| later.name == m.name))
        .map(|(_, m)| m.name.as_str())
        .collect();
    let told = |name: &str| {
        before
            .iter()
            .any(|c| c.code == "migration-failed" && (expected.tool.names)(&c.object, name))
    };
    let untold: Vec<&str> = failed.into_iter().filter(|name| !told(name)).collect();
    if untold.is_empty() {
        check.status = Status::Passed;
        return check;
    }
    check.actual = json!(untold);
    check.message = format!(
        "{} began and did not finish, so {} refuses to apply more",
        untold.join(", "),
        expected.tool.name
    );
    check.hint = Some(failed_hint(untold[0]));
    check
}

fn failed_hint(name: &str) -> String {
    format!("look at the row of {name} for the error, mend the database, then tell the tool that it is resolved")
}

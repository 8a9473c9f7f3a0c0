//! The history of a migration tool against what is expected of it.

mod folder;
mod position;

use serde_json::{Value as Json, json};

use crate::expectation::ExpectedHistory;
use crate::migrations::folder::interpret;
use crate::migrations::{Keeps, Migration, State, Tool};
use crate::object_id::ObjectId;
use crate::observed::MigrationHistory;
use crate::report::mark::Mark;
use crate::report::{Check, FoundHistory, Status};
use crate::source_map::Place;
use crate::suggest;
use folder::Judged;

/// Whose a history is, if it had to be found by its table.
#[must_use]
pub fn found(expected: &ExpectedHistory, history: &MigrationHistory) -> Option<FoundHistory> {
    match history {
        MigrationHistory::Read { tool, table, .. } | MigrationHistory::Unreadable { tool, table, .. }
            if expected.tool.is_none() =>
        {
            Some(FoundHistory {
                tool: tool.name,
                table: table.to_string(),
            })
        }
        MigrationHistory::Read { .. }
        | MigrationHistory::Unreadable { .. }
        | MigrationHistory::Missing
        | MigrationHistory::Several(_) => None,
    }
}

/// Compares a history with what is expected of it.
#[must_use]
pub fn compare(expected: &ExpectedHistory, history: &MigrationHistory) -> Vec<Check> {
    match history {
        MigrationHistory::Missing => vec![missing(expected)],
        MigrationHistory::Several(found) => {
            let names: Vec<String> = found
                .iter()
                .map(|(tool, table)| format!("{} ({table})", tool.name))
                .collect();
            let mut check = check(expected, expected.place, "migration-tool-unclear", "auto".into());
            check.status = Status::Unverified;
            check.actual = json!(names);
            check.message = format!("there are histories of {} tools: {}", names.len(), names.join(", "));
            check.hint = Some("name the `tool` whose history is meant; the others may be left from before".into());
            vec![check]
        }
        MigrationHistory::Unreadable { tool, table, why, hint } => {
            let mut check = check(
                expected,
                expected.place,
                "migration-history-unreadable",
                table.to_string(),
            );
            check.status = Status::Unverified;
            check.message = format!("could not read the history of {}, table {table}: {why}", tool.name);
            check.hint.clone_from(hint);
            vec![check]
        }
        MigrationHistory::Read {
            tool,
            table,
            migrations,
        } => {
            let expected = &Of { expected, tool, table };
            let read = expected
                .expected
                .files
                .as_ref()
                .map(|files| interpret(files, Some(tool)));
            match read {
                None => judge(expected, migrations, None),
                Some(Ok(folder)) => judge(expected, migrations, Some(&folder.migrations)),
                Some(Err(problem)) => {
                    let place = expected.directory_place();
                    let mut check = check(
                        expected.expected,
                        place,
                        "migration-folder-unreadable",
                        table.to_string(),
                    );
                    check.status = Status::Unverified;
                    check.message = format!("the history is of {}, but {}", tool.name, problem.message);
                    check.hint = problem.hint;
                    let mut checks = judge(expected, migrations, None);
                    checks.push(check);
                    checks
                }
            }
        }
    }
}

/// What is expected of the history of a tool that is known by now.
pub(super) struct Of<'a> {
    expected: &'a ExpectedHistory,
    tool: &'static Tool,
    table: &'a ObjectId,
}

impl Of<'_> {
    fn directory_place(&self) -> Place {
        self.expected
            .directory
            .as_ref()
            .map_or(self.expected.place, |(_, place)| *place)
    }
}

/// All checks of a history that was read, against the folder if there is one.
fn judge(of: &Of<'_>, migrations: &[Migration], folder: Option<&[crate::migrations::FolderMigration]>) -> Vec<Check> {
    let judged = folder.map(|folder| folder::judge(of, migrations, folder));
    // With the folder it is known what was applied before, and how everything is called.
    let known = judged.as_ref().map_or(migrations, |judged| &judged.known);
    let mut checks: Vec<Check> = of
        .expected
        .applied
        .iter()
        .map(|(name, place)| applied(of, name, *place, known, judged.is_some()))
        .collect();
    checks.extend(position::latest(of, known, folder));
    checks.extend(position::at_least(of, known, folder));
    if of.expected.failed {
        checks.push(none_failed(of, known, &checks));
    }
    if let Some(Judged { checks: more, .. }) = judged {
        // What was expected by name is told once.
        let told: Vec<String> = checks
            .iter()
            .filter(|c| c.is_finding())
            .map(|c| c.object.clone())
            .collect();
        checks.extend(more.into_iter().filter(|check| {
            let pending = matches!(check.code.as_str(), "migration-pending" | "migration-out-of-order");
            !(check.is_finding()
                && pending
                && told
                    .iter()
                    .any(|name| of.tool.means(name, &check.object, &check.object)))
        }));
    }
    checks
}

/// There is no table of the tool, or of any if it is to be found.
fn missing(expected: &ExpectedHistory) -> Check {
    let place = expected.place;
    let (mut check, apply) = match (expected.tool, expected.candidates.first()) {
        (Some(tool), Some((_, table))) => {
            let mut check = check(expected, place, "migration-history-missing", table.to_string());
            check.message = format!(
                "the history of {}, table {table}, does not exist: no migration has been applied by it here",
                tool.name
            );
            (check, tool.apply)
        }
        (_, first) => {
            let schema = first.map_or("public", |(_, table)| table.schema());
            let mut check = check(expected, place, "migration-history-missing", "auto".into());
            check.message = format!(
                "no table of a known migration tool exists in the schema {schema}: no migration has been applied here"
            );
            (check, "apply the migrations")
        }
    };
    check.expected = json!("present");
    check.actual = json!("absent");
    check.hint = Some(format!("{apply}; or look whether this is the right database"));
    check
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

fn applied(of: &Of<'_>, name: &str, place: Place, migrations: &[Migration], has_folder: bool) -> Check {
    let tool = of.tool;
    let mut check = check(of.expected, place, "migration-missing", name.to_owned());
    check.expected = json!("applied");
    let named: Vec<&Migration> = migrations
        .iter()
        .filter(|m| tool.means(name, &m.name, &m.version))
        .collect();
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
        Some(State::Applied | State::Baseline) => {
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
            check.hint = Some(failed_hint(tool, last.map_or(name, |m| m.name.as_str())));
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
            check.hint = Some(match tool.caveat {
                // The folder tells what the history does not.
                limits if limits.is_empty() || has_folder => tool.apply.to_owned(),
                limits => format!("{}; {limits}", tool.apply),
            });
        }
    }
    check
}

/// A migration that failed is drift by itself, also if nobody named it.
fn none_failed(of: &Of<'_>, migrations: &[Migration], before: &[Check]) -> Check {
    let mut check = check(of.expected, of.expected.place, "migration-failed", of.table.to_string());
    check.expected = json!([]);
    let failed: Vec<&str> = migrations
        .iter()
        .enumerate()
        .filter(|(i, m)| {
            m.state == State::Failed && !migrations[i + 1..].iter().any(|later| later.version == m.version)
        })
        .map(|(_, m)| m.name.as_str())
        .collect();
    let told = |name: &str| {
        before
            .iter()
            .any(|c| c.code == "migration-failed" && of.tool.means(&c.object, name, name))
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
        of.tool.name
    );
    check.hint = Some(failed_hint(of.tool, untold[0]));
    check
}

fn failed_hint(tool: &Tool, name: &str) -> String {
    let resolved = match tool.resolve_hint {
        "" => String::new(),
        mend => format!(": {mend}"),
    };
    format!(
        "look at the row of {name} for the error, mend the database, then tell the tool that it is resolved{resolved}"
    )
}

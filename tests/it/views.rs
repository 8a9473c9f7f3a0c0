//! Definitions of views, each as its CREATE VIEW statement has it, and definitions that differ from it in one thing.
//!
//! Below `-- # name` of a file of `tests/views` is the definition of a view over what `schema.sql` creates, and below each
//! `-- differs` one that means something else; below `-- same`, one that means the same in other words. A view whose name
//! begins with `m_` is materialized.

use std::fmt::Write as _;

use serde_json::Value;

use crate::run::Driftgate;
use crate::server::{TestDb, server};

/// A view of a file.
struct ViewCase {
    name: String,
    /// The oldest major version that knows its syntax.
    since: u32,
    definition: String,
    same: Vec<String>,
    different: Vec<String>,
}

/// The views of a file.
fn parse(text: &str) -> Vec<ViewCase> {
    let mut views: Vec<ViewCase> = Vec::new();
    for section in text.split("-- # ").skip(1) {
        let (head, body) = section.split_once('\n').expect("a line with the name");
        let (name, since) = match head.split_once(" needs ") {
            Some((name, since)) => (name, since.trim().parse().expect("a major version")),
            None => (head.trim(), 0),
        };
        let mut view = ViewCase {
            name: name.to_owned(),
            since,
            definition: String::new(),
            same: Vec::new(),
            different: Vec::new(),
        };
        let mut into = &mut view.definition;
        for line in body.lines() {
            match line.trim() {
                "-- differs" => into = push(&mut view.different),
                "-- same" => into = push(&mut view.same),
                _ => {
                    into.push_str(line);
                    into.push('\n');
                }
            }
        }
        views.push(view);
    }
    views
}

fn push(texts: &mut Vec<String>) -> &mut String {
    texts.push(String::new());
    texts.last_mut().expect("it was just added")
}

fn is_materialized(name: &str) -> bool {
    name.starts_with("m_")
}

/// The expectation file with one definition for some of the views.
fn expectations<'a>(definitions: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let (mut views, mut materialized) = (String::new(), String::new());
    for (name, definition) in definitions {
        let into = if is_materialized(name) {
            &mut materialized
        } else {
            &mut views
        };
        let text = Value::from(definition.trim_end());
        writeln!(into, "  {name}: {{definition: {text}}}").expect("a text can be written");
    }
    let section = |name: &str, body: &str| {
        if body.is_empty() {
            String::new()
        } else {
            format!("{name}:\n{body}")
        }
    };
    format!(
        "driftgate: 1\n{}{}",
        section("views", &views),
        section("materialized_views", &materialized)
    )
}

/// The results of a check, by view: `passed`, `drift`, `unknown` or `unverified`, and why.
fn results(url: &str, file: &str) -> Vec<(String, String, String)> {
    let mut driftgate = Driftgate::new()
        .file("expectations/views.yaml", file)
        .env("DATABASE_URL", url);
    // An older server for comparisons does not know all of the syntax.
    if let Ok(programs) = std::env::var("DRIFTGATE_TEST_PG_BIN") {
        driftgate = driftgate.env("DRIFTGATE_PG_BIN", programs);
    }
    // The embedded PostgreSQL has no XML.
    let run = driftgate.run(["check", "--format", "json", "--scratch", "local"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report
        .pointer("/targets/0/findings")
        .or_else(|| report.pointer("/findings"))
        .and_then(Value::as_array)
        .unwrap_or_else(|| panic!("no findings in {}", run.stdout));
    findings
        .iter()
        .map(|finding| (text(&finding["object"]), text(&finding["status"]), finding.to_string()))
        .collect()
}

/// The definitions of some of the views: of each, its own text or another one.
type Definitions<'a> = Vec<(&'a str, &'a str)>;

/// For each number, the definitions with this number among those that `of` gives for a view.
fn rounds<'a>(views: &'a [ViewCase], of: impl Fn(&'a ViewCase) -> &'a [String]) -> Vec<Definitions<'a>> {
    let most = views.iter().map(|view| of(view).len()).max().unwrap_or_default();
    (0..most)
        .map(|n| {
            let texts = views
                .iter()
                .filter_map(|view| Some((view.name.as_str(), of(view).get(n)?.as_str())));
            texts.collect()
        })
        .collect()
}

/// Creates the views, and says which cannot be created.
fn create(db: &TestDb<'_>, views: &[ViewCase], failures: &mut Vec<String>) {
    for view in views {
        let kind = if is_materialized(&view.name) {
            "materialized view"
        } else {
            "view"
        };
        if let Err(error) = db.try_exec(&format!("create {kind} {} as {}", view.name, view.definition)) {
            failures.push(format!("{}: {error}", view.name));
        }
    }
}

/// Holds what a file says of its views, for the role that made them and for one without privileges.
fn check(text: &str) {
    let mut views = parse(text);
    views.retain(|view| view.since <= server().major());
    let db: TestDb<'_> = server().database(include_str!("../views/schema.sql"));
    let mut failures = Vec::new();
    create(&db, &views, &mut failures);
    let own: Definitions<'_> = views
        .iter()
        .map(|view| (view.name.as_str(), view.definition.as_str()))
        .collect();
    let mut same = rounds(&views, |view| &view.same);
    same.push(own);
    let unprivileged = db.url_as(server().role_without_privileges());
    for (url, rounds_checked) in [(db.url(), usize::MAX), (unprivileged, 1)] {
        for definitions in same.iter().rev().take(rounds_checked) {
            let found = results(&url, &expectations(definitions.iter().copied()));
            failures.extend(found.into_iter().map(|(_, _, finding)| format!("the same: {finding}")));
        }
        for definitions in rounds(&views, |view| &view.different).into_iter().take(rounds_checked) {
            let found = results(&url, &expectations(definitions.iter().copied()));
            for (name, text) in definitions {
                let finding = found.iter().find(|(object, _, _)| *object == format!("public.{name}"));
                match finding {
                    Some((_, status, why)) if status == "drift" && !why.contains("PostgreSQL says") => {}
                    Some((_, _, why)) => failures.push(format!("different: {name}: {text}{why}")),
                    None => failures.push(format!("passed: {name}: {text}")),
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Checks one file.
fn check_file(name: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/views")
        .join(name);
    check(&std::fs::read_to_string(&path).expect("the file can be read"));
}

#[test]
fn set_operations_and_queries_within_queries() {
    check_file("sets.sql");
}

#[test]
fn joins_and_functions_as_tables() {
    check_file("joins.sql");
}

#[test]
fn groups_windows_and_expressions() {
    check_file("expressions.sql");
}

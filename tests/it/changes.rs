//! Changes of a schema with objects of every kind. Each in `tests/changes/found.sql` is found at the object that was
//! changed and nowhere else; of those in `tests/changes/same.sql`, which leave the schema what it was, none is. Those in
//! `tests/changes/blind.sql` are not found although they change something: each says why.
//!
//! A change begins with `-- # what it is`. Lines below it may be `-- needs 15`, the oldest major that knows it, and
//! `-- expect: CODE OBJECT` for each finding that must come. Then come the statements, sent as one message up to a line
//! `-- then`, after which there is another; after `-- then fails` one that the server must refuse.
//!
//! What is expected of a copy of the database is what `pull` writes of the original, and `tests/changes/partitions.yaml`.
//! `CHANGES=text cargo test changes` makes those changes only in whose title the text is.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cases::in_parallel;
use crate::run::Driftgate;
use crate::server::{TestDb, server};

const REGISTRY: &str = include_str!("../registry/schema.sql");
const SCHEMA: &str = include_str!("../changes/schema.sql");
const PARTITIONS: &str = include_str!("../changes/partitions.yaml");
const FOUND: &str = include_str!("../changes/found.sql");
const SAME: &str = include_str!("../changes/same.sql");
const BLIND: &str = include_str!("../changes/blind.sql");

/// The line of the registry's schema behind which stands what belongs to the server and not to the database.
const NOT_COPIED: &str = "-- What a copy of the database does not take along.";

/// A change, what it needs, and what must be found.
#[derive(Debug, Default)]
struct Change {
    title: String,
    since: u32,
    expected: BTreeSet<String>,
    messages: Vec<Message>,
}

/// Statements that are sent together.
#[derive(Debug, Default)]
struct Message {
    sql: String,
    fails: bool,
}

/// The changes of a file.
fn parse(text: &str) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("-- # ") {
            changes.push(Change {
                title: title.to_owned(),
                messages: vec![Message::default()],
                ..Change::default()
            });
            continue;
        }
        let Some(change) = changes.last_mut() else {
            continue;
        };
        if let Some(major) = line.strip_prefix("-- needs ") {
            change.since = major.parse().expect("a major version");
        } else if let Some(finding) = line.strip_prefix("-- expect: ") {
            let is_new = change.expected.insert(finding.to_owned());
            assert!(is_new, "{}: {finding} is expected twice", change.title);
        } else if line == "-- then" || line == "-- then fails" {
            change.messages.push(Message {
                sql: String::new(),
                fails: line.ends_with("fails"),
            });
        } else if let Some(message) = change.messages.last_mut() {
            message.sql.push_str(line);
            message.sql.push('\n');
        }
    }
    changes
}

/// A database with the schema, and what `pull` writes of it.
struct Original {
    db: TestDb<'static>,
    pulled: String,
}

/// The key by whose digests hidden values are compared.
const KEY: &str = "0123456789abcdef";

impl Original {
    fn new() -> Self {
        let db = server().database(REGISTRY);
        db.exec(SCHEMA);
        let run =
            Driftgate::new()
                .env("DATABASE_URL", db.url())
                .env("KEY", KEY)
                .run(["pull", "--digest-key", "env:KEY"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        Self { db, pulled: run.stdout }
    }
}

/// Makes a change to a copy of the database and looks at what is found; none where the server is too old for it.
fn check(original: &Original, change: &Change) -> Result<Option<()>, String> {
    if server().major() < change.since {
        return Ok(None);
    }
    let copy = server().copy_of(&original.db);
    let (_, not_copied) = REGISTRY
        .split_once(NOT_COPIED)
        .ok_or("the registry's schema lacks a line")?;
    copy.exec(not_copied);
    for message in &change.messages {
        match (copy.try_exec(&message.sql), message.fails) {
            (Ok(()), false) | (Err(_), true) => {}
            (Ok(()), true) => return Err(format!("{}: the statements should fail", change.title)),
            (Err(error), false) => return Err(format!("{}: the statements fail: {error}", change.title)),
        }
    }
    let run = Driftgate::new()
        .file("expectations/1-pulled.yaml", &original.pulled)
        .file("expectations/2-partitions.yaml", PARTITIONS)
        .env("DATABASE_URL", copy.url())
        .env("KEY", KEY)
        .run([
            "check",
            "--format",
            "json",
            "--fail-on",
            "unknown",
            "--digest-key",
            "env:KEY",
        ]);
    let report: Value = serde_json::from_str(&run.stdout)
        .map_err(|error| format!("{}: {error}: {}{}", change.title, run.stdout, run.stderr))?;
    let findings: Vec<&Value> = report["targets"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|target| target["findings"].as_array().into_iter().flatten())
        .collect();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let found: BTreeSet<String> = findings
        .iter()
        .map(|finding| match text(finding, "status").as_str() {
            "drift" => format!("{} {}", text(finding, "code"), text(finding, "object")),
            other => format!("{other}: {} {}", text(finding, "code"), text(finding, "object")),
        })
        .collect();
    let code = i32::from(!change.expected.is_empty());
    if found == change.expected && findings.len() == found.len() && run.code == Some(code) && run.stderr.is_empty() {
        return Ok(Some(()));
    }
    let messages: Vec<String> = findings.iter().map(|finding| text(finding, "message")).collect();
    Err(format!(
        "{}: exit code {:?}, found\n{}\n  expected\n{}\n  {}{}",
        change.title,
        run.code,
        lines(&found),
        lines(&change.expected),
        messages.join("\n  "),
        run.stderr
    ))
}

fn lines(findings: &BTreeSet<String>) -> String {
    let lines: Vec<String> = findings.iter().map(|finding| format!("-- expect: {finding}")).collect();
    lines.join("\n")
}

/// Makes all changes of a file; of which there must be so many.
fn check_all(text: &str, at_least: usize) -> Vec<String> {
    let changes = parse(text);
    let titles: BTreeSet<&str> = changes.iter().map(|change| change.title.as_str()).collect();
    assert_eq!(titles.len(), changes.len(), "two changes have one title");
    let filter = std::env::var("CHANGES").unwrap_or_default();
    let chosen: Vec<&Change> = changes.iter().filter(|change| change.title.contains(&filter)).collect();
    let original = Original::new();
    let results = in_parallel(&chosen, |change| check(&original, change));
    let made = results.iter().filter(|result| !matches!(result, Ok(None))).count();
    assert!(made >= at_least || !filter.is_empty(), "only {made} changes were made");
    println!("{made} changes were made, {} need a newer server", chosen.len() - made);
    results.into_iter().filter_map(Result::err).collect()
}

/// Makes all changes of a file, of which there must be so many, and fails if one of them is not as its findings say.
fn holds(sql: &str, at_least: usize, is_found: bool) {
    for change in parse(sql) {
        assert_eq!(
            !change.expected.is_empty(),
            is_found,
            "{} says what it finds",
            change.title
        );
    }
    let failures = check_all(sql, at_least);
    assert!(
        failures.is_empty(),
        "{} changes\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

#[test]
fn each_change_is_found_where_it_is() {
    holds(FOUND, 102, true);
}

#[test]
fn what_leaves_the_schema_what_it_was_is_not_found() {
    holds(SAME, 22, false);
}

#[test]
fn what_is_known_to_be_missed_is_missed() {
    holds(BLIND, 1, false);
}

#[test]
fn a_change_that_is_not_as_expected_fails() {
    let original = Original::new();
    let tell = |sql: &str| {
        let changes = parse(&format!("-- # a change\n{sql}"));
        check(&original, &changes[0])
    };
    let add = "alter table shop.log add more text;";
    let expect = "-- expect: column-unexpected shop.log.more\n";
    let other = "-- expect: column-unexpected shop.log.other\n";
    assert_eq!(tell(&format!("{expect}{add}")), Ok(Some(())));
    assert_eq!(tell(""), Ok(Some(())));
    assert_eq!(tell(&format!("-- needs 99\n{add}")), Ok(None));
    for wrong in [
        add.to_owned(),
        expect.to_owned(),
        format!("{other}{add}"),
        format!("{expect}{other}{add}"),
        format!("{expect}{add}\ncreate table shop.another ();"),
        format!("{expect}select 1 / 0;"),
        format!("{expect}{add}\n-- then fails\nselect 1;"),
    ] {
        assert!(tell(&wrong).is_err(), "{wrong}");
    }
}

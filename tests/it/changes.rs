//! Changes of a schema with objects of every kind. Each in `tests/changes/found.sql` is found at the object that was
//! changed and nowhere else; of those in `tests/changes/same.sql`, which leave the schema what it was, none is. Those in
//! `tests/changes/blind.sql` are not found although they change something: each says why.
//!
//! A change begins with `-- # what it is`. Lines below it may be `-- needs 15`, the oldest major that knows it, `-- before
//! 19`, the first that does not know it any more, and `-- expect: CODE OBJECT` for each finding that must come. Then come the statements, sent as one message up to a line
//! `-- then`, after which there is another; after `-- then fails` one that the server must refuse.
//!
//! What is expected of a copy of the database is what `pull` writes of the original.
//! Each change is a test of the binary `scenarios`: that below `-- # A column is added` in `found.sql` is
//! `changes::found::a_column_is_added`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::{Completion, Failed, Trial};
use serde_json::Value;

use crate::cases::{advice::split, slug};
use crate::run::{CHECK, Driftgate, KEY, Run};
use crate::server::{TestDb, once_per_run, server};
use crate::trial::{names_are_distinct, trial};

pub const REGISTRY: &str = include_str!("../registry/schema.sql");
pub const SCHEMA: &str = include_str!("../changes/schema.sql");
const FOUND: &str = include_str!("../changes/found.sql");
const SAME: &str = include_str!("../changes/same.sql");
const BLIND: &str = include_str!("../changes/blind.sql");

/// The line of the registry's schema behind which stands what belongs to the server and not to the database.
const NOT_COPIED: &str = "-- What a copy of the database does not take along.";

/// A change, what it needs, and what must be found.
#[derive(Debug, Default)]
pub struct Change {
    pub title: String,
    since: u32,
    before: Option<u32>,
    pub expected: BTreeSet<String>,
    messages: Vec<Message>,
}

/// Statements that are sent together.
#[derive(Debug, Default)]
struct Message {
    sql: String,
    fails: bool,
}

impl Change {
    /// Whether a server of this major knows all that the change uses.
    pub fn is_known(&self, major: u32) -> bool {
        major >= self.since && self.before.is_none_or(|before| major < before)
    }
}

/// The changes of all files.
pub fn all() -> Vec<Change> {
    FILES.into_iter().flat_map(|(_, text, _)| parse(text)).collect()
}

/// The changes that are found.
pub fn found() -> Vec<Change> {
    parse(FOUND)
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
        } else if let Some(major) = line.strip_prefix("-- before ") {
            change.before = Some(major.parse().expect("a major version"));
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
pub struct Original {
    pub db: TestDb<'static>,
    pub pulled: String,
}

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

    /// A copy of the database, with all that it has.
    pub fn copy(&self) -> Result<TestDb<'static>, String> {
        let (_, not_copied) = REGISTRY
            .split_once(NOT_COPIED)
            .ok_or("the registry's schema lacks a line")?;
        let copy = server().copy_of(&self.db);
        copy.exec(not_copied);
        Ok(copy)
    }

    /// The one that the processes of a run of nextest share.
    fn of_run() -> Result<Self, String> {
        let text = once_per_run("changes", || {
            let Self { db, pulled } = Self::new();
            Ok(format!("{}\n{pulled}", db.keep()))
        })?;
        let (name, pulled) = text.split_once('\n').unwrap_or_default();
        Ok(Self {
            db: server().kept(name),
            pulled: pulled.to_owned(),
        })
    }
}

/// Makes a change to a copy of the database and compares the findings; none where the server is too old for the change, or
/// too new.
fn check(original: &Original, change: &Change) -> Result<Option<()>, String> {
    if !change.is_known(server().major()) {
        return Ok(None);
    }
    let copy = original.copy()?;
    apply(change, &copy)?;
    let found = check_copy(original, &copy);
    compare(change, &found)?;
    follow(original, change, &copy, &found).map(Some)
}

/// Compares the copy with what was pulled of the original.
pub fn check_copy(original: &Original, copy: &TestDb) -> Run {
    Driftgate::new()
        .file("pulled.yaml", &original.pulled)
        .env("DATABASE_URL", copy.url())
        .env("KEY", KEY)
        .run(CHECK)
}

/// Runs the SQL that the findings advise on the copy itself, and checks again: what was advised on must be gone, and nothing
/// else may have come.
fn follow(original: &Original, change: &Change, copy: &TestDb, found: &Run) -> Result<(), String> {
    let before = findings(found)?;
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let id = |finding: &Value| format!("{} {}", text(finding, "code"), text(finding, "object"));
    let advised: Vec<&Value> = before.iter().filter(|finding| finding["sql"].is_string()).collect();
    let mut tried = BTreeSet::new();
    let mut followed = BTreeSet::new();
    for finding in advised {
        if NOT_FOLLOWED.contains(&(change.title.as_str(), text(finding, "code").as_str())) {
            continue;
        }
        followed.insert(id(finding));
        let sql = text(finding, "sql").replace(original.db.name(), copy.name());
        if tried.insert(sql.clone()) {
            copy.try_each(&split(&sql))
                .map_err(|error| format!("{}: the advice on {} fails: {sql}: {error}", change.title, id(finding)))?;
        }
    }
    if followed.is_empty() {
        return Ok(());
    }
    let before: BTreeSet<String> = before.iter().map(id).collect();
    let after: BTreeSet<String> = findings(&check_copy(original, copy))?.iter().map(id).collect();
    let still: Vec<&String> = after.intersection(&followed).collect();
    let came: Vec<&String> = after.difference(&before).collect();
    if still.is_empty() && came.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}: after the advice\n  {}\n  still there: {still:?}, new: {came:?}",
        change.title,
        tried.into_iter().collect::<Vec<_>>().join("\n  ")
    ))
}

/// Advice that cannot be followed here: the title of the change and the code of the finding.
const NOT_FOLLOWED: [(&str, &str); 4] = [
    // The default privileges of the database grant something on the sequence that the statement creates.
    ("column: identity, no longer", "column-identity"),
    // The rows are what the index cannot be built over.
    ("index: invalid after it could not be built", "index-invalid"),
    // PostgreSQL connects to the publisher, which does not exist.
    ("subscription: a connection of its own", "subscription-server"),
    ("subscription: dead tuples", "subscription-retain-dead-tuples"),
];

/// The findings of a run.
pub fn findings(run: &Run) -> Result<Vec<Value>, String> {
    let report: Value =
        serde_json::from_str(&run.stdout).map_err(|error| format!("{error}: {}{}", run.stdout, run.stderr))?;
    let targets = report["targets"].as_array().into_iter().flatten();
    Ok(targets
        .flat_map(|target| target["findings"].as_array().cloned().unwrap_or_default())
        .collect())
}

/// Runs the change's statements, each of which must succeed or fail as the change says.
pub fn apply(change: &Change, copy: &TestDb) -> Result<(), String> {
    for message in &change.messages {
        match (copy.try_exec(&message.sql), message.fails) {
            (Ok(()), false) | (Err(_), true) => {}
            (Ok(()), true) => return Err(format!("{}: the statements should fail", change.title)),
            (Err(error), false) => return Err(format!("{}: the statements fail: {error}", change.title)),
        }
    }
    Ok(())
}

/// Compares the findings of a run, and its exit code, with those that the change expects.
fn compare(change: &Change, run: &Run) -> Result<(), String> {
    let report: Value = serde_json::from_str(&run.stdout)
        .map_err(|error| format!("{}: {error}: {}{}", change.title, run.stdout, run.stderr))?;
    let findings: Vec<&Value> = report["targets"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|target| target["findings"].as_array().into_iter().flatten())
        .collect();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let found: BTreeSet<String> = findings.iter().map(|finding| in_words(finding)).collect();
    let code = i32::from(!change.expected.is_empty());
    if found == change.expected && findings.len() == found.len() && run.code == Some(code) && run.stderr.is_empty() {
        return Ok(());
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

/// A finding as a change expects it.
pub fn in_words(finding: &Value) -> String {
    let text = |key: &str| finding[key].as_str().unwrap_or_default();
    let status = match text("status") {
        "drift" => String::new(),
        other => format!("{other}: "),
    };
    format!("{status}{} {}", text("code"), text("object"))
}

fn lines(findings: &BTreeSet<String>) -> String {
    let lines: Vec<String> = findings.iter().map(|finding| format!("-- expect: {finding}")).collect();
    lines.join("\n")
}

/// The files of changes: the name, the text and whether what is changed is found.
const FILES: [(&str, &str, bool); 3] = [("found", FOUND, true), ("same", SAME, false), ("blind", BLIND, false)];

/// The original that the tests of this process copy, once one of them has needed it. `main` drops its database.
pub static ORIGINAL: Mutex<Option<Arc<Original>>> = Mutex::new(None);

/// A test for each change.
pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (file, text, _) in FILES {
        trials.extend(parse(text).into_iter().map(|change| {
            let name = format!("changes::{file}::{}", slug(&change.title));
            trial(name, move || run(&change))
        }));
    }
    trials
}

/// The original that the tests of this process share.
pub fn original() -> Result<Arc<Original>, String> {
    let mut original = ORIGINAL.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(match original.clone() {
        Some(original) => original,
        None if server().is_shared() => Arc::clone(original.insert(Arc::new(Original::of_run()?))),
        None => Arc::clone(original.insert(Arc::new(Original::new()))),
    })
}

fn run(change: &Change) -> Result<Completion, Failed> {
    let original = original()?;
    match check(&original, change)? {
        Some(()) => Ok(Completion::Completed),
        None => Ok(Completion::ignored_with(match change.before {
            Some(before) if server().major() >= before => format!("not run: needs a PostgreSQL before {before}"),
            _ => format!("not run: needs PostgreSQL {}", change.since),
        })),
    }
}

#[test]
fn every_change_has_a_name_and_expected_findings() {
    for ((file, text, is_found), at_least) in FILES.into_iter().zip([341, 79, 2]) {
        let changes = parse(text);
        assert!(
            changes.len() >= at_least,
            "{file}.sql has only {} changes",
            changes.len()
        );
        for change in changes {
            assert_eq!(!change.expected.is_empty(), is_found, "{file}.sql: {}", change.title);
        }
    }
    names_are_distinct(&trials());
}

#[test]
fn a_change_with_other_findings_fails() {
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
    assert_eq!(tell(&format!("-- before 13\n{add}")), Ok(None));
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

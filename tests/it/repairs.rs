//! The scripts of `driftgate repair`: for every change of `tests/changes`, psql runs the script on a changed copy, and the
//! copy must then be what the original is. What a script cannot repair is in [`NOT_REPAIRED`], each with the reason, and
//! the script must say so.
//!
//! Each change is a test of the binary `scenarios`: `repairs::a_column_is_added`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use libtest_mimic::{Completion, Failed, Trial};

use crate::cases::slug;
use crate::changes::{Change, Original, apply, check_copy, findings, found, in_words, original};
use crate::run::{Driftgate, KEY, Run};
use crate::server::{TestDb, server};
use crate::trial::{names_are_distinct, trial};

/// The changes that a script does not undo although it does not say so: the title and the reason.
const NOT_REPAIRED: &[(&str, &str)] = &[
    (
        "column: identity, no longer",
        "the default privileges of the database grant something on the sequence that the statement creates",
    ),
    (
        "composite type: attribute dropped",
        "PostgreSQL adds an attribute behind the others",
    ),
    (
        "base type: only declared",
        "a type and its functions depend on each other, so PostgreSQL drops them with CASCADE only",
    ),
    (
        "base type: defined at last",
        "a type and its functions depend on each other, so PostgreSQL drops them with CASCADE only",
    ),
    (
        "index: invalid after it could not be built",
        "the rows are what the index cannot be built over",
    ),
    (
        "foreign table: inherits",
        "the columns that the table had from the parent are its own then",
    ),
    (
        "schema: owner, who lacks what owners have",
        "what an owner lacks is not given back by a new owner",
    ),
    (
        "subscription: a connection of its own",
        "PostgreSQL connects to the publisher, which does not exist here",
    ),
    (
        "subscription: dead tuples",
        "PostgreSQL connects to the publisher, which does not exist here",
    ),
];

/// A test for each change.
pub fn trials() -> Vec<Trial> {
    let changes = found().into_iter();
    changes
        .map(|change| {
            let name = format!("repairs::{}", slug(&change.title));
            trial(name, move || run(&change))
        })
        .collect()
}

fn run(change: &Change) -> Result<Completion, Failed> {
    if !change.is_known(server().major()) {
        return Ok(Completion::ignored_with(
            "not run: another version of PostgreSQL knows it",
        ));
    }
    let original = original()?;
    let reason = NOT_REPAIRED.iter().find(|(title, _)| *title == change.title);
    let copy = original.copy()?;
    apply(change, &copy)?;
    let repair = repair(&original, &copy, &["--with-losses"]);
    let script = repair.stdout.replace(original.db.name(), copy.name());
    check_guards(change, &script)?;
    check_left(change, &script)?;
    let ran = psql(&copy.url(), &script);
    if let (Err(error), None) = (ran, reason) {
        return Err(format!("{}: {error}\n{script}", change.title).into());
    }
    let left = findings_of(&original, &copy)?;
    match (left, reason) {
        (None, None) if repair.code == Some(0) || script.contains("-- Not repaired:") => Ok(Completion::Completed),
        (None, None) => Err(format!("{}: exit code {:?}\n{script}", change.title, repair.code).into()),
        (None, Some(_)) => Err(format!("{}: is repaired", change.title).into()),
        (Some(_), Some(_)) => Ok(Completion::Completed),
        (Some(_), None) if repair.code == Some(1) && script.contains("-- Not repaired:") => Ok(Completion::Completed),
        (Some(left), _) => Err(format!(
            "{}: exit code {:?}\n{script}\n{}\ndiffers:\n{left}",
            change.title, repair.code, repair.stderr
        )
        .into()),
    }
}

/// The changes whose script ends in what it does not repair: the title and the reason, in a line each. Behind `before 17:`, it
/// is that of older majors alone.
const LEFT: &str = include_str!("../changes/left.txt");

/// The changes that a script does not repair as a whole, each with the reason.
fn left() -> impl Iterator<Item = (&'static str, &'static str)> {
    LEFT.lines().filter_map(|line| line.split_once(" | "))
}

/// Fails if a change of [`LEFT`] is repaired, or one that it does not have is not.
fn check_left(change: &Change, script: &str) -> Result<(), String> {
    let holds = |reason: &str| {
        let before = reason.strip_prefix("before ").and_then(|rest| rest.split(':').next());
        before.is_none_or(|major| major.parse().is_ok_and(|major: u32| server().major() < major))
    };
    let is_known = left().any(|(title, reason)| title == change.title && holds(reason));
    match (is_known, script.contains("-- Not repaired:")) {
        (true, false) => Err(format!(
            "{}: nothing is left, so take it out of left.txt\n{script}",
            change.title
        )),
        (false, true) => Err(format!(
            "{}: something is left: repair it, or add it to left.txt\n{script}",
            change.title
        )),
        (true, true) | (false, false) => Ok(()),
    }
}

/// Steps that cannot check first what they change: the beginning of the finding and the reason.
const UNGUARDED: &[(&str, &str)] = &[(
    "system grants ",
    "what PostgreSQL installed is always there, and grants on it differ from what PostgreSQL itself grants",
)];

/// Every step checks first that the database is as it was found, unless the script itself creates what it is in.
fn check_guards(change: &Change, script: &str) -> Result<(), String> {
    let script = script.split("-- Not repaired:").next().unwrap_or_default();
    let lines: Vec<&str> = script.lines().collect();
    let created: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("-- ")?.split_once(" does not exist"))
        .filter_map(|(subject, _)| subject.rsplit(' ').next())
        .collect();
    for pair in lines.windows(2) {
        let [finding, next] = pair else { continue };
        let is_step = finding.starts_with("-- ") && !next.starts_with("-- ") && !finding.starts_with("-- psql -f");
        let is_inside = created
            .iter()
            .any(|subject| finding.contains(&format!("{subject}.")) || finding.contains(&format!("{subject}:")));
        let is_known = UNGUARDED
            .iter()
            .any(|(start, _)| finding[3.min(finding.len())..].starts_with(start));
        if is_step && !is_inside && !is_known && *next != "DO $check$" {
            return Err(format!("{}: the step has no check: {finding}\n{next}", change.title));
        }
    }
    Ok(())
}

/// What `driftgate repair` prints for a copy of the original.
fn repair(original: &Original, copy: &TestDb, options: &[&str]) -> Run {
    Driftgate::new()
        .file("pulled.yaml", &original.pulled)
        .env("DATABASE_URL", copy.url())
        .env("KEY", KEY)
        .run([&["repair", "pulled.yaml", "--digest-key", "env:KEY"], options].concat())
}

/// Runs a script as its users do.
pub fn psql(url: &str, script: &str) -> Result<(), String> {
    let mut psql = Command::new("psql")
        .args(["-X", "-q", "-d", url, "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("psql: {error}"))?;
    let mut input = psql.stdin.take().ok_or("psql has no input")?;
    let writing = input.write_all(script.as_bytes());
    drop(input);
    let done = psql.wait_with_output().map_err(|error| format!("psql: {error}"))?;
    let errors = String::from_utf8_lossy(&done.stderr).into_owned();
    match (done.status.success(), writing) {
        (true, Ok(())) => Ok(()),
        (false, _) | (true, Err(_)) => Err(errors),
    }
}

/// What a check of the copy finds. The file is exact, so nothing else has changed if it finds nothing.
fn findings_of(original: &Original, copy: &TestDb) -> Result<Option<String>, String> {
    let findings: Vec<String> = findings(&check_copy(original, copy))?.iter().map(in_words).collect();
    Ok((!findings.is_empty()).then(|| findings.join("\n")))
}

#[test]
fn exceptions_are_changes() {
    names_are_distinct(&trials());
    let changes = found();
    for (title, reason) in NOT_REPAIRED.iter().copied().chain(left()) {
        assert!(
            changes.iter().any(|change| change.title == title),
            "there is no change {title}"
        );
        assert!(!reason.is_empty(), "{title} has no reason");
    }
}

//! The same verdict on every path. Each change of `tests/changes` is judged by a check of the live database, which
//! `changes.rs` compares with what the change expects. The other commands must come to the same result: a check of a
//! snapshot, `diff` of live databases, snapshots, SQL and migrations, files of `pull --only`, baselines, and
//! `pull --update`.
//!
//! Many changes are made to one copy of the database, so that each command runs once for all of them. A change that
//! fails after the others, or whose findings others hide, is tried again with the rest, at last alone.

mod update;

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::{Completion, Failed, Trial};
use serde_json::Value;

use crate::changes::{self, Change, Original, findings, in_words};
use crate::run::{CHECK, Driftgate, KEY, Run};
use crate::server::{TestDb, server};
use crate::trial::{names_are_distinct, trial};
use driftgate::kinds::Kind;
use driftgate::object_id::{ObjectId, split_name};

/// How many changes are made to one copy at most.
const BATCH: usize = 60;

/// Findings that are unknown where one side is a snapshot: no server has both types.
const UNDETERMINED: [&str; 2] = ["column-default shop.customers.mood", "column-type shop.customers.mood"];

/// Findings that are unknown where one side is SQL: the server of the scratch database decides on them.
const OF_SERVER: [&str; 2] = ["extension-version citext", "collation-locale shop.bytes"];

/// A test for each batch of changes, and one without a change.
pub fn trials() -> Vec<Trial> {
    let batches = changes::all().len().div_ceil(BATCH);
    let mut trials = vec![trial("paths::no_change".to_owned(), || run(Vec::new()))];
    trials.extend((0..batches).map(|number| {
        trial(format!("paths::batch_{:02}", number + 1), move || {
            // Neighbours in a file change the same object, so they are in different batches.
            run(changes::all().into_iter().skip(number).step_by(batches).collect())
        })
    }));
    trials
}

fn run(mut batch: Vec<Change>) -> Result<Completion, Failed> {
    batch.retain(|change| change.is_known(server().major()));
    let original = changes::original()?;
    let mut problems = Vec::new();
    let mut rest: Vec<&Change> = batch.iter().collect();
    loop {
        let (left, found) = together(&original, &rest)?;
        problems.extend(found);
        match (left.len() == rest.len(), left.as_slice()) {
            (_, []) => break,
            (true, [change]) => {
                return Err(format!("{}: its findings are not those that it expects", change.title).into());
            }
            (true, [first, others @ ..]) => {
                problems.extend(together(&original, &[first])?.1);
                rest = others.to_vec();
            }
            (false, _) => rest = left,
        }
    }
    match problems.as_slice() {
        [] => Ok(Completion::Completed),
        problems => Err(problems.join("\n").into()),
    }
}

/// Makes changes to one copy and tries all paths. Returns the changes that could not be tried, and what is wrong.
fn together<'c>(original: &Original, changes: &[&'c Change]) -> Result<(Vec<&'c Change>, Vec<String>), String> {
    let (base, copy) = (original.copy()?, original.copy()?);
    let (mut applied, mut left): (Vec<&Change>, Vec<&Change>) =
        changes.iter().partition(|change| changes::apply(change, &copy).is_ok());
    let mut paths = Paths::new(original, base, copy)?;
    left.extend(applied.extract_if(.., |change| !change.expected.is_subset(&paths.live)));
    paths.try_all()?;
    let titles: Vec<&str> = applied.iter().map(|change| change.title.as_str()).collect();
    let titles = titles.join("; ");
    let problems = paths.problems.into_iter();
    Ok((
        left,
        problems.map(|problem| format!("{problem}\n  after {titles}")).collect(),
    ))
}

/// A database, a changed copy of it, and what a check of the copy finds.
struct Paths {
    driftgate: Driftgate,
    base: TestDb<'static>,
    changed: TestDb<'static>,
    findings: Vec<Value>,
    live: BTreeSet<String>,
    problems: Vec<String>,
}

/// The findings of a run.
fn words(run: &Run) -> Result<BTreeSet<String>, String> {
    Ok(findings(run)?.iter().map(in_words).collect())
}

impl Paths {
    fn new(original: &Original, base: TestDb<'static>, changed: TestDb<'static>) -> Result<Self, String> {
        let driftgate = Driftgate::new()
            .file("pulled.yaml", &original.pulled)
            .file("base.sql", &format!("{}{}", changes::REGISTRY, changes::SCHEMA))
            .env("DATABASE_URL", changed.url())
            .env("KEY", KEY);
        let findings = findings(&driftgate.run(CHECK))?;
        Ok(Self {
            driftgate,
            base,
            changed,
            live: findings.iter().map(in_words).collect(),
            findings,
            problems: Vec::new(),
        })
    }

    fn try_all(&mut self) -> Result<(), String> {
        self.snapshots()?;
        self.sql()?;
        self.only()?;
        self.baselines()?;
        self.pulled()?;
        self.updated()
    }

    /// Runs a command with the key, and with the server of the tests for scratch databases.
    fn run(&self, arguments: &[&str]) -> Run {
        let scratch = server().url("postgres");
        let more = ["--digest-key", "env:KEY", "--scratch", &scratch];
        self.driftgate.run(arguments.iter().chain(&more).copied())
    }

    /// The arguments of a check of a file, with more.
    fn check(&self, file: &str, more: &[&str]) -> Run {
        let scratch = server().url("postgres");
        let arguments = CHECK.map(|argument| if argument == "pulled.yaml" { file } else { argument });
        let scratch = ["--scratch", scratch.as_str()];
        self.driftgate
            .run(arguments.iter().chain(&scratch).chain(more).copied())
    }

    fn diff(&self, first: &str, second: &str) -> Run {
        self.run(&["diff", first, second, "--format", "json"])
    }

    /// Compares the findings of a run with those of the live check. Some may be unknown.
    fn same(&mut self, path: &str, run: &Run, wanted: &BTreeSet<String>, undetermined: &[&str]) -> Result<(), String> {
        let found = words(run).map_err(|error| format!("{path}: {error}"))?;
        let judged: BTreeSet<String> = found
            .into_iter()
            .map(|finding| match finding.strip_prefix("unknown: ") {
                Some(id) if undetermined.contains(&id) => id.to_owned(),
                _ => finding,
            })
            .collect();
        if judged != *wanted || !run.stderr.is_empty() {
            let missed: Vec<&String> = wanted.difference(&judged).collect();
            let more: Vec<&String> = judged.difference(wanted).collect();
            self.problems.push(format!(
                "{path}: missed {missed:?}, found only here {more:?} {}",
                run.stderr
            ));
        }
        Ok(())
    }

    /// What must be without a finding.
    fn clean(&mut self, path: &str, run: &Run) -> Result<(), String> {
        self.succeeds(path, run);
        self.same(path, run, &BTreeSet::new(), &[])
    }

    fn succeeds(&mut self, path: &str, run: &Run) {
        if run.code != Some(0) {
            self.problems
                .push(format!("{path}: exit code {:?}: {}", run.code, run.stderr));
        }
    }

    /// Snapshots of both states, as the source of a check and on either side of `diff`.
    fn snapshots(&mut self) -> Result<(), String> {
        let (base, changed) = (self.base.url(), self.changed.url());
        for (url, file) in [(&base, "base.json"), (&changed, "changed.json")] {
            let run = self.run(&["pull", "--snapshot", "--from", url, "-o", file]);
            self.succeeds("pull --snapshot", &run);
        }
        let (old, new) = ("snapshot:base.json", "snapshot:changed.json");
        let live = self.live.clone();
        let check = self.check("pulled.yaml", &["--against", new]);
        self.same("check of the snapshot", &check, &live, &UNDETERMINED)?;
        for (path, first, second, undetermined) in [
            ("diff of live databases", base.as_str(), changed.as_str(), &[][..]),
            (
                "diff of a snapshot and a database",
                old,
                changed.as_str(),
                &UNDETERMINED,
            ),
            ("diff of a database and a snapshot", base.as_str(), new, &UNDETERMINED),
            ("diff of snapshots", old, new, &UNDETERMINED),
        ] {
            let run = self.diff(first, second);
            self.same(path, &run, &live, undetermined)?;
        }
        let back = self.diff(new, &base);
        if words(&back)?.is_empty() != live.is_empty() {
            self.problems
                .push(format!("diff in the other direction finds {:?}", words(&back)?));
        }
        for (path, first, second) in [
            ("diff of a database and its snapshot", changed.as_str(), new),
            ("diff of a snapshot and its database", new, changed.as_str()),
            ("diff of a snapshot with itself", new, new),
        ] {
            let run = self.diff(first, second);
            self.clean(path, &run)?;
        }
        Ok(())
    }

    /// The SQL that made the database, as the expected side of `diff`. The owner is not compared, who may be merely the role
    /// that applied it, nor that a materialized view was filled later.
    fn sql(&mut self) -> Result<(), String> {
        let is_compared = |finding: &&Value| match finding["attribute"].as_str() {
            Some("owner") => finding["expected"] != "postgres",
            Some("populated") => finding["expected"] == true,
            _ => true,
        };
        let wanted = self.findings.iter().filter(is_compared).map(in_words);
        let wanted: BTreeSet<String> = wanted.collect();
        let run = self.diff("sql:base.sql", &self.changed.url());
        self.same("diff of SQL and a database", &run, &wanted, &OF_SERVER)
    }

    /// What `pull --only` writes of the objects with a finding.
    fn only(&mut self) -> Result<(), String> {
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for finding in &self.findings {
            if let Some(whole) = whole(finding) {
                wanted.entry(whole).or_default().insert(in_words(finding));
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let patterns: Vec<String> = wanted.keys().map(|name| escaped(name)).collect();
        let pull = self.run(&[
            "pull",
            "--only",
            &patterns.join(","),
            "--from",
            &self.base.url(),
            "-o",
            "only.yaml",
        ]);
        self.succeeds("pull --only", &pull);
        let found = words(&self.check("only.yaml", &[]))?;
        let wanted: BTreeSet<String> = wanted.into_values().flatten().collect();
        let missed: Vec<&String> = wanted.difference(&found).collect();
        if !missed.is_empty() || !pull.stderr.is_empty() {
            self.problems
                .push(format!("pull --only misses {missed:?} {}", pull.stderr));
        }
        Ok(())
    }

    /// A baseline of the changed state makes it known; that of the state before hides nothing.
    fn baselines(&mut self) -> Result<(), String> {
        let write = self.check("pulled.yaml", &["--write-baseline", "known.yaml"]);
        self.succeeds("check --write-baseline", &write);
        let known = self.check("pulled.yaml", &["--baseline", "known.yaml", "--strict-baseline"]);
        self.succeeds("check --baseline", &known);
        let base = self.base.url();
        let write = self.check("pulled.yaml", &["--against", &base, "--write-baseline", "nothing.yaml"]);
        self.succeeds("check --write-baseline before the change", &write);
        let run = self.check("pulled.yaml", &["--baseline", "nothing.yaml"]);
        let live = self.live.clone();
        self.same("check --baseline from before the change", &run, &live, &[])
    }
}

/// The object with which `pull` writes that of a finding; none if it is an object that did not exist before.
fn whole(finding: &Value) -> Option<String> {
    let text = |key: &str| finding[key].as_str().unwrap_or_default();
    let kind = Kind::ALL.iter().find(|kind| kind.spec().name == text("kind"))?;
    let object = text("object");
    if kind.spec().parents.is_empty() {
        return (!text("code").ends_with("-unexpected")).then(|| object.to_owned());
    }
    Some(ObjectId::new(split_name(object)?).relation().to_string())
}

/// A name as a pattern that matches only that name.
fn escaped(name: &str) -> String {
    let escape = |c: char| match c {
        '*' | '?' => format!("[{c}]"),
        c => c.to_string(),
    };
    name.chars().map(escape).collect()
}

#[test]
fn each_batch_has_a_name() {
    names_are_distinct(&trials());
    assert_eq!(escaped("billing.*(money)"), "billing.[*](money)");
}

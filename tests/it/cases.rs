//! Runs the scenarios of `tests/cases/*.md` and compares what the program prints with what is written there.
//!
//! A `## Heading` begins a scenario: a fresh database and an empty folder. Prose is free. The fenced blocks below the
//! heading are done in their order:
//!
//! - `sql`: statements for the database, sent as one message; `sql fails`: statements that must be refused;
//! - `yaml` or `yaml NAME`: a file in `expectations/`, by default `expectations.yaml`;
//! - `LANGUAGE PATH`, such as `sql migrations/1.sql` or `yaml other/x.yaml`: any other file, not applied;
//! - `console`: a command behind `$ `, and below it what it writes to standard output, then what it writes to standard
//!   error, then `exit code: N`. `DATABASE_URL` leads to the database, unless the command begins with
//!   `DATABASE_URL=…`. With `console as=nobody` it connects as a role without privileges, with `console as=ROLE` as
//!   that role. Commands are `driftgate` and, for the files it writes, `cat` and `ls`; variables, quotes and `> FILE` work;
//! - `text`: prose.
//!
//! A line `Needs PostgreSQL 15` keeps a scenario from older servers, and `Needs the feature embedded` from a program that
//! is built without it: it is then reported as ignored. What differs from run to run is written as `{database}`,
//! `{host}`, `{port}`, `{version}`, `{scratch}`, `{folder}`, `{duration}`, `{time}` and `{tool_version}`.
//!
//! Each scenario is a test of the binary `scenarios`: that below `## A missing label` in `enums.md` is
//! `cases::enums::a_missing_label`. The test `advice::enums::a_missing_label` runs the SQL of its hints, see
//! `tests/it/cases/advice.rs`. With `UPDATE=1` a test writes what the program prints into the file.

pub mod advice;
mod command;
mod exceptions;
mod markdown;
#[cfg(test)]
mod tests;
mod volatile;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use libtest_mimic::{Completion, Failed, Trial};
use similar::TextDiff;

use crate::folder::Folder;
use crate::run::run;
use crate::server::{TestDb, server};
use crate::trial::trial;
use command::{Command, Program};
use markdown::{Block, Kind, Scenario};
use volatile::Volatile;

/// How many threads work on items at the same time.
const THREADS: usize = 4;

/// Where the scenarios are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Whether tests rewrite what they expect.
pub fn is_update() -> bool {
    std::env::var("UPDATE").is_ok_and(|update| update == "1")
}

/// A test for each scenario, and one that fails for each file that cannot be understood.
pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for path in files(&folder()) {
        let stem = stem(&path);
        match read(&path) {
            Ok(cases) => trials.extend(cases.into_iter().map(|case| {
                let name = format!("cases::{stem}::{}", case.name);
                trial(name, move || case.run(is_update()))
            })),
            Err(problems) => {
                let problems = format!("{}\n{problems}", path.display());
                trials.push(trial(format!("cases::{stem}"), move || Err(problems.into())));
            }
        }
    }
    trials
}

/// A test for each scenario in which a check finds something: following its advice must resolve it.
pub fn advice_trials() -> Vec<Trial> {
    let cases = files(&folder())
        .into_iter()
        .filter_map(|path| Some((stem(&path), read(&path).ok()?)));
    let cases = cases.flat_map(|(stem, cases)| {
        cases
            .into_iter()
            .map(move |case| (format!("advice::{stem}::{}", case.name), case))
    });
    let with_findings = cases.filter(|(_, case)| advice::has_findings(&case.scenario));
    with_findings
        .map(|(name, case)| trial(name.clone(), move || case.follow_advice(&name)))
        .collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A scenario as a test.
struct Case {
    path: PathBuf,
    name: String,
    scenario: Scenario,
}

impl Case {
    /// Why it cannot run here, if so.
    fn ignored(&self) -> Option<Completion> {
        if let Some(since) = self.scenario.since.filter(|since| server().major() < *since) {
            return Some(Completion::ignored_with(format!("not run: needs PostgreSQL {since}")));
        }
        let is_left_out = self.scenario.embedded && !cfg!(feature = "embedded");
        is_left_out.then(|| Completion::ignored_with("not run: needs the feature embedded"))
    }

    /// Waits while another scenario runs that makes roles: they are those of the server, so that two scenarios that make
    /// the same, or a scenario and the test of its hints, would take them from each other. Hosting platforms are recognized
    /// by their roles.
    fn alone(&self) -> Option<MutexGuard<'static, ()>> {
        static MAKING_ROLES: Mutex<()> = Mutex::new(());
        let mut blocks = self.scenario.blocks.iter();
        let makes_roles = blocks.any(|block| block.text.to_lowercase().contains("create role"));
        let is_of_platform = self
            .path
            .file_stem()
            .is_some_and(|stem| stem.to_string_lossy().starts_with("platform"));
        (makes_roles || is_of_platform).then(|| MAKING_ROLES.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn follow_advice(&self, name: &str) -> Result<Completion, Failed> {
        if let Some(ignored) = self.ignored() {
            return Ok(ignored);
        }
        let file = self.path.file_name().unwrap_or_default().display();
        let title = format!("{file}:{}: {}", self.scenario.line, self.scenario.heading);
        let _alone = self.alone();
        match advice::follow(&self.scenario, name) {
            Ok(()) => Ok(Completion::Completed),
            Err(message) => Err(format!("{title}\n{message}\n").into()),
        }
    }

    fn run(&self, update: bool) -> Result<Completion, Failed> {
        let scenario = &self.scenario;
        if let Some(ignored) = self.ignored() {
            return Ok(ignored);
        }
        let file = self.path.file_name().unwrap_or_default().display();
        let title = format!("{file}:{}: {}", scenario.line, scenario.heading);
        let _alone = self.alone();
        let differences = do_blocks(scenario).map_err(|message| format!("{title}\n{message}\n"))?;
        if differences.is_empty() {
            return Ok(Completion::Completed);
        }
        if update {
            write(&self.path, &self.name, &differences).map_err(|message| format!("{title}\n{message}\n"))?;
            return Ok(Completion::Completed);
        }
        let diffs: String = differences.iter().map(Difference::show).collect();
        Err(format!("{title}\n{diffs}\n`UPDATE=1 cargo test` writes what the program prints into the file.\n").into())
    }
}

/// The files of a folder that hold scenarios, by name.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot read {}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    paths
}

/// The scenarios of a file.
fn read(path: &Path) -> Result<Vec<Case>, String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    // Another process may be updating it.
    file.lock_shared().map_err(|error| error.to_string())?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|error| error.to_string())?;
    let mut names = BTreeSet::new();
    let scenarios = markdown::parse(&text)?;
    let case = |scenario: Scenario| {
        let name = slug(&scenario.heading);
        if names.insert(name.clone()) {
            let path = path.to_owned();
            return Ok(Case { path, name, scenario });
        }
        Err(format!("line {}: another scenario is named {name}", scenario.line))
    };
    scenarios.into_iter().map(case).collect()
}

/// A text as the name of a test: `A label's name` is `a_label_s_name`.
pub fn slug(text: &str) -> String {
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

/// Replaces the outputs of a scenario that are different.
///
/// Scenarios of one file may do so at the same time, also in several processes: the file is locked, and its text is read
/// again, for what others have written moves its lines.
fn write(path: &Path, name: &str, differences: &[Difference]) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("cannot update {}: {error}", path.display());
    let mut file = File::options().read(true).write(true).open(path).map_err(cannot)?;
    file.lock().map_err(cannot)?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(cannot)?;
    let scenarios = markdown::parse(&text)?;
    let scenario = scenarios.iter().find(|scenario| slug(&scenario.heading) == name);
    let blocks = &scenario.ok_or("the scenario has gone from the file")?.blocks;
    let bodies: Vec<(usize, String)> = differences
        .iter()
        .filter_map(|difference| Some((blocks.get(difference.block)?.line, difference.actual.clone())))
        .collect();
    file.rewind().map_err(cannot)?;
    file.set_len(0).map_err(cannot)?;
    file.write_all(markdown::rewrite(&text, &bodies).as_bytes())
        .map_err(cannot)
}

/// Works on all items with a few threads; the results are in the items' order.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(items.len()) {
            scope.spawn(|| {
                while let Some((number, item)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|n| Some((n, items.get(n)?)))
                {
                    let result = work(item);
                    results.lock().expect("no thread has panicked").insert(number, result);
                }
            });
        }
    });
    results
        .into_inner()
        .expect("no thread has panicked")
        .into_values()
        .collect()
}

/// A console block whose body is not what the program prints.
struct Difference {
    /// The number of the block in its scenario, from 0.
    block: usize,
    line: usize,
    command: String,
    expected: String,
    actual: String,
}

impl Difference {
    fn show(&self) -> String {
        let diff = TextDiff::from_lines(&self.expected, &self.actual);
        let diff = diff.unified_diff().header("expected", "actual").to_string();
        format!("line {}: {}\n{diff}", self.line, self.command)
    }
}

/// Does one block after the other.
fn do_blocks(scenario: &Scenario) -> Result<Vec<Difference>, String> {
    let (database, folder) = (server().database(""), Folder::new());
    let volatile = Volatile::new(server(), &database, folder.path());
    let mut differences = Vec::new();
    for (number, block) in scenario.blocks.iter().enumerate() {
        let at = |message: String| format!("line {}: {message}", block.line);
        match &block.kind {
            Kind::File(name) => folder.write(name, &block.text),
            Kind::Sql { fails } => match (database.try_exec(&block.text), fails) {
                (Ok(()), false) | (Err(_), true) => {}
                (Err(error), false) => return Err(at(format!("the statements fail: {error}"))),
                (Ok(()), true) => return Err(at("the statements should fail".to_owned())),
            },
            Kind::Console { role } => {
                let difference = console(block, role.as_deref(), &database, &folder, &volatile).map_err(at)?;
                differences.extend(difference.map(|difference| Difference {
                    block: number,
                    ..difference
                }));
            }
        }
    }
    Ok(differences)
}

/// Runs the command of a console block and compares.
fn console(
    block: &Block,
    role: Option<&str>,
    database: &TestDb,
    folder: &Folder,
    volatile: &Volatile,
) -> Result<Option<Difference>, String> {
    let (command, expected) = block.text.split_once('\n').unwrap_or((&block.text, ""));
    let url = match role {
        None => database.url(),
        Some("nobody") => database.url_as(server().role_without_privileges()),
        Some(role) => database.url_as(role),
    };
    let mut variables = BTreeMap::from([("DATABASE_URL".to_owned(), url)]);
    let line = command.strip_prefix("$ ").unwrap_or(command);
    let parsed = Command::parse(line, &variables)?;
    variables.extend(parsed.variables);
    let (mut stdout, stderr, code) = match parsed.program {
        Program::Driftgate => {
            let environment = variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let run = run(folder.path(), environment, &parsed.arguments);
            (run.stdout, run.stderr, run.code)
        }
        Program::Cat => {
            let files: Result<String, String> = parsed.arguments.iter().map(|name| folder.read(name)).collect();
            (files?, String::new(), Some(0))
        }
        Program::Ls => {
            let lists: Result<String, String> = parsed.arguments.iter().map(|name| folder.list(name)).collect();
            (lists?, String::new(), Some(0))
        }
    };
    if let Some(name) = parsed.output {
        folder.write(&name, &std::mem::take(&mut stdout));
    }
    let code = code.map_or_else(|| "none, ended by a signal".to_owned(), |code| code.to_string());
    let actual = volatile.replace(&stdout) + &volatile.replace(&stderr) + &format!("exit code: {code}\n");
    let expected: String = expected.lines().flat_map(|line| [line.trim_end(), "\n"]).collect();
    Ok((actual != expected).then(|| Difference {
        block: 0,
        line: block.line,
        command: command.to_owned(),
        expected,
        actual,
    }))
}

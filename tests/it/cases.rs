//! Runs the scenarios of `tests/cases/*.md` and compares what the program says with what stands there.
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
//! A line `Needs PostgreSQL 15` keeps a scenario from older servers. What is different in every run stands there as
//! `{database}`, `{host}`, `{port}`, `{version}`, `PostgreSQL {major}`, `{folder}`, `{duration}`, `{time}` and
//! `{tool_version}`.
//!
//! `UPDATE=1 cargo test` writes what the program says into the files. `CASES=text cargo test` runs those scenarios only
//! whose file name or heading contains the text.

mod command;
mod markdown;
#[cfg(test)]
mod tests;
mod volatile;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use similar::TextDiff;

use crate::folder::Folder;
use crate::run::run;
use crate::server::{TestDb, server};
use command::{Command, Program};
use markdown::{Block, Kind, Scenario};
use volatile::Volatile;

/// How many scenarios run at the same time.
const THREADS: usize = 4;

#[test]
fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let update = std::env::var("UPDATE").is_ok_and(|update| update == "1");
    let filter = std::env::var("CASES").unwrap_or_default();
    let outcome = run_folder(&folder, &filter, update);
    println!(
        "{} scenarios passed, {} were rewritten, {} need a newer server",
        outcome.passed, outcome.rewritten, outcome.skipped
    );
    let failures = outcome.failures;
    assert!(
        failures.is_empty(),
        "{} of the scenarios failed\n\n{}\n`UPDATE=1 cargo test` writes what the program says into the files.\n",
        failures.len(),
        failures.join("\n")
    );
}

/// What became of the scenarios of a folder.
#[derive(Default)]
struct Outcome {
    passed: usize,
    rewritten: usize,
    skipped: usize,
    failures: Vec<String>,
}

/// A file of scenarios.
struct CaseFile {
    path: PathBuf,
    text: String,
    scenarios: Vec<Scenario>,
}

impl CaseFile {
    fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// Runs all scenarios whose file name or heading contains the filter.
fn run_folder(folder: &Path, filter: &str, update: bool) -> Outcome {
    let mut outcome = Outcome::default();
    let files = read(folder, &mut outcome.failures);
    let selected: Vec<(&CaseFile, &Scenario)> = files
        .iter()
        .flat_map(|file| file.scenarios.iter().map(move |scenario| (file, scenario)))
        .filter(|(file, scenario)| file.name().contains(filter) || scenario.heading.contains(filter))
        .collect();
    if selected.is_empty() {
        outcome
            .failures
            .push(format!("no scenario in {} is called {filter:?}", folder.display()));
        return outcome;
    }
    let results = in_parallel(&selected, |(_, scenario)| play(scenario));
    let mut bodies: BTreeMap<&Path, Vec<(usize, String)>> = BTreeMap::new();
    for ((file, scenario), result) in selected.iter().zip(results) {
        let title = format!("{}:{}: {}", file.name(), scenario.line, scenario.heading);
        match result {
            Ok(None) => outcome.skipped += 1,
            Ok(Some(differences)) if differences.is_empty() => outcome.passed += 1,
            Ok(Some(differences)) if update => {
                let rewritten = differences
                    .into_iter()
                    .map(|difference| (difference.line, difference.actual));
                bodies.entry(&file.path).or_default().extend(rewritten);
                outcome.rewritten += 1;
            }
            Ok(Some(differences)) => {
                let diffs: String = differences.iter().map(Difference::show).collect();
                outcome.failures.push(format!("{title}\n{diffs}"));
            }
            Err(message) => outcome.failures.push(format!("{title}\n{message}\n")),
        }
    }
    if outcome.skipped == selected.len() {
        outcome
            .failures
            .push("no scenario has run: all of them need a newer server".to_owned());
    }
    for file in &files {
        if let Some(bodies) = bodies.get(file.path.as_path()) {
            let text = markdown::rewrite(&file.text, bodies);
            fs::write(&file.path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", file.path.display()));
        }
    }
    outcome
}

/// All files of a folder, by name.
fn read(folder: &Path, failures: &mut Vec<String>) -> Vec<CaseFile> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot read {}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|error| error.to_string());
        match text.and_then(|text| Ok((markdown::parse(&text)?, text))) {
            Ok((scenarios, text)) => files.push(CaseFile { path, text, scenarios }),
            Err(problems) => failures.push(format!("{}\n{problems}", path.display())),
        }
    }
    files
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

/// A console block whose body is not what the program says.
struct Difference {
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

/// Plays a scenario; none where the server is too old for it.
fn play(scenario: &Scenario) -> Result<Option<Vec<Difference>>, String> {
    if scenario.since.is_some_and(|since| server().major() < since) {
        return Ok(None);
    }
    // A panic belongs to this scenario alone.
    catch_unwind(AssertUnwindSafe(|| do_blocks(scenario))).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or(panic.downcast_ref::<&str>().copied());
        Err(message.unwrap_or("panicked").to_owned())
    })
}

/// Does one block after the other.
fn do_blocks(scenario: &Scenario) -> Result<Option<Vec<Difference>>, String> {
    let (database, folder) = (server().database(""), Folder::new());
    let volatile = Volatile::new(server(), &database, folder.path());
    let mut differences = Vec::new();
    for block in &scenario.blocks {
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
                differences.extend(difference);
            }
        }
    }
    Ok(Some(differences))
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
        line: block.line,
        command: command.to_owned(),
        expected,
        actual,
    }))
}

//! Follows the advice of the findings in the scenarios: the SQL of each hint runs in a fresh database with the same
//! objects, and the check runs again. The finding must be gone, no other may have come, and none may have gone but those
//! that say that they follow from it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::command::{Command, Program};
use super::markdown::{Block, Kind, Scenario};
use super::volatile::Volatile;
use super::{console, exceptions};
use crate::folder::Folder;
use crate::run::run;
use crate::server::{TestDb, server};

/// Options after which a check is not one of the scenario's database, or not one that can be repeated.
const OTHER_SOURCES: [&str; 6] = ["--url", "--against", "--wait", "--from", "--timeout", "--only"];

/// Whether a check of the scenario has findings, as far as its expected output says.
pub fn has_findings(scenario: &Scenario) -> bool {
    scenario.blocks.iter().any(|block| {
        let text = &block.text;
        block.kind == Kind::Console { role: None }
            && text.starts_with("$ driftgate check")
            && text.contains("exit code: 1\n")
            && !OTHER_SOURCES
                .iter()
                .any(|option| text.lines().next().is_some_and(|line| line.contains(option)))
    })
}

/// Runs the scenario, and follows the advice of each check with findings.
pub fn follow(scenario: &Scenario, name: &str) -> Result<(), String> {
    let (database, folder) = (server().database(""), Folder::new());
    let volatile = Volatile::new(server(), &database, folder.path());
    let mut statements: Vec<&str> = Vec::new();
    let mut problems = Vec::new();
    for block in &scenario.blocks {
        match &block.kind {
            Kind::File(path) => folder.write(path, &block.text),
            Kind::Sql { .. } => {
                if database.try_exec(&block.text).is_ok() {
                    statements.push(&block.text);
                }
            }
            Kind::Console { role } => {
                if let Some(arguments) = check_of(block, role.as_deref()) {
                    let copies = Copies {
                        original: &database,
                        statements: &statements,
                        folder: &folder,
                        arguments: &arguments,
                    };
                    problems.extend(copies.problems(name));
                } else {
                    // It may write files that later checks read.
                    let _ = console(block, role.as_deref(), &database, &folder, &volatile);
                }
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

/// The arguments of a check of the scenario's database, with a report for programs.
fn check_of(block: &Block, role: Option<&str>) -> Option<Vec<String>> {
    let line = block.text.lines().next()?.strip_prefix("$ ")?;
    let variables = BTreeMap::from([("DATABASE_URL".to_owned(), String::new())]);
    let command = Command::parse(line, &variables).ok()?;
    let is_check = matches!(command.program, Program::Driftgate) && command.arguments.first()? == "check";
    let is_other = |argument: &String| OTHER_SOURCES.iter().any(|option| argument.starts_with(option));
    if role.is_some()
        || !is_check
        || command.output.is_some()
        || !command.variables.is_empty()
        || command.arguments.iter().any(is_other)
    {
        return None;
    }
    let mut arguments = Vec::new();
    let mut words = command.arguments.into_iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--format" | "-o" | "--output" => drop(words.next()),
            _ if word.starts_with("--format=") || word.starts_with("-o") => {}
            _ => arguments.push(word),
        }
    }
    arguments.extend(["--format".to_owned(), "json".to_owned()]);
    Some(arguments)
}

/// What each piece of advice is tried on.
struct Copies<'a> {
    original: &'a TestDb<'static>,
    statements: &'a [&'a str],
    folder: &'a Folder,
    arguments: &'a [String],
}

/// A finding, as the report shows it.
#[derive(Debug)]
pub struct Advised {
    pub id: String,
    pub sql: Option<String>,
    pub hint: String,
    caused_by: Option<String>,
    expected: String,
    object: String,
}

impl Copies<'_> {
    /// What is wrong with the advice of the check.
    fn problems(&self, name: &str) -> Vec<String> {
        let Some(before) = self.findings(self.original) else {
            return Vec::new();
        };
        let mut tried = BTreeSet::new();
        let mut problems = Vec::new();
        for finding in &before {
            let Some(sql) = &finding.sql else { continue };
            if !tried.insert(sql) || exceptions::reason(name, &finding.id).is_some() {
                continue;
            }
            if let Err(problem) = self.try_one(finding, sql, &before) {
                problems.push(format!("{}\n  {}\n  {problem}", finding.id, finding.hint));
            }
        }
        problems
    }

    /// Follows one piece of advice and compares the findings.
    fn try_one(&self, finding: &Advised, sql: &str, before: &[Advised]) -> Result<(), String> {
        let copy = self.copy();
        // Some statements name the database.
        let sql_of_copy = sql.replace(self.original.name(), copy.name());
        match copy.try_each(&split(&sql_of_copy)) {
            Ok(()) => {}
            // The owner of an example need not exist.
            Err(error) if error.contains("role \"") && error.contains("does not exist") => return Ok(()),
            Err(_) if finding.may_be_refused() => return Ok(()),
            Err(error) => return Err(error),
        }
        let after = self.findings(&copy).ok_or("the check does not run any more")?;
        compare(finding, sql, before, &after)
    }

    /// A fresh database with the same objects.
    fn copy(&self) -> TestDb<'static> {
        let copy = server().database("");
        if self.statements.iter().all(|sql| copy.try_exec(sql).is_ok()) {
            return copy;
        }
        server().copy_of(self.original)
    }

    fn findings(&self, database: &TestDb) -> Option<Vec<Advised>> {
        let url = database.url();
        let run = run(self.folder.path(), [("DATABASE_URL", url.as_str())], self.arguments);
        let report: Value = serde_json::from_str(&run.stdout).ok()?;
        Some(findings(&report))
    }
}

/// The findings of a report.
pub fn findings(report: &Value) -> Vec<Advised> {
    let targets = report["targets"].as_array().into_iter().flatten();
    let findings = targets.flat_map(|target| target["findings"].as_array().into_iter().flatten());
    let text = |finding: &Value, key: &str| finding[key].as_str().map(str::to_owned);
    findings
        .map(|finding| Advised {
            id: text(finding, "id").unwrap_or_default(),
            sql: text(finding, "sql"),
            hint: text(finding, "hint").unwrap_or_default(),
            caused_by: text(finding, "caused_by"),
            expected: finding["expected"].to_string(),
            object: text(finding, "object").unwrap_or_default(),
        })
        .collect()
}

/// What is wrong with the findings after the advice of one was followed.
pub fn compare(finding: &Advised, sql: &str, before: &[Advised], after: &[Advised]) -> Result<(), String> {
    if after
        .iter()
        .any(|other| other.base() == finding.base() && other.expected == finding.expected)
    {
        return Err("the finding is still there".to_owned());
    }
    let ids = |findings: &[Advised]| -> BTreeSet<String> { findings.iter().map(|f| f.base().to_owned()).collect() };
    let (old, new) = (ids(before), ids(after));
    // A renamed or created object is compared from now on, and another expectation may contradict this one.
    let now_compared = |id: &&String| finding.is_missing() && id.contains(finding.object());
    let came: Vec<&String> = new.difference(&old).filter(|id| !now_compared(id)).collect();
    if !came.is_empty() {
        return Err(format!("others have come: {came:?}"));
    }
    let follows = |other: &&Advised| {
        other.sql.as_deref() == Some(sql)
            || other.caused_by.as_deref() == Some(&finding.id)
            || finding.caused_by.as_deref() == Some(&other.id)
            || other.object() == finding.object()
    };
    let says_so = finding.hint.contains("also drops");
    let went = before
        .iter()
        .filter(|f| !new.contains(f.base()) && !follows(f) && !says_so);
    let went: Vec<&str> = went.map(|f| f.id.as_str()).collect();
    if went.is_empty() {
        Ok(())
    } else {
        Err(format!("others have gone, too: {went:?}"))
    }
}

impl Advised {
    /// The id that equal expectations share.
    fn base(&self) -> &str {
        self.id.split('~').next().unwrap_or_default()
    }

    fn object(&self) -> &str {
        &self.object
    }

    fn is_missing(&self) -> bool {
        self.id.split(':').next().is_some_and(|code| code.ends_with("-missing"))
    }

    /// Whether the advice says that PostgreSQL may refuse the statements.
    pub fn may_be_refused(&self) -> bool {
        let words = [
            "PostgreSQL refuses",
            "must be installed",
            "correct those",
            "if the table has rows",
        ];
        words.iter().any(|words| self.hint.contains(words))
    }
}

/// The statements of a text, without those inside of quotes.
pub fn split(sql: &str) -> Vec<&str> {
    let (mut start, mut quote, mut statements) = (0, None, Vec::new());
    for (at, c) in sql.char_indices() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, ';') => {
                statements.push(sql[start..=at].trim());
                start = at + 1;
            }
            (None | Some(_), _) => {}
        }
    }
    statements.retain(|statement| statement.len() > 1);
    statements
}

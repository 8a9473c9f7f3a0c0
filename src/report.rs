//! The report: what was checked, what was found, and what a run's exit code is.

pub mod asides;
mod azure;
mod checks;
mod checkstyle;
pub mod coverage;
pub mod diff;
mod exit;
mod fingerprint;
pub mod format;
mod github;
mod gitlab;
pub mod history;
mod html;
pub mod json;
mod json_marks;
mod jsonl;
mod junit;
pub mod mark;
mod markdown;
pub mod nagios;
mod plain;
pub mod previous;
mod prometheus;
mod sarif;
pub mod table;
mod table_marks;
mod tap;
pub mod timing;
mod words;
mod xml;

pub use checks::{Checks, Passes};
use coverage::Coverage;
pub use exit::Exit;
use history::History;
use mark::{Acceptance, BaselineUse, Compared, Comparison, Mark};
use serde_json::Value as Json;

use crate::error::Failure;
use crate::expectation::Level;
use crate::source_map::Place;

/// The outcome of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// One entry a database, in the order of the command line's files.
    pub targets: Vec<Target>,
    /// The baseline, if one was given.
    pub baseline: Option<BaselineUse>,
    /// The comparison with an earlier report, if one was given.
    pub comparison: Option<Comparison>,
    /// What earlier runs have found, if a folder of their reports was given.
    pub history: Option<History>,
}

/// What was found in one database.
#[derive(Debug)]
pub struct Target {
    /// Where the database comes from: `env:DATABASE_URL`. Never a password.
    pub database: String,
    /// The host; empty for a database that was never reached.
    pub host: String,
    /// The name of the database.
    pub name: String,
    /// The version of the server.
    pub server_version: String,
    /// Every check that was made.
    pub checks: Checks,
    /// Migrations of the folder it is compared with that are still to be applied here.
    pub pending: Vec<String>,
    /// What there is that is never compared; only where the world is closed.
    pub not_compared: Vec<NotCompared>,
    /// The histories of migrations whose tool was found by its table.
    pub histories: Vec<FoundHistory>,
    /// How much of the catalog the expectations speak of, if that was asked.
    pub coverage: Option<Coverage>,
    /// Why nothing more could be verified, if so.
    pub failure: Option<Failure>,
    /// What has changed since an earlier report, if one was given.
    pub compared: Option<Compared>,
}

/// Something that is counted and not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCompared {
    /// Its name.
    pub name: &'static str,
    /// So many of it, for people.
    pub words: &'static str,
    /// How many there are.
    pub count: u64,
}

/// A history of migrations whose tool was found by its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundHistory {
    /// The tool, as expectation files name it.
    pub tool: &'static str,
    /// Its table.
    pub table: String,
}

/// One comparison that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// How it ended.
    pub status: Status,
    /// How much it weighs if it did not pass.
    pub level: Level,
    /// What was found, in kebab case, from [`crate::report::codes`].
    pub code: String,
    /// The kind of the object, or `migration` or `assertion`.
    pub kind: &'static str,
    /// The object.
    pub object: String,
    /// The attribute, if one was compared.
    pub attribute: Option<&'static str>,
    /// What was expected.
    pub expected: Json,
    /// What is there.
    pub actual: Json,
    /// Where it was expected.
    pub place: Place,
    /// What was found, as a sentence.
    pub message: String,
    /// What the server said about it, or why it could not be told.
    pub detail: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// Why it is expected, in the words of the file.
    pub reason: Option<String>,
    /// What a baseline and an earlier report say of it.
    pub mark: Mark,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The database is as expected.
    Passed,
    /// The database differs.
    Drift,
    /// Could not tell, for a reason that nobody has to mend: there is nothing to ask, or nothing that knows.
    Unknown,
    /// Could not tell, because a query was refused or did not end: permission, timeout, a statement that is not
    /// a query. Reported as unknown; it fails the run.
    Unverified,
}

impl Check {
    /// The same in every run that finds the same, wherever and in whatever order it is written. No two findings of a
    /// target in a [`Report`] have the same.
    #[must_use]
    pub fn id(&self) -> String {
        let id = self.common_id();
        match self.mark.copies {
            0 => id,
            copies => format!("{id}~{}", copies + 1),
        }
    }

    /// The id that it shares with what is expected alike elsewhere.
    #[must_use]
    pub fn common_id(&self) -> String {
        let suffix = &self.mark.suffix;
        match self.attribute {
            // Several tests of one assertion can fail: the code alone does not tell them apart.
            Some(attribute) if !self.code.ends_with(&attribute.replace('_', "-")) => {
                format!("{}:{}:{attribute}{suffix}", self.code, self.object)
            }
            Some(_) | None => format!("{}:{}{suffix}", self.code, self.object),
        }
    }

    /// Whether a baseline accepts the finding, so that it does not count.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.mark
            .accepted
            .as_ref()
            .is_some_and(|a| a.state == Acceptance::Known)
    }

    /// What was found and what there is to know about it, as one sentence that stands for itself.
    #[must_use]
    pub fn sentence(&self) -> String {
        match (self.status, &self.detail) {
            (Status::Passed, _) => match self.attribute {
                Some(attribute) => format!("{attribute} of {} is as expected", self.subject()),
                None if self.is_closed_world() => format!("there is {}", self.title()),
                None => format!("{} is as expected", self.subject()),
            },
            (Status::Drift, Some(detail)) => format!("{}; {detail}", self.message),
            (Status::Unknown | Status::Unverified, Some(detail)) => {
                format!("could not tell whether {}: {detail}", self.message)
            }
            (_, None) => self.message.clone(),
        }
    }

    /// What it is about: `foreign key public.a.b`.
    #[must_use]
    pub fn subject(&self) -> String {
        format!("{} {}", self.kind.replace('_', " "), self.object)
            .trim_end()
            .to_owned()
    }

    /// Whether it says that nothing is there but what is listed.
    fn is_closed_world(&self) -> bool {
        self.status == Status::Passed && self.code.ends_with("-unexpected")
    }

    /// What a list of checks calls it.
    #[must_use]
    pub fn title(&self) -> String {
        if !self.is_closed_world() {
            return self.subject();
        }
        let kind = self.kind.replace('_', " ");
        match self.object.as_str() {
            "" => format!("no unlisted {kind}"),
            parent => format!("no unlisted {kind} in {parent}"),
        }
    }

    /// Whether the check did not pass.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        match self.status {
            Status::Passed => false,
            Status::Drift | Status::Unknown | Status::Unverified => true,
        }
    }
}

/// How many checks ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// All checks that were made.
    pub checks: usize,
    /// Those that passed.
    pub passed: usize,
    /// Findings of level error where the database differs.
    pub drift: usize,
    /// Findings of level warn.
    pub warnings: usize,
    /// Findings of level error where driftgate could not tell.
    pub unknown: usize,
    /// Those of `unknown` where a query was refused or did not end.
    pub unverified: usize,
    /// Findings of any level that a baseline accepts; they count as nothing else.
    pub known: usize,
}

impl Summary {
    fn of(checks: &Checks) -> Self {
        let mut summary = Self {
            checks: checks.passed + checks.findings.len(),
            passed: checks.passed,
            ..Self::default()
        };
        for check in &checks.findings {
            if check.is_known() {
                summary.known += 1;
                continue;
            }
            match (check.status, check.level) {
                (Status::Passed, _) => {}
                (Status::Drift, Level::Error) => summary.drift += 1,
                (Status::Drift | Status::Unknown | Status::Unverified, Level::Warn) => summary.warnings += 1,
                (Status::Unknown, Level::Error) => summary.unknown += 1,
                (Status::Unverified, Level::Error) => {
                    summary.unknown += 1;
                    summary.unverified += 1;
                }
            }
        }
        summary
    }

    fn add(self, other: Self) -> Self {
        Self {
            checks: self.checks + other.checks,
            passed: self.passed + other.passed,
            drift: self.drift + other.drift,
            warnings: self.warnings + other.warnings,
            unknown: self.unknown + other.unknown,
            unverified: self.unverified + other.unverified,
            known: self.known + other.known,
        }
    }
}

impl Target {
    /// A database about which nothing is known but how it was named.
    #[must_use]
    pub fn named(database: String) -> Self {
        Self {
            database,
            host: String::new(),
            name: String::new(),
            server_version: String::new(),
            checks: Checks::default(),
            pending: Vec::new(),
            not_compared: Vec::new(),
            histories: Vec::new(),
            coverage: None,
            failure: None,
            compared: None,
        }
    }

    /// How many checks ended how.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(&self.checks)
    }

    /// The checks that did not pass.
    pub fn findings(&self) -> impl Iterator<Item = &Check> {
        self.checks.findings.iter()
    }

    /// The checks that did not pass, in the order of the files.
    #[must_use]
    pub fn findings_in_order(&self) -> Vec<&Check> {
        let mut findings: Vec<&Check> = self.findings().collect();
        findings.sort_by_key(|check| check.place);
        findings
    }

    /// The verdict in one word: `passed`, `drift`, `unknown` or `failed`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        let summary = self.summary();
        if summary.drift > 0 {
            "drift"
        } else if self.failure.is_some() {
            "failed"
        } else if summary.unknown > 0 {
            "unknown"
        } else {
            "passed"
        }
    }
}

impl Report {
    /// The report on these databases. Every finding gets an id of its own.
    #[must_use]
    pub fn new(mut targets: Vec<Target>) -> Self {
        for target in &mut targets {
            mark::tell_apart(&mut target.checks.findings);
        }
        Self {
            targets,
            baseline: None,
            comparison: None,
            history: None,
        }
    }

    /// How many checks ended how, over all databases.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.targets
            .iter()
            .fold(Summary::default(), |sum, target| sum.add(target.summary()))
    }

    /// The exit code of a run that came to this report.
    #[must_use]
    pub fn exit(&self, fail_on_unknown: bool) -> Exit {
        let summary = self.summary();
        let failed = self.targets.iter().any(|target| target.failure.is_some());
        let stale = self.baseline.as_ref().is_some_and(|b| b.strict && !b.stale.is_empty());
        if summary.drift > 0 || stale {
            Exit::Drift
        } else if failed {
            Exit::Failure
        } else if summary.unknown > 0 && fail_on_unknown {
            Exit::Unknown
        } else if summary.unverified > 0 {
            Exit::Failure
        } else if summary.checks == 0 {
            // Nothing was compared: never green while blind.
            Exit::Usage
        } else {
            Exit::Passed
        }
    }
}

/// A code in kebab case from the parts of names in snake case.
#[must_use]
pub fn code(kind: &str, end: &str) -> String {
    format!("{kind}-{end}").replace(['_', ' '], "-")
}

/// The codes that belong to no kind of object, and what they mean.
pub const OTHER_CODES: &[(&str, &str)] = &[
    (
        "assertion-failed",
        "the rows of an assertion are not those that were expected",
    ),
    (
        "assertion-error",
        "the query of an assertion cannot be run: something it names does not exist, or it is not SQL",
    ),
    ("assertion-refused", "an assertion is not one query that only reads"),
    (
        "assertion-unverified",
        "the query of an assertion did not end: permission, timeout, a lock",
    ),
    (
        "baseline-changed",
        "an entry of the baseline accepts something else than what is found",
    ),
    (
        "baseline-expired",
        "the day until which an entry of the baseline holds is over",
    ),
    (
        "baseline-gone",
        "what an entry of the baseline accepts is not found any more",
    ),
    ("ignore-idle", "a pattern of `ignore` matches nothing"),
    ("migration-missing", "a migration is not applied"),
    (
        "migration-failed",
        "a migration began and did not end, or ended with an error",
    ),
    ("migration-rolled-back", "a migration was taken back"),
    ("migration-pending", "a migration of the folder is not applied"),
    (
        "migration-unknown",
        "a migration is applied that the folder does not have",
    ),
    (
        "migration-changed",
        "the file of a migration was changed after it was applied",
    ),
    (
        "migration-out-of-order",
        "a migration is not applied, or was applied later, though one that comes after it was",
    ),
    ("migration-latest", "the last migration that is applied is another one"),
    (
        "migration-behind",
        "the last migration that is applied comes before the one that must be",
    ),
    (
        "migration-tool-unclear",
        "several migration tools have a history here, and the file does not say which is meant",
    ),
    (
        "migration-folder-unreadable",
        "the folder is not one of the tool that the history is of",
    ),
    ("migration-ambiguous", "several migrations have this name"),
    (
        "migration-history-missing",
        "the table of the migration tool does not exist",
    ),
    (
        "migration-history-unreadable",
        "the table of the migration tool cannot be read",
    ),
    ("not-verified", "the database could not be verified, or not to the end"),
    ("nothing-checked", "nothing was checked in the database"),
];

/// Every code that a finding can have, and what it means; sorted.
#[must_use]
pub fn codes() -> Vec<(String, String)> {
    let mut codes: Vec<(String, String)> = OTHER_CODES
        .iter()
        .map(|(c, d)| ((*c).to_owned(), (*d).to_owned()))
        .collect();
    for kind in crate::kinds::Kind::ALL {
        let name = kind.spec().name;
        let one = kind.one();
        codes.push((code(name, "missing"), format!("{one} is not there")));
        codes.push((
            code(name, "unexpected"),
            format!("{one} is there and must not be, or is not listed"),
        ));
        for attr in kind.spec().attrs {
            codes.push((
                code(name, attr.code_suffix.unwrap_or(attr.name)),
                format!("`{}` of {one} differs", attr.name),
            ));
        }
    }
    codes.sort();
    codes
}

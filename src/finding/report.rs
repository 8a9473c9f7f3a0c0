//! The result of a run: the checks of each database, and the exit code.

use serde::Deserialize;

use super::coverage::Coverage;
use super::fleet::{FleetReport, Member};
use super::mark::{BaselineUse, ReportComparison, TargetComparison, assign_unique_ids};
use super::report_history::ReportHistory;
use super::{Check, Checks, Code, Exit, OtherCode, Status};
use crate::error::Failure;
use crate::expectation::{CutName, Level, NotExpected};

/// The result of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// One entry per database, in the order of the files on the command line.
    pub targets: Vec<Target>,
    /// The baseline, if one was given.
    pub baseline: Option<BaselineUse>,
    /// The comparison with an earlier report, if one was given.
    pub comparison: Option<ReportComparison>,
    /// Whether a later run will compare itself with the report, so that it needs its time.
    pub is_dated: bool,
    /// The results of earlier runs, if a folder with their reports was given.
    pub history: Option<ReportHistory>,
    /// The result of a fleet, which takes the place of the targets.
    pub fleet: Option<FleetReport>,
}

/// The result of one database.
#[derive(Debug)]
pub struct Target {
    /// The source of the database: `env:DATABASE_URL`. It never contains a password.
    pub database: String,
    /// The host. Empty if the database was never reached.
    pub host: String,
    /// The host and the port: `db.example.com:5432`. Several are separated by commas.
    pub address: String,
    /// The name of the database.
    pub name: String,
    /// The role that read it.
    pub role: String,
    /// The version of the server.
    pub server_version: String,
    /// All checks.
    pub checks: Checks,
    /// The pending migrations of the folder that the database is compared with.
    pub pending: Vec<String>,
    /// Objects that are counted and never compared. Only filled if an expectation is exact.
    pub not_compared: Vec<NotCompared>,
    /// The names in the files that PostgreSQL cuts.
    pub cut_names: Vec<CutName>,
    /// What the files do not expect of the database yet, or no longer.
    pub not_expected: Vec<NotExpected>,
    /// The migration histories whose tool was detected by its table.
    pub histories: Vec<FoundHistory>,
    /// The coverage of the catalog by the expectations, if it was requested.
    pub coverage: Option<Coverage>,
    /// Why the database could not be verified, or not completely.
    pub failure: Option<Failure>,
    /// What has changed since an earlier report, if one was given.
    pub compared: Option<TargetComparison>,
    /// What it is in its fleet, if it is a target of one.
    pub member: Option<Member>,
}

/// The verdict on a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetStatus {
    /// All checks passed.
    Passed,
    /// The database differs.
    Drift,
    /// Some checks could not be determined.
    Unknown,
    /// The database could not be verified.
    Failed,
}

impl TargetStatus {
    /// The word of reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Drift => "drift",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
        }
    }
}

/// Something that is counted and not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCompared {
    /// Its name.
    pub name: &'static str,
    /// The words for this number of objects.
    pub words: &'static str,
    /// How many exist.
    pub count: u64,
}

/// A migration history whose tool was detected by its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundHistory {
    /// The tool, as expectation files name it.
    pub tool: &'static str,
    /// Its table.
    pub table: String,
}

/// The number of checks by result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// All checks.
    pub checks: usize,
    /// Passed checks.
    pub passed: usize,
    /// Findings of level error where the database differs.
    pub drift: usize,
    /// Findings of level warn.
    pub warnings: usize,
    /// Findings of level error that could not be determined.
    pub unknown: usize,
    /// Those of `unknown` where a query was refused or did not finish.
    pub unverified: usize,
    /// Findings of any level that a baseline accepts. They are not counted elsewhere.
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
    /// A database of which only the source is known.
    #[must_use]
    pub fn named(database: String) -> Self {
        Self {
            database,
            host: String::new(),
            address: String::new(),
            name: String::new(),
            role: String::new(),
            server_version: String::new(),
            checks: Checks::default(),
            pending: Vec::new(),
            not_compared: Vec::new(),
            cut_names: Vec::new(),
            not_expected: Vec::new(),
            histories: Vec::new(),
            coverage: None,
            failure: None,
            compared: None,
            member: None,
        }
    }

    /// The number of checks by result.
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

    /// The verdict.
    #[must_use]
    pub fn status(&self) -> TargetStatus {
        let summary = self.summary();
        if summary.drift > 0 {
            TargetStatus::Drift
        } else if self.failure.is_some() {
            TargetStatus::Failed
        } else if summary.unknown > 0 {
            TargetStatus::Unknown
        } else {
            TargetStatus::Passed
        }
    }
}

impl Report {
    /// The report about these databases. Every finding gets a unique id.
    #[must_use]
    pub fn new(mut targets: Vec<Target>) -> Self {
        for target in &mut targets {
            assign_unique_ids(&mut target.checks.findings);
        }
        Self {
            targets,
            baseline: None,
            comparison: None,
            is_dated: false,
            history: None,
            fleet: None,
        }
    }

    /// The number of checks by result, over all databases.
    #[must_use]
    pub fn summary(&self) -> Summary {
        summary_of(&self.targets)
    }

    /// The exit code of a run with this report.
    #[must_use]
    pub fn exit(&self, fail_on_unknown: bool) -> Exit {
        let stale = self.baseline.as_ref().is_some_and(|b| b.strict && !b.stale.is_empty());
        if stale {
            return Exit::Drift;
        }
        match &self.fleet {
            Some(fleet) => fleet.exit(),
            None => Self::exit_of(&self.targets, fail_on_unknown),
        }
    }

    /// The exit code of a run that checks these databases.
    #[must_use]
    pub fn exit_of(targets: &[Target], fail_on_unknown: bool) -> Exit {
        let summary = summary_of(targets);
        let failed = targets.iter().any(|target| target.failure.is_some());
        if summary.drift > 0 {
            Exit::Drift
        } else if failed {
            Exit::Failure
        } else if has_mistakes(targets) {
            Exit::Usage
        } else if summary.unknown > 0 && fail_on_unknown {
            Exit::Unknown
        } else if summary.unverified > 0 {
            Exit::Failure
        } else if summary.checks == 0 {
            // If nothing was compared, the run must not succeed.
            Exit::Usage
        } else {
            Exit::Passed
        }
    }
}

/// The number of checks by result, over all of these databases.
fn summary_of(targets: &[Target]) -> Summary {
    targets
        .iter()
        .fold(Summary::default(), |sum, target| sum.add(target.summary()))
}

/// Whether a query of a file is written wrong, so that it cannot be run on any database.
fn has_mistakes(targets: &[Target]) -> bool {
    let findings = targets.iter().flat_map(Target::findings);
    let mut counted = findings.filter(|check| !check.is_known() && check.level == Level::Error);
    counted
        .any(|check| check.status == Status::Unverified && matches!(check.code, Code::Other(OtherCode::AssertionError)))
}

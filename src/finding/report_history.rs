//! The report history: the results of earlier runs, read from a folder of JSON reports and sorted by time.

use std::time::{Duration, UNIX_EPOCH};

use serde::Deserialize;

use super::Report;
use super::earlier;
use super::fleet::{self, FleetReport, GroupStatus, MemberVerdict};
use crate::error::Problem;
use crate::source_map::{FileId, Place};

/// The maximum number of runs: more do not fit on a screen.
const KEPT: usize = 60;

/// The results of earlier runs for the databases of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportHistory {
    /// The folder.
    pub folder: String,
    /// The last runs, by time.
    pub runs: Vec<RunTotals>,
    /// How many older runs are left out.
    pub earlier: usize,
    /// How many reports contain none of the databases.
    pub others: usize,
}

/// The number of findings of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunTotals {
    /// The start time, since 1970.
    pub began: Duration,
    /// The file of the report. Empty for the current run.
    pub file: String,
    /// Findings of level error where a database differed.
    pub drift: usize,
    /// Findings of level error that could not be determined.
    pub unknown: usize,
    /// Findings of level warn.
    pub warnings: usize,
    /// Findings that a baseline accepted.
    pub known: usize,
    /// Databases that could not be verified.
    pub failed: usize,
}

/// The parts of an earlier report that the history needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierRun {
    began: Duration,
    file: String,
    databases: Vec<(String, RunTotals)>,
}

/// The hint for a file that is not a report.
pub const HINT: &str =
    "--history takes a folder of reports that `driftgate check -o json=FILE` wrote: move other files to another folder";

#[derive(Deserialize)]
#[serde(expecting = "a report")]
struct JsonReport {
    generated_at: Option<String>,
    targets: Vec<JsonTarget>,
}

#[derive(Deserialize)]
#[serde(expecting = "a database")]
struct JsonTarget {
    database: String,
    error: Option<serde::de::IgnoredAny>,
    summary: JsonSummary,
}

#[derive(Deserialize)]
#[serde(expecting = "a summary")]
struct JsonSummary {
    drift: usize,
    unknown: usize,
    warnings: usize,
    known: Option<usize>,
}

/// Reads the report of an earlier run. `modified` is the modification time of the file since 1970, which is used for a
/// report without a time.
///
/// # Errors
/// The text is not a report of driftgate, or of a version that this one cannot read, or its time is not valid.
pub fn read(text: &str, file: FileId, name: String, modified: Duration) -> Result<EarlierRun, Problem> {
    if fleet::is_fleet(text) {
        let earlier = fleet::read(text, file)?;
        let began = began(earlier.began.as_deref(), file, modified)?;
        // A shard is no whole fleet: it is compared with itself alone.
        let shard = earlier.report.shard.map(|shard| (shard.number, shard.of));
        return Ok(EarlierRun {
            began,
            file: name,
            databases: vec![(
                fleet_name(&earlier.report.file, shard),
                RunTotals::of_fleet(&earlier.report),
            )],
        });
    }
    let report: JsonReport = earlier::report(text, file, HINT)?;
    let began = began(report.generated_at.as_deref(), file, modified)?;
    let databases = report.targets.into_iter().map(|target| {
        let JsonSummary {
            drift,
            unknown,
            warnings,
            known,
        } = target.summary;
        let run = RunTotals {
            drift,
            unknown,
            warnings,
            known: known.unwrap_or(0),
            failed: usize::from(target.error.is_some()),
            ..RunTotals::default()
        };
        (target.database, run)
    });
    Ok(EarlierRun {
        began,
        file: name,
        databases: databases.collect(),
    })
}

/// When a run began: its report says so, or the file was written then.
fn began(written: Option<&str>, file: FileId, modified: Duration) -> Result<Duration, Problem> {
    let Some(time) = written else { return Ok(modified) };
    humantime::parse_rfc3339(time)
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .ok_or_else(|| {
            Problem::at(
                Place::start_of(file),
                format!("`generated_at` is \"{time}\", which is not a time after 1970"),
            )
            .hint(HINT)
        })
}

/// What tells fleets apart in a history.
fn fleet_name(file: &str, shard: Option<(u64, u64)>) -> String {
    match shard {
        Some((number, of)) => format!("{file} {number}/{of}"),
        None => file.to_owned(),
    }
}

impl ReportHistory {
    /// The history of the databases of a report, from the reports of a folder. Reports without any of these databases
    /// are left out.
    #[must_use]
    pub fn of(folder: String, mut earlier_runs: Vec<EarlierRun>, report: &Report) -> Self {
        let all = earlier_runs.len();
        earlier_runs.sort_by(|a, b| (a.began, &a.file).cmp(&(b.began, &b.file)));
        let mut runs: Vec<RunTotals> = earlier_runs.into_iter().filter_map(|run| run.totals(report)).collect();
        let others = all - runs.len();
        let earlier = runs.len().saturating_sub(KEPT);
        runs.drain(..earlier);
        Self {
            folder,
            runs,
            earlier,
            others,
        }
    }
}

impl EarlierRun {
    /// The totals for the databases of a report. `None` if this run checked none of them.
    fn totals(self, report: &Report) -> Option<RunTotals> {
        let (began, file) = (self.began, self.file);
        self.databases
            .into_iter()
            .filter(|(name, _)| is_in(report, name))
            .map(|(_, run)| run)
            .reduce(|sum, run| sum.add(&run))
            .map(|run| RunTotals { began, file, ..run })
    }
}

/// Whether a report is about the database or the fleet of this name.
fn is_in(report: &Report, name: &str) -> bool {
    match &report.fleet {
        Some(fleet) => fleet_name(&fleet.file, fleet.shard.map(|shard| (shard.number, shard.of))) == name,
        None => report.targets.iter().any(|target| target.database == name),
    }
}

impl RunTotals {
    /// The totals of the current run.
    #[must_use]
    pub fn now(report: &Report, began: Duration) -> Self {
        if let Some(fleet) = &report.fleet {
            return Self {
                began,
                ..Self::of_fleet(fleet)
            };
        }
        let summary = report.summary();
        Self {
            began,
            file: String::new(),
            drift: summary.drift,
            unknown: summary.unknown,
            warnings: summary.warnings,
            known: summary.known,
            failed: report.targets.iter().filter(|target| target.failure.is_some()).count(),
        }
    }

    /// The totals of a fleet: each finding once, and the targets that could not be verified.
    fn of_fleet(fleet: &FleetReport) -> Self {
        let count = |status| fleet.groups.iter().filter(|group| group.status == status).count();
        let blind = |verdict: MemberVerdict| matches!(verdict, MemberVerdict::Failed | MemberVerdict::Unreached);
        Self {
            drift: count(GroupStatus::Drift),
            unknown: count(GroupStatus::Unknown),
            warnings: count(GroupStatus::Warning),
            known: count(GroupStatus::Known),
            failed: fleet.members.iter().filter(|result| blind(result.verdict)).count(),
            ..Self::default()
        }
    }

    fn add(self, other: &Self) -> Self {
        Self {
            drift: self.drift + other.drift,
            unknown: self.unknown + other.unknown,
            warnings: self.warnings + other.warnings,
            known: self.known + other.known,
            failed: self.failed + other.failed,
            ..self
        }
    }

    /// All findings except the known ones.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.drift + self.unknown + self.warnings
    }
}

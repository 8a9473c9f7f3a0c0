//! What earlier runs have found: the JSON reports of a folder, in the order of their times.

use std::time::{Duration, UNIX_EPOCH};

use serde::Deserialize;

use super::Report;
use super::previous::{self, start};
use crate::error::Problem;
use crate::source_map::FileId;

/// The runs that are kept: what is further back is no news, and no screen is wider.
const KEPT: usize = 60;

/// What earlier runs have found in the databases of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The folder.
    pub folder: String,
    /// The last runs, in the order of their times.
    pub runs: Vec<Run>,
    /// How many runs are further back.
    pub earlier: usize,
    /// How many reports speak of none of the databases.
    pub others: usize,
}

/// What one run has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// When it began, since 1970.
    pub began: Duration,
    /// The file of its report; empty for the run that is reported.
    pub file: String,
    /// Findings of level error where a database differed.
    pub drift: usize,
    /// Findings of level error where driftgate could not tell.
    pub unknown: usize,
    /// Findings of level warn.
    pub warnings: usize,
    /// Findings that a baseline accepted.
    pub known: usize,
    /// Databases that could not be verified.
    pub failed: usize,
}

/// An earlier report, as far as a history needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    began: Duration,
    file: String,
    databases: Vec<(String, Run)>,
}

/// What to give instead of what was given.
pub const HINT: &str =
    "--history takes a folder of reports that `driftgate check -o json=FILE` wrote: keep other files in another folder";

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

/// Reads the report of an earlier run, of which this is the name. `modified` is when its file was last written, since
/// 1970: the time of a report that has none.
///
/// # Errors
/// The text is no report of driftgate, or one of another version, or its time is none.
pub fn read(text: &str, file: FileId, name: String, modified: Duration) -> Result<Past, Problem> {
    let report: JsonReport = previous::report(text, file, HINT)?;
    let began = match &report.generated_at {
        None => modified,
        Some(time) => humantime::parse_rfc3339(time)
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .ok_or_else(|| {
                Problem::at(
                    start(file),
                    format!("`generated_at` is \"{time}\", which is no time after 1970"),
                )
                .hint(HINT)
            })?,
    };
    let databases = report.targets.into_iter().map(|target| {
        let JsonSummary {
            drift,
            unknown,
            warnings,
            known,
        } = target.summary;
        let run = Run {
            drift,
            unknown,
            warnings,
            known: known.unwrap_or(0),
            failed: usize::from(target.error.is_some()),
            ..Run::default()
        };
        (target.database, run)
    });
    Ok(Past {
        began,
        file: name,
        databases: databases.collect(),
    })
}

impl History {
    /// What these reports of a folder say of the databases of a report. A report that speaks of none of them is no part
    /// of it.
    #[must_use]
    pub fn of(folder: String, mut past: Vec<Past>, report: &Report) -> Self {
        let all = past.len();
        past.sort_by(|a, b| (a.began, &a.file).cmp(&(b.began, &b.file)));
        let mut runs: Vec<Run> = past.into_iter().filter_map(|past| past.run(report)).collect();
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

impl Past {
    /// What it says of the databases of a report, if anything.
    fn run(self, report: &Report) -> Option<Run> {
        let (began, file) = (self.began, self.file);
        self.databases
            .into_iter()
            .filter(|(name, _)| report.targets.iter().any(|target| target.database == *name))
            .map(|(_, run)| run)
            .reduce(|sum, run| sum.add(&run))
            .map(|run| Run { began, file, ..run })
    }
}

impl Run {
    /// What the run has found that is reported.
    #[must_use]
    pub fn now(report: &Report, began: Duration) -> Self {
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

    /// Everything that was found but what is known.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.drift + self.unknown + self.warnings
    }
}

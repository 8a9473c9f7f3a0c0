//! The baseline, the earlier report and the folder of earlier reports that `check` compares its findings with.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::earlier_reports;
use crate::atomic_file;
use crate::baseline::{self, Baseline, Day};
use crate::cli::PriorRunArgs;
use crate::console::note;
use crate::error::{Failure, Problem};
use crate::finding::earlier::{self, EarlierReport};
use crate::finding::fleet::{self, EarlierFleet, FLEET_HINT, FleetReport};
use crate::finding::report_history::{EarlierRun, ReportHistory};
use crate::finding::{Report, Target};
use crate::input;
use crate::redact;
use crate::source_map::{FileId, Place, SourceMap};
use crate::terminal::visible;

/// The baseline and the reports of earlier runs that options name.
pub(crate) struct PriorRuns {
    baseline: Option<Baseline>,
    previous: Option<PreviousReport>,
    history: Option<Vec<EarlierRun>>,
    today: Day,
    began: SystemTime,
}

/// The report of an earlier run.
enum PreviousReport {
    Databases(EarlierReport),
    Fleet(Box<EarlierFleet>),
}

impl PriorRuns {
    /// Reads the files. Where the run `writes_reports`, the first one has no earlier reports. A baseline that will be
    /// overwritten is read, too, because the texts that people wrote are kept.
    ///
    /// # Errors
    /// The problems of all files.
    pub(crate) fn read(args: &PriorRunArgs, writes_reports: bool, files: &mut SourceMap) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut baseline = None;
        let old = args.write_baseline.as_ref().filter(|path| path.exists());
        if let Some(path) = args.baseline.as_ref().or(old) {
            match read_baseline(path, files) {
                Ok(read) => baseline = Some(read),
                Err(more) => problems.extend(more),
            }
        }
        let mut previous = None;
        if let Some(path) = args
            .compare
            .as_ref()
            .filter(|path| !writes_reports || is_there(path, "--compare"))
        {
            let place = input::read(path, files).map_err(|problem| problem.hint(earlier::HINT));
            match place.and_then(|place| previous_report(files.text(place.file), place.file)) {
                Ok(read) => previous = Some(read),
                Err(problem) => problems.push(problem),
            }
        }
        let mut past = None;
        if let Some(folder) = args
            .history
            .as_ref()
            .filter(|path| !writes_reports || is_there(path, "--history"))
        {
            match earlier_reports::read(folder, files) {
                Ok(read) => past = Some(read),
                Err(more) => problems.extend(more),
            }
        }
        if args.history.is_some() {
            past.get_or_insert_with(Vec::new);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let began = SystemTime::now();
        Ok(Self {
            baseline,
            previous,
            history: past,
            today: Day::of(began),
            began,
        })
    }

    /// Reads a baseline, where a subcommand has no other earlier runs.
    ///
    /// # Errors
    /// The problems of the baseline.
    pub(crate) fn of_baseline(baseline: Option<&PathBuf>, files: &mut SourceMap) -> Result<Self, Vec<Problem>> {
        let args = PriorRunArgs {
            baseline: baseline.cloned(),
            ..PriorRunArgs::default()
        };
        Self::read(&args, false, files)
    }

    /// Marks the findings of one database that the baseline accepts.
    pub(crate) fn mark(&self, target: &mut Target) {
        if let Some(baseline) = &self.baseline {
            baseline.mark(target, &self.today);
        }
    }

    /// The problem that the earlier report is that of a fleet, and this run is not, or the other way round.
    ///
    /// # Errors
    /// There is that problem.
    pub(crate) fn fits(&self, is_fleet: bool) -> Result<(), Problem> {
        let (file, message, hint) = match &self.previous {
            Some(PreviousReport::Databases(earlier)) if is_fleet => {
                (earlier.file, "this is not the report of a fleet", FLEET_HINT)
            }
            Some(PreviousReport::Fleet(earlier)) if !is_fleet => (
                earlier.file,
                "this is the report of a fleet",
                "compare it with a run of --fleet",
            ),
            Some(PreviousReport::Databases(_) | PreviousReport::Fleet(_)) | None => return Ok(()),
        };
        Err(Problem::at(Place::start_of(file), message).hint(hint))
    }

    /// Turns the results of the targets of a fleet into its report with `collect`, and compares it with the earlier ones.
    /// The findings must be marked.
    pub(crate) fn apply_to_fleet(
        mut self,
        results: &[Target],
        args: &PriorRunArgs,
        collect: impl FnOnce(&[Target]) -> FleetReport,
    ) -> Report {
        let mut report = Report::default();
        let mut fleet = collect(results);
        if let Some(PreviousReport::Fleet(previous)) = &self.previous {
            fleet::compare(&mut fleet, previous);
        }
        report.is_dated = args.compare.is_some() || args.history.is_some();
        report.fleet = Some(fleet);
        report.baseline = self
            .baseline
            .as_ref()
            .map(|baseline| baseline.outcome(results, args.strict_baseline));
        if let (Some(past), Some(folder)) = (self.history.take(), &args.history) {
            report.history = Some(ReportHistory::of(redact::path(folder), past, &report));
        }
        report
    }

    /// Compares the whole report with the earlier ones, and writes the baseline of `--write-baseline`.
    ///
    /// # Errors
    /// The baseline cannot be written. The report is then as it would be without one.
    pub(crate) fn apply(
        mut self,
        report: &mut Report,
        args: &PriorRunArgs,
        files: &mut SourceMap,
    ) -> Result<(), Failure> {
        // In the first night there is no earlier report, and the second night compares itself with this one.
        report.is_dated = args.compare.is_some() || args.history.is_some();
        if let Some(PreviousReport::Databases(previous)) = &self.previous {
            earlier::compare(report, previous, self.began);
        }
        if let (Some(past), Some(folder)) = (self.history.take(), &args.history) {
            report.history = Some(ReportHistory::of(redact::path(folder), past, report));
        }
        let mut failure = None;
        if let Some(path) = &args.write_baseline {
            // The report shows the findings as the next run with this baseline would.
            self.baseline = match write(path, &report.targets, self.baseline.as_ref()) {
                Ok(text) => {
                    let file = files.add(path.clone(), text);
                    baseline::read(files.text(file), file).ok()
                }
                Err(why) => {
                    failure = Some(why);
                    None
                }
            };
        }
        if let Some(baseline) = &self.baseline {
            for target in &mut report.targets {
                baseline.mark(target, &self.today);
            }
            report.baseline = Some(baseline.outcome(&report.targets, args.strict_baseline));
        }
        failure.map_or(Ok(()), Err)
    }
}

/// Writes a baseline of all findings, prints a note about it, and returns its text.
fn write(path: &Path, targets: &[Target], old: Option<&Baseline>) -> Result<String, Failure> {
    if let Some(target) = targets.iter().find(|target| target.failure.is_some()) {
        let doing = format!("writing the baseline {}", redact::path(path));
        return Err(
            Failure::new(doing, format!("{} could not be verified", target.database)).hint("nothing was written"),
        );
    }
    let text = baseline::write(targets, old);
    atomic_file::write_with_folders(path, text.as_bytes())?;
    let findings: usize = targets.iter().map(|target| target.checks.findings.len()).sum();
    let s = if findings == 1 { "" } else { "s" };
    let path = visible(&redact::path(path));
    note(&format!("note: wrote {findings} finding{s} to {path}\n"));
    Ok(text)
}

/// Whether there are earlier reports. The first run has none, which is no mistake.
fn is_there(path: &Path, option: &str) -> bool {
    let is_missing = std::fs::metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    if is_missing {
        let path = visible(&redact::path(path));
        note(&format!("note: {option} {path}: there is no earlier report yet\n"));
    }
    !is_missing
}

fn previous_report(text: &str, file: FileId) -> Result<PreviousReport, Problem> {
    if fleet::is_fleet(text) {
        return Ok(PreviousReport::Fleet(Box::new(fleet::read(text, file)?)));
    }
    earlier::read(text, file).map(PreviousReport::Databases)
}

fn read_baseline(path: &Path, files: &mut SourceMap) -> Result<Baseline, Vec<Problem>> {
    let place = input::read(path, files).map_err(|problem| {
        vec![problem.hint("`check --write-baseline FILE` writes a baseline of the current findings")]
    })?;
    baseline::read(files.text(place.file), place.file)
}

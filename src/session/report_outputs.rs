//! Writes the reports of a run: to standard output, to files, and to the summary of a CI job.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::atomic_file;
use crate::cli::{Color, Format};
use crate::console::{is_quiet, note, print, print_failure, terminal_width};
use crate::error::{Failure, WhileDoing as _};
use crate::finding::fleet::{GroupStatus, TargetGroup};
use crate::finding::{Exit, Report, Target};
use crate::redact;
use crate::report::format::Rendering;
use crate::report::notes::notes;
use crate::report::timing::Timing;
use crate::source_map::SourceMap;

/// The variable in which GitHub Actions names the file for the summary of a job.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// When a run began, by the system clock and by a monotonic clock.
#[derive(Clone, Copy)]
pub(crate) struct RunClock {
    started_at: SystemTime,
    started: Instant,
}

impl RunClock {
    /// Starts the clock.
    pub(crate) fn start() -> Self {
        Self {
            started_at: SystemTime::now(),
            started: Instant::now(),
        }
    }

    /// When the run began and how long it has taken so far.
    pub(crate) fn timing(&self) -> Timing {
        Timing {
            began: self.started_at.duration_since(UNIX_EPOCH).unwrap_or_default(),
            took: self.started.elapsed(),
        }
    }
}

/// The reports that a run writes.
pub(crate) struct ReportOutputs<'a> {
    /// The format on standard output.
    pub(crate) format: Format,
    /// The formats and paths of the files.
    pub(crate) output: &'a [(Format, PathBuf)],
    /// When to color standard output.
    pub(crate) color: Color,
    /// Whether metrics of a fleet have a series for each target.
    pub(crate) target_series: bool,
}

impl ReportOutputs<'_> {
    /// Whether one of the reports lists passed checks.
    pub(crate) fn need_passed_checks(&self) -> bool {
        self.formats().any(|format| format.spec().passes)
    }

    /// Whether one of the reports has this format.
    pub(crate) fn has(&self, wanted: Format) -> bool {
        self.formats().any(|format| format == wanted)
    }

    fn formats(&self) -> impl Iterator<Item = Format> {
        self.output
            .iter()
            .map(|(format, _)| *format)
            .chain(std::iter::once(self.format))
    }

    /// Prints the notes, unless one of the reports contains them: nothing is skipped silently.
    fn print_notes(&self, report: &Report) {
        if !self.formats().any(|format| format.spec().notes) {
            note(&notes(report));
        }
    }

    /// Writes all reports. If one of them cannot be written, the others still are.
    pub(crate) fn write(&self, report: &Report, files: &SourceMap, exit: Exit, clock: &RunClock) -> Vec<Failure> {
        let rendering = Rendering {
            report,
            files,
            exit,
            timing: clock.timing(),
            color: false,
            width: None,
            target_series: self.target_series,
        };
        let mut failures = Vec::new();
        self.print_notes(report);
        for (format, path) in self.output {
            let written = atomic_file::write(path, format.render(&rendering).as_bytes());
            failures.extend(written.while_doing(|| writing_to(path)).err());
        }
        let to_terminal = Rendering {
            color: self.color.enabled(io::stdout().is_terminal()),
            width: terminal_width(),
            ..rendering
        };
        if is_quiet() {
            report
                .targets
                .iter()
                .filter_map(|target| target.failure.as_ref())
                .for_each(print_failure);
        }
        if !(is_quiet() && is_well(report)) {
            failures.extend(print(&self.format.render(&to_terminal)).err());
        }
        if self.has(Format::Github)
            && let Some(path) = std::env::var_os(STEP_SUMMARY).filter(|path| !path.is_empty())
        {
            let path = Path::new(&path);
            let added = append(path, &Format::Markdown.render(&rendering));
            failures.extend(added.while_doing(|| writing_to(path)).err());
        }
        failures
    }
}

/// Whether a report has no findings that count, and nothing but a failure that is printed anyway.
pub(crate) fn is_well(report: &Report) -> bool {
    if let Some(fleet) = &report.fleet {
        let counts = |group: &TargetGroup| group.status != GroupStatus::Known;
        return !fleet.groups.iter().any(counts) && report.exit(false) == Exit::Passed;
    }
    let has_findings = |target: &Target| {
        let summary = target.summary();
        summary.drift + summary.warnings + summary.unknown > 0
    };
    let is_stale = report.baseline.as_ref().is_some_and(|used| !used.stale.is_empty());
    !is_stale && !report.targets.iter().any(has_findings) && report.exit(false) != Exit::Usage
}

fn writing_to(path: &Path) -> String {
    format!("writing the report to {}", redact::path(path))
}

/// Appends a text to a file, after an empty line if other steps of the job have written to it.
fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path)?;
    let gap = if file.metadata()?.len() > 0 { "\n" } else { "" };
    file.write_all(format!("{gap}{text}").as_bytes())
}

/// The exit of a run with this verdict. A report that could not be written fails the run, but drift is still drift.
pub(crate) fn exit_with_failures(verdict: Exit, failures: &[Failure]) -> Exit {
    match verdict {
        Exit::Passed | Exit::Unknown if !failures.is_empty() => Exit::Failure,
        Exit::Passed | Exit::Unknown | Exit::Drift | Exit::Usage | Exit::Failure | Exit::Nagios(_) => verdict,
    }
}

/// The exit of a run whose report on standard output has this format.
pub(crate) fn exit_for_format(format: Format, report: &Report, exit: Exit) -> Exit {
    (format.spec().exit)(report, exit)
}

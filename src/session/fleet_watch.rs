//! Watches the run of a fleet: collects results as they end, writes their lines, shows the progress, and reports what is
//! known if a signal ends the run.

use std::fs::{self, File};
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::fleet_run::Progress;
use super::report_outputs::{ReportOutputs, RunClock};
use crate::cli::{Color, Format};
use crate::console::{clear_progress, note, print_failure, show_progress};
use crate::error::{Failure, WhileDoing as _};
use crate::finding::fleet::{FleetCollector, FleetReport, Member};
use crate::finding::{Report, Target as Checked};
use crate::plural::thousands;
use crate::redact;
use crate::report::{first_line, notes::notes_of, target_line};
use crate::source_map::SourceMap;
use crate::undo::OnSignal;

/// How often a line says how far the run is, where standard error is no terminal.
const INTERVAL: Duration = Duration::from_secs(10);

/// How wide the bar is.
const BAR: usize = 20;

/// How a run with this name ends early.
pub(crate) const STOPPED: &str = "not asked: --fail-fast ended the run at the first drift";

/// What a watch needs beside the targets.
pub(crate) struct WatchOptions {
    /// What the report says beside the results.
    pub(crate) facts: FleetReport,
    pub(crate) members: Vec<Member>,
    pub(crate) format: Format,
    pub(crate) output: Vec<(Format, PathBuf)>,
    pub(crate) color: Color,
    pub(crate) target_series: bool,
    pub(crate) fails_on_unknown: bool,
    /// Whether the run ends at the first drift.
    pub(crate) fail_fast: bool,
    pub(crate) clock: RunClock,
}

/// The state of a run.
pub(crate) struct FleetWatch {
    options: Arc<WatchOptions>,
    collector: Arc<Mutex<FleetCollector>>,
    /// The files that get a line as each target ends.
    lines: Mutex<Vec<(PathBuf, File)>>,
    failures: Mutex<Vec<Failure>>,
    stopped: AtomicBool,
    progress: Mutex<WatchedProgress>,
    changed: Condvar,
    started: Instant,
    /// Reports what is known if a signal ends the run.
    _on_signal: Mutex<OnSignal>,
}

#[derive(Default)]
struct WatchedProgress {
    last: Progress,
    has_ended: bool,
}

impl FleetWatch {
    /// Begins to watch. The files of JSON Lines are begun.
    pub(crate) fn new(options: WatchOptions) -> Self {
        let collector = FleetCollector::new(options.facts.clone(), options.members.clone());
        let (options, collector) = (Arc::new(options), Arc::new(Mutex::new(collector)));
        let mut failures = Vec::new();
        let mut lines = Vec::new();
        let files = options
            .output
            .iter()
            .filter(|(format, path)| *format == Format::Jsonl && is_file(path));
        for (_, path) in files {
            let begun = File::create(path).and_then(|mut file| {
                file.write_all(first_line(&options.facts).as_bytes())?;
                Ok(file)
            });
            match begun.while_doing(|| writing_to(path)) {
                Ok(file) => lines.push((path.clone(), file)),
                Err(failure) => failures.push(failure),
            }
        }
        let (known, outputs) = (Arc::clone(&collector), Arc::clone(&options));
        Self {
            options,
            collector,
            lines: Mutex::new(lines),
            failures: Mutex::new(failures),
            stopped: AtomicBool::new(false),
            progress: Mutex::new(WatchedProgress::default()),
            changed: Condvar::new(),
            started: Instant::now(),
            _on_signal: Mutex::new(OnSignal::new(move || report_interrupted(&known, &outputs))),
        }
    }

    /// Whether no further target is asked.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Adds the result of a target.
    pub(crate) fn add(&self, index: usize, result: &Checked, files: &SourceMap) {
        let fails_on_unknown = self.options.fails_on_unknown;
        let notes = notes_of(std::slice::from_ref(result));
        lock(&self.collector).add(index, result, fails_on_unknown, &notes, files);
        if self.options.fail_fast && result.summary().drift > 0 {
            self.stopped.store(true, Ordering::Relaxed);
        }
        let mut lines = lock(&self.lines);
        if lines.is_empty() {
            return;
        }
        let member = self.options.members.get(index).cloned().unwrap_or_default();
        let mut one = FleetCollector::new(FleetReport::default(), vec![member]);
        one.add(0, result, fails_on_unknown, "", files);
        let one = one.report();
        let line: String = one.members.iter().map(|result| target_line(&one, result)).collect();
        lines.retain_mut(|(path, file)| {
            // A line is written whole, so that a killed run leaves at most its last line cut.
            let written = file.write_all(line.as_bytes()).while_doing(|| writing_to(path));
            written.map_err(|failure| lock(&self.failures).push(failure)).is_ok()
        });
    }

    /// Shows how far the run is.
    pub(crate) fn show(&self, progress: Progress) {
        let mut watched = lock(&self.progress);
        watched.last = progress;
        if std::io::stderr().is_terminal() {
            let text = self.text(progress);
            let count = self.options.members.len().max(1);
            let done = BAR * progress.done / count;
            let bar = format!("{}{}", "█".repeat(done), "░".repeat(BAR.saturating_sub(done)));
            show_progress(&format!("{bar} {text}"));
        }
    }

    /// Writes a line now and then, where standard error is no terminal, until the run has ended.
    pub(crate) fn tick(&self) {
        if std::io::stderr().is_terminal() {
            return;
        }
        let mut watched = lock(&self.progress);
        let mut next = Instant::now() + INTERVAL;
        while !watched.has_ended {
            let left = next.saturating_duration_since(Instant::now());
            let waited = self.changed.wait_timeout(watched, left);
            watched = waited.unwrap_or_else(PoisonError::into_inner).0;
            if Instant::now() >= next && !watched.has_ended {
                note(&format!("{}\n", self.text(watched.last)));
                next += INTERVAL;
            }
        }
    }

    /// Ends [`Self::tick`].
    pub(crate) fn end(&self) {
        lock(&self.progress).has_ended = true;
        self.changed.notify_all();
        clear_progress();
    }

    /// What could not be written so far.
    pub(crate) fn failures(&self) -> Vec<Failure> {
        std::mem::take(&mut *lock(&self.failures))
    }

    /// `1,203 of 2,000 targets: 12 drift, 3 unreached, 41/s, 20 s left`.
    fn text(&self, progress: Progress) -> String {
        let Progress { done, unreached, drift } = progress;
        let count = self.options.members.len();
        let elapsed = self.started.elapsed().as_secs_f64();
        let rate = f64::from(u32::try_from(done).unwrap_or(u32::MAX)) / elapsed.max(0.001);
        let left = f64::from(u32::try_from(count.saturating_sub(done)).unwrap_or(u32::MAX));
        let left = if done == 0 {
            String::new()
        } else {
            format!(", {rate:.1}/s, {:.0} s left", left / rate)
        };
        format!(
            "{} of {} targets: {} drift, {} unreached{left}",
            thousands(done),
            thousands(count),
            thousands(drift),
            thousands(unreached)
        )
    }
}

/// Reports what is known, because a signal ends the run.
fn report_interrupted(collector: &Mutex<FleetCollector>, options: &WatchOptions) {
    clear_progress();
    let fleet = lock(collector).report();
    let report = Report {
        fleet: Some(fleet),
        ..Report::default()
    };
    let outputs = ReportOutputs {
        format: options.format,
        output: &options.output,
        color: options.color,
        target_series: options.target_series,
    };
    note("interrupted: targets without a result are reported as unreached\n");
    let exit = report.exit(options.fails_on_unknown);
    for failure in outputs.write(&report, &SourceMap::default(), exit, &options.clock) {
        print_failure(&failure);
    }
}

/// Whether lines can be added to a path: not a device or a pipe, which would get them twice.
fn is_file(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |metadata| metadata.is_file())
}

fn writing_to(path: &Path) -> String {
    format!("writing the report to {}", redact::path(path))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! `driftgate check`: compares expectations with databases.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::catalog::block_on;
use crate::catalog::capture::Scope;
use crate::cli::{CheckArgs, FailOn, Format};
use crate::console::{Progress, tell_failure, tell_problems};
use crate::environment::Environment;
use crate::error::{Failure, Problem};
use crate::expectation::ExpectationFile;
use crate::expectation::load::{DEFAULT_PATH, load};
use crate::redact;
use crate::report::{Checks, Exit, Report, Target, mark};
use crate::session::prior_runs::Known;
use crate::session::report_outputs::{Began, Wanted, refused, said};
use crate::session::source::{Opened, open_all};
use crate::session::verify::verify;
use crate::session::{drop_in_background, wait};
use crate::source::Source;
use crate::source_map::{Place, SourceMap};

/// Runs the command.
#[must_use]
pub fn run(args: &CheckArgs) -> Exit {
    let began = Began::now();
    let mut files = SourceMap::default();
    match check(args, &mut files) {
        Ok((report, written)) => {
            let mut exit = report.exit(fail_on_unknown(args));
            if args.exit_zero && exit != Exit::Usage {
                exit = Exit::Passed;
            }
            let mut failures = wanted(args).write(&report, &files, exit, &began);
            failures.extend(written.err());
            for failure in &failures {
                tell_failure(failure);
            }
            // Drift that was found stays what it is.
            let exit = match exit {
                Exit::Passed | Exit::Unknown if !failures.is_empty() => Exit::Failure,
                Exit::Passed | Exit::Unknown | Exit::Drift | Exit::Usage | Exit::Failure | Exit::Nagios(_) => exit,
            };
            if args.exit_zero && exit != Exit::Usage {
                return exit;
            }
            said(args.format, &report, exit)
        }
        Err(problems) => {
            tell_problems(&problems, &files, args.color);
            refused(args.format, &problems)
        }
    }
}

fn wanted(args: &CheckArgs) -> Wanted<'_> {
    Wanted {
        format: args.format,
        output: &args.output,
        color: args.color,
    }
}

/// A database and the files that expect something of it.
struct Job<'a> {
    label: String,
    source: Source,
    place: Option<Place>,
    files: Vec<&'a ExpectationFile>,
}

impl Job<'_> {
    /// What it is called while the work is done. A URL is not shown: it may have a password.
    fn named(&self) -> &str {
        if self.label.is_empty() {
            "the database"
        } else {
            &self.label
        }
    }
}

/// The report, and whether the baseline could be written if that was asked.
fn check(args: &CheckArgs, files: &mut SourceMap) -> Result<(Report, Result<(), Failure>), Vec<Problem>> {
    let (expectations, known) = match (load(&args.paths, files), Known::read(&args.prior_runs, files)) {
        (Ok(expectations), Ok(known)) => (expectations, known),
        (expectations, known) => {
            let problems = [expectations.err(), known.err()];
            return Err(problems.into_iter().flatten().flatten().collect());
        }
    };
    outputs(args, &expectations, files)?;
    let jobs = jobs(args, &expectations).map_err(|problem| vec![problem])?;
    let environment = Environment::read(!args.session.no_env_file);
    let opened = open_all(jobs, |job| (&job.source, job.place), &args.session, &environment, files)?;
    let deadline = args.wait.map(|time| Instant::now() + time);
    let mut targets = BTreeMap::new();
    let all = opened.len();
    for (number, job, opened) in opened {
        let which = if all > 1 {
            format!(" ({} of {all})", targets.len() + 1)
        } else {
            String::new()
        };
        let _progress = Progress::say(&format!("looking at {}{which}", job.named()));
        let look = || target(&job, &opened, args, &known);
        let target = match deadline.filter(|_| opened.can_change()) {
            Some(deadline) => wait::until(deadline, fail_on_unknown(args), look),
            None => look(),
        };
        targets.insert(number, target);
    }
    drop_in_background(expectations);
    let mut report = Report::new(targets.into_values().collect());
    let written = known.apply(&mut report, &args.prior_runs, files);
    Ok((report, written))
}

fn fail_on_unknown(args: &CheckArgs) -> bool {
    args.fail_on == Some(FailOn::Unknown)
}

/// No report may take the place of an expectation file, a baseline or another report. The earlier report is read by now:
/// it may be written anew.
fn outputs(args: &CheckArgs, expectations: &[ExpectationFile], files: &SourceMap) -> Result<(), Vec<Problem>> {
    let inputs = expectations.iter().map(|file| files.path(file.file));
    let mut taken: BTreeMap<PathBuf, &str> = inputs
        .filter_map(|path| Some((fs::canonicalize(path).ok()?, "the expectation file of this name")))
        .collect();
    let baselines = [&args.prior_runs.baseline, &args.prior_runs.write_baseline];
    taken.extend(baselines.into_iter().flatten().map(|path| (real(path), "the baseline")));
    let mut problems = Vec::new();
    for (_, path) in &args.output {
        let place = real(path);
        // Devices, such as /dev/stderr, take any number of reports.
        if fs::metadata(&place).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
            continue;
        }
        if let Some(what) = taken.insert(place, "another report") {
            problems.push(
                Problem::new(format!("the report {} would overwrite {what}", redact::path(path)))
                    .hint("give it a name of its own: -o FORMAT=FILE"),
            );
        }
    }
    if let Some(folder) = &args.prior_runs.history
        && !wanted(args).has(Format::Html)
    {
        let folder = redact::path(folder);
        problems.push(
            Problem::new(format!("there is no HTML report to draw the history {folder} in"))
                .hint("add -o html=FILE, or leave --history out"),
        );
    }
    if let Some(path) = &args.prior_runs.write_baseline {
        problems.extend(among_expectations(path, &args.paths));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Where a file is, links resolved. One that is not there yet is told apart by the folder that it will be in.
fn real(path: &Path) -> PathBuf {
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::canonicalize(path)
        .or_else(|_| fs::canonicalize(folder).map(|folder| folder.join(path.file_name().unwrap_or_default())))
        .unwrap_or_else(|_| path.to_owned())
}

/// The problem with a baseline that the next run would take for an expectation file.
fn among_expectations(baseline: &Path, paths: &[PathBuf]) -> Option<Problem> {
    let default = [PathBuf::from(DEFAULT_PATH)];
    let paths = if paths.is_empty() { &default[..] } else { paths };
    let folder = paths
        .iter()
        .find(|path| path.is_dir() && real(baseline).starts_with(real(path)))?;
    let is_read = baseline.extension().is_some_and(|e| e == "yaml" || e == "yml");
    is_read.then(|| {
        let (baseline, folder) = (redact::path(baseline), redact::path(folder));
        Problem::new(format!("the baseline {baseline} would be read as an expectation file"))
            .hint(format!("write it outside of the folder {folder}"))
    })
}

/// The databases in the order in which the files name them.
fn jobs<'a>(args: &CheckArgs, expectations: &'a [ExpectationFile]) -> Result<Vec<Job<'a>>, Problem> {
    let against = args.against.as_deref().map(Source::parse).transpose()?;
    let mut jobs: Vec<Job<'a>> = Vec::new();
    for file in expectations {
        let source = against.clone().unwrap_or_else(|| Source::Env(file.database.clone()));
        match jobs.iter_mut().find(|job| job.source == source) {
            Some(job) => job.files.push(file),
            None => jobs.push(Job {
                // Of a URL the report says what it leads to.
                label: source.report_label(),
                place: against.is_none().then_some(file.database_place),
                source,
                files: vec![file],
            }),
        }
    }
    Ok(jobs)
}

fn target(job: &Job<'_>, opened: &Opened, args: &CheckArgs, known: &Known) -> Target {
    let mut target = Target::named(job.label.clone());
    target.checks = Checks::keeping(wanted(args).passes());
    opened.name(&mut target);
    let mut scope = Scope::of(&job.files);
    if args.coverage {
        scope = Scope::whole(&[], args.platform_schemas).and(&scope);
    }
    scope.platform = args.platform_schemas;
    let limits = opened.limits(args.session.limits());
    let result = opened.with(|info| {
        block_on(verify(info, &job.files, &scope, limits, args.coverage, &mut target)).map(drop_in_background)
    });
    target.failure = result.err();
    mark::tell_apart(&mut target.checks.findings);
    known.mark(&mut target);
    target
}

//! `driftgate check`: compares expectations with databases.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use super::session::{Opened, open_all};
use super::verify::verify;
use super::{let_go, print, tell_failure, tell_problems};
use crate::catalog::block_on;
use crate::catalog::capture::Scope;
use crate::cli::{CheckArgs, FailOn, Format};
use crate::environment::Environment;
use crate::error::{Failure, Problem, os_words};
use crate::expectation::ExpectationFile;
use crate::expectation::load::load;
use crate::report::{self, Exit, Report, Target};
use crate::source::Source;
use crate::source_map::{Place, SourceMap};

/// Runs the command.
#[must_use]
pub fn run(args: &CheckArgs) -> Exit {
    let mut files = SourceMap::default();
    match check(args, &mut files) {
        Ok(report) => {
            let mut exit = report.exit(args.fail_on == Some(FailOn::Unknown));
            if args.exit_zero && exit != Exit::Usage {
                exit = Exit::Passed;
            }
            let failures = write(args, &report, &files, exit);
            for failure in &failures {
                tell_failure(failure);
            }
            // Drift that was found stays what it is.
            match exit {
                Exit::Passed | Exit::Unknown if !failures.is_empty() => Exit::Failure,
                Exit::Passed | Exit::Unknown | Exit::Drift | Exit::Usage | Exit::Failure => exit,
            }
        }
        Err(problems) => {
            tell_problems(&problems, &files, args.color);
            Exit::Usage
        }
    }
}

/// A database and the files that expect something of it.
struct Job<'a> {
    label: String,
    source: Source,
    place: Option<Place>,
    files: Vec<&'a ExpectationFile>,
}

fn check(args: &CheckArgs, files: &mut SourceMap) -> Result<Report, Vec<Problem>> {
    let expectations = load(&args.paths, files)?;
    outputs(args, &expectations, files)?;
    let jobs = jobs(args, &expectations).map_err(|problem| vec![problem])?;
    let environment = Environment::read(!args.session.no_env_file);
    let mut targets = BTreeMap::new();
    for (number, job, opened) in open_all(jobs, |job| (&job.source, job.place), &args.session, &environment, files)? {
        targets.insert(number, target(&job, &opened, args));
    }
    let_go(expectations);
    Ok(Report {
        targets: targets.into_values().collect(),
    })
}

/// No report may take the place of an expectation file or of another report.
fn outputs(args: &CheckArgs, expectations: &[ExpectationFile], files: &SourceMap) -> Result<(), Vec<Problem>> {
    let inputs = expectations.iter().map(|file| files.path(file.file));
    let mut taken: BTreeMap<PathBuf, &str> = inputs
        .filter_map(|path| Some((fs::canonicalize(path).ok()?, "the expectation file of this name")))
        .collect();
    let mut problems = Vec::new();
    for (_, path) in &args.output {
        // A file that is not there yet is told apart by the folder that it will be in.
        let folder = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let place = fs::canonicalize(path)
            .or_else(|_| fs::canonicalize(folder).map(|folder| folder.join(path.file_name().unwrap_or_default())))
            .unwrap_or_else(|_| path.clone());
        // Devices, such as /dev/stderr, take any number of reports.
        if fs::metadata(&place).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
            continue;
        }
        if let Some(what) = taken.insert(place, "another report") {
            problems.push(
                Problem::new(format!("the report {} would overwrite {what}", path.display()))
                    .hint("give it a name of its own: -o FORMAT=FILE"),
            );
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
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

fn target(job: &Job<'_>, opened: &Opened, args: &CheckArgs) -> Target {
    let mut target = Target::named(job.label.clone());
    opened.name(&mut target);
    let mut scope = Scope::of(&job.files);
    if args.coverage {
        scope = Scope::whole(&[], args.platform_schemas).and(&scope);
    }
    scope.platform = args.platform_schemas;
    let limits = opened.limits(args.session.limits());
    let result =
        opened.with(|info| block_on(verify(info, &job.files, &scope, limits, args.coverage, &mut target)).map(let_go));
    target.failure = result.err();
    target
}

/// Writes the report wherever it was asked for. One that cannot be written does not keep the others back.
fn write(args: &CheckArgs, report: &Report, files: &SourceMap, exit: Exit) -> Vec<Failure> {
    let render = |format: Format, color: bool| match format {
        Format::Table => report::table::render(report, files, color),
        Format::Json => report::json::render(report, files, exit),
    };
    let cannot = |to: String| move |e: io::Error| Failure::new(format!("writing the report to {to}"), os_words(&e));
    let mut failures = Vec::new();
    for (format, path) in &args.output {
        let written = fs::write(path, render(*format, false));
        failures.extend(written.map_err(cannot(path.display().to_string())).err());
    }
    let printed = print(&render(args.format, args.color.enabled(io::stdout().is_terminal())));
    failures.extend(printed.map_err(cannot("standard output".to_owned())).err());
    failures
}

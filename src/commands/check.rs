//! `driftgate check`: compares expectations with databases.

mod fleet;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::atomic_file;
use crate::catalog::capture::Scope;
use crate::cli::{CheckArgs, FailOn, Format, SessionArgs};
use crate::console::{clear_progress, print_failure, show_progress};
use crate::environment::Environment;
use crate::error::{CommandError, Failure, Problem, io_message};
use crate::expectation::ExpectationFile;
use crate::expectation::load::{DEFAULT_PATH, load};
use crate::finding::{Checks, Exit, Report, Target, mark};
use crate::redact;
use crate::role_map::RoleMap;
use crate::session::prior_runs::PriorRuns;
use crate::session::report_outputs::{ReportOutputs, RunClock, exit_for_format, exit_with_failures};
use crate::session::scratch_noise::filter_noise_of_checked;
use crate::session::source::{ResolvedSource, resolve_all};
use crate::session::verify::Verification;
use crate::session::{choice, cut_names, drop_in_background, wait};
use crate::source::Source;
use crate::source_map::{Place, SourceMap};

/// Runs the command.
pub(super) fn run(args: &CheckArgs, files: &mut SourceMap) -> Result<Exit, CommandError> {
    if let Some(path) = &args.fleet {
        return fleet::run(args, path, files);
    }
    if !args.targets.is_empty() {
        return Err(
            Problem::new("--where, --target, --shard, --sample and --again choose targets of a fleet")
                .hint("name the fleet file: --fleet fleet.yaml")
                .into(),
        );
    }
    let clock = RunClock::start();
    let (mut expectations, prior) = read_inputs(args, files)?;
    prior.fits(false)?;
    choose(args, &mut expectations, files)?;
    cut_as_databases(args.against.as_deref(), &args.session, &mut expectations, files)?;
    validate_outputs(args, &expectations, files)?;
    let targets = check_all(args, &expectations, &prior, files)?;
    drop_in_background(expectations);
    let mut report = Report::new(targets);
    let baseline_written = prior.apply(&mut report, &args.prior_runs, files);
    let verdict = verdict(args, &report);
    let mut failures = outputs(args).write(&report, files, verdict, &clock);
    failures.extend(baseline_written.err());
    for failure in &failures {
        print_failure(failure);
    }
    Ok(exit(args, &report, verdict, &failures))
}

/// The exit that the findings lead to. Reports contain it.
fn verdict(args: &CheckArgs, report: &Report) -> Exit {
    match report.exit(fail_on_unknown(args)) {
        Exit::Usage => Exit::Usage,
        _ if args.exit_zero => Exit::Passed,
        exit => exit,
    }
}

/// The exit of the run.
fn exit(args: &CheckArgs, report: &Report, verdict: Exit, failures: &[Failure]) -> Exit {
    let exit = exit_with_failures(verdict, failures);
    if args.exit_zero && verdict != Exit::Usage {
        return exit;
    }
    exit_for_format(args.format, report, exit)
}

fn fail_on_unknown(args: &CheckArgs) -> bool {
    args.fail_on == Some(FailOn::Unknown)
}

fn outputs(args: &CheckArgs) -> ReportOutputs<'_> {
    ReportOutputs {
        format: args.format,
        output: &args.output,
        color: args.color,
        target_series: !args.fleet_run.no_target_series,
    }
}

/// Reads the expectation files, the baseline and the earlier reports, and returns the problems of all of them.
fn read_inputs(args: &CheckArgs, files: &mut SourceMap) -> Result<(Vec<ExpectationFile>, PriorRuns), Vec<Problem>> {
    let writes_reports = args.output.iter().any(|(format, _)| *format == Format::Json);
    match (
        load(&args.paths, files),
        PriorRuns::read(&args.prior_runs, writes_reports, files),
    ) {
        (Ok(expectations), Ok(prior)) => Ok((expectations, prior)),
        (expectations, prior) => {
            let problems = [expectations.err(), prior.err()];
            Err(problems.into_iter().flatten().flatten().collect())
        }
    }
}

/// Limits the expectations to what counts.
fn choose(args: &CheckArgs, expectations: &mut Vec<ExpectationFile>, files: &SourceMap) -> Result<(), CommandError> {
    let against = args.against.as_deref().map(Source::parse).transpose()?;
    // What is not a source is reported later.
    let sources: Vec<Option<Source>> = expectations
        .iter()
        .map(|file| source_of(against.as_ref(), file, files).ok())
        .collect();
    Ok(limit(args, expectations, &sources)?)
}

/// Limits the expectations of these sources to what counts.
fn limit(
    args: &CheckArgs,
    expectations: &mut Vec<ExpectationFile>,
    sources: &[Option<Source>],
) -> Result<(), Vec<Problem>> {
    choice::choose(&args.choice, expectations, sources)?;
    if args.no_rows {
        for assertion in expectations.iter_mut().flat_map(|file| &mut file.assertions) {
            assertion.show_rows = Some(0);
        }
    }
    expectations.retain(|file| file.only.is_empty() || file.exact || !file.objects.is_empty());
    Ok(())
}

/// Cuts long names as the databases do whose encoding is not UTF-8. A database that cannot be reached is reported later.
pub(super) fn cut_as_databases(
    against: Option<&str>,
    session: &SessionArgs,
    expectations: &mut [ExpectationFile],
    files: &mut SourceMap,
) -> Result<(), CommandError> {
    let is_needed = expectations.iter().any(|file| file.names_to_encode().next().is_some());
    let against = against.map(Source::parse).transpose()?;
    if !is_needed {
        return Ok(());
    }
    let environment = Environment::read(!session.no_env_file);
    for file in expectations {
        if file.names_to_encode().next().is_none() {
            continue;
        }
        // What is not a source, or not that of a database, is reported or read later.
        let Ok(source @ (Source::Url(_) | Source::Env(_))) = source_of(against.as_ref(), file, files) else {
            continue;
        };
        let place = against.is_none().then_some(file.source_place());
        let jobs = vec![(source, place)];
        let resolved = resolve_all(jobs, |(source, place)| (source, *place), session, &environment, files)?;
        let names = file.names_to_encode().collect();
        let cuts = resolved.iter().find_map(|(_, source)| cut_names(source, &names).ok());
        file.cut_as_database(&cuts.unwrap_or_default());
    }
    Ok(())
}

/// The source that a file is compared with: that of the command line, or the one that the file names.
fn source_of(against: Option<&Source>, file: &ExpectationFile, files: &SourceMap) -> Result<Source, Problem> {
    match against {
        Some(source) => Ok(source.clone()),
        None => Source::of_file(file, files.path(file.file)),
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
    /// The name of the database for a progress line. A URL is not shown: it may contain a password.
    fn name(&self) -> &str {
        if self.label.is_empty() {
            "the database"
        } else {
            &self.label
        }
    }
}

/// One job for each database, in the order in which the files name them.
fn jobs<'a>(
    args: &CheckArgs,
    expectations: &'a [ExpectationFile],
    files: &SourceMap,
) -> Result<Vec<Job<'a>>, Vec<Problem>> {
    let against = args.against.as_deref().map(Source::parse).transpose();
    let against = against.map_err(|problem| vec![problem])?;
    let mut jobs: Vec<Job<'a>> = Vec::new();
    let mut problems = Vec::new();
    for file in expectations {
        let source = match source_of(against.as_ref(), file, files) {
            Ok(source) => source,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        match jobs.iter_mut().find(|job| job.source == source) {
            Some(job) => job.files.push(file),
            None => jobs.push(Job {
                label: source.report_label(),
                place: against.is_none().then_some(file.source_place()),
                source,
                files: vec![file],
            }),
        }
    }
    if problems.is_empty() { Ok(jobs) } else { Err(problems) }
}

/// The options of the sources. What the files say about the folder of migrations that is checked counts as well.
fn session(args: &CheckArgs, expectations: &[ExpectationFile], jobs: &[Job<'_>]) -> SessionArgs {
    let mut session = args.session.clone();
    let checked: Vec<_> = jobs
        .iter()
        .filter_map(|job| match &job.source {
            Source::Migrations(_, path) => fs::canonicalize(path).ok(),
            Source::Url(_)
            | Source::Env(_)
            | Source::Sql(_)
            | Source::Snapshot(_)
            | Source::Command(_)
            | Source::Model(..) => None,
        })
        .collect();
    for history in expectations.iter().flat_map(|file| &file.histories) {
        let roots = history.files.iter().flat_map(|files| &files.roots);
        let mut roots = roots.filter_map(|root| fs::canonicalize(&root.path).ok());
        if !roots.any(|root| checked.contains(&root)) {
            continue;
        }
        let options = &mut session.folder;
        options
            .accept
            .extend(history.accept.iter().map(|accepted| accepted.name.clone()));
        if options.contexts.is_empty() && options.labels.is_none() {
            options.contexts.clone_from(&history.selection.contexts);
            options.labels.clone_from(&history.selection.labels);
        }
    }
    session
}

/// Checks every database, in the order of the jobs.
fn check_all(
    args: &CheckArgs,
    expectations: &[ExpectationFile],
    prior: &PriorRuns,
    files: &mut SourceMap,
) -> Result<Vec<Target>, CommandError> {
    let jobs = jobs(args, expectations, files)?;
    let session = session(args, expectations, &jobs);
    let environment = Environment::read(!args.session.no_env_file);
    let resolved = resolve_all(jobs, |job| (&job.source, job.place), &session, &environment, files)?;
    let deadline = args.wait.map(|time| Instant::now() + time);
    let count = resolved.len();
    let mut targets = Vec::new();
    for (job, source) in &resolved {
        let position = if count > 1 {
            format!(" ({} of {count})", targets.len() + 1)
        } else {
            String::new()
        };
        show_progress(&format!("checking {}{position} …", job.name()));
        let check = || check_one(Target::named(job.label.clone()), &job.files, source, args, prior);
        targets.push(match deadline.filter(|_| source.can_change()) {
            Some(deadline) => wait::until(deadline, fail_on_unknown(args), check),
            None => check(),
        });
        clear_progress();
    }
    Ok(targets)
}

/// A target of which nothing is known.
fn unchecked(label: &str, source: &ResolvedSource, args: &CheckArgs) -> Target {
    let mut target = Target::named(label.to_owned());
    target.checks = Checks::keeping(outputs(args).need_passed_checks());
    source.describe(&mut target);
    target
}

/// What is read to check these files. With `--coverage`, all of these schemas, or of all schemas.
fn scope(args: &CheckArgs, files: &[&ExpectationFile], schemas: &[String]) -> Scope {
    let mut scope = Scope::of(files);
    if args.coverage {
        scope = Scope::whole(schemas, args.platform_schemas).union(&scope);
    }
    scope.platform = args.platform_schemas;
    scope.tolerates_locks = true;
    scope
}

/// Checks one database. A failure is a part of the target, so that the other databases are still checked.
fn check_one(
    mut target: Target,
    files: &[&ExpectationFile],
    source: &ResolvedSource,
    args: &CheckArgs,
    prior: &PriorRuns,
) -> Target {
    target.checks = Checks::keeping(outputs(args).need_passed_checks());
    source.describe(&mut target);
    // Of a tenant, its own schema counts.
    let of_tenant = target.member.as_ref().and_then(|member| member.schema.clone());
    let schemas: Vec<String> = of_tenant.into_iter().collect();
    let scope = scope(args, files, &schemas);
    let verification = Verification {
        files,
        scope: &scope,
        limits: args.session.limits(),
        with_coverage: args.coverage,
        roles: &RoleMap::default(),
    };
    match verification.run(source, &mut target) {
        Ok(snapshot) => {
            target.failure = filter_noise_of_checked(source, &snapshot, &mut target, args.session.limits()).err();
            drop_in_background(snapshot);
        }
        Err(failure) => target.failure = Some(failure),
    }
    mark::assign_unique_ids(&mut target.checks.findings);
    prior.mark(&mut target);
    target
}

/// Checks the paths of all files that the run will write. The earlier report is already read, so it may be overwritten.
fn validate_outputs(args: &CheckArgs, expectations: &[ExpectationFile], files: &SourceMap) -> Result<(), Vec<Problem>> {
    let mut problems = overwritten(args, expectations, files);
    if let Some(folder) = &args.prior_runs.history
        && !outputs(args).has(Format::Html)
    {
        let folder = redact::path(folder);
        problems.push(
            Problem::new(format!(
                "--history {folder} needs an HTML report, which shows the history"
            ))
            .hint("add -o html=FILE, or remove --history"),
        );
    }
    if let Some(path) = &args.prior_runs.write_baseline {
        problems.extend(among_expectations(path, &args.paths));
    }
    // Folders are made only if nothing else is wrong.
    if problems.is_empty() {
        let outputs = args.output.iter().map(|(_, path)| path);
        problems.extend(
            outputs
                .chain(&args.prior_runs.write_baseline)
                .filter_map(|path| unwritable(path)),
        );
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The problem that a file cannot be written. The folders that it needs are made.
fn unwritable(path: &Path) -> Option<Problem> {
    let error = atomic_file::prepare(path).err()?;
    let (path, why) = (redact::path(path), io_message(&error));
    Some(Problem::new(format!("{path} cannot be written: {why}")).hint("nothing was checked: name another file"))
}

/// The reports that would overwrite an expectation file, a baseline or another report.
fn overwritten(args: &CheckArgs, expectations: &[ExpectationFile], files: &SourceMap) -> Vec<Problem> {
    let inputs = expectations.iter().map(|file| files.path(file.file));
    let mut taken: BTreeMap<PathBuf, &str> = inputs
        .filter_map(|path| Some((fs::canonicalize(path).ok()?, "the expectation file of this name")))
        .collect();
    let baselines = [&args.prior_runs.baseline, &args.prior_runs.write_baseline];
    taken.extend(
        baselines
            .into_iter()
            .flatten()
            .map(|path| (real_path(path), "the baseline")),
    );
    let mut problems = Vec::new();
    for (_, path) in &args.output {
        let real = real_path(path);
        // Several reports can go to one device, for instance /dev/stderr.
        if fs::metadata(&real).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
            continue;
        }
        if let Some(what) = taken.insert(real, "another report") {
            problems.push(
                Problem::new(format!("the report {} would overwrite {what}", redact::path(path)))
                    .hint("give it a name of its own: -o FORMAT=FILE"),
            );
        }
    }
    problems
}

/// The path with its links resolved. For a file that does not exist yet, the links of its folder are resolved.
fn real_path(path: &Path) -> PathBuf {
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::canonicalize(path)
        .or_else(|_| fs::canonicalize(folder).map(|folder| folder.join(path.file_name().unwrap_or_default())))
        .unwrap_or_else(|_| path.to_owned())
}

/// The problem that the next run would read the baseline as an expectation file.
fn among_expectations(baseline: &Path, paths: &[PathBuf]) -> Option<Problem> {
    let default = [PathBuf::from(DEFAULT_PATH)];
    let paths = if paths.is_empty() { &default[..] } else { paths };
    let folder = paths
        .iter()
        .find(|path| path.is_dir() && real_path(baseline).starts_with(real_path(path)))?;
    let is_read = baseline.extension().is_some_and(|e| e == "yaml" || e == "yml");
    is_read.then(|| {
        let (baseline, folder) = (redact::path(baseline), redact::path(folder));
        Problem::new(format!("the baseline {baseline} would be read as an expectation file"))
            .hint(format!("write it outside of the folder {folder}"))
    })
}

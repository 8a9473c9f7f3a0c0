//! `driftgate check`: compares expectations with databases.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal as _};

use super::{print, tell, tell_problems};
use crate::catalog::conninfo::Conninfo;
use crate::catalog::{Limits, canonical, capture, connect, observe};
use crate::cli::{CheckArgs, FailOn, Format};
use crate::compare::{self, assertion, history, resolve};
use crate::environment::Environment;
use crate::error::{Failure, Problem};
use crate::expectation::ExpectationFile;
use crate::expectation::load::load;
use crate::report::{self, Exit, Report, Target, text::visible};
use crate::scratch;
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
            match write(args, &report, &files, exit) {
                Ok(()) => exit,
                Err(failure) => {
                    tell(&format!("error: {failure}\n"));
                    Exit::Failure
                }
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
    let jobs = jobs(args, &expectations).map_err(|problem| vec![problem])?;
    let environment = Environment::read(!args.no_env_file).map_err(|problem| vec![problem])?;
    let limits = Limits {
        statement: args.statement_timeout,
        lock: args.lock_timeout,
    };
    // Every mistake is told before anything is connected to.
    let mut ready = Vec::new();
    let mut problems = Vec::new();
    for job in jobs {
        match open(&job, &environment, files) {
            Ok(opened) => ready.push((job, opened)),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    // sslrootcert=system needs the machine's own roots, which a file of roots replaces for good.
    let mut order: Vec<usize> = (0..ready.len()).collect();
    order.sort_by_key(|i| ready[*i].1.trusts_a_file());
    let mut targets = BTreeMap::new();
    for i in order {
        let (job, opened) = &ready[i];
        targets.insert(i, target(job, opened, limits));
    }
    Ok(Report {
        targets: targets.into_values().collect(),
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
                label: match &source {
                    Source::Url(_) => String::new(),
                    Source::Env(name) => format!("env:{name}"),
                    Source::Sql(path) => format!("sql:{}", path.display()),
                },
                place: against.is_none().then_some(file.database_place),
                source,
                files: vec![file],
            }),
        }
    }
    Ok(jobs)
}

/// A source about which nothing is wrong as far as can be seen without connecting.
enum Opened {
    Database(Box<Conninfo>),
    Sql(Vec<scratch::SqlFile>),
}

impl Opened {
    fn trusts_a_file(&self) -> bool {
        match self {
            Self::Database(info) => info.trust_file().is_some(),
            Self::Sql(_) => false,
        }
    }
}

fn open(job: &Job<'_>, environment: &Environment, files: &mut SourceMap) -> Result<Opened, Problem> {
    let at = |mut problem: Problem| {
        problem.place = problem.place.or(job.place);
        problem
    };
    let url = match &job.source {
        Source::Url(url) => url.clone(),
        Source::Env(name) => environment.get(name).ok_or_else(|| at(environment.not_set(name)))?,
        Source::Sql(path) => return scratch::read(path, files).map(Opened::Sql),
    };
    let info = Conninfo::resolve(&url, &|name| environment.get(name)).map_err(at)?;
    for note in info.notes() {
        tell(&format!("note: {}\n", visible(note)));
    }
    Ok(Opened::Database(Box::new(info)))
}

fn target(job: &Job<'_>, opened: &Opened, limits: Limits) -> Target {
    let mut target = Target {
        database: job.label.clone(),
        host: String::new(),
        name: String::new(),
        server_version: String::new(),
        checks: Vec::new(),
        failure: None,
    };
    let result = match opened {
        Opened::Database(info) => {
            if target.database.is_empty() {
                target.database = info.display();
            }
            info.host().clone_into(&mut target.host);
            info.dbname().clone_into(&mut target.name);
            verify_at(info, job, limits, &mut target)
        }
        Opened::Sql(sql) => scratch::with_embedded(sql, |url| {
            "embedded".clone_into(&mut target.host);
            let info = Conninfo::resolve(url, &|_| None)
                .map_err(|p| Failure::new("connecting to the embedded PostgreSQL", p.message))?;
            verify_at(&info, job, limits, &mut target)
        }),
    };
    target.failure = result.err();
    target
}

fn verify_at(info: &Conninfo, job: &Job<'_>, limits: Limits, target: &mut Target) -> Result<(), Failure> {
    if let Some(file) = info.trust_file() {
        connect::trust_only(file)?;
    }
    runtime()?.block_on(verify(info, job, limits, target))
}

/// A runtime of one thread: there is one connection, and a file of trusted roots is set through the environment,
/// which only a process of one thread may change.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::new("starting", e.to_string()))
}

/// One session: everything that is asked is asked in one transaction.
async fn verify(info: &Conninfo, job: &Job<'_>, limits: Limits, target: &mut Target) -> Result<(), Failure> {
    let mut connection = connect::connect(info).await?;
    let scope = capture::Scope::of(&job.files);
    let snapshot = capture::capture(&mut connection, &scope, limits).await?;
    target.name.clone_from(&snapshot.server.database);
    target.server_version.clone_from(&snapshot.server.version);
    let plan = compare::plan(&job.files, &snapshot);
    let answers = canonical::decide(&mut connection, plan.questions(), &snapshot).await?;
    target.checks = resolve::resolve(plan, &answers, &snapshot);
    for file in &job.files {
        for expected in &file.histories {
            let found = observe::history(&mut connection, expected, &snapshot.server.role).await?;
            target.checks.extend(history::compare(expected, &found));
        }
        for expected in &file.assertions {
            let outcome = observe::assertion(&mut connection, expected, &snapshot.server.search_path).await?;
            target.checks.extend(assertion::compare(expected, &outcome));
        }
    }
    // The verdict stands; whether the server hears the farewell does not matter.
    let _ = sqlx::Connection::close(connection).await;
    Ok(())
}

fn write(args: &CheckArgs, report: &Report, files: &SourceMap, exit: Exit) -> Result<(), Failure> {
    let render = |format: Format, color: bool| match format {
        Format::Table => report::table::render(report, files, color),
        Format::Json => report::json::render(report, files, exit),
    };
    for (format, path) in &args.output {
        fs::write(path, render(*format, false))
            .map_err(|e| Failure::new(format!("writing the report to {}", path.display()), e.to_string()))?;
    }
    print(&render(args.format, args.color.enabled(io::stdout().is_terminal())))
        .map_err(|e| Failure::new("writing the report to standard output", e.to_string()))
}

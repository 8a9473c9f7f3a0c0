//! `driftgate check`: compares expectations with databases.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{print, tell, tell_problems};
use crate::catalog::conninfo::Conninfo;
use crate::catalog::{Limits, canonical, capture, connect, observe};
use crate::cli::{CheckArgs, FailOn, Format};
use crate::compare::{self, assertion, history, resolve};
use crate::environment::Environment;
use crate::error::{Failure, Problem, os_words};
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
            let failures = write(args, &report, &files, exit);
            for failure in &failures {
                tell(&format!("error: {}\n", visible(&failure.to_string())));
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
    let environment = Environment::read(!args.no_env_file);
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
        Source::Env(name) => environment.require(name).map_err(at)?,
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
    let statements = scope.kinds.len() + 20;
    let snapshot = patiently(limits, statements, capture::capture(&mut connection, &scope, limits)).await?;
    target.name.clone_from(&snapshot.server.database);
    target.server_version.clone_from(&snapshot.server.version);
    let plan = compare::plan(&job.files, &snapshot);
    let questions = plan.questions();
    let statements = questions.len() + 1;
    let answers = patiently(
        limits,
        statements,
        canonical::decide(&mut connection, questions, &snapshot),
    )
    .await?;
    target.checks = resolve::resolve(plan, &answers, &snapshot);
    for file in &job.files {
        for expected in &file.histories {
            let reading = observe::history(&mut connection, expected, &snapshot.server.role);
            let found = patiently(limits, 2, reading).await?;
            target.checks.extend(history::compare(expected, &found));
        }
        for expected in &file.assertions {
            let running = observe::assertion(&mut connection, expected, &snapshot.server.search_path);
            let outcome = patiently(limits, 3, running).await?;
            target.checks.extend(assertion::compare(expected, &outcome));
        }
    }
    // The verdict stands; whether the server hears the farewell does not matter. A pooler would throw the server's
    // connection away if the transaction were left open.
    let farewell = async {
        let _ = sqlx::raw_sql("ROLLBACK").execute(&mut connection).await;
        sqlx::Connection::close(connection).await
    };
    let _ = tokio::time::timeout(Duration::from_secs(5), farewell).await;
    Ok(())
}

/// Waits for as long as the server itself would let this many statements run, and a little more: it can only stop a
/// statement while it is there, and a connection can die without a word.
async fn patiently<T>(
    limits: Limits,
    statements: usize,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let statements = u32::try_from(statements).unwrap_or(u32::MAX);
    let limit = limits
        .statement
        .saturating_mul(statements)
        .saturating_add(Duration::from_secs(10));
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
        Err(Failure::new(
            "waiting for the server",
            format!("no answer within {} s", limit.as_secs()),
        )
        .hint("the connection is dead, or the server hangs"))
    })
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

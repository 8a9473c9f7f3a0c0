//! A session with a source: what every command that looks at a database does.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use futures_util::future::join_all;
use sqlx::PgConnection;

use super::judge::judge;
use super::{allowance, migrate, tell};
use crate::catalog::canonical::Way;
use crate::catalog::capture::{self, Reach, Scope};
use crate::catalog::conninfo::Conninfo;
use crate::catalog::{self, Limits, canonical, connect, observe};
use crate::cli::SessionArgs;
use crate::compare::history::History;
use crate::compare::{Answers, Ask, assertion, unseen};
use crate::environment::Environment;
use crate::error::{Failure, Problem, os_words};
use crate::expectation::{Assertion, ExpectedHistory};
use crate::migrations::Tool;
use crate::migrations::folder::{self, Folder};
use crate::platform;
use crate::redact;
use crate::report::{Check, Target, text::visible};
use crate::saved;
use crate::scratch::{self, Scratch, Script};
use crate::secret;
use crate::snapshot::Snapshot;
use crate::source::Source;
use crate::source_map::{Place, SourceMap};

/// A source about which nothing is wrong as far as can be seen without connecting.
pub(super) enum Opened {
    Database(Box<Conninfo>),
    Made(Box<Made>),
    Saved(Box<Saved>),
}

/// A database that is made for the time of the run.
pub(super) struct Made {
    pub(super) scratch: Scratch,
    pub(super) scripts: Vec<Script>,
    /// The folder of migrations that it is made of, if it is.
    pub(super) folder: Option<Folder>,
}

/// A snapshot that somebody saved, and where texts are judged that only a server can judge.
pub(super) struct Saved {
    snapshot: Snapshot,
    scratch: Scratch,
}

/// A way to a source while it is there.
pub(super) enum Access<'a> {
    /// A database.
    Server(&'a Conninfo),
    /// A database that was made for the time of the run.
    Made(&'a Conninfo, &'a Made),
    /// What somebody saved of one.
    Saved(&'a Saved),
}

/// Opens the source of each job, which `source` tells with the place that names it. Every mistake is told before
/// anything is connected to. Those who must have the machine's own roots come first: a file of roots replaces them for
/// good. With each job comes its number.
///
/// # Errors
/// What is wrong with the sources, all of it.
pub(super) fn open_all<J>(
    jobs: Vec<J>,
    source: impl Fn(&J) -> (&Source, Option<Place>),
    args: &SessionArgs,
    environment: &Environment,
    files: &mut SourceMap,
) -> Result<Vec<(usize, J, Opened)>, Vec<Problem>> {
    let mut ready = Vec::new();
    let mut problems = Vec::new();
    for (number, job) in jobs.into_iter().enumerate() {
        let (named, place) = source(&job);
        match Opened::open(named, place, args, environment, files) {
            Ok(opened) => ready.push((number, job, opened)),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    ready.sort_by_key(|(_, _, opened)| opened.trusts_a_file());
    Ok(ready)
}

impl Opened {
    /// Opens a source that was named at a place in a file, or on the command line.
    ///
    /// # Errors
    /// The source cannot be read as one, or a variable is not set.
    pub(super) fn open(
        source: &Source,
        place: Option<Place>,
        args: &SessionArgs,
        environment: &Environment,
        files: &mut SourceMap,
    ) -> Result<Self, Problem> {
        let at = |mut problem: Problem| {
            problem.place = problem.place.or(place);
            problem
        };
        use_digest_key(args, environment)?;
        let url = match source {
            Source::Url(url) => url.clone(),
            Source::Env(name) => environment.require(name).map_err(at)?,
            Source::Sql(path) => {
                return Ok(Self::Made(Box::new(Made {
                    scratch: scratch_of(args, environment)?,
                    scripts: scratch::read(path, files)?,
                    folder: None,
                })));
            }
            Source::Migrations(tool, path) => {
                let folder = folder::read(path, *tool).map_err(|problem| at(migrate::with_tool(problem, path)))?;
                return Ok(Self::Made(Box::new(Made {
                    scratch: scratch_of(args, environment)?,
                    scripts: migrate::scripts(&folder, files).map_err(at)?,
                    folder: Some(folder),
                })));
            }
            Source::Snapshot(path) => {
                let text = fs::read_to_string(path)
                    .map_err(|e| Problem::new(format!("{} cannot be read: {}", redact::path(path), os_words(&e))))?;
                let file = files.add(path.clone(), text);
                let snapshot = saved::read(files.text(file), file)?;
                let scratch = scratch_of(args, environment)?;
                return Ok(Self::Saved(Box::new(Saved { snapshot, scratch })));
            }
        };
        Ok(Self::Database(Box::new(resolve(&url, environment).map_err(at)?)))
    }

    /// The tool of the folder of migrations that this is, if it is one.
    pub(super) fn tool(&self) -> Option<&'static Tool> {
        match self {
            Self::Made(made) => made.folder.as_ref().map(|folder| folder.tool),
            Self::Database(_) | Self::Saved(_) => None,
        }
    }

    /// Whether connecting changes for good which authorities the process trusts.
    pub(super) fn trusts_a_file(&self) -> bool {
        match self {
            Self::Database(info) => info.trust_file().is_some(),
            Self::Made(made) => made.scratch.trusts_a_file(),
            Self::Saved(saved) => saved.scratch.trusts_a_file(),
        }
    }

    /// Whether another look may find something else.
    pub(super) fn can_change(&self) -> bool {
        match self {
            Self::Database(_) => true,
            Self::Made(_) | Self::Saved(_) => false,
        }
    }

    /// Says in the report where the database is, before anybody has been there.
    pub(super) fn name(&self, target: &mut Target) {
        match self {
            Self::Database(info) => {
                if target.database.is_empty() {
                    target.database = info.display();
                }
                info.host().clone_into(&mut target.host);
                info.dbname().clone_into(&mut target.name);
            }
            Self::Made(made) => made.scratch.host().clone_into(&mut target.host),
            Self::Saved(saved) => {
                "snapshot".clone_into(&mut target.host);
                target.name.clone_from(&saved.snapshot.server.database);
            }
        }
    }

    /// The limits of a session with this source, which may take only one connection.
    pub(super) fn limits(&self, limits: Limits) -> Limits {
        match self {
            Self::Database(_) | Self::Saved(_) => limits,
            Self::Made(made) => Limits {
                jobs: limits.jobs.min(made.scratch.most_connections()),
                ..limits
            },
        }
    }

    /// Hands over the way to the source, while it is there.
    ///
    /// # Errors
    /// The source cannot be made, or what `then` says.
    pub(super) fn with<T>(&self, then: impl FnOnce(&Access<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        match self {
            Self::Database(info) => {
                if let Some(file) = info.trust_file() {
                    connect::trust_only(file)?;
                }
                then(&Access::Server(info))
            }
            Self::Made(made) => scratch::with(&made.scratch, &made.scripts, |info| then(&Access::Made(info, made))),
            Self::Saved(saved) => then(&Access::Saved(saved)),
        }
    }
}

/// Has the digests of this run made with the key of `--digest-key`.
///
/// # Errors
/// It names no variable, or the key is too short.
fn use_digest_key(args: &SessionArgs, environment: &Environment) -> Result<(), Problem> {
    let Some(text) = &args.digest_key else {
        return Ok(());
    };
    // What is no name may be the key itself: it is not repeated.
    let Some(name) = text.strip_prefix("env:").filter(|name| is_variable(name)) else {
        return Err(
            Problem::new("--digest-key takes env:NAME, the name of an environment variable")
                .hint("put the key into a variable: on a command line, others can read it"),
        );
    };
    let Some(key) = environment.get(name) else {
        return Err(
            Problem::new(format!("--digest-key: the environment variable {name} is not set"))
                .hint("set it to a random text that is kept secret, such as `openssl rand -hex 32` prints"),
        );
    };
    if key.chars().count() < secret::SHORTEST_KEY {
        return Err(Problem::new(format!(
            "--digest-key: the key in {name} has fewer than {} characters",
            secret::SHORTEST_KEY
        ))
        .hint("take a random text that is kept secret, such as `openssl rand -hex 32` prints"));
    }
    secret::use_key(&key);
    Ok(())
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// What a URL means, with what there is to say about it.
///
/// # Errors
/// It cannot be read as one.
fn resolve(url: &str, environment: &Environment) -> Result<Conninfo, Problem> {
    let info = Conninfo::resolve(url, &|name| environment.get(name))?;
    for note in info.notes() {
        tell(&format!("note: {}\n", visible(note)));
    }
    Ok(info)
}

/// Where a source that is no live database gets one.
///
/// # Errors
/// `--scratch` is none of its words and no URL.
fn scratch_of(args: &SessionArgs, environment: &Environment) -> Result<Scratch, Problem> {
    let Some(text) = &args.scratch else {
        return Ok(Scratch::standard());
    };
    let at = |problem: Problem| Problem {
        message: format!("--scratch: {}", problem.message),
        ..problem
    };
    match text.as_str() {
        "embedded" if cfg!(feature = "embedded") => Ok(Scratch::Embedded),
        "embedded" => Err(Problem::new("--scratch embedded: this driftgate was built without it")
            .hint("give --scratch local, or --scratch with the URL of a server")),
        "local" => Ok(Scratch::Local),
        text => {
            let url = match Source::parse(text) {
                Ok(Source::Url(url)) => url,
                Ok(Source::Env(name)) => environment.require(&name).map_err(at)?,
                Ok(Source::Sql(_) | Source::Migrations(..) | Source::Snapshot(_)) | Err(_) => {
                    // What looks like a URL may have a password in it.
                    let shown = if text.contains(['/', '@', '=']) {
                        redact::connection_string(text)
                    } else {
                        text.to_owned()
                    };
                    return Err(Problem::new(format!("--scratch: `{shown}` is not known")).hint(
                        "it is embedded, local, or the URL of a server on which databases may be created: postgres://… or env:NAME",
                    ));
                }
            };
            resolve(&url, environment)
                .map(|info| Scratch::Server(Box::new(info)))
                .map_err(at)
        }
    }
}

/// Ends a session. The verdict stands; whether the server hears the farewell does not matter. A pooler would throw the
/// server's connection away if the transaction were left open.
pub(super) async fn close(mut connection: PgConnection) {
    let farewell = async {
        let _ = sqlx::raw_sql("ROLLBACK").execute(&mut connection).await;
        sqlx::Connection::close(connection).await
    };
    let _ = tokio::time::timeout(Duration::from_secs(5), farewell).await;
}

/// Waits for as long as the server itself would let this many statements run, and a little more: it can only stop a
/// statement while it is there, and a connection can die without a word.
pub(super) async fn patiently<T>(
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

/// What can be asked of a source once its catalog has been read.
pub(super) enum Session<'a> {
    /// A transaction, and of what the database was made, if it was.
    Open(Box<PgConnection>, Option<&'a Made>),
    /// There is nobody to ask but a server that has nothing of it.
    Saved(&'a Saved),
}

/// Connects, begins a transaction and reads the catalog in it.
///
/// # Errors
/// The server cannot be reached, or does not answer.
pub(super) async fn begin<'a>(
    access: &Access<'a>,
    scope: &Scope,
    limits: Limits,
) -> Result<(Session<'a>, Snapshot), Failure> {
    let (info, made) = match access {
        Access::Server(info) => (info, None),
        Access::Made(info, made) => (info, Some(*made)),
        Access::Saved(saved) => {
            let mut snapshot = saved.of(scope);
            set_aside(scope, &mut snapshot);
            return Ok((Session::Saved(saved), snapshot));
        }
    };
    let mut connection = connect::connect(info).await?;
    let more = (1..limits.jobs).map(|_| connect::connect(info));
    // There may be room for fewer.
    let mut helpers: Vec<PgConnection> = join_all(more).await.into_iter().filter_map(Result::ok).collect();
    let reading = capture::capture(&mut connection, &mut helpers, scope, limits);
    let snapshot = patiently(limits, scope.kinds.len() + 20, reading).await?;
    join_all(helpers.into_iter().map(close)).await;
    let mut snapshot = snapshot;
    if made.is_some_and(|made| made.scratch.has_random_name()) {
        "scratch".clone_into(&mut snapshot.server.database);
    }
    set_aside(scope, &mut snapshot);
    Ok((Session::Open(Box::new(connection), made), snapshot))
}

fn set_aside(scope: &Scope, snapshot: &mut Snapshot) {
    for tool in &scope.set_aside {
        allowance::set_aside(snapshot, tool);
    }
}

/// Reads the catalog and nothing else.
///
/// # Errors
/// The server cannot be reached, or does not answer.
pub(super) async fn snapshot(access: &Access<'_>, scope: &Scope, limits: Limits) -> Result<Snapshot, Failure> {
    let (session, snapshot) = begin(access, scope, limits).await?;
    session.close().await;
    Ok(snapshot)
}

/// Reads the catalog, and which extensions the server could have.
///
/// # Errors
/// The server cannot be reached, or does not answer.
pub(super) async fn snapshot_and_extensions(
    access: &Access<'_>,
    scope: &Scope,
    limits: Limits,
) -> Result<(Snapshot, BTreeSet<String>), Failure> {
    let (mut session, snapshot) = begin(access, scope, limits).await?;
    let available = match &mut session {
        Session::Open(connection, _) => {
            patiently(limits, 1, catalog::observe::available_extensions(connection)).await?
        }
        Session::Saved(_) => BTreeSet::new(),
    };
    session.close().await;
    Ok((snapshot, available))
}

/// Why a saved snapshot does not tell something.
const NOT_SAVED: &str = "a snapshot has the schema and no rows: check against the database itself";

impl Session<'_> {
    /// Puts every question to the server.
    ///
    /// # Errors
    /// The server does not answer.
    pub(super) async fn decide(
        &mut self,
        questions: BTreeSet<Ask>,
        snapshot: &Snapshot,
        limits: Limits,
    ) -> Result<Answers, Failure> {
        match self {
            Self::Open(connection, made) => {
                let scratch = made.map(|made| &made.scratch);
                let way = scratch.map_or(Way::Together, Scratch::way_to_ask);
                let statements = questions.len() * 6 + 1;
                patiently(
                    limits,
                    statements,
                    canonical::decide(connection, questions, snapshot, way),
                )
                .await
            }
            Self::Saved(saved) => Ok(judge(&saved.scratch, questions, snapshot, limits)),
        }
    }

    /// Reads a history; or says that this source has none that could be read.
    ///
    /// # Errors
    /// The server does not answer.
    pub(super) async fn history(
        &mut self,
        expected: &ExpectedHistory,
        role: &str,
        limits: Limits,
    ) -> Result<Result<History, Box<Check>>, Failure> {
        match self {
            Self::Open(
                _,
                Some(Made {
                    folder: Some(folder), ..
                }),
            ) => Ok(migrate::history(expected, folder).map_err(Box::new)),
            Self::Open(connection, _) => {
                let reading = catalog::history::history(connection, expected, role);
                patiently(limits, 4, reading).await.map(Ok)
            }
            Self::Saved(_) => Ok(Err(Box::new(unseen::history(expected, NOT_SAVED)))),
        }
    }

    /// Runs an assertion and compares its rows with what they must be.
    ///
    /// # Errors
    /// The server does not answer.
    pub(super) async fn assertion(
        &mut self,
        expected: &Assertion,
        search_path: &str,
        limits: Limits,
    ) -> Result<Vec<Check>, Failure> {
        match self {
            Self::Open(connection, _) => {
                let outcome = patiently(limits, 3, observe::assertion(connection, expected, search_path)).await?;
                Ok(assertion::compare(expected, &outcome))
            }
            Self::Saved(_) => Ok(vec![unseen::assertion(expected, NOT_SAVED)]),
        }
    }

    /// Ends the session.
    pub(super) async fn close(self) {
        match self {
            Self::Open(connection, _) => close(*connection).await,
            Self::Saved(_) => {}
        }
    }
}

impl Saved {
    /// What a scope would have read.
    fn of(&self, scope: &Scope) -> Snapshot {
        let mut snapshot = self.snapshot.clone();
        let is_of_schemas = scope.reach == Reach::Named && scope.names.is_empty() && !scope.schemas.is_empty();
        if is_of_schemas {
            snapshot.retain(|_, id| id.parts().len() == 1 || scope.schemas.contains(&*id.parts()[0]));
        }
        if !scope.not_compared {
            snapshot.not_compared.clear();
        }
        if !scope.platform {
            let there = snapshot.server.platform_roles.clone();
            platform::leave_out(&mut snapshot, &there, &scope.roles);
        }
        snapshot
    }
}

//! A session with a source: what every command that looks at a database does.

use std::time::Duration;

use futures_util::future::join_all;
use sqlx::PgConnection;

use super::tell;
use crate::catalog::capture::{self, Scope};
use crate::catalog::conninfo::Conninfo;
use crate::catalog::{Limits, connect};
use crate::environment::Environment;
use crate::error::{Failure, Problem};
use crate::report::{Target, text::visible};
use crate::scratch;
use crate::snapshot::Snapshot;
use crate::source::Source;
use crate::source_map::{Place, SourceMap};

/// A source about which nothing is wrong as far as can be seen without connecting.
pub(super) enum Opened {
    Database(Box<Conninfo>),
    Sql(Vec<scratch::SqlFile>),
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
    environment: &Environment,
    files: &mut SourceMap,
) -> Result<Vec<(usize, J, Opened)>, Vec<Problem>> {
    let mut ready = Vec::new();
    let mut problems = Vec::new();
    for (number, job) in jobs.into_iter().enumerate() {
        let (named, place) = source(&job);
        match Opened::open(named, place, environment, files) {
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
        environment: &Environment,
        files: &mut SourceMap,
    ) -> Result<Self, Problem> {
        let at = |mut problem: Problem| {
            problem.place = problem.place.or(place);
            problem
        };
        let url = match source {
            Source::Url(url) => url.clone(),
            Source::Env(name) => environment.require(name).map_err(at)?,
            Source::Sql(path) => return scratch::read(path, files).map(Self::Sql),
        };
        let info = Conninfo::resolve(&url, &|name| environment.get(name)).map_err(at)?;
        for note in info.notes() {
            tell(&format!("note: {}\n", visible(note)));
        }
        Ok(Self::Database(Box::new(info)))
    }

    /// Whether connecting changes for good which authorities the process trusts.
    pub(super) fn trusts_a_file(&self) -> bool {
        match self {
            Self::Database(info) => info.trust_file().is_some(),
            Self::Sql(_) => false,
        }
    }

    /// Whether another look may find something else.
    pub(super) fn can_change(&self) -> bool {
        match self {
            Self::Database(_) => true,
            Self::Sql(_) => false,
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
            Self::Sql(_) => "embedded".clone_into(&mut target.host),
        }
    }

    /// The limits of a session with this source. The embedded PostgreSQL takes one connection.
    pub(super) fn limits(&self, limits: Limits) -> Limits {
        match self {
            Self::Database(_) => limits,
            Self::Sql(_) => Limits { jobs: 1, ..limits },
        }
    }

    /// Hands over how to connect, while the source is there.
    ///
    /// # Errors
    /// The source cannot be made, or what `then` says.
    pub(super) fn with<T>(&self, then: impl FnOnce(&Conninfo) -> Result<T, Failure>) -> Result<T, Failure> {
        match self {
            Self::Database(info) => {
                if let Some(file) = info.trust_file() {
                    connect::trust_only(file)?;
                }
                then(info)
            }
            Self::Sql(sql) => scratch::with_embedded(sql, then),
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

/// Connects, begins a transaction and reads the catalog in it.
///
/// # Errors
/// The server cannot be reached, or does not answer.
pub(super) async fn begin(info: &Conninfo, scope: &Scope, limits: Limits) -> Result<(PgConnection, Snapshot), Failure> {
    let mut connection = connect::connect(info).await?;
    let more = (1..limits.jobs).map(|_| connect::connect(info));
    // There may be room for fewer.
    let mut helpers: Vec<PgConnection> = join_all(more).await.into_iter().filter_map(Result::ok).collect();
    let reading = capture::capture(&mut connection, &mut helpers, scope, limits);
    let snapshot = patiently(limits, scope.kinds.len() + 20, reading).await?;
    join_all(helpers.into_iter().map(close)).await;
    Ok((connection, snapshot))
}

/// Reads the catalog and nothing else.
///
/// # Errors
/// The server cannot be reached, or does not answer.
pub(super) async fn snapshot(info: &Conninfo, scope: &Scope, limits: Limits) -> Result<Snapshot, Failure> {
    let (connection, snapshot) = begin(info, scope, limits).await?;
    close(connection).await;
    Ok(snapshot)
}

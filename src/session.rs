//! A session with a source: what every command that looks at a database does.

pub(crate) mod earlier_reports;
pub(crate) mod migration_progress;
mod migration_scripts;
mod offline;
pub(crate) mod prior_runs;
pub(crate) mod report_outputs;
pub(crate) mod scratch_noise;
pub(crate) mod source;
pub(crate) mod verify;
pub(crate) mod wait;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;

use self::offline::{Worth, judge};
use self::source::{Access, Live, Made, Saved};
use crate::catalog::capture::{self, Scope};
use crate::catalog::client::Client;
use crate::catalog::conninfo::Conninfo;
use crate::catalog::equivalence::{Batching, Decided, Manner, Trust};
use crate::catalog::{self, Limits, ROLLBACK, connect, equivalence, observe};
use crate::compare::{assertion, unseen};
use crate::error::Failure;
use crate::expectation::{Assertion, ExpectationFile, ExpectedHistory};
use crate::observed::{Answer, Answers, AssertionResult, MigrationHistory, ScopedQuestion};
use crate::report::Check;
use crate::snapshot::Snapshot;
use crate::sql;

/// Drops a large value on another thread: to free the snapshot of a large database takes a second.
pub(crate) fn drop_in_background<T: Send + 'static>(unneeded: T) {
    // If no thread can be started, the value is dropped here.
    let _ = std::thread::Builder::new().spawn(move || drop(unneeded));
}

/// Ends a session. The verdict stands; whether the server hears the farewell does not matter. A pooler would throw the
/// server's connection away if the transaction were left open.
pub(crate) async fn close(mut client: Client) {
    let farewell = async {
        let _ = client.execute(&[sql![ROLLBACK]]).await;
        client.close().await;
    };
    let _ = tokio::time::timeout(Duration::from_secs(5), farewell).await;
}

/// When a session must be over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: tokio::time::Instant,
    after: Duration,
}

impl Deadline {
    /// This long from now.
    pub(crate) fn after(after: Duration) -> Self {
        Self {
            at: tokio::time::Instant::now() + after,
            after,
        }
    }

    /// Does the work, unless the time is over first: the server can only stop a statement while it is there, and a
    /// connection can die without a word.
    ///
    /// # Errors
    /// The time is over, or what the work says.
    pub(crate) async fn keep<T>(self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        tokio::time::timeout_at(self.at, work).await.unwrap_or_else(|_| {
            Err(Failure::new(
                "waiting for the server",
                format!("no answer within {} s", self.after.as_secs_f64()),
            )
            .hint("the connection is dead, or the server is slow: --timeout sets how long all of it may take"))
        })
    }
}

/// What can be asked of a source once its catalog has been read.
pub(crate) enum Session<'a> {
    /// A transaction.
    Open(Box<OpenSession<'a>>),
    /// There is nobody to ask but a server that has nothing of it.
    Saved(&'a Saved),
}

/// A transaction, and what its questions are put to.
pub(crate) struct OpenSession<'a> {
    client: Client,
    deadline: Deadline,
    limits: Limits,
    /// What was read.
    scope: Scope,
    /// Of what the database was made, if it was.
    made: Option<&'a Made>,
    /// How a live database is asked.
    live: Option<&'a Live>,
    /// The transaction in which assertions run, if it is another.
    assertions: Option<Client>,
}

/// Connects, begins a transaction and reads the catalog in it. `statements` says how many assertions and migration
/// histories will follow.
///
/// # Errors
/// The server cannot be reached, or does not answer.
pub(crate) async fn begin<'a>(
    access: &Access<'a>,
    scope: &Scope,
    limits: Limits,
    statements: usize,
) -> Result<(Session<'a>, Snapshot), Failure> {
    let (info, made, live) = match access {
        Access::Server(live) => (&live.info, None, Some(*live)),
        Access::Made(info, made) => (*info, Some(*made), None),
        Access::Saved(saved) => {
            let mut snapshot = saved.of(scope);
            set_aside(scope, &mut snapshot);
            return Ok((Session::Saved(saved), snapshot));
        }
    };
    let connecting = Deadline::after(limits.total.unwrap_or(LONGEST_CONNECTING));
    let (mut client, mut helpers) = connecting.keep(connections(info, limits.jobs)).await?;
    let deadline = match limits.total {
        Some(_) => connecting,
        None => Deadline::after(limits.deadline(statements)),
    };
    let reading = capture::capture(&mut client, &mut helpers, scope, limits);
    let mut snapshot = deadline.keep(reading).await?;
    join_all(helpers.into_iter().map(close)).await;
    if made.is_some_and(|made| made.scratch.has_random_name()) {
        "scratch".clone_into(&mut snapshot.server.database);
    }
    set_aside(scope, &mut snapshot);
    let session = OpenSession {
        client,
        deadline,
        limits,
        scope: scope.clone(),
        made,
        live,
        assertions: None,
    };
    Ok((Session::Open(Box::new(session)), snapshot))
}

/// How long connecting may take where nothing is said: each host has its `connect_timeout` besides.
const LONGEST_CONNECTING: Duration = Duration::from_mins(10);

/// The connection of the session, and as many more as there is room for.
async fn connections(info: &Conninfo, jobs: usize) -> Result<(Client, Vec<Client>), Failure> {
    let client = connect::connect(info).await?;
    let more = (1..jobs).map(|_| connect::connect(info));
    let helpers = join_all(more).await.into_iter().filter_map(Result::ok).collect();
    Ok((client, helpers))
}

fn set_aside(scope: &Scope, snapshot: &mut Snapshot) {
    for tool in &scope.set_aside {
        scratch_noise::set_aside(snapshot, tool);
    }
}

/// Reads the catalog and nothing else.
///
/// # Errors
/// The server cannot be reached, or does not answer.
pub(crate) async fn snapshot(access: &Access<'_>, scope: &Scope, limits: Limits) -> Result<Snapshot, Failure> {
    let (session, snapshot) = begin(access, scope, limits, 0).await?;
    session.close().await;
    Ok(snapshot)
}

/// Reads the catalog, and which extensions the server could have.
///
/// # Errors
/// The server cannot be reached, or does not answer.
pub(crate) async fn snapshot_and_extensions(
    access: &Access<'_>,
    scope: &Scope,
    limits: Limits,
) -> Result<(Snapshot, BTreeSet<String>), Failure> {
    let (mut session, snapshot) = begin(access, scope, limits, 1).await?;
    let available = match &mut session {
        Session::Open(open) => {
            let deadline = open.deadline;
            deadline.keep(observe::available_extensions(&mut open.client)).await?
        }
        Session::Saved(_) => BTreeSet::new(),
    };
    session.close().await;
    Ok((snapshot, available))
}

/// Why a saved snapshot does not tell something.
const NOT_SAVED: &str = "a snapshot has the schema and no rows: check against the database itself";

impl Session<'_> {
    /// Puts every question to the server; those that could run code of the database to one that has none of it. `None`
    /// if the catalog has changed meanwhile, so that the answers would be of another one than was read.
    ///
    /// # Errors
    /// The server does not answer.
    pub(crate) async fn decide(
        &mut self,
        questions: BTreeSet<ScopedQuestion>,
        snapshot: &Snapshot,
        limits: Limits,
    ) -> Result<Option<Answers>, Failure> {
        match self {
            Self::Open(open) => open.decide(questions, snapshot).await,
            Self::Saved(saved) => {
                let answers = judge(&saved.scratch, questions, snapshot, limits, Worth::OfSnapshot);
                Ok(Some(answers))
            }
        }
    }

    /// Reads a history; or says that this source has none that could be read.
    ///
    /// # Errors
    /// The server does not answer.
    pub(crate) async fn history(
        &mut self,
        expected: &ExpectedHistory,
        role: &str,
    ) -> Result<Result<MigrationHistory, Box<Check>>, Failure> {
        match self {
            Self::Open(open) => {
                if let Some(folder) = open.made.and_then(|made| made.folder.as_ref()) {
                    return Ok(migration_scripts::history(expected, folder).map_err(Box::new));
                }
                let reading = catalog::history::history(&mut open.client, expected, role);
                open.deadline.keep(reading).await.map(Ok)
            }
            Self::Saved(_) => Ok(Err(Box::new(unseen::history(expected, NOT_SAVED)))),
        }
    }

    /// Whether assertions will run in a live database as a role that may do everything there.
    pub(crate) fn runs_assertions_privileged(&self, files: &[&ExpectationFile], snapshot: &Snapshot) -> bool {
        let is_shared = match self {
            Self::Open(open) => open.live.is_some_and(|live| live.assertions.is_none()),
            Self::Saved(_) => false,
        };
        is_shared && snapshot.server.sees_everything && files.iter().any(|file| !file.assertions.is_empty())
    }

    /// Runs an assertion and compares its rows with what they must be.
    ///
    /// # Errors
    /// The server does not answer.
    pub(crate) async fn assertion(&mut self, expected: &Assertion, snapshot: &Snapshot) -> Result<Vec<Check>, Failure> {
        match self {
            Self::Open(open) => {
                let deadline = open.deadline;
                let running = open.assertion(expected, snapshot);
                let outcome = deadline.keep(running).await?;
                Ok(assertion::compare(expected, &outcome))
            }
            Self::Saved(_) => Ok(vec![unseen::assertion(expected, NOT_SAVED)]),
        }
    }

    /// Ends the session.
    pub(crate) async fn close(self) {
        match self {
            Self::Open(open) => {
                close(open.client).await;
                if let Some(client) = open.assertions {
                    close(client).await;
                }
            }
            Self::Saved(_) => {}
        }
    }
}

impl OpenSession<'_> {
    async fn decide(
        &mut self,
        questions: BTreeSet<ScopedQuestion>,
        snapshot: &Snapshot,
    ) -> Result<Option<Answers>, Failure> {
        let manner = Manner {
            batching: self.made.map_or(Batching::AllAtOnce, |made| made.scratch.batching()),
            // What is in a database that was made for this run was put there by who runs it.
            trust: self.live.map_or(Trust::Everything, |live| live.trust),
        };
        let deciding = equivalence::decide(&mut self.client, questions, snapshot, manner);
        let Decided {
            mut answers,
            left,
            reached,
        } = self.deadline.keep(deciding).await?;
        if answers.values().any(|answer| *answer != Answer::Equal) {
            let looking = capture::still_same(&mut self.client, &self.scope);
            if !self.deadline.keep(looking).await? {
                return Ok(None);
            }
        }
        let Some(live) = self.live.filter(|_| !left.is_empty()) else {
            return Ok(Some(answers));
        };
        let scope = Scope::of_objects(reached);
        let reading = capture::capture_more(&mut self.client, &scope, self.limits);
        let mut named = self.deadline.keep(reading).await?;
        named.server = snapshot.server.clone();
        named.absorb(snapshot.clone());
        answers.extend(judge(&live.scratch, left, &named, self.limits, Worth::OfDatabase));
        Ok(Some(answers))
    }

    async fn assertion(&mut self, expected: &Assertion, snapshot: &Snapshot) -> Result<AssertionResult, Failure> {
        let path = &snapshot.server.search_path;
        let Some(info) = self.live.and_then(|live| live.assertions.as_ref()) else {
            return observe::assertion(&mut self.client, expected, path).await;
        };
        let client = match &mut self.assertions {
            Some(client) => client,
            none => {
                let mut client = connect::connect(info).await?;
                observe::begin(&mut client, self.limits).await?;
                none.insert(client)
            }
        };
        observe::assertion(client, expected, path).await
    }
}

//! What a run with a source needs. A source passes through three states:
//!
//! | | what has happened | live database | `sql:`, `migrations:` | `snapshot:` |
//! |---|---|---|---|---|
//! | [`ResolvedSource`](source::ResolvedSource) | named, read and validated | [`LiveDatabase`] | [`ScratchDatabase`] | [`SavedSnapshot`] |
//! | [`Endpoint`] | can be read now | its connection | the connection of the database created for the run | the file |
//! | [`Session`] | its catalog is read, questions are answered | a transaction | a transaction | a server without its objects ([`offline`]) |
//!
//! `source` and `source_options` resolve a source, `connection` enforces the deadline, `verify` checks a source against
//! expectations, and `wait` repeats that. `scratch_noise`, `migration_progress` and `migration_scripts` are about
//! scratch databases; `prior_runs`, `earlier_reports` and `report_outputs` about reports.

pub(crate) mod choice;
mod connection;
pub(crate) mod earlier_reports;
pub(crate) mod facts;
pub(crate) mod fleet;
pub(crate) mod fleet_choice;
pub(crate) mod fleet_run;
pub(crate) mod fleet_watch;
pub(crate) mod migration_progress;
mod migration_scripts;
pub(crate) mod not_recorded;
mod offline;
pub(crate) mod prior_runs;
pub(crate) mod proof;
pub(crate) mod report_outputs;
pub(crate) mod scratch_noise;
mod since;
pub(crate) mod source;
pub(crate) mod source_options;
pub(crate) mod tenants;
pub(crate) mod tool_tables;
pub(crate) mod verify;
pub(crate) mod wait;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::{join, join_all};

use self::connection::{Deadline, close};
use self::offline::{Fallback, decide_on_scratch};
use self::source::{Endpoint, LiveDatabase, ResolvedSource, SavedSnapshot, ScratchDatabase};
use crate::catalog::capture::{self, FirstBatch, Scope};
use crate::catalog::client::Client;
use crate::catalog::conninfo::Conninfo;
use crate::catalog::equivalence::{Batching, DecideOptions, Decisions, Trust};
use crate::catalog::{self, Limits, assertion_query, block_on, connect, encoding, equivalence};
use crate::compare::{assertion, undetermined};
use crate::error::Failure;
use crate::expectation::{Assertion, ExpectationFile, ExpectedHistory};
use crate::finding::Check;
use crate::observed::{Answer, Answers, AssertionResult, MigrationHistory, ScopedQuestion};
use crate::snapshot::Snapshot;

/// Drops a large value on another thread: freeing the snapshot of a large database takes a second.
pub(crate) fn drop_in_background<T: Send + 'static>(unneeded: T) {
    // If no thread can be started, the value is dropped here.
    let _ = std::thread::Builder::new().spawn(move || drop(unneeded));
}

/// A source whose catalog has been read.
pub(crate) enum Session<'a> {
    /// The transaction in which it was read.
    Connected(Box<Transaction<'a>>),
    /// A saved snapshot, which cannot be queried.
    Snapshot(&'a SavedSnapshot),
}

/// The transaction in which the catalog was read.
pub(crate) struct Transaction<'a> {
    client: Client,
    deadline: Deadline,
    limits: Limits,
    /// What was read from the catalog.
    scope: Scope,
    /// The scratch database, if the source is one.
    scratch: Option<&'a ScratchDatabase>,
    /// The live database, if the source is one.
    live: Option<&'a LiveDatabase>,
    /// The separate connection for assertions, if there is one.
    assertions: Option<Client>,
}

/// Connects, begins a transaction and reads the catalog in it. `statements` is the number of assertions and migration
/// histories that will follow: each of them extends the deadline.
///
/// # Errors
/// The server cannot be reached, or does not answer.
pub(crate) async fn begin<'a>(
    endpoint: &Endpoint<'a>,
    scope: &Scope,
    limits: Limits,
    statements: usize,
) -> Result<(Session<'a>, Snapshot), Failure> {
    let (info, scratch, live) = match endpoint {
        Endpoint::Database(live) => (&live.info, None, Some(*live)),
        Endpoint::Scratch(info, scratch) => (*info, Some(*scratch), None),
        Endpoint::Snapshot(saved) => {
            let mut snapshot = saved.read(scope);
            mark_tool_tables(scope, &mut snapshot);
            return Ok((Session::Snapshot(saved), snapshot));
        }
    };
    let connecting = Deadline::after(limits.total.unwrap_or(LONGEST_CONNECTING));
    let connections = connecting.enforce(connections(info, limits.jobs));
    let (connections, first) = join(connections, async { FirstBatch::new(scope, limits) }).await;
    let (mut client, mut helpers) = connections?;
    let deadline = match limits.total {
        Some(_) => connecting,
        None => Deadline::after(limits.deadline(statements)),
    };
    let reading = capture::capture(&mut client, &mut helpers, scope, limits, first);
    let mut snapshot = deadline.enforce(reading).await?;
    join_all(helpers.into_iter().map(close)).await;
    if scratch.is_some_and(|database| database.scratch.has_random_name()) {
        "scratch".clone_into(&mut snapshot.server.database);
    }
    mark_tool_tables(scope, &mut snapshot);
    let transaction = Transaction {
        client,
        deadline,
        limits,
        scope: scope.clone(),
        scratch,
        live,
        assertions: None,
    };
    Ok((Session::Connected(Box::new(transaction)), snapshot))
}

/// How long connecting may take without `--timeout`. Each host also has its own `connect_timeout`.
const LONGEST_CONNECTING: Duration = Duration::from_mins(10);

/// The connection of the session, and up to `jobs - 1` more. The server may refuse these.
async fn connections(info: &Conninfo, jobs: usize) -> Result<(Client, Vec<Client>), Failure> {
    let client = connect::connect(info).await?;
    let more = (1..jobs).map(|_| connect::connect(info));
    let helpers = join_all(more).await.into_iter().filter_map(Result::ok).collect();
    Ok((client, helpers))
}

/// What a live database makes of names that are too long, if its encoding is not UTF-8.
///
/// # Errors
/// The database cannot be reached.
pub(crate) fn cut_names(source: &ResolvedSource, names: &BTreeSet<&str>) -> Result<BTreeMap<String, String>, Failure> {
    source.with_endpoint(|endpoint| {
        block_on(async {
            let Endpoint::Database(live) = endpoint else {
                return Ok(BTreeMap::new());
            };
            let connecting = Deadline::after(LONGEST_CONNECTING);
            let mut client = connecting.enforce(connect::connect(&live.info)).await?;
            let cut = connecting.enforce(encoding::cut_names(&mut client, names)).await;
            close(client).await;
            cut
        })
    })
}

fn mark_tool_tables(scope: &Scope, snapshot: &mut Snapshot) {
    for tool in &scope.set_aside {
        tool_tables::mark_implicit(snapshot, tool);
    }
}

/// Reads the catalog of a source.
///
/// # Errors
/// The source cannot be reached, or does not answer.
pub(crate) fn read_snapshot(source: &ResolvedSource, scope: &Scope, limits: Limits) -> Result<Snapshot, Failure> {
    let limits = source.limits(limits);
    source.with_endpoint(|endpoint| {
        block_on(async {
            let (session, snapshot) = begin(endpoint, scope, limits, 0).await?;
            session.close().await;
            Ok(snapshot)
        })
    })
}

/// Reads the catalog of a source, and the names of the extensions that its server can create.
///
/// # Errors
/// The source cannot be reached, or does not answer.
pub(crate) fn read_snapshot_and_extensions(
    source: &ResolvedSource,
    scope: &Scope,
    limits: Limits,
) -> Result<(Snapshot, BTreeSet<String>), Failure> {
    let limits = source.limits(limits);
    source.with_endpoint(|endpoint| {
        block_on(async {
            let (mut session, snapshot) = begin(endpoint, scope, limits, 1).await?;
            let available = match &mut session {
                Session::Connected(open) => {
                    let asking = catalog::available_extensions(&mut open.client);
                    open.deadline.enforce(asking).await?
                }
                Session::Snapshot(_) => BTreeSet::new(),
            };
            session.close().await;
            Ok((snapshot, available))
        })
    })
}

/// Why a model has no history.
const OF_MODEL: &str = "a model says what the application needs, and not which migrations were applied";

/// Why a saved snapshot cannot answer a question about rows.
const NOT_SAVED: &str = "a snapshot contains the schema and no rows: check against the database itself";

impl Session<'_> {
    /// Asks the server every question. Questions that could run code of the database are asked of a scratch server,
    /// which has none of it. `None` if the catalog has changed since it was read: the answers would not belong to it.
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
            Self::Connected(open) => open.decide(questions, snapshot).await,
            Self::Snapshot(saved) => {
                let fallback = Fallback::Undecided;
                let answers = decide_on_scratch(&saved.scratch, questions.clone(), snapshot, limits, None, fallback);
                Ok(Some(
                    answers.unwrap_or_else(|failure| fallback.unavailable(questions, &failure)),
                ))
            }
        }
    }

    /// Reads a migration history. The inner error is the finding that this source has no such history.
    ///
    /// # Errors
    /// The server does not answer.
    pub(crate) async fn history(
        &mut self,
        expected: &ExpectedHistory,
        role: &str,
    ) -> Result<Result<MigrationHistory, Box<Check>>, Failure> {
        match self {
            Self::Connected(open) => {
                if let Some(folder) = open.scratch.and_then(|database| database.folder.as_ref()) {
                    return Ok(migration_scripts::history(expected, folder).map_err(Box::new));
                }
                let reading = catalog::migration_history::read_history(&mut open.client, expected, role);
                let read = open.deadline.enforce(reading).await?;
                if matches!(read, MigrationHistory::Missing(_))
                    && open.scratch.is_some_and(|database| database.is_model)
                {
                    return Ok(Err(Box::new(undetermined::history(expected, OF_MODEL))));
                }
                Ok(Ok(read))
            }
            Self::Snapshot(_) => Ok(Err(Box::new(undetermined::history(expected, NOT_SAVED)))),
        }
    }

    /// Whether the histories of the source have all applied migrations, even of tools that keep only the last ones.
    pub(crate) fn has_whole_histories(&self) -> bool {
        match self {
            Self::Connected(open) => open.scratch.is_some_and(|database| database.folder.is_some()),
            Self::Snapshot(_) => false,
        }
    }

    /// Whether the source has what all migrations together create, although it has no history.
    pub(crate) fn is_newest(&self) -> bool {
        match self {
            Self::Connected(open) => open.scratch.is_some_and(|database| database.is_model),
            Self::Snapshot(_) => false,
        }
    }

    /// Whether assertions will run in a live database as a role that can read and write everything.
    pub(crate) fn runs_assertions_privileged(&self, files: &[&ExpectationFile], snapshot: &Snapshot) -> bool {
        let is_shared = match self {
            Self::Connected(open) => open.live.is_some_and(|live| live.assertions.is_none()),
            Self::Snapshot(_) => false,
        };
        is_shared && snapshot.server.sees_everything && files.iter().any(|file| !file.assertions.is_empty())
    }

    /// Runs an assertion and compares its rows with the expected ones.
    ///
    /// # Errors
    /// The server does not answer.
    pub(crate) async fn assertion(&mut self, expected: &Assertion, snapshot: &Snapshot) -> Result<Vec<Check>, Failure> {
        match self {
            Self::Connected(open) => {
                let deadline = open.deadline;
                let running = open.assertion(expected, snapshot);
                let outcome = deadline.enforce(running).await?;
                Ok(assertion::compare(expected, &outcome))
            }
            Self::Snapshot(_) => Ok(vec![undetermined::assertion(expected, NOT_SAVED)]),
        }
    }

    /// Ends the session.
    pub(crate) async fn close(self) {
        match self {
            Self::Connected(open) => {
                close(open.client).await;
                if let Some(client) = open.assertions {
                    close(client).await;
                }
            }
            Self::Snapshot(_) => {}
        }
    }
}

impl Transaction<'_> {
    async fn decide(
        &mut self,
        questions: BTreeSet<ScopedQuestion>,
        snapshot: &Snapshot,
    ) -> Result<Option<Answers>, Failure> {
        let options = DecideOptions {
            batching: self
                .scratch
                .map_or(Batching::AllAtOnce, |database| database.scratch.batching()),
            // The code in a scratch database comes from the user's own files.
            trust: self.live.map_or(Trust::Everything, |live| live.trust),
            has_other_server: self.live.is_some(),
            can_print: true,
        };
        let deciding = equivalence::decide(&mut self.client, questions, snapshot, options);
        let Decisions {
            mut answers,
            deferred,
            reachable,
        } = self.deadline.enforce(deciding).await?;
        if answers.values().any(|answer| *answer != Answer::Equal) {
            let comparing = capture::is_unchanged(&mut self.client, &self.scope);
            if !self.deadline.enforce(comparing).await? {
                return Ok(None);
            }
        }
        if deferred.is_empty() {
            return Ok(Some(answers));
        }
        let Some(live) = self.live else {
            answers.extend(self.compare_prints(deferred, snapshot).await?);
            return Ok(Some(answers));
        };
        let time_zone = self.client.parameter("TimeZone").map(str::to_owned);
        let scope = Scope::of_objects(reachable);
        let reading = capture::capture_more(&mut self.client, &scope, self.limits);
        let mut named = self.deadline.enforce(reading).await?;
        named.server = snapshot.server.clone();
        named.absorb(snapshot.clone());
        match decide_on_scratch(
            &live.scratch,
            deferred.clone(),
            &named,
            self.limits,
            time_zone.as_deref(),
            Fallback::Unverified,
        ) {
            Ok(decided) => answers.extend(decided),
            Err(failure) => answers.extend(
                self.decide_without_other_server(deferred, snapshot, options, &failure)
                    .await?,
            ),
        }
        Ok(Some(answers))
    }

    /// Compares texts in the scratch database that is the source: it has the objects, and only this run uses it.
    async fn compare_prints(
        &mut self,
        questions: BTreeSet<ScopedQuestion>,
        snapshot: &Snapshot,
    ) -> Result<Answers, Failure> {
        let limits = self.limits;
        let comparing = async {
            catalog::end_transaction(&mut self.client).await?;
            let answers = equivalence::compare_prints(&mut self.client, questions, snapshot, limits).await?;
            assertion_query::begin(&mut self.client, limits).await?;
            Ok(answers)
        };
        self.deadline.enforce(comparing).await
    }

    /// Asks the database the questions for which no other server is available, but only those whose names resolve to
    /// trusted objects.
    async fn decide_without_other_server(
        &mut self,
        questions: BTreeSet<ScopedQuestion>,
        snapshot: &Snapshot,
        options: DecideOptions,
        failure: &Failure,
    ) -> Result<Answers, Failure> {
        let options = DecideOptions {
            has_other_server: false,
            can_print: false,
            ..options
        };
        // The database has found different parse trees of these texts already.
        let (printed, questions): (BTreeSet<_>, BTreeSet<_>) = questions
            .into_iter()
            .partition(|scoped| scoped.question.form.is_printed());
        let deciding = equivalence::decide(&mut self.client, questions, snapshot, options);
        let mut decided = self.deadline.enforce(deciding).await?;
        decided.deferred.extend(printed);
        let unavailable = Fallback::Unverified.unavailable(decided.deferred, failure);
        decided.answers.extend(unavailable);
        Ok(decided.answers)
    }

    async fn assertion(&mut self, expected: &Assertion, snapshot: &Snapshot) -> Result<AssertionResult, Failure> {
        let path = &snapshot.server.search_path;
        let Some(info) = self.live.and_then(|live| live.assertions.as_ref()) else {
            return assertion_query::run(&mut self.client, expected, path).await;
        };
        let client = match &mut self.assertions {
            Some(client) => client,
            none => {
                let mut client = connect::connect(info).await?;
                assertion_query::begin(&mut client, self.limits).await?;
                none.insert(client)
            }
        };
        assertion_query::run(client, expected, path).await
    }
}

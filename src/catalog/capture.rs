//! Reads the catalog: two batches, two round trips, one snapshot. The first reads what nearly every database has, and asks which
//! other kinds of objects exist.

mod batch;
mod consistency;
mod find;
pub(super) mod locks;
mod not_compared;
mod rows;
mod schemas;
mod scope;

use std::borrow::Cow;
use std::time::Duration;

use futures_util::future::join_all;

pub use batch::query;
use batch::{Batch, RarerKinds, ResultKind, rarer_kinds};
pub(super) use batch::{begin_scratch_transaction, begin_transaction, reset_planner_settings};
pub use locks::LockedOids;
use rows::RowReader;
pub use schemas::{FoundOids, SchemaOids, capture_again, capture_part, depended_on, find_objects, scope_of_schemas};
pub use scope::{SchemaSelection, Scope, SizeHint};

use super::client::Client;
use super::server_error::{Meaning, ServerError};
use super::{Limits, ROLLBACK, encoding};
use crate::error::Failure;
use crate::kinds::Kind;
use crate::platform;
use crate::snapshot::{LockedObject, Snapshot};
use crate::sql;

/// One of several slices of the scope that are read in parallel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Its number, from 0. The first slice also contains everything that cannot be divided.
    index: usize,
    /// The number of slices.
    of: usize,
}

impl Slice {
    /// The whole scope.
    const WHOLE: Self = Self { index: 0, of: 1 };

    fn is_first(self) -> bool {
        self.index == 0
    }
}

/// The first pause before the catalog is read again; each following pause is twice as long.
const PAUSE: Duration = Duration::from_millis(20);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// What [`capture`] sends first.
pub struct FirstBatch(Batch);

impl FirstBatch {
    /// Makes the batch, which takes as long as to read some tables: best while the server accepts the connection.
    #[must_use]
    pub fn new(scope: &Scope, limits: Limits) -> Self {
        Self(Batch::begin().then_read(scope, limits, Slice::WHOLE, RarerKinds::Found))
    }
}

/// Begins the transaction of the session and reads the catalog. If DDL ran at the same time, it retries until the
/// statement timeout is reached. `helpers` are additional connections to the same database. They read slices of the scope
/// in transactions that share the snapshot; if the server does not allow that, `client` reads everything. `first` is made
/// of the same scope and limits.
///
/// # Errors
/// The server refuses or does not answer in time, or the schema keeps changing.
pub async fn capture(
    client: &mut Client,
    helpers: &mut Vec<Client>,
    scope: &Scope,
    limits: Limits,
    first: FirstBatch,
) -> Result<Snapshot, Failure> {
    let doing = "reading the catalog";
    let readable = encoding::readable(client, scope)
        .await
        .map_err(|error| error.failure(doing))?;
    let mut first = Some(first).filter(|_| readable.is_none());
    let scope = readable.as_ref().unwrap_or(scope);
    let start = std::time::Instant::now();
    let mut pause = PAUSE;
    let mut avoided = AvoidedLocks::of(scope);
    loop {
        let scope = avoided.scope.as_ref();
        let read = if helpers.is_empty() {
            let first = first.take().unwrap_or_else(|| FirstBatch::new(scope, limits));
            read_alone(client, scope, first).await
        } else {
            read_in_parallel(client, helpers, scope, limits).await
        };
        let error = match read {
            Ok(read) if read.changed == 0 => {
                let mut snapshot = read.snapshot;
                snapshot.locked = std::mem::take(&mut avoided.objects);
                leave_out_platform(&mut snapshot, &avoided.scope);
                return Ok(snapshot);
            }
            Ok(read) => ServerError::schema_changed(read.changed),
            Err(error) => error,
        };
        if !client.is_usable() && helpers.is_empty() {
            return Err(error.failure(doing));
        }
        let retries = error.meaning() == Meaning::Concurrent && start.elapsed() < limits.statement;
        if retries {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        } else if !helpers.is_empty() {
            // Read on one connection instead. The helpers may still be waiting for an answer: drop them.
            helpers.clear();
        } else {
            let _ = client.execute(&[sql![ROLLBACK]]).await;
            avoided
                .again(client, &error)
                .await
                .map_err(|error| error.failure(doing))?;
        }
        for client in helpers.iter_mut().chain([&mut *client]) {
            let _ = client.execute(&[sql![ROLLBACK]]).await;
        }
    }
}

/// Removes what belongs to the hosting platform, unless it is asked for.
fn leave_out_platform(snapshot: &mut Snapshot, scope: &Scope) {
    if !scope.platform {
        let platform_roles = snapshot.server.platform_roles.clone();
        platform::leave_out(snapshot, &platform_roles, &scope.named);
        snapshot.count_left_out(scope.not_compared);
    }
}

/// What is left out of the scope because other sessions have locked it.
struct AvoidedLocks<'a> {
    scope: Cow<'a, Scope>,
    objects: Vec<LockedObject>,
    /// How often it was looked for.
    times: usize,
}

impl<'a> AvoidedLocks<'a> {
    fn of(scope: &'a Scope) -> Self {
        Self {
            scope: Cow::Borrowed(scope),
            objects: Vec::new(),
            times: 0,
        }
    }

    /// Finds out, after an error, what is locked, so that everything else can be read.
    ///
    /// # Errors
    /// The error was another one, or leaving out what is locked does not help, or must not be done.
    async fn again(&mut self, client: &mut Client, error: &ServerError) -> Result<(), ServerError> {
        if !error.is_lock_timeout() {
            return Err(error.clone());
        }
        self.times += 1;
        let (oids, objects) = locks::find(client, self.times > 1).await?;
        if self.scope.tolerates_locks && self.times <= MOST_LOCK_TIMEOUTS && !oids.is_empty() {
            self.scope.to_mut().locked = oids;
            self.objects = objects;
            return Ok(());
        }
        let why = objects.into_iter().next().map(|object| object.why);
        Err(ServerError {
            message: why.map_or_else(|| error.message.clone(), |why| format!("{}: {why}", error.message)),
            ..error.clone()
        })
    }
}

/// How often the catalog is read again without what is locked. The second time, relatives of locked relations are left out.
const MOST_LOCK_TIMEOUTS: usize = 3;

/// Reads more of the catalog in the transaction that [`capture`] began.
///
/// # Errors
/// The server refuses or does not answer in time.
pub async fn capture_more(client: &mut Client, scope: &Scope, limits: Limits) -> Result<Snapshot, Failure> {
    let batch = Batch::resume().then_read(scope, limits, Slice::WHOLE, RarerKinds::Read);
    let read = run(client, batch).await;
    Ok(read
        .map_err(|error| error.failure("reading the objects that the texts refer to"))?
        .snapshot)
}

/// Whether the objects of this scope are unchanged since [`capture`] read them, in the transaction that it began. Texts
/// are compared by the newest catalog, so this must be called before anything else is read.
///
/// # Errors
/// The server does not answer.
pub async fn is_unchanged(client: &mut Client, scope: &Scope) -> Result<bool, Failure> {
    let read = run(client, Batch::resume().then_changed(scope)).await;
    let read = read.map_err(|error| error.failure("comparing texts"))?;
    Ok(read.changed == 0)
}

/// Reads the scope through one connection.
async fn read_alone(client: &mut Client, scope: &Scope, first: FirstBatch) -> Result<BatchResult, ServerError> {
    let mut read = run(client, first.0).await?;
    let present = read.present_kinds(scope, Slice::WHOLE);
    let rest = Batch::resume()
        .then_read_kinds(scope, Slice::WHOLE, &present)
        .then_count_not_compared(scope, Slice::WHOLE, &read.snapshot.server.platform_roles);
    let rest = run_and_count_changes(client, rest.then_is_quiet(), scope).await?;
    read.changed = rest.changed;
    read.snapshot.absorb(rest.snapshot);
    Ok(read)
}

/// Reads a slice of the scope, in a transaction that has begun.
async fn read_slice(
    client: &mut Client,
    scope: &Scope,
    limits: Limits,
    slice: Slice,
) -> Result<BatchResult, ServerError> {
    let batch = Batch::resume().then_read(scope, limits, slice, RarerKinds::Found);
    let mut read = run(client, batch).await?;
    let present = read.present_kinds(scope, slice);
    if !present.is_empty() || scope.not_compared {
        let rest = Batch::resume()
            .then_read_kinds(scope, slice, &present)
            .then_count_not_compared(scope, slice, &read.snapshot.server.platform_roles);
        let rest = run(client, rest).await?;
        read.snapshot.absorb(rest.snapshot);
    }
    Ok(read)
}

/// Reads slices of the scope through several connections in parallel, in one shared snapshot.
async fn read_in_parallel(
    client: &mut Client,
    helpers: &mut [Client],
    scope: &Scope,
    limits: Limits,
) -> Result<BatchResult, ServerError> {
    let name = run(client, Batch::begin().then_export()).await?.name;
    // A pooler may have no other connection to the server until this transaction has ended.
    let shared = join_all(helpers.iter_mut().map(|helper| run(helper, Batch::share(&name))));
    let shared = tokio::time::timeout(limits.lock, shared)
        .await
        .map_err(|_| ServerError::broken("no connection shares the snapshot"))?;
    shared.into_iter().collect::<Result<Vec<BatchResult>, _>>()?;
    let of = helpers.len() + 1;
    let parts = [&mut *client]
        .into_iter()
        .chain(helpers)
        .enumerate()
        .map(|(index, client)| read_slice(client, scope, limits, Slice { index, of }));
    // Wait for every call, because a cancelled call makes its connection unusable.
    let parts: Vec<BatchResult> = join_all(parts).await.into_iter().collect::<Result<_, _>>()?;
    let whole = parts.into_iter().reduce(|mut whole, part| {
        whole.snapshot.absorb(part.snapshot);
        whole
    });
    let last = run_and_count_changes(client, Batch::resume().then_is_quiet(), scope).await?;
    Ok(BatchResult {
        changed: last.changed,
        ..whole.unwrap_or_default()
    })
}

/// Runs a batch that ends with [`Batch::then_is_quiet`]. If other transactions have written, it counts the changed rows of
/// the catalog.
async fn run_and_count_changes(client: &mut Client, batch: Batch, scope: &Scope) -> Result<BatchResult, ServerError> {
    let mut read = run(client, batch).await?;
    if !read.is_quiet {
        read.changed = run(client, Batch::resume().then_changed(scope)).await?.changed;
    }
    Ok(read)
}

/// The result of a batch.
#[derive(Debug, Default)]
struct BatchResult {
    snapshot: Snapshot,
    /// The numbers of the kinds that may have objects, among [`rarer_kinds`].
    present: Vec<usize>,
    /// The name of the exported snapshot, if the batch exports one.
    name: String,
    /// Whether no other transaction can have written anything since the snapshot was taken.
    is_quiet: bool,
    /// How many rows of the catalog have changed since the snapshot was taken.
    changed: u64,
}

impl BatchResult {
    /// The kinds that may have objects.
    fn present_kinds(&self, scope: &Scope, slice: Slice) -> Vec<Kind> {
        let kinds = rarer_kinds(scope, slice).into_iter().enumerate();
        let present = kinds.filter(|(number, _)| self.present.contains(number));
        present.map(|(_, kind)| kind).collect()
    }
}

/// Runs a batch, and checks that a real server answers: every mark must come back, and every statement with exactly one
/// row must return it.
async fn run(client: &mut Client, batch: Batch) -> Result<BatchResult, ServerError> {
    let batch = batch.end();
    let mut read = BatchResult::default();
    let mut reader = RowReader::default();
    let counts = client
        .batch(&batch.statements, |statement, row| {
            match batch.results.get(statement) {
                Some(ResultKind::Kind(kind)) => reader.object(&mut read.snapshot, statement, *kind, row)?,
                Some(ResultKind::Server) => read.snapshot.server = rows::server(row)?,
                Some(ResultKind::SearchPath) => read.snapshot.server.search_path = rows::text(row),
                Some(ResultKind::Name) => read.name = rows::text(row),
                Some(ResultKind::Present) => read.present = rows::numbers(row)?,
                Some(ResultKind::NotCompared) => read.snapshot.not_compared = rows::counts(row)?,
                Some(ResultKind::IsQuiet) => read.is_quiet = rows::text(row) == "true",
                Some(ResultKind::Changed) => {
                    read.changed = rows::text(row).parse().map_err(ServerError::broken)?;
                }
                Some(ResultKind::Mark(mark)) if rows::text(row) != *mark => {
                    return Err(ServerError::broken("its answer does not belong to the query"));
                }
                Some(ResultKind::Mark(_) | ResultKind::Nothing) | None => {}
            }
            Ok(())
        })
        .await?;
    for (count, result) in counts.iter().zip(&batch.results) {
        let is_one = match result {
            ResultKind::Mark(_)
            | ResultKind::Server
            | ResultKind::SearchPath
            | ResultKind::Name
            | ResultKind::Present
            | ResultKind::NotCompared
            | ResultKind::IsQuiet
            | ResultKind::Changed => *count == 1,
            ResultKind::Nothing | ResultKind::Kind(_) => true,
        };
        if !is_one {
            return Err(ServerError::broken("it returned no row where every server returns one"));
        }
    }
    Ok(read)
}

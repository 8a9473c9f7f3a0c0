//! Sessions with a database: connecting, reading the catalog, comparing texts, and running assertions.

pub mod assertion_query;
mod assertion_values;
pub mod capture;
pub mod change_log;
pub mod client;
pub mod connect;
pub mod conninfo;
pub mod copy;
pub mod encoding;
pub mod equivalence;
mod invalid_query;
pub mod listing;
pub mod migration_history;
pub mod row_age;
pub mod server_error;

use std::collections::BTreeSet;
use std::time::Duration;

use client::{Cells, Client};
use server_error::ServerError;

use crate::error::Failure;
use crate::object_id::ObjectId;
use crate::sql;
use crate::sql::Sql;

/// The first statement of every connection and of every transaction: from then on, a name without a schema cannot refer
/// to an object that an owner of the database created. Temporary objects come last, as PostgreSQL's documentation advises
/// for functions with the rights of their owner ("Writing SECURITY DEFINER Functions Safely").
pub(crate) const PIN_SEARCH_PATH: &str = "SET LOCAL search_path = pg_catalog, pg_temp";

/// Ends a transaction.
pub(crate) const ROLLBACK: &str = "ROLLBACK";

/// Runs a session to completion, on this thread.
///
/// # Errors
/// The runtime cannot be started, or the session fails.
pub fn block_on<T>(session: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::new("starting the asynchronous runtime", e.to_string()))?;
    let result = runtime.block_on(session);
    // Do not wait for a host name lookup that is still in progress.
    runtime.shutdown_background();
    result
}

/// The limits of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long one statement may take.
    pub statement: Duration,
    /// How long one statement may wait for a lock.
    pub lock: Duration,
    /// How many connections read the catalog at the same time.
    pub jobs: usize,
    /// How long the whole session may take; `None` derives [`Limits::deadline`] from the other limits.
    pub total: Option<Duration>,
}

/// How many statement timeouts a session may take, without its assertions and migration histories.
const STATEMENTS: u32 = 4;

/// Additional time for closing connections and for network round trips.
const MARGIN: Duration = Duration::from_secs(5);

impl Limits {
    /// How long a session may take once it is connected: `--timeout`, or else four statement timeouts, plus one for each
    /// assertion and migration history (`statements`), plus five seconds.
    #[must_use]
    pub fn deadline(&self, statements: usize) -> Duration {
        let statements = u32::try_from(statements).unwrap_or(u32::MAX).saturating_add(STATEMENTS);
        self.total
            .unwrap_or_else(|| self.statement.saturating_mul(statements).saturating_add(MARGIN))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            statement: Duration::from_secs(30),
            lock: Duration::from_secs(5),
            jobs: 1,
            total: None,
        }
    }
}

/// The names of the extensions that can be created, read in the transaction that [`capture::capture`] began.
///
/// # Errors
/// The connection breaks.
pub async fn available_extensions(client: &mut Client) -> Result<BTreeSet<String>, Failure> {
    let found = client
        .rows(&[sql!["SELECT name::text FROM pg_catalog.pg_available_extensions"]])
        .await
        .map_err(|error| error.failure("listing the available extensions"))?;
    let names = found.iter().filter_map(|row| row.text(0).ok().flatten());
    Ok(names.map(str::to_owned).collect())
}

/// The names of the extensions that were created.
///
/// # Errors
/// The connection breaks.
pub async fn installed_extensions(client: &mut Client) -> Result<BTreeSet<String>, Failure> {
    let found = client
        .rows(&[sql!["SELECT extname::text FROM pg_catalog.pg_extension"]])
        .await
        .map_err(|error| error.failure("listing the extensions"))?;
    let names = found.iter().filter_map(|row| row.text(0).ok().flatten());
    Ok(names.map(str::to_owned).collect())
}

/// Ends the transaction.
///
/// # Errors
/// The connection breaks.
pub async fn end_transaction(client: &mut Client) -> Result<(), Failure> {
    let ended = client.execute(&[sql![ROLLBACK]]).await;
    ended.map_err(|error| error.failure("ending the transaction"))
}

/// The message of an error, with who holds the lock if the statement waited for one.
async fn blame(client: &mut Client, error: ServerError, table: Option<&ObjectId>) -> Result<String, ServerError> {
    let holder = if error.is_lock_timeout() {
        capture::locks::holders(client, table).await?
    } else {
        None
    };
    Ok(match holder {
        Some(holder) => format!("{}: {holder}", error.message),
        None => error.message,
    })
}

/// Runs statements within a savepoint, and rolls back to it if one of them fails.
async fn in_savepoint(client: &mut Client, statements: Vec<Sql>) -> Result<Vec<Cells>, ServerError> {
    let batch: Vec<Sql> = [sql!["SAVEPOINT driftgate"]]
        .into_iter()
        .chain(statements)
        .chain([sql!["RELEASE SAVEPOINT driftgate"]])
        .collect();
    let result = client.rows(&batch).await;
    if let Err(error) = &result
        && !error.code.is_empty()
    {
        client.execute(&[sql!["ROLLBACK TO SAVEPOINT driftgate"]]).await?;
    }
    result
}

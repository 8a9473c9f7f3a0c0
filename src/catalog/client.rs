//! A connection to a PostgreSQL server, based on the messages of the crate `postgres-protocol`.
//!
//! Existing drivers hide what this program needs: the type of each column in the simple protocol (one round trip for many
//! statements), cells as bytes (a database in SQL_ASCII may contain any bytes), the DETAIL of notices (in which the server
//! sends a parse tree), and a limit for the announced length of a message before memory is allocated.
//!
//! The client does not retry. Between two calls it keeps only the transaction: no named statements, no settings. A call
//! that was cancelled leaves the connection unusable, and the next call fails.

mod extended;
mod row;
mod start;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::BytesMut;
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;

pub use extended::{Described, Description};
pub use row::{Cells, Column, Row};
pub use start::{BackendKey, Binding, StartError, Startup};
pub use wire::Stream;
use wire::{Notice, Wire};

use super::server_error::ServerError;
use crate::sql::Sql;
use crate::undo::OnSignal;

/// A connection on which a session has begun.
pub struct Client {
    wire: Wire,
    /// The settings that the server reports.
    parameters: BTreeMap<String, String>,
    /// Why the connection is unusable.
    unusable: Option<ServerError>,
    /// Whether the rows of a COPY follow the query.
    has_rows: bool,
    /// What a request to cancel names.
    key: Option<BackendKey>,
    /// Cancels what the server does if a signal ends the run.
    guard: Option<OnSignal>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// The error of a script, and how many statements were completed before it.
#[derive(Debug)]
pub struct ScriptError {
    /// The number of completed statements.
    pub completed: usize,
    /// The error of the next statement.
    pub error: ServerError,
}

impl Client {
    /// Begins a session on a stream that reaches the server, TLS included.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(stream: Box<dyn Stream>, startup: &Startup<'_>) -> Result<Self, StartError> {
        let mut wire = Wire::new(stream);
        let begun = start::start(&mut wire, startup).await?;
        Ok(Self {
            wire,
            parameters: begun.parameters,
            key: begun.key,
            guard: None,
            unusable: None,
            has_rows: false,
        })
    }

    /// What a request to cancel names, if the server has sent it.
    #[must_use]
    pub fn backend_key(&self) -> Option<BackendKey> {
        self.key
    }

    /// Keeps what is done if a signal ends the run before the session has ended.
    pub(crate) fn guard(&mut self, guard: OnSignal) {
        self.guard = Some(guard);
    }

    /// Whether the connection can be used: the server has not ended the session, and no call was cancelled.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.unusable.is_none()
    }

    /// The value of a setting that the server reports, such as `server_encoding`.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// Runs statements as one message, in one round trip. `each` is called with the number of the statement and each row of
    /// its result. Returns the number of rows of each statement, after comparing it with the server's own count.
    ///
    /// # Errors
    /// The first statement that fails, an error of `each`, or a server that does not answer every statement.
    pub async fn batch(
        &mut self,
        statements: &[Sql],
        mut each: impl FnMut(usize, &Row<'_>) -> Result<(), ServerError>,
    ) -> Result<Vec<u64>, ServerError> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        let text = Sql::join(statements, ";\n");
        let mut counts = vec![0_u64];
        let mut columns: Arc<[Column]> = Arc::default();
        self.simple(text.as_str(), |message| {
            let number = counts.len() - 1;
            if number >= statements.len() {
                return Err(ServerError::broken("it gave more results than there were statements"));
            }
            match message {
                Message::RowDescription(body) => columns = row::columns(&body)?,
                Message::DataRow(body) => {
                    counts[number] += 1;
                    let cells = row::ranges(&body, columns.len())?;
                    return Ok(each(number, &Row::new(&columns, body.buffer(), &cells)));
                }
                Message::CommandComplete(body) => {
                    row::check_count(&body, counts[number])?;
                    counts.push(0);
                    columns = Arc::default();
                }
                _ => return Err(ServerError::broken("its message does not answer a query")),
            }
            Ok(Ok(()))
        })
        .await?;
        counts.pop();
        if counts.len() < statements.len() {
            return Err(ServerError::broken(format!(
                "it answered {} of {} statements",
                counts.len(),
                statements.len()
            )));
        }
        Ok(counts)
    }

    /// Runs statements as one message and keeps the rows of all of them.
    ///
    /// # Errors
    /// See [`Client::batch`].
    pub async fn rows(&mut self, statements: &[Sql]) -> Result<Vec<Cells>, ServerError> {
        let mut rows = Vec::new();
        self.batch(statements, |_, row| {
            rows.push(row.to_cells());
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// Runs statements as one message, and ignores the rows.
    ///
    /// # Errors
    /// See [`Client::batch`].
    pub async fn execute(&mut self, statements: &[Sql]) -> Result<(), ServerError> {
        self.batch(statements, |_, _| Ok(())).await.map(|_| ())
    }

    /// Runs the text of an SQL file that the user wants to apply, with all its statements. If it is `COPY … FROM stdin`,
    /// `rows` are the rows.
    ///
    /// # Errors
    /// The first statement that fails.
    pub async fn script(&mut self, text: &str, rows: Option<&str>) -> Result<(), ScriptError> {
        let mut completed = 0;
        let text = text.replace('\0', " ");
        let outcome = match query_with_rows(&text, rows) {
            Ok(out) => {
                self.has_rows = rows.is_some();
                let run = self
                    .exchange(&out, 1, |message| {
                        if let Message::CommandComplete(_) | Message::EmptyQueryResponse = message {
                            completed += 1;
                        }
                        Ok(Ok(()))
                    })
                    .await;
                self.has_rows = false;
                run
            }
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) if completed == 0 => Err(ScriptError {
                completed,
                error: ServerError::broken("it did not answer"),
            }),
            Ok(()) => Ok(()),
            Err(error) => Err(ScriptError { completed, error }),
        }
    }

    /// Runs COPY … TO STDOUT. `each` is called with each line in the text format.
    ///
    /// # Errors
    /// The statement fails, an error of `each`, or a server that counts other lines than it sent.
    pub async fn copy_out(
        &mut self,
        copy: &Sql,
        mut each: impl FnMut(&[u8]) -> Result<(), ServerError>,
    ) -> Result<(), ServerError> {
        let mut lines = 0;
        let mut is_complete = false;
        self.simple(copy.as_str(), |message| match message {
            Message::CopyData(body) => {
                lines += 1;
                Ok(each(body.data()))
            }
            Message::CopyDone => {
                is_complete = true;
                Ok(Ok(()))
            }
            Message::CommandComplete(body) => row::check_count(&body, lines).map(Ok),
            _ => Ok(Ok(())),
        })
        .await?;
        if is_complete {
            Ok(())
        } else {
            Err(ServerError::broken("it did not copy the table to the end"))
        }
    }

    /// Ends the session. Errors are ignored.
    pub async fn close(mut self) {
        let mut out = BytesMut::new();
        self.guard = None;
        frontend::terminate(&mut out);
        let _ = self.wire.write(&out).await;
        self.wire.shut_down().await;
    }

    /// Sends a query of the simple protocol, and passes the answers to `each`.
    async fn simple(&mut self, text: &str, each: impl FnMut(Message) -> Handled) -> Result<(), ServerError> {
        let out = query_with_rows(text, None)?;
        self.exchange(&out, 1, each).await
    }

    /// Sends messages, and passes the answers to `each`. The first error of the server or of `each` is returned once the
    /// server is ready again. An error of the protocol is returned at once.
    async fn exchange(
        &mut self,
        out: &[u8],
        ready_count: usize,
        mut each: impl FnMut(Message) -> Handled,
    ) -> Result<(), ServerError> {
        let mut failure = None;
        let run = self
            .run(out, ready_count, |event| {
                match event {
                    Event::Message(message) if failure.is_none() => failure = each(message)?.err(),
                    Event::Error(error) => failure = failure.take().or(Some(error)),
                    Event::Message(_) | Event::Notice(_) | Event::Ready => {}
                }
                Ok(())
            })
            .await;
        // The error of a statement is more important than the end of the connection that may follow.
        failure.map_or(run, Err)
    }

    /// Sends messages and reads the answers at the same time, until the server has been ready `ready_count` times.
    async fn run(
        &mut self,
        out: &[u8],
        ready_count: usize,
        mut each: impl FnMut(Event) -> Result<(), ServerError>,
    ) -> Result<(), ServerError> {
        if ready_count == 0 {
            return Ok(());
        }
        if let Some(error) = &self.unusable {
            return Err(error.clone());
        }
        self.unusable = Some(ServerError::broken("an earlier call on this connection was cancelled"));
        let mut left = ready_count;
        let has_rows = self.has_rows;
        let parameters = &mut self.parameters;
        let mut on_message = |message: Message| -> Result<wire::Next, ServerError> {
            match message {
                Message::ReadyForQuery(_) => {
                    each(Event::Ready)?;
                    left = left.saturating_sub(1);
                    return Ok(if left == 0 { wire::Next::Stop } else { wire::Next::Read });
                }
                Message::ParameterStatus(body) => {
                    if let (Ok(name), Ok(value)) = (body.name(), body.value()) {
                        wire::remember(parameters, name, value);
                    }
                }
                Message::NotificationResponse(_) => {}
                Message::NoticeResponse(body) => each(Event::Notice(wire::notice(&body)))?,
                Message::ErrorResponse(body) => {
                    let (error, is_fatal) = wire::server_error(body.fields());
                    if is_fatal {
                        return Err(error);
                    }
                    each(Event::Error(error))?;
                }
                Message::CopyInResponse(_) if has_rows => {}
                // There is no data to send, so the statement must fail.
                Message::CopyInResponse(_) => return Ok(wire::Next::FailCopy),
                other => each(Event::Message(other))?,
            }
            Ok(wire::Next::Read)
        };
        let outcome = self.wire.exchange(out, &mut on_message).await;
        self.unusable = outcome.as_ref().err().cloned();
        outcome
    }
}

/// The messages of a query of the simple protocol. The rows of `COPY … FROM stdin` follow at once: if the statement fails,
/// the server ignores them.
fn query_with_rows(text: &str, rows: Option<&str>) -> Result<BytesMut, ServerError> {
    let too_long = |_| ServerError::broken("the query is too long to be sent");
    let mut out = BytesMut::new();
    frontend::query(text, &mut out).map_err(too_long)?;
    if let Some(rows) = rows {
        for chunk in rows.as_bytes().chunks(COPY_CHUNK) {
            frontend::CopyData::new(chunk).map_err(too_long)?.write(&mut out);
        }
        frontend::copy_done(&mut out);
    }
    Ok(out)
}

/// The number of bytes in one message of rows.
const COPY_CHUNK: usize = 64 * 1024;

/// The result of handling a message. The outer error is an error of the protocol, after which the connection is unusable.
/// The inner one is an error of the caller, after which the rest of the answer is read and ignored.
type Handled = Result<Result<(), ServerError>, ServerError>;

/// A message from the server, by its role.
enum Event {
    /// An answer.
    Message(Message),
    /// A notice.
    Notice(Notice),
    /// A statement failed.
    Error(ServerError),
    /// The server waits for the next message.
    Ready,
}

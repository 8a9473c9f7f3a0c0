//! A connection to a PostgreSQL server, over the messages of `postgres-protocol`.
//!
//! The drivers that exist hide what this program needs: the type of each column in the simple protocol (one round trip
//! for many statements), cells as bytes (a database in SQL_ASCII may have any), the DETAIL of notices (in which the
//! server sends a parse tree), and a bound on what a message may announce before memory is taken for it.
//!
//! Nothing here retries, and nothing is kept between two calls but the transaction: no named statement, no setting. A
//! call that was not awaited to its end leaves the connection unusable, and the next call says so.

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
pub use start::{Binding, StartError, Startup};
pub use wire::Stream;
use wire::{Notice, Wire};

use super::server_error::ServerError;
use crate::sql::Sql;

/// A connection on which a session has begun.
pub struct Client {
    wire: Wire,
    /// What the server reports of its settings.
    parameters: BTreeMap<String, String>,
    /// Why the connection cannot be used: a call has not come to its end.
    unusable: Option<ServerError>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// How far a script came, and why not further.
#[derive(Debug)]
pub struct ScriptError {
    /// How many of its statements were completed.
    pub completed: usize,
    /// What the next one said.
    pub error: ServerError,
}

impl Client {
    /// Begins a session on a stream that reaches the server, TLS included.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(stream: Box<dyn Stream>, startup: &Startup<'_>) -> Result<Self, StartError> {
        let mut wire = Wire::new(stream);
        let parameters = start::start(&mut wire, startup).await?;
        Ok(Self {
            wire,
            parameters,
            unusable: None,
        })
    }

    /// Whether anything can still be asked: the server has not ended the session, and every call came to its end.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.unusable.is_none()
    }

    /// What the server reports of one of its settings, such as `server_encoding`.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// Runs statements as one message: one round trip. `each` is called with the number of the statement and each row
    /// of its result. Gives the number of rows of each statement, which is as the server has counted them.
    ///
    /// # Errors
    /// The first statement that fails, what `each` says, or a server that does not answer every statement.
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
                _ => return Err(ServerError::broken("its answer is none to a query")),
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

    /// Runs statements as one message; rows are read and dropped.
    ///
    /// # Errors
    /// See [`Client::batch`].
    pub async fn execute(&mut self, statements: &[Sql]) -> Result<(), ServerError> {
        self.batch(statements, |_, _| Ok(())).await.map(|_| ())
    }

    /// Runs the text of an SQL file, with as many statements as it has: it is the user's wish that it is run.
    ///
    /// # Errors
    /// The first statement that fails.
    pub async fn script(&mut self, text: &str) -> Result<(), ScriptError> {
        let mut completed = 0;
        let text = text.replace('\0', " ");
        let outcome = self
            .simple(&text, |message| {
                if let Message::CommandComplete(_) | Message::EmptyQueryResponse = message {
                    completed += 1;
                }
                Ok(Ok(()))
            })
            .await;
        match outcome {
            Ok(()) if completed == 0 => Err(ScriptError {
                completed,
                error: ServerError::broken("it did not answer"),
            }),
            Ok(()) => Ok(()),
            Err(error) => Err(ScriptError { completed, error }),
        }
    }

    /// Copies a table out: `each` is called with each line in the text format of COPY.
    ///
    /// # Errors
    /// The statement fails, what `each` says, or a server that counts other lines than it sent.
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

    /// Says farewell. Whether the server hears it does not matter.
    pub async fn close(mut self) {
        let mut out = BytesMut::new();
        frontend::terminate(&mut out);
        let _ = self.wire.write(&out).await;
        self.wire.shut_down().await;
    }

    /// Sends a query of the simple protocol and hands over what comes back.
    async fn simple(&mut self, text: &str, each: impl FnMut(Message) -> Handled) -> Result<(), ServerError> {
        let mut out = BytesMut::new();
        frontend::query(text, &mut out).map_err(|_| ServerError::broken("the query is too long to be sent"))?;
        self.exchange(&out, 1, each).await
    }

    /// Sends messages and hands over what comes back. The first error of the server's or the caller's is the result,
    /// once the server is ready again; where the protocol is broken nothing is waited for.
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
        // What a statement said comes before the end of the connection that may follow it.
        failure.map_or(run, Err)
    }

    /// Sends messages while it reads what comes back, until the server has been ready so often.
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
        self.unusable = Some(ServerError::broken("an earlier call on this connection was given up"));
        let mut left = ready_count;
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
                // No data follows: the server is told so, and fails the statement.
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

/// What becomes of a message: the outer error is that the protocol is broken, after which nothing that comes can be
/// relied on; the inner one is the caller's, after which the rest of the answer is read and dropped.
type Handled = Result<Result<(), ServerError>, ServerError>;

/// What comes back from the server.
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

//! The extended protocol: runs single statements, and describes statements without running them.

use std::sync::Arc;

use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;

use super::row::{self, Cells, Column, Row};
use super::{Client, Event};
use crate::catalog::server_error::ServerError;
use crate::sql::{Sql, Statement};

/// One statement for [`Client::describe`], between two queries of the program.
#[derive(Debug, Clone, Default)]
pub struct Description {
    /// Runs before the statement: savepoints and settings.
    pub before: Sql,
    /// Parsed and analysed, but never run.
    pub statement: Statement,
    /// Runs after the statement, even if the statement is invalid.
    pub after: Sql,
}

/// The description of an analysed statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// The columns of its result.
    pub columns: Vec<Column>,
    /// The DETAIL of each notice that came with it.
    pub details: Vec<String>,
}

impl Client {
    /// Runs one statement through the extended protocol, which refuses several statements, and returns its rows.
    ///
    /// # Errors
    /// The statement fails.
    pub async fn run_single(&mut self, statement: &Statement) -> Result<Vec<Cells>, ServerError> {
        self.run_with_values(statement, &[], &[]).await
    }

    /// Runs one statement with values for its parameters, which have types of these object identifiers.
    ///
    /// # Errors
    /// The statement fails, or a text is no value of its type.
    pub async fn run_with_values(
        &mut self,
        statement: &Statement,
        types: &[u32],
        values: &[&str],
    ) -> Result<Vec<Cells>, ServerError> {
        let mut out = BytesMut::new();
        let written = (|| {
            frontend::parse("", statement.as_str(), types.iter().copied(), &mut out)?;
            // Without formats, every value and every column is sent as text.
            let bound = frontend::bind(
                "",
                "",
                None::<i16>,
                values,
                |value, out| {
                    out.extend_from_slice(value.as_bytes());
                    Ok(IsNull::No)
                },
                None::<i16>,
                &mut out,
            );
            bound.map_err(|_| std::io::Error::from(std::io::ErrorKind::InvalidInput))?;
            frontend::describe(b'P', "", &mut out)?;
            frontend::execute("", 0, &mut out)?;
            frontend::sync(&mut out);
            Ok::<_, std::io::Error>(())
        })();
        written.map_err(|_| ServerError::broken("the statement is too long to be sent"))?;
        let mut columns: Arc<[Column]> = Arc::default();
        let mut rows = Vec::new();
        let mut count = 0;
        let mut is_complete = false;
        self.exchange(&out, 1, |message| {
            match message {
                Message::RowDescription(body) => columns = row::columns(&body)?,
                Message::DataRow(body) => {
                    count += 1;
                    let cells = row::ranges(&body, columns.len())?;
                    rows.push(Row::new(&columns, body.buffer(), &cells).to_cells());
                }
                Message::CommandComplete(body) => {
                    row::check_count(&body, count)?;
                    is_complete = true;
                }
                Message::EmptyQueryResponse => is_complete = true,
                Message::ParseComplete | Message::BindComplete | Message::NoData => {}
                _ => return Err(ServerError::broken("its message does not answer a statement")),
            }
            Ok(Ok(()))
        })
        .await?;
        if is_complete {
            Ok(rows)
        } else {
            Err(ServerError::broken("it did not answer the statement"))
        }
    }

    /// Has the server parse and analyse statements in one round trip, without planning or running them.
    ///
    /// # Errors
    /// The connection breaks, or a query before or after a statement fails. The error of a statement itself is its result.
    pub async fn describe(
        &mut self,
        descriptions: &[Description],
    ) -> Result<Vec<Result<Described, ServerError>>, ServerError> {
        let mut out = BytesMut::new();
        for description in descriptions {
            description
                .write(&mut out)
                .map_err(|_| ServerError::broken("a statement is too long to be sent"))?;
        }
        let mut answers = DescribeResults::default();
        self.run(&out, descriptions.len() * 3, |event| answers.take(event))
            .await?;
        match answers.failure {
            Some(error) => Err(error),
            None => Ok(answers.all),
        }
    }
}

impl Client {
    /// Has the server parse and analyse statements that are probably valid, in one round trip, after one query.
    ///
    /// # Errors
    /// The connection breaks, the query fails, or a statement is invalid.
    pub async fn describe_all(
        &mut self,
        before: &Sql,
        statements: &[Statement],
    ) -> Result<Vec<Described>, ServerError> {
        let mut out = BytesMut::new();
        let written = (|| {
            frontend::query(before.as_str(), &mut out)?;
            for statement in statements {
                frontend::parse("", statement.as_str(), None, &mut out)?;
                frontend::describe(b'S', "", &mut out)?;
            }
            frontend::sync(&mut out);
            Ok::<_, std::io::Error>(())
        })();
        written.map_err(|_| ServerError::broken("a statement is too long to be sent"))?;
        let mut described = Vec::new();
        let mut is_before = true;
        let mut failure = None;
        self.run(&out, 2, |event| {
            match event {
                Event::Ready => is_before = false,
                Event::Error(error) => failure = failure.take().or(Some(error)),
                Event::Message(Message::RowDescription(body)) if !is_before => described.push(Described {
                    columns: row::columns(&body)?.to_vec(),
                    details: Vec::new(),
                }),
                Event::Message(Message::NoData) if !is_before => described.push(Described::default()),
                Event::Message(_) | Event::Notice(_) => {}
            }
            Ok(())
        })
        .await?;
        match failure {
            Some(error) => Err(error),
            None if described.len() == statements.len() => Ok(described),
            None => Err(ServerError::broken("it gave fewer answers than questions")),
        }
    }
}

impl Description {
    /// Writes three requests. The server reports after each that it is ready.
    fn write(&self, out: &mut BytesMut) -> std::io::Result<()> {
        frontend::query(self.before.as_str(), out)?;
        frontend::parse("", self.statement.as_str(), None, out)?;
        frontend::describe(b'S', "", out)?;
        frontend::sync(out);
        frontend::query(self.after.as_str(), out)
    }
}

/// The maximum length of the details of one statement, in bytes. The tree of a view with 1000 columns has about 5 million.
const MAX_DETAIL_BYTES: usize = 64 << 20;

/// Collects the answers to [`Client::describe`].
#[derive(Default)]
struct DescribeResults {
    all: Vec<Result<Described, ServerError>>,
    /// How many times the server has been ready.
    ready_count: usize,
    /// Whether the server has described the columns of the current statement.
    is_described: bool,
    /// The length of the details of the current statement, in bytes.
    kept: usize,
    /// The error of a query before or after a statement.
    failure: Option<ServerError>,
}

impl DescribeResults {
    fn take(&mut self, event: Event) -> Result<(), ServerError> {
        if self.ready_count % 3 != 1 {
            match event {
                Event::Ready => self.ready_count += 1,
                Event::Error(error) => self.failure = self.failure.take().or(Some(error)),
                Event::Message(_) | Event::Notice(_) => {}
            }
            return Ok(());
        }
        if self.all.len() <= self.ready_count / 3 {
            self.all.push(Ok(Described::default()));
            (self.is_described, self.kept) = (false, 0);
        }
        let answer = self.all.last_mut();
        match event {
            Event::Ready => {
                if let (Some(Ok(_)), false) = (answer, self.is_described) {
                    return Err(ServerError::broken("it did not describe a statement"));
                }
                self.ready_count += 1;
            }
            Event::Notice(notice) => {
                if let (Some(Ok(described)), Some(detail)) = (answer, notice.detail) {
                    self.kept += detail.len();
                    if self.kept > MAX_DETAIL_BYTES {
                        return Err(ServerError::broken("the details of a statement are too long"));
                    }
                    described.details.push(detail);
                }
            }
            Event::Error(error) => {
                if let Some(answer) = answer {
                    *answer = Err(error);
                }
            }
            Event::Message(Message::RowDescription(body)) => {
                self.is_described = true;
                if let Some(Ok(described)) = answer {
                    described.columns = row::columns(&body)?.to_vec();
                }
            }
            Event::Message(Message::NoData) => self.is_described = true,
            Event::Message(_) => {}
        }
        Ok(())
    }
}

//! The extended protocol: one statement alone, and statements that are analysed and never run.

use std::sync::Arc;

use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;

use super::row::{self, Cells, Column, Row};
use super::{Client, Event};
use crate::catalog::server_error::ServerError;
use crate::sql::{Sql, Statement};

/// One statement for [`Client::describe`], between two messages of our own.
#[derive(Debug, Clone, Default)]
pub struct Description {
    /// What is run before: savepoints and settings.
    pub before: Sql,
    /// What is parsed and analysed, and never run.
    pub statement: Statement,
    /// What is run after, whether the statement could be read or not.
    pub after: Sql,
}

/// What the server knows of a statement that it has analysed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// The columns of its result.
    pub columns: Vec<Column>,
    /// The DETAIL of each notice that came with it.
    pub details: Vec<String>,
}

impl Client {
    /// Runs one statement through the extended protocol, which takes no second one, and keeps its rows.
    ///
    /// # Errors
    /// The statement fails.
    pub async fn run_single(&mut self, statement: &Statement) -> Result<Vec<Cells>, ServerError> {
        let mut out = BytesMut::new();
        let written = (|| {
            frontend::parse("", statement.as_str(), None, &mut out)?;
            // No formats at all: every column as text.
            let bound = frontend::bind(
                "",
                "",
                None::<i16>,
                None::<()>,
                |(), _| Ok(IsNull::Yes),
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
                _ => return Err(ServerError::broken("its answer is none to a statement")),
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

    /// Has the server parse and analyse statements, without planning or running any, all in one round trip.
    ///
    /// # Errors
    /// The connection breaks, or what is run around a statement fails. What is wrong with a statement itself is its
    /// result.
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
    /// Has the server parse and analyse statements that are known to be readable, in one round trip and with one message
    /// of our own before them.
    ///
    /// # Errors
    /// The connection breaks, what is run before fails, or the first statement that cannot be read.
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
    /// Three messages, after each of which the server says that it is ready.
    fn write(&self, out: &mut BytesMut) -> std::io::Result<()> {
        frontend::query(self.before.as_str(), out)?;
        frontend::parse("", self.statement.as_str(), None, out)?;
        frontend::describe(b'S', "", out)?;
        frontend::sync(out);
        frontend::query(self.after.as_str(), out)
    }
}

/// As many bytes of details are kept for one statement. The tree of a view of 1000 columns has some 5 million.
const MAX_DETAIL_BYTES: usize = 64 << 20;

/// What has come of the answers to [`Client::describe`].
#[derive(Default)]
struct DescribeResults {
    all: Vec<Result<Described, ServerError>>,
    /// How often the server has been ready.
    ready_count: usize,
    /// Whether the server has said what columns the statement has, or that it has none.
    is_described: bool,
    /// The bytes of the details that were kept.
    kept: usize,
    /// What is run around a statement has failed.
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
                        return Err(ServerError::broken("it says too much about a statement"));
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

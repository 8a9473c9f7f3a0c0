//! Reads and writes messages on a stream, within limits.

use std::collections::BTreeMap;
use std::io;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use futures_util::future::{Either, select};
use postgres_protocol::message::backend::{ErrorFields, Message, NoticeResponseBody};
use postgres_protocol::message::frontend;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf};

use super::ServerError;

/// A stream of bytes to a server and back.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// The largest message before the session begins, in bytes. A server sends a few hundred bytes then.
const MAX_BEFORE_START: u32 = 64 * 1024;

/// The largest message in a session, in bytes: PostgreSQL does not send larger ones (`MaxAllocSize`, `utils/memutils.h`).
const MAX_MESSAGE: u32 = 0x3fff_ffff;

/// The longest answer to one call, in bytes. The catalog of 100,000 tables has about 500 million.
const MAX_ANSWER: u64 = 2 << 30;

/// Yields to other tasks, such as the deadline, after this many messages. A server can send faster than it is read.
const MESSAGES_BEFORE_YIELD: u64 = 256;

/// How much is read at a time, in bytes. Memory is allocated for received bytes, never for an announced length.
const CHUNK: usize = 64 * 1024;

/// The maximum number of reported settings that are stored, and the maximum bytes of each. PostgreSQL reports about fifteen.
const MAX_PARAMETERS: usize = 100;
const MAX_PARAMETER: usize = 1024;

/// What to do after a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Read the next message.
    Read,
    /// Refuse the rows that the server waits for.
    FailCopy,
    /// Stop: the answer is complete.
    Stop,
}

/// A notice of the server.
#[derive(Debug, Default)]
pub(super) struct Notice {
    /// Its DETAIL.
    pub(super) detail: Option<String>,
}

/// The messages of a stream.
pub(super) struct Wire {
    reader: MessageReader,
    writer: WriteHalf<Box<dyn Stream>>,
}

struct MessageReader {
    half: ReadHalf<Box<dyn Stream>>,
    buffer: BytesMut,
    max_message: u32,
    /// The number of received bytes.
    total: u64,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        let (half, writer) = tokio::io::split(stream);
        Self {
            reader: MessageReader {
                half,
                buffer: BytesMut::new(),
                max_message: MAX_BEFORE_START,
                total: 0,
            },
            writer,
        }
    }

    /// Allows long messages, because the session has begun.
    pub(super) fn session_started(&mut self) {
        self.reader.max_message = MAX_MESSAGE;
    }

    pub(super) async fn write(&mut self, out: &[u8]) -> io::Result<()> {
        self.writer.write_all(out).await?;
        self.writer.flush().await
    }

    pub(super) async fn shut_down(&mut self) {
        let _ = self.writer.shutdown().await;
    }

    /// The next message.
    pub(super) async fn message(&mut self) -> io::Result<Message> {
        self.reader.message().await
    }

    /// Writes messages and reads the answers at the same time, so that neither side blocks the other.
    pub(super) async fn exchange(
        &mut self,
        out: &[u8],
        each: &mut dyn FnMut(Message) -> Result<Next, ServerError>,
    ) -> Result<(), ServerError> {
        let Self { reader, writer } = self;
        let mut next = write_and_read(reader, writer, out, each).await?;
        while next == Next::FailCopy {
            let mut fail = BytesMut::new();
            frontend::copy_fail("no rows follow", &mut fail).map_err(|error| ServerError::from_io(&error))?;
            writer
                .write_all(&fail)
                .await
                .map_err(|error| ServerError::from_io(&error))?;
            writer.flush().await.map_err(|error| ServerError::from_io(&error))?;
            next = read(reader, each).await?;
        }
        Ok(())
    }
}

/// Writes messages and reads the answers at the same time. An error from the server takes precedence over a write error.
async fn write_and_read(
    reader: &mut MessageReader,
    writer: &mut WriteHalf<Box<dyn Stream>>,
    out: &[u8],
    each: &mut dyn FnMut(Message) -> Result<Next, ServerError>,
) -> Result<Next, ServerError> {
    let mut write = Box::pin(async {
        writer.write_all(out).await?;
        writer.flush().await
    });
    let mut reading = Box::pin(read(reader, each));
    match select(&mut write, &mut reading).await {
        Either::Left((Ok(()), _)) => reading.await,
        Either::Left((Err(error), _)) => Err(reading.await.err().unwrap_or_else(|| ServerError::from_io(&error))),
        Either::Right((next, _)) => {
            let next = next?;
            write.await.map_err(|error| ServerError::from_io(&error))?;
            Ok(next)
        }
    }
}

async fn read(
    reader: &mut MessageReader,
    each: &mut dyn FnMut(Message) -> Result<Next, ServerError>,
) -> Result<Next, ServerError> {
    let start = reader.total;
    for number in 1_u64.. {
        if number % MESSAGES_BEFORE_YIELD == 0 {
            tokio::task::yield_now().await;
        }
        let message = reader.message().await.map_err(|error| ServerError::from_io(&error))?;
        if reader.total - start > MAX_ANSWER {
            return Err(ServerError::broken(format!(
                "its answer has more than {MAX_ANSWER} bytes"
            )));
        }
        match each(message)? {
            Next::Read => {}
            next @ (Next::FailCopy | Next::Stop) => return Ok(next),
        }
    }
    Err(ServerError::broken("its answer does not end"))
}

/// The message is invalid or unexpected.
pub(super) fn malformed(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl MessageReader {
    async fn message(&mut self) -> io::Result<Message> {
        loop {
            let needed = self.needed_bytes()?;
            if self.buffer.len() >= needed {
                // For a message that is too short, `parse` returns `UnexpectedEof`, like for a closed connection.
                return match Message::parse(&mut self.buffer) {
                    Ok(Some(message)) => Ok(message),
                    Ok(None) => Err(malformed("a message cannot be read")),
                    Err(error) => Err(malformed(format!("a message cannot be read: {error}"))),
                };
            }
            if self.buffer.capacity() - self.buffer.len() < CHUNK / 2 {
                self.buffer.reserve(CHUNK);
            }
            let received = self.half.read_buf(&mut self.buffer).await?;
            if received == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.total = self.total.saturating_add(u64::try_from(received).unwrap_or(u64::MAX));
        }
    }

    /// The number of bytes in the buffer that the next message needs.
    fn needed_bytes(&self) -> io::Result<usize> {
        let Some(header) = self.buffer.get(..5) else {
            return Ok(5);
        };
        let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]);
        if length < 4 || length > self.max_message {
            return Err(malformed(format!("a message of {length} bytes")));
        }
        Ok(usize::try_from(length).unwrap_or(usize::MAX).saturating_add(1))
    }
}

/// Stores a setting that the server reports, within the limits.
pub(super) fn remember(parameters: &mut BTreeMap<String, String>, name: &str, value: &str) {
    let is_known = parameters.contains_key(name);
    if (is_known || parameters.len() < MAX_PARAMETERS) && name.len() + value.len() < MAX_PARAMETER {
        parameters.insert(name.to_owned(), value.to_owned());
    }
}

/// Parses a notice.
pub(super) fn notice(body: &NoticeResponseBody) -> Notice {
    let mut fields = body.fields();
    let mut notice = Notice::default();
    while let Ok(Some(field)) = fields.next() {
        if field.type_() == b'D' {
            notice.detail = Some(String::from_utf8_lossy(field.value_bytes()).into_owned());
        }
    }
    notice
}

/// Parses an error, and returns whether it ends the session.
pub(super) fn server_error(mut fields: ErrorFields<'_>) -> (ServerError, bool) {
    let mut error = ServerError::default();
    let mut is_fatal = false;
    while let Ok(Some(field)) = fields.next() {
        let value = || ServerError::shorten(&String::from_utf8_lossy(field.value_bytes()));
        match field.type_() {
            // Not translated, unlike the field S. Servers before 9.6 and some poolers do not send it.
            b'V' => is_fatal = matches!(field.value_bytes(), b"FATAL" | b"PANIC"),
            b'C' => error.code = value(),
            b'M' => error.message = value(),
            b'D' => error.detail = Some(value().into()),
            b'H' => error.hint = Some(value().into()),
            b'R' => error.routine = Some(value().into()),
            b'W' => error.context = Some(value().into()),
            b'P' => error.position = value().parse().ok(),
            _ => {}
        }
    }
    (error, is_fatal)
}

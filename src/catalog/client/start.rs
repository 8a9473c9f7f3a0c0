//! The beginning of a session: who connects to what, and the password.
//!
//! Source: PostgreSQL's documentation, "Frontend/Backend Protocol", "Start-up".

use std::collections::BTreeMap;
use std::error::Error;
use std::io;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256};
use postgres_protocol::message::backend::{AuthenticationSaslBody, Message};
use postgres_protocol::message::frontend;
use tokio_rustls::rustls::Error as TlsError;

use super::ServerError;
use super::wire::{Wire, malformed, remember, server_error};

/// Who connects to what.
#[derive(Clone, Copy)]
pub struct Startup<'a> {
    /// The role.
    pub user: &'a str,
    /// Its password, if there is one.
    pub password: Option<&'a str>,
    /// The database.
    pub database: &'a str,
    /// The name by which the session is known on the server.
    pub application_name: &'a str,
    /// Further options of the server, as they are written; a pooler may refuse them.
    pub options: Option<&'a str>,
    /// What ties the password to the channel.
    pub binding: Binding<'a>,
}

/// What ties the proof of a password to the encrypted channel, so that nobody in between can pass it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding<'a> {
    /// Nothing: the channel is not encrypted, has nothing for it, or the user does not want it.
    Unsupported,
    /// The hash of the server's certificate, if the server can.
    Preferred(&'a [u8]),
    /// The hash of the server's certificate, or there is no session.
    Required(&'a [u8]),
}

/// Why a session did not begin.
#[derive(Debug)]
pub enum StartError {
    /// The connection broke, or what came was no message (`InvalidData`, `InvalidInput`, `UnexpectedEof`).
    Io(io::Error),
    /// The server, or a pooler before it, refuses.
    Refused(ServerError),
    /// The server asks for a password and there is none.
    NoPassword,
    /// The server asks for a way of authentication that this program does not have; its name.
    Unsupported(String),
    /// The server does not prove that it knows the password, though it accepted it.
    UnprovenServer,
    /// The binding to the channel is required, and the server does not have it.
    NoChannelBinding,
    /// What answers is no server of PostgreSQL: not even its first bytes are a message.
    NotPostgres,
}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// As many messages may come before the session has begun. PostgreSQL sends some twenty.
const MAX_MESSAGES: usize = 1000;

/// Sends the start-up message, answers what the server asks, and reads until it is ready.
pub(super) async fn start(wire: &mut Wire, startup: &Startup<'_>) -> Result<BTreeMap<String, String>, StartError> {
    let mut out = BytesMut::new();
    let fixed = [
        ("user", startup.user),
        ("database", startup.database),
        ("application_name", startup.application_name),
        ("client_encoding", "UTF8"),
        ("DateStyle", "ISO, MDY"),
        ("TimeZone", "UTC"),
    ];
    let parameters = fixed
        .into_iter()
        .chain(startup.options.map(|options| ("options", options)));
    frontend::startup_message(parameters, &mut out)?;
    wire.write(&out).await?;
    let mut message = wire.message().await.map_err(first_message_error)?;
    let mut reported = BTreeMap::new();
    let mut state = AuthState::None;
    for _ in 0..MAX_MESSAGES {
        match message {
            Message::NoticeResponse(_) => {}
            Message::ErrorResponse(body) => return Err(StartError::Refused(server_error(body.fields()).0)),
            Message::ParameterStatus(body) if state.is_authenticated() => {
                remember(&mut reported, body.name()?, body.value()?);
            }
            Message::BackendKeyData(_) | Message::NotificationResponse(_) if state.is_authenticated() => {}
            Message::ReadyForQuery(_) if state.is_authenticated() => return Ok(reported),
            other if !state.is_authenticated() => {
                state = authenticate(wire, startup, state, other).await?;
                if state.is_authenticated() {
                    wire.session_started();
                }
            }
            _ => return Err(unexpected_message()),
        }
        message = wire.message().await?;
    }
    Err(unexpected_message())
}

/// How far the authentication has come.
enum AuthState {
    /// The server has asked for nothing yet, or for a password, which it has.
    None,
    /// The server has to show that it knows the password.
    Scram(Box<ScramSha256>),
    /// The server has shown it.
    Proved,
    /// The server has let us in.
    Authenticated,
}

impl AuthState {
    fn is_authenticated(&self) -> bool {
        matches!(self, Self::Authenticated)
    }
}

/// Answers one request of the server's.
async fn authenticate(
    wire: &mut Wire,
    startup: &Startup<'_>,
    state: AuthState,
    message: Message,
) -> Result<AuthState, StartError> {
    let mut out = BytesMut::new();
    let next = match (message, state) {
        // One who takes the place of the server would like to leave the proof out.
        (Message::AuthenticationOk, AuthState::Scram(_)) => return Err(StartError::UnprovenServer),
        (
            Message::AuthenticationOk
            | Message::AuthenticationCleartextPassword
            | Message::AuthenticationMd5Password(_),
            AuthState::None,
        ) if matches!(startup.binding, Binding::Required(_)) => return Err(StartError::NoChannelBinding),
        (Message::AuthenticationOk, _) => return Ok(AuthState::Authenticated),
        (Message::AuthenticationCleartextPassword, AuthState::None) => {
            frontend::password_message(password(startup)?, &mut out)?;
            AuthState::None
        }
        (Message::AuthenticationMd5Password(body), AuthState::None) => {
            let hash = md5_hash(startup.user.as_bytes(), password(startup)?, body.salt());
            frontend::password_message(hash.as_bytes(), &mut out)?;
            AuthState::None
        }
        (Message::AuthenticationSasl(body), AuthState::None) => {
            let (mechanism, binding) = mechanism(&body, startup.binding)?;
            let scram = ScramSha256::new(password(startup)?, binding);
            frontend::sasl_initial_response(mechanism, scram.message(), &mut out)?;
            AuthState::Scram(Box::new(scram))
        }
        (Message::AuthenticationSaslContinue(body), AuthState::Scram(mut scram)) => {
            scram.update(body.data()).map_err(|error| scram_error(&error))?;
            frontend::sasl_response(scram.message(), &mut out)?;
            AuthState::Scram(scram)
        }
        (Message::AuthenticationSaslFinal(body), AuthState::Scram(mut scram)) => {
            scram.finish(body.data()).map_err(|_| StartError::UnprovenServer)?;
            return Ok(AuthState::Proved);
        }
        (
            Message::AuthenticationKerberosV5
            | Message::AuthenticationGss
            | Message::AuthenticationGssContinue(_)
            | Message::AuthenticationSspi,
            _,
        ) => return Err(StartError::Unsupported("GSSAPI or SSPI".to_owned())),
        (Message::AuthenticationScmCredential, _) => return Err(StartError::Unsupported("credentials".to_owned())),
        _ => return Err(unexpected_message()),
    };
    wire.write(&out).await?;
    Ok(next)
}

/// What is wrong with the very first message: who does not speak the protocol cannot know what one looks like.
fn first_message_error(error: io::Error) -> StartError {
    let is_broken = matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput);
    // What the TLS library says is no message either.
    let is_tls = error.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<TlsError>);
    if is_broken && !is_tls {
        StartError::NotPostgres
    } else {
        StartError::Io(error)
    }
}

fn scram_error(error: &io::Error) -> StartError {
    malformed(format!("SCRAM: {}", error.to_string().escape_debug())).into()
}

fn password<'a>(startup: &Startup<'a>) -> Result<&'a [u8], StartError> {
    startup.password.map(str::as_bytes).ok_or(StartError::NoPassword)
}

/// The way that both have, with the binding if possible.
fn mechanism(
    body: &AuthenticationSaslBody,
    binding: Binding<'_>,
) -> Result<(&'static str, ChannelBinding), StartError> {
    let offered: Vec<&str> = body.mechanisms().collect().map_err(malformed)?;
    let has = |mechanism| offered.contains(&mechanism);
    match binding {
        Binding::Preferred(hash) | Binding::Required(hash) if has(SCRAM_SHA_256_PLUS) => {
            let binding = ChannelBinding::tls_server_end_point(hash.to_vec());
            Ok((SCRAM_SHA_256_PLUS, binding))
        }
        Binding::Required(_) => Err(StartError::NoChannelBinding),
        // The server learns that the client has the binding: one that has it, too, knows that somebody hid its offer.
        Binding::Preferred(_) if has(SCRAM_SHA_256) => Ok((SCRAM_SHA_256, ChannelBinding::unrequested())),
        Binding::Unsupported if has(SCRAM_SHA_256) => Ok((SCRAM_SHA_256, ChannelBinding::unsupported())),
        Binding::Preferred(_) | Binding::Unsupported => {
            Err(StartError::Unsupported(ServerError::shorten(&offered.join(", "))))
        }
    }
}

fn unexpected_message() -> StartError {
    malformed("a message that does not belong here").into()
}

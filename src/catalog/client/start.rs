//! Begins a session: the start-up message and the authentication.
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

/// The content of the start-up message, and the password.
#[derive(Clone, Copy)]
pub struct Startup<'a> {
    /// The role.
    pub user: &'a str,
    /// Its password, if there is one.
    pub password: Option<&'a str>,
    /// The database.
    pub database: &'a str,
    /// The `application_name` of the session.
    pub application_name: &'a str,
    /// Additional options for the server, unchanged. A pooler may refuse them.
    pub options: Option<&'a str>,
    /// The channel binding.
    pub binding: Binding<'a>,
}

/// Binds the proof of the password to the TLS channel, so that an attacker in between cannot reuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding<'a> {
    /// No binding: the channel is not encrypted, its certificate has no hash, or the user disabled it.
    Unsupported,
    /// The hash of the server's certificate, if the server supports channel binding.
    Preferred(&'a [u8]),
    /// The hash of the server's certificate. Without channel binding, the session does not begin.
    Required(&'a [u8]),
}

/// Why a session did not begin.
#[derive(Debug)]
pub enum StartError {
    /// The connection broke, or a message is invalid (`InvalidData`, `InvalidInput`, `UnexpectedEof`).
    Io(io::Error),
    /// The server, or a pooler in front of it, refuses the connection.
    Refused(ServerError),
    /// The server asks for a password and none is given.
    NoPassword,
    /// The server asks for an authentication method that this program does not support, with its name.
    Unsupported(String),
    /// The server accepts the password without proving that it knows it.
    UnprovenServer,
    /// Channel binding is required, and the server does not support it.
    NoChannelBinding,
    /// The peer is not a PostgreSQL server: its first bytes are not a message.
    NotPostgres,
}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What a request to cancel names: the process of the server, and a secret that only this client knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackendKey {
    /// The number of the process.
    pub process: i32,
    /// The secret.
    pub secret: i32,
}

/// What the server sent before it was ready.
#[derive(Debug, Default)]
pub(super) struct Greeting {
    /// The settings that it reports.
    pub(super) parameters: BTreeMap<String, String>,
    /// What a request to cancel names.
    pub(super) key: Option<BackendKey>,
}

/// The maximum number of messages before the session begins. PostgreSQL sends about twenty.
const MAX_MESSAGES: usize = 1000;

/// Sends the start-up message, authenticates, and reads messages until the server is ready.
pub(super) async fn start(wire: &mut Wire, startup: &Startup<'_>) -> Result<Greeting, StartError> {
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
    let mut begun = Greeting::default();
    let mut state = AuthState::None;
    for _ in 0..MAX_MESSAGES {
        match message {
            Message::NoticeResponse(_) => {}
            Message::ErrorResponse(body) => return Err(StartError::Refused(server_error(body.fields()).0)),
            Message::ParameterStatus(body) if state.is_authenticated() => {
                remember(&mut begun.parameters, body.name()?, body.value()?);
            }
            Message::BackendKeyData(body) if state.is_authenticated() => {
                begun.key = Some(BackendKey {
                    process: body.process_id(),
                    secret: body.secret_key(),
                });
            }
            Message::NotificationResponse(_) if state.is_authenticated() => {}
            Message::ReadyForQuery(_) if state.is_authenticated() => return Ok(begun),
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

/// The state of the authentication.
enum AuthState {
    /// The server has not asked for anything yet, or it has received the password.
    None,
    /// The server must prove that it knows the password.
    Scram(Box<ScramSha256>),
    /// The server has proved it.
    Proved,
    /// The server has accepted the authentication.
    Authenticated,
}

impl AuthState {
    fn is_authenticated(&self) -> bool {
        matches!(self, Self::Authenticated)
    }
}

/// Answers one authentication request.
async fn authenticate(
    wire: &mut Wire,
    startup: &Startup<'_>,
    state: AuthState,
    message: Message,
) -> Result<AuthState, StartError> {
    let mut out = BytesMut::new();
    let next = match (message, state) {
        // An attacker in place of the server could try to skip the proof.
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

/// Classifies an error of the first message. If that message is invalid, the peer is not a PostgreSQL server.
fn first_message_error(error: io::Error) -> StartError {
    let is_broken = matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput);
    // An error of the TLS library also has the kind InvalidData.
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

/// Chooses a SASL mechanism that both sides support, with channel binding if possible.
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
        // This tells the server that the client supports channel binding, so it can detect that its offer was removed.
        Binding::Preferred(_) if has(SCRAM_SHA_256) => Ok((SCRAM_SHA_256, ChannelBinding::unrequested())),
        Binding::Unsupported if has(SCRAM_SHA_256) => Ok((SCRAM_SHA_256, ChannelBinding::unsupported())),
        Binding::Preferred(_) | Binding::Unsupported => {
            Err(StartError::Unsupported(ServerError::shorten(&offered.join(", "))))
        }
    }
}

fn unexpected_message() -> StartError {
    malformed("an unexpected message").into()
}

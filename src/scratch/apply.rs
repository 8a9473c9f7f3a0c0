//! Applying SQL, and reporting the statement that fails.

use super::statements::{self, line_and_column};
use super::{EMBEDDED_MAJOR, Scratch, Script};
use crate::catalog::client::{Client, ScriptError};
use crate::catalog::server_error::ServerError;
use crate::error::Failure;
use crate::migrations::ApplyMode;
use crate::sql_text::script::{ScriptPiece, pieces, statements};

/// Why scripts could not be applied.
pub(super) struct ApplyError {
    /// Which statement failed, its place, and what to do.
    pub(super) failure: Failure,
    /// Whether it failed because the role lacks a privilege.
    pub(super) lacks_privilege: bool,
    /// The role that does not exist, if that is why it failed.
    pub(super) missing_role: Option<String>,
    /// Whether it failed because a role already exists.
    pub(super) role_exists: bool,
}

impl From<Failure> for ApplyError {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            lacks_privilege: false,
            missing_role: None,
            role_exists: false,
        }
    }
}

/// Applies scripts one after the other.
///
/// # Errors
/// A statement fails.
pub(super) async fn apply(client: &mut Client, scripts: &[Script], scratch: &Scratch) -> Result<(), ApplyError> {
    for (i, script) in scripts.iter().enumerate() {
        if i > 0 && !script.continues {
            reset(client).await;
        }
        script_alone(client, script).await.map_err(|error| ApplyError {
            lacks_privilege: error.error.code == "42501",
            missing_role: missing_role(&error.error),
            role_exists: role_exists(&error.error),
            failure: failure(&scripts[..=i], script, &error, scratch),
        })?;
        let is_last = scripts.get(i + 1).is_none_or(|next| !next.continues);
        if is_last && matches!(script.mode, ApplyMode::Psql) && is_in_transaction(client).await {
            return Err(uncommitted(script).into());
        }
    }
    reset(client).await;
    Ok(())
}

/// Whether the session is in a transaction block: only there does PostgreSQL accept this statement.
async fn is_in_transaction(client: &mut Client) -> bool {
    client.script("SAVEPOINT driftgate", None).await.is_ok()
}

/// A file that begins a transaction and does not end it.
fn uncommitted(script: &Script) -> Failure {
    Failure::new(
        format!("applying {}", script.path.display()),
        "the file ends inside a transaction, so PostgreSQL rolls back everything since its BEGIN",
    )
    .hint("add COMMIT at the end")
}

/// A file may leave a transaction open or settings behind, which must not reach the next one.
async fn reset(client: &mut Client) {
    for statement in ["ROLLBACK", "RESET ALL", "RESET SESSION AUTHORIZATION"] {
        let _ = client.script(statement, None).await;
    }
}

/// An error, and the place of the statement in the script.
struct AtStatement {
    error: ServerError,
    offset: Option<usize>,
}

async fn script_alone(client: &mut Client, script: &Script) -> Result<(), AtStatement> {
    let text = script.text.as_str();
    match script.mode {
        ApplyMode::Message => run(client, text, 0).await,
        ApplyMode::Transaction => {
            run(client, "BEGIN", 0).await?;
            run(client, text, 0).await?;
            // A deferred constraint fails here, so no single statement is the cause.
            let committed = run(client, "COMMIT", 0).await;
            committed.map_err(|e| AtStatement { offset: None, ..e })
        }
        ApplyMode::Statements => {
            for range in statements(text) {
                run(client, &text[range.clone()], range.start).await?;
            }
            Ok(())
        }
        ApplyMode::Psql => {
            for piece in pieces(text) {
                match piece {
                    ScriptPiece::Plain(range) => run(client, &text[range.clone()], range.start).await?,
                    ScriptPiece::Copy { statement, rows } => {
                        let copied = client.script(&text[statement.clone()], Some(&text[rows])).await;
                        copied.map_err(|ScriptError { error, .. }| AtStatement {
                            error,
                            offset: Some(statement.start),
                        })?;
                    }
                    // Those that have a meaning were followed when the file was read.
                    ScriptPiece::Command(_) => {}
                }
            }
            Ok(())
        }
    }
}

/// Runs a text that begins at `start` of its script.
async fn run(client: &mut Client, text: &str, start: usize) -> Result<(), AtStatement> {
    client
        .script(text, None)
        .await
        .map_err(|ScriptError { completed, error }| {
            let place = pointed_at(&error, text)
                .or_else(|| statements(text).get(completed).map(|range| range.start))
                .map(|at| start + at);
            AtStatement { error, offset: place }
        })
}

/// The position that the server reports, in bytes. It does not report one for an error in the body of a function.
fn pointed_at(error: &ServerError, text: &str) -> Option<usize> {
    let mut characters = text.char_indices().skip(error.position?.get() - 1);
    Some(characters.next().map_or(text.len(), |(at, _)| at))
}

fn failure(applied: &[Script], script: &Script, error: &AtStatement, scratch: &Scratch) -> Failure {
    let catches = is_uncaught(applied, script, error);
    let place = error.offset.map_or(String::new(), |offset| {
        let (line, column) = line_and_column(&script.text, offset);
        let line = script.first_line + line - 1;
        format!(":{line}:{column}")
    });
    let error = &error.error;
    let detail = error
        .detail
        .as_deref()
        // The detail names a file on the server, which does not help.
        .filter(|_| error.code != "0A000")
        .map_or(String::new(), |detail| format!("; {}", detail.trim_end_matches('.')));
    let failure = Failure::new(
        format!("applying {}{place}", script.path.display()),
        format!("{}{detail}", error.message),
    );
    match (hint(error, scratch), scratch) {
        (_, Scratch::Embedded) if catches => failure.hint(
            "the embedded PostgreSQL does not catch errors with EXCEPTION WHEN …: give --scratch local, or --scratch with \
             the URL of a server",
        ),
        (Some(hint), _) => failure.hint(hint),
        (None, _) => failure,
    }
}

/// Whether PL/pgSQL raised the error in code that may catch errors: in the statement itself, or in a function that an
/// earlier one created.
fn is_uncaught(applied: &[Script], script: &Script, error: &AtStatement) -> bool {
    let runs_code = error
        .error
        .context
        .as_deref()
        .is_some_and(|context| context.contains("PL/pgSQL"));
    let texts = pieces(&script.text).into_iter().filter_map(|piece| match piece {
        ScriptPiece::Plain(range) => Some(range),
        ScriptPiece::Copy { .. } | ScriptPiece::Command(_) => None,
    });
    let failing = texts
        .into_iter()
        .find(|range| error.offset.is_some_and(|at| range.contains(&at)))
        .map_or("", |range| &script.text[range]);
    runs_code
        && (statements::catches_errors(failing)
            || (!begins_with(failing, "do") && applied.iter().any(|s| statements::catches_errors(&s.text))))
}

fn begins_with(statement: &str, word: &str) -> bool {
    statement
        .split_whitespace()
        .next()
        .is_some_and(|first| first.eq_ignore_ascii_case(word))
}

/// What to do about a failing statement, if the server may lack something that another server has.
fn hint(error: &ServerError, scratch: &Scratch) -> Option<String> {
    let (server, elsewhere) = match scratch {
        Scratch::Embedded => (
            format!("the embedded PostgreSQL {EMBEDDED_MAJOR}"),
            "--scratch local, or --scratch with the URL of a server",
        ),
        Scratch::Local => ("the local PostgreSQL".to_owned(), "--scratch with the URL of a server"),
        Scratch::Server(_) => (
            "the server of --scratch".to_owned(),
            "--scratch with the URL of another server",
        ),
    };
    let lacks = match (missing(error), error.code.as_str()) {
        (Some(MissingOnServer::Role), _) => {
            return Some(match scratch {
                Scratch::Embedded | Scratch::Local => {
                    "create the role before this statement: driftgate creates a role that is missing only if the SQL \
                     does not create or drop it"
                        .into()
                }
                Scratch::Server(_) => {
                    "roles are the whole server's, so driftgate does not create one there: create the role, dump the \
                     schema without owners and grants (pg_dump -O -x), or give --scratch local, where driftgate creates \
                     the roles that the SQL names"
                        .into()
                }
            });
        }
        (Some(MissingOnServer::Extension), _) => "this extension",
        (Some(MissingOnServer::Collation), _) => "this collation",
        (None, "42601") => "this syntax, if it is correct",
        (None, "42883") => "this function, unless the SQL should create it",
        (None, "42704") => "this object, unless the SQL should create it",
        (None, "0A000" | "58P01") => "this feature",
        (None, "25001") => {
            return Some(
                "the migration tool applies this file in one transaction, too: put the statement into a file that it \
                 applies without one"
                    .into(),
            );
        }
        (None, "53300") => "a free connection",
        (None, "42501") => {
            return match scratch {
                Scratch::Embedded | Scratch::Local => None,
                Scratch::Server(_) => Some(
                    "the role of --scratch lacks the privilege: give a URL with another role, or --scratch local"
                        .into(),
                ),
            };
        }
        (None, _) => return None,
    };
    Some(format!(
        "{server} does not have {lacks}: give {elsewhere}, which may have it"
    ))
}

/// Something that a server may lack, where the code of the error is not specific.
enum MissingOnServer {
    Role,
    Extension,
    Collation,
}

/// What the server lacks, by the routine that reports the error: its message may be in any language.
fn missing(error: &ServerError) -> Option<MissingOnServer> {
    let routine = error.routine.as_deref().unwrap_or_default().to_lowercase();
    let is_from = |words: &[&str]| words.iter().any(|word| routine.contains(word));
    match error.code.as_str() {
        // Source: src/backend/commands/extension.c.
        "0A000" | "58P01" | "42704" if is_from(&["extension"]) => Some(MissingOnServer::Extension),
        // Source: src/backend/utils/adt/acl.c.
        "42704" if is_from(&["get_role"]) => Some(MissingOnServer::Role),
        // Source: src/backend/catalog/namespace.c, src/backend/utils/adt/pg_locale.c.
        _ if is_from(&["collation", "locale", "icu", "collator"]) => Some(MissingOnServer::Collation),
        _ => None,
    }
}

/// The name of the role that does not exist. The message contains it in quotes, and only messages of servers that this
/// program starts are read, which are in English.
fn missing_role(error: &ServerError) -> Option<String> {
    match missing(error) {
        Some(MissingOnServer::Role) => {
            let (_, rest) = error.message.split_once('"')?;
            let (role, _) = rest.rsplit_once('"')?;
            Some(role.to_owned())
        }
        Some(MissingOnServer::Extension | MissingOnServer::Collation) | None => None,
    }
}

/// Source: src/backend/commands/user.c.
fn role_exists(error: &ServerError) -> bool {
    error.code == "42710" && error.routine.as_deref() == Some("CreateRole")
}

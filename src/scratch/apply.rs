//! Applying SQL, and saying at which statement it failed.

use super::statements::{self, line_and_column, statements};
use super::{EMBEDDED_MAJOR, Mode, Scratch, Script};
use crate::catalog::client::{Client, ScriptError};
use crate::catalog::server_error::ServerError;
use crate::error::Failure;

/// Why scripts could not be applied.
pub(super) struct ApplyError {
    /// Which statement failed, where it stands, and what to do.
    pub(super) failure: Failure,
    /// Whether it failed for want of a privilege.
    pub(super) lacks_privilege: bool,
}

impl From<Failure> for ApplyError {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            lacks_privilege: false,
        }
    }
}

/// Applies scripts one after the other.
///
/// # Errors
/// A statement fails.
pub(super) async fn apply(client: &mut Client, scripts: &[Script], scratch: &Scratch) -> Result<(), ApplyError> {
    let mut catches = false;
    for script in scripts {
        catches |= statements::catches_errors(&script.text);
        script_alone(client, script).await.map_err(|error| ApplyError {
            lacks_privilege: error.error.code == "42501",
            failure: failure(script, &error, scratch, catches),
        })?;
        // A file may leave a transaction open or settings behind, which must not reach the next one.
        for statement in ["ROLLBACK", "RESET ALL", "RESET SESSION AUTHORIZATION"] {
            let _ = client.script(statement).await;
        }
    }
    Ok(())
}

/// An error, and where in the script the statement stands.
struct AtStatement {
    error: ServerError,
    offset: Option<usize>,
}

async fn script_alone(client: &mut Client, script: &Script) -> Result<(), AtStatement> {
    let text = script.text.as_str();
    match script.mode {
        Mode::Whole => run(client, text, 0).await,
        Mode::Transaction => {
            run(client, "BEGIN", 0).await?;
            run(client, text, 0).await?;
            // What is deferred fails only now, at no statement.
            let committed = run(client, "COMMIT", 0).await;
            committed.map_err(|e| AtStatement { offset: None, ..e })
        }
        Mode::Statements => {
            for range in statements(text) {
                run(client, &text[range.clone()], range.start).await?;
            }
            Ok(())
        }
    }
}

/// Runs a text that stands at `start` of its script.
async fn run(client: &mut Client, text: &str, start: usize) -> Result<(), AtStatement> {
    client.script(text).await.map_err(|ScriptError { completed, error }| {
        let place = pointed_at(&error, text)
            .or_else(|| statements(text).get(completed).map(|range| range.start))
            .map(|at| start + at);
        AtStatement { error, offset: place }
    })
}

/// Where the server points at, in bytes. A place in the body of a function is none in the text.
fn pointed_at(error: &ServerError, text: &str) -> Option<usize> {
    let mut characters = text.char_indices().skip(error.position?.saturating_sub(1));
    Some(characters.next().map_or(text.len(), |(at, _)| at))
}

fn failure(script: &Script, error: &AtStatement, scratch: &Scratch, catches: bool) -> Failure {
    let place = error.offset.map_or(String::new(), |offset| {
        let (line, column) = line_and_column(&script.text, offset);
        let line = script.first_line + line - 1;
        format!(":{line}:{column}")
    });
    let error = &error.error;
    let detail = error
        .detail
        .as_deref()
        // What lies in which folder of the server helps nobody.
        .filter(|_| error.code != "0A000")
        .map_or(String::new(), |detail| format!("; {}", detail.trim_end_matches('.')));
    let failure = Failure::new(
        format!("applying {}{place}", script.path.display()),
        format!("{}{detail}", error.message),
    );
    match (hint(error, scratch), scratch) {
        (_, Scratch::Embedded) if catches => failure.hint(
            "an error that EXCEPTION WHEN … is to catch is not caught by the embedded PostgreSQL: give --scratch local, or \
             --scratch with the URL of a server",
        ),
        (Some(hint), _) => failure.hint(hint),
        (None, _) => failure,
    }
}

/// What to do about a statement that fails, where it may be for want of something that another server has.
fn hint(error: &ServerError, scratch: &Scratch) -> Option<String> {
    let (server, elsewhere) = match scratch {
        Scratch::Embedded => (
            format!("the embedded PostgreSQL {EMBEDDED_MAJOR}"),
            "--scratch local, or --scratch with the URL of a server",
        ),
        Scratch::Local => (
            "the PostgreSQL of this machine".to_owned(),
            "--scratch with the URL of a server",
        ),
        Scratch::Server(_) => (
            "the server of --scratch".to_owned(),
            "--scratch with the URL of another server",
        ),
    };
    let message = error.message.as_str();
    // What the statement names is more telling than the class of the error.
    let lacks = if message.contains("extension") && matches!(error.code.as_str(), "0A000" | "58P01" | "42704") {
        "this extension"
    } else if message.contains("collation") || message.contains("ICU") || message.contains("locale") {
        "this collation"
    } else if message.starts_with("role ") && error.code == "42704" {
        return Some(format!(
            "{server} has no roles but the one that applies this: create the role in a migration, or give {elsewhere} that has it"
        ));
    } else {
        match error.code.as_str() {
            "42601" => "this syntax, if it is right",
            "42883" => "this function, if it is not to be created here",
            "42704" => "this, if it is not to be created here",
            "0A000" | "58P01" => "this",
            "53300" => "room for another connection",
            "42501" => {
                return match scratch {
                    Scratch::Embedded | Scratch::Local => None,
                    Scratch::Server(_) => Some(
                        "the role of --scratch may not do this: give the URL with another role, or --scratch local"
                            .into(),
                    ),
                };
            }
            _ => return None,
        }
    };
    Some(format!(
        "{server} does not have {lacks}: give {elsewhere}, where it is to be had"
    ))
}

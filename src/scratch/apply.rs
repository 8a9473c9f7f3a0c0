//! Applying SQL, and saying at which statement it failed.

use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgDatabaseError, PgErrorPosition};
use sqlx::{AssertSqlSafe, Either, PgConnection};

use super::statements::{self, line_and_column, statements};
use super::{EMBEDDED_MAJOR, Mode, Scratch, Script};
use crate::catalog::server_error::ServerError;
use crate::error::Failure;

/// Applies scripts one after the other.
///
/// # Errors
/// A statement fails: which one, where it stands, and what to do.
pub(super) async fn apply(connection: &mut PgConnection, scripts: &[Script], scratch: &Scratch) -> Result<(), Failure> {
    let mut catches = false;
    for script in scripts {
        catches |= statements::catches_errors(&script.text);
        script_alone(connection, script)
            .await
            .map_err(|error| failure(script, &error, scratch, catches))?;
        // A file may leave a transaction open or settings behind, which must not reach the next one.
        for statement in ["ROLLBACK", "RESET ALL", "RESET SESSION AUTHORIZATION"] {
            let _ = sqlx::raw_sql(statement).execute(&mut *connection).await;
        }
    }
    Ok(())
}

/// An error, and where in the script the statement stands.
struct AtStatement {
    error: sqlx::Error,
    offset: Option<usize>,
}

async fn script_alone(connection: &mut PgConnection, script: &Script) -> Result<(), AtStatement> {
    let text = script.text.as_str();
    match script.mode {
        Mode::Whole => run(connection, text, 0).await,
        Mode::Transaction => {
            run(connection, "BEGIN", 0).await?;
            run(connection, text, 0).await?;
            // What is deferred fails only now, at no statement.
            let committed = run(connection, "COMMIT", 0).await;
            committed.map_err(|e| AtStatement { offset: None, ..e })
        }
        Mode::Statements => {
            for range in statements(text) {
                run(connection, &text[range.clone()], range.start).await?;
            }
            Ok(())
        }
    }
}

/// Runs a text that stands at `start` of its script.
async fn run(connection: &mut PgConnection, text: &str, start: usize) -> Result<(), AtStatement> {
    let mut done = 0;
    let mut results = sqlx::raw_sql(AssertSqlSafe(text.to_owned())).fetch_many(connection);
    loop {
        match results.try_next().await {
            Ok(Some(Either::Left(_))) => done += 1,
            Ok(Some(Either::Right(_))) => {}
            Ok(None) => return Ok(()),
            Err(error) => {
                let place = pointed_at(&error, text)
                    .or_else(|| statements(text).get(done).map(|range| range.start))
                    .map(|at| start + at);
                return Err(AtStatement { error, offset: place });
            }
        }
    }
}

/// Where the server points at, in bytes.
fn pointed_at(error: &sqlx::Error, text: &str) -> Option<usize> {
    let error = error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?;
    match error.position()? {
        PgErrorPosition::Original(position) => {
            let mut characters = text.char_indices().skip(position.saturating_sub(1));
            Some(characters.next().map_or(text.len(), |(at, _)| at))
        }
        // That is a place in the body of a function.
        PgErrorPosition::Internal { .. } => None,
    }
}

fn failure(script: &Script, error: &AtStatement, scratch: &Scratch, catches: bool) -> Failure {
    let place = error.offset.map_or(String::new(), |offset| {
        let (line, column) = line_and_column(&script.text, offset);
        let line = script.first_line + line - 1;
        format!(":{line}:{column}")
    });
    let detail = error
        .error
        .as_database_error()
        .and_then(|e| e.try_downcast_ref::<PgDatabaseError>())
        // What lies in which folder of the server helps nobody.
        .filter(|e| e.code() != "0A000")
        .and_then(PgDatabaseError::detail)
        .map_or(String::new(), |detail| format!("; {}", detail.trim_end_matches('.')));
    let error = ServerError::of(&error.error);
    let failure = Failure::new(
        format!("applying {}{place}", script.path.display()),
        format!("{}{detail}", error.message),
    );
    match (hint(&error, scratch), scratch) {
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

//! Databases that are not in UTF-8.
//!
//! The server converts every message from UTF-8, and refuses a message with a character that the database's encoding
//! lacks. One such character would make all statements of the message fail. Therefore every text that is not ASCII is first
//! sent alone, unless the encoding is UTF-8 or SQL_ASCII.

use std::collections::{BTreeMap, BTreeSet};

use super::PIN_SEARCH_PATH;
use super::capture::Scope;
use super::client::Client;
use super::server_error::ServerError;
use crate::error::Failure;
use crate::sql;
use crate::sql::literal;

/// Whether every text can be sent.
fn takes_every_text(client: &Client) -> bool {
    // Without a conversion, nothing can fail.
    matches!(client.parameter("server_encoding"), Some("UTF8" | "SQL_ASCII") | None)
}

/// What a database whose encoding is not UTF-8 makes of names that are too long, as far as it can represent them. In UTF-8 the
/// mapping is empty, and in SQL_ASCII, where a name may end within a character.
///
/// # Errors
/// The connection breaks.
pub async fn cut_names(client: &mut Client, names: &BTreeSet<&str>) -> Result<BTreeMap<String, String>, Failure> {
    let failure = |error: ServerError| error.failure("asking the server how it cuts names");
    let mut out = BTreeMap::new();
    if takes_every_text(client) {
        return Ok(out);
    }
    let mut sent = Vec::new();
    for name in names {
        if can_send(client, name).await.map_err(failure)? {
            sent.push(*name);
        }
    }
    let statements = sent.iter().map(|name| {
        sql![
            "SELECT CAST(CAST(",
            literal(name),
            " AS pg_catalog.name) AS pg_catalog.text)"
        ]
    });
    let rows = client.rows(&statements.collect::<Vec<_>>()).await.map_err(failure)?;
    for (name, row) in sent.into_iter().zip(&rows) {
        if let Some(cut) = row.text(0).map_err(failure)? {
            out.insert(name.to_owned(), cut.to_owned());
        }
    }
    Ok(out)
}

/// Whether a text can be sent to the server. Call it outside of a transaction or within a savepoint.
///
/// # Errors
/// The connection breaks.
pub(super) async fn can_send(client: &mut Client, text: &str) -> Result<bool, ServerError> {
    if text.is_ascii() || takes_every_text(client) {
        return Ok(true);
    }
    match client
        .execute(&[sql![PIN_SEARCH_PATH], sql!["SELECT ", literal(text)]])
        .await
    {
        Ok(()) => Ok(true),
        Err(error) if error.code.is_empty() => Err(error),
        Err(_) => Ok(false),
    }
}

/// The scope without names that the encoding of the database cannot represent. `None` if it can represent all of them.
///
/// # Errors
/// The connection breaks.
pub(super) async fn readable(client: &mut Client, scope: &Scope) -> Result<Option<Scope>, ServerError> {
    if takes_every_text(client) {
        return Ok(None);
    }
    let mut readable = scope.clone();
    for (schema, name) in &scope.names {
        if !(can_send(client, schema).await? && can_send(client, name).await?) {
            readable.names.remove(&(schema.clone(), name.clone()));
        }
    }
    for schema in &scope.schemas {
        if !can_send(client, schema).await? {
            readable.schemas.remove(schema);
        }
    }
    Ok(Some(readable))
}

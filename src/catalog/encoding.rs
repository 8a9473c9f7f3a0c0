//! Databases that are not in UTF-8.
//!
//! The server converts every message from UTF-8, and refuses a message with a character that the database's encoding
//! lacks. One such character would make all statements of the message fail. Therefore every text that is not ASCII is first
//! sent alone, unless the encoding is UTF-8 or SQL_ASCII.

use super::PIN_SEARCH_PATH;
use super::capture::Scope;
use super::client::Client;
use super::server_error::ServerError;
use crate::sql;
use crate::sql::literal;

/// Whether every text can be sent.
fn takes_every_text(client: &Client) -> bool {
    // Without a conversion, nothing can fail.
    matches!(client.parameter("server_encoding"), Some("UTF8" | "SQL_ASCII") | None)
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

/// The scope without names that the encoding of the database cannot represent.
///
/// # Errors
/// The connection breaks.
pub(super) async fn readable(client: &mut Client, scope: &Scope) -> Result<Scope, ServerError> {
    let mut scope = scope.clone();
    if takes_every_text(client) {
        return Ok(scope);
    }
    for (schema, name) in scope.names.clone() {
        if !(can_send(client, &schema).await? && can_send(client, &name).await?) {
            scope.names.remove(&(schema, name));
        }
    }
    for schema in scope.schemas.clone() {
        if !can_send(client, &schema).await? {
            scope.schemas.remove(&schema);
        }
    }
    Ok(scope)
}

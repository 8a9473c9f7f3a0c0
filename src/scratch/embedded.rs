//! The embedded PostgreSQL: 17.5 as WebAssembly, in the program itself. It takes one connection at a time.

use pglite_oxide::PgliteServer;
use pglite_oxide::extensions::{Extension, by_sql_name};
use sqlx::{AssertSqlSafe, Connection as _};

use super::SqlFile;
use crate::catalog::block_on;
use crate::catalog::connect::connect;
use crate::catalog::conninfo::Conninfo;
use crate::error::Failure;
use crate::sql_text::{TokenSort, quote_name, tokens, unquote_name};

/// Starts a fresh database, applies the SQL, hands over how to connect, and throws the database away.
pub(super) fn with<T>(sql: &[SqlFile], then: impl FnOnce(&Conninfo) -> Result<T, Failure>) -> Result<T, Failure> {
    let doing = "starting the embedded PostgreSQL";
    let extensions = extensions(sql);
    let server = PgliteServer::builder()
        .temporary()
        .database("postgres")
        .relaxed_durability(true)
        .extensions(extensions.iter().copied())
        .start()
        .map_err(|e| {
            Failure::new(doing, format!("{e:#}")).hint("give the URL of a database instead: --url postgres://…")
        })?;
    let info = Conninfo::resolve(&server.database_url(), &|_| None)
        .map_err(|p| Failure::new("connecting to the embedded PostgreSQL", p.message))?;
    block_on(apply(&info, sql, &extensions))?;
    let result = then(&info);
    // What it was started for is done; a database that does not stop in order is thrown away all the same.
    let _ = server.shutdown();
    result
}

/// The extensions that the SQL creates and the embedded PostgreSQL has: their files must be there beforehand.
fn extensions(sql: &[SqlFile]) -> Vec<Extension> {
    let mut found: Vec<Extension> = Vec::new();
    for file in sql {
        let words: Vec<String> = tokens(&file.text)
            .into_iter()
            .filter_map(|token| {
                let text = &file.text[token.range];
                match token.sort {
                    TokenSort::Word => Some(text.to_lowercase()),
                    TokenSort::QuotedName => unquote_name(text),
                    TokenSort::QuotedText | TokenSort::Group | TokenSort::Comma | TokenSort::Symbol => None,
                }
            })
            .collect();
        for (i, pair) in words.windows(2).enumerate() {
            if pair == ["create", "extension"] {
                let skip = if words[i + 2..].starts_with(&["if".into(), "not".into(), "exists".into()]) {
                    3
                } else {
                    0
                };
                if let Some(extension) = words.get(i + 2 + skip).and_then(|name| by_sql_name(name))
                    && !found.contains(&extension)
                {
                    found.push(extension);
                }
            }
        }
    }
    found
}

async fn apply(info: &Conninfo, sql: &[SqlFile], extensions: &[Extension]) -> Result<(), Failure> {
    let mut connection = connect(info).await?;
    for extension in extensions {
        // It comes created; the SQL wants to do that itself.
        let drop = format!("DROP EXTENSION IF EXISTS {} CASCADE", quote_name(extension.sql_name()));
        let _ = sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await;
    }
    for file in sql {
        let result = sqlx::raw_sql(AssertSqlSafe(file.text.clone()))
            .execute(&mut connection)
            .await;
        if let Err(error) = result {
            return Err(failure(file, error));
        }
        // A file may leave a transaction open or settings behind, which must not reach the next one.
        let _ = sqlx::raw_sql("ROLLBACK").execute(&mut connection).await;
        let _ = sqlx::raw_sql("RESET ALL; RESET SESSION AUTHORIZATION")
            .execute(&mut connection)
            .await;
    }
    let _ = connection.close().await;
    Ok(())
}

/// The failure of a statement, with the line that the server points at.
fn failure(file: &SqlFile, error: sqlx::Error) -> Failure {
    let position = error
        .as_database_error()
        .and_then(|e| e.try_downcast_ref::<sqlx::postgres::PgDatabaseError>())
        .and_then(|e| match e.position() {
            Some(sqlx::postgres::PgErrorPosition::Original(position)) => Some(position),
            Some(sqlx::postgres::PgErrorPosition::Internal { .. }) | None => None,
        });
    let place = position.map_or(String::new(), |position| {
        let before: String = file.text.chars().take(position.saturating_sub(1)).collect();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        format!(":{line}:{column}")
    });
    let error = crate::catalog::server_error::ServerError::from(error);
    let failure = Failure::new(
        format!("applying {}{place}", file.path.display()),
        error.message.clone(),
    );
    if error.message.contains("\"\\\"") {
        return failure.hint("commands of psql that begin with a backslash are not SQL: remove them");
    }
    if error.code == "0A000" && error.message.contains("extension") {
        return failure
            .hint("the embedded PostgreSQL does not have this extension: check against a server that has it");
    }
    failure
}

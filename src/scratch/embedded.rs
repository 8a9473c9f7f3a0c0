//! The embedded PostgreSQL: 17.5 as WebAssembly, in the program itself. It takes one connection at a time.

use pglite_oxide::PgliteServer;
use sqlx::{AssertSqlSafe, Connection as _};

use super::SqlFile;
use crate::catalog::connect::connect;
use crate::catalog::conninfo::Conninfo;
use crate::error::Failure;

/// Starts a fresh database, applies the SQL, hands over the URL, and throws the database away.
pub(super) fn with<T>(sql: &[SqlFile], then: impl FnOnce(&str) -> Result<T, Failure>) -> Result<T, Failure> {
    let doing = "starting the embedded PostgreSQL";
    let server = PgliteServer::builder()
        .temporary()
        .relaxed_durability(true)
        .start()
        .map_err(|e| {
            Failure::new(doing, format!("{e:#}")).hint("give the URL of a database instead: --url postgres://…")
        })?;
    let url = server.database_url();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::new(doing, e.to_string()))?;
    runtime.block_on(apply(&url, sql))?;
    drop(runtime);
    let result = then(&url);
    // What it was started for is done; a database that does not stop in order is thrown away all the same.
    let _ = server.shutdown();
    result
}

async fn apply(url: &str, sql: &[SqlFile]) -> Result<(), Failure> {
    let info = Conninfo::resolve(url, &|_| None)
        .map_err(|p| Failure::new("connecting to the embedded PostgreSQL", p.message))?;
    let mut connection = connect(&info).await?;
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
    failure
}

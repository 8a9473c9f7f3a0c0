//! What a server knows of the targets of a fleet: its databases, their schemas, and the rows of a query of the user's.

use super::Limits;
use super::capture::begin_transaction;
use super::client::Client;
use super::connect::connect;
use super::conninfo::Conninfo;
use crate::error::Failure;
use crate::sql;
use crate::sql::{Sql, Statement};

/// The names of the databases that accept connections, without templates.
///
/// # Errors
/// The server cannot be reached, or does not answer.
pub async fn databases(info: &Conninfo, limits: Limits) -> Result<Vec<String>, Failure> {
    let query =
        sql!["SELECT datname::text FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1"];
    names(info, limits, &query, "listing the databases").await
}

/// The names of the schemas that are not PostgreSQL's own.
///
/// # Errors
/// The server cannot be reached, or does not answer.
pub async fn schemas(info: &Conninfo, limits: Limits) -> Result<Vec<String>, Failure> {
    let query = sql![
        "SELECT nspname::text FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1"
    ];
    names(info, limits, &query, "listing the schemas").await
}

async fn names(info: &Conninfo, limits: Limits, query: &Sql, doing: &str) -> Result<Vec<String>, Failure> {
    let mut client = begin(info, limits).await?;
    let rows = client.rows(std::slice::from_ref(query)).await;
    client.close().await;
    let rows = rows.map_err(|error| error.failure(doing))?;
    let names = rows.iter().map(|row| row.text(0).map(Option::unwrap_or_default));
    let names: Result<Vec<&str>, _> = names.collect();
    let names = names.map_err(|error| error.failure(doing))?;
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// A row: the names of its columns and their values; `None` for NULL.
pub type NamedValues = Vec<(String, Option<String>)>;

/// The rows of a query of the user's. It runs alone, in a transaction that is read-only, with the search path of the role.
///
/// # Errors
/// The server cannot be reached or does not answer, or refuses the query: it writes, or is more than one statement.
pub async fn rows(info: &Conninfo, limits: Limits, query: &str) -> Result<Vec<NamedValues>, Failure> {
    let doing = "running the query that lists the targets";
    let mut client = begin(info, limits).await?;
    let listed = async {
        client.execute(&[sql!["SET LOCAL search_path TO DEFAULT"]]).await?;
        // The extended protocol refuses several statements. A comment at the end of the text ends with its line.
        let query = query.trim().trim_end_matches(';');
        client.run_single(&Statement::new("").then_text(query)).await
    };
    let rows = listed.await;
    client.close().await;
    let rows = rows.map_err(|error| {
        let failure = error.failure(doing);
        match failure.hint {
            Some(_) => failure,
            None => failure.hint("it must be one statement that returns rows and writes nothing"),
        }
    })?;
    let read = rows.iter().map(|row| {
        let cells = row.columns().iter().enumerate();
        let cells = cells.map(|(number, column)| Ok((column.name.clone(), row.text(number)?.map(str::to_owned))));
        cells.collect::<Result<NamedValues, _>>()
    });
    let read: Result<Vec<NamedValues>, super::server_error::ServerError> = read.collect();
    read.map_err(|error| error.failure(doing))
}

async fn begin(info: &Conninfo, limits: Limits) -> Result<Client, Failure> {
    let mut client = connect(info).await?;
    let begun = client.execute(&begin_transaction(limits)).await;
    begun.map_err(|error| error.failure("beginning a transaction that is read-only"))?;
    Ok(client)
}

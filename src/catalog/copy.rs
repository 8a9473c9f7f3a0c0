//! The statements that make the schema of a database again, read from its catalog.
//!
//! They are for a scratch copy without rows. They need not be complete: who uses the copy compares it with the original.

use super::client::Client;
use super::server_error::ServerError;
use super::{ROLLBACK, in_savepoint};
use crate::error::Failure;
use crate::sql;
use crate::sql::Sql;

/// What makes a schema again.
#[derive(Debug, Default)]
pub struct CatalogCopy {
    /// The name of the database.
    pub database: String,
    /// The statements that create its roles, which belong to the server.
    pub roles: Vec<String>,
    /// The names of its roles.
    pub role_names: Vec<String>,
    /// Its extensions.
    pub extensions: Vec<String>,
    /// The other statements. One may need what a later one creates.
    pub statements: Vec<String>,
}

/// A query whose rows are statements, and the majors that know what it reads.
struct CopyQuery {
    sql: &'static str,
    since: u32,
    before: u32,
}

impl CopyQuery {
    const fn new(sql: &'static str) -> Self {
        Self {
            sql,
            since: 0,
            before: u32::MAX,
        }
    }
}

const ROLES: &str = include_str!("copy/roles.sql");

/// In the order in which objects can depend on each other, as far as there is one.
const QUERIES: [CopyQuery; 9] = [
    CopyQuery::new(include_str!("copy/bases.sql")),
    CopyQuery::new(include_str!("copy/types.sql")),
    CopyQuery::new(include_str!("copy/routines.sql")),
    CopyQuery::new(include_str!("copy/texts.sql")),
    CopyQuery::new(include_str!("copy/relations.sql")),
    CopyQuery::new(include_str!("copy/parts.sql")),
    CopyQuery {
        before: 15,
        ..CopyQuery::new(include_str!("copy/published_13.sql"))
    },
    CopyQuery {
        since: 15,
        ..CopyQuery::new(include_str!("copy/published_15.sql"))
    },
    CopyQuery::new(include_str!("copy/attached.sql")),
];

/// Created last: what is created before is not for the eyes of event triggers.
const LAST: &str = include_str!("copy/publications.sql");

/// Reads what makes the schema again.
///
/// # Errors
/// The connection breaks.
pub async fn read(client: &mut Client, major: u32) -> Result<CatalogCopy, Failure> {
    let failed = |error: ServerError| error.failure("reading the schema that is copied");
    client
        .execute(&[
            sql!["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"],
            // Names of all other schemas are printed with their schema then.
            sql!["SET LOCAL search_path = pg_catalog"],
        ])
        .await
        .map_err(failed)?;
    let mut copy = CatalogCopy {
        database: texts(client, "SELECT pg_catalog.current_database()").await?.concat(),
        roles: texts(client, ROLES).await?,
        role_names: texts(
            client,
            "SELECT rolname FROM pg_catalog.pg_roles WHERE pg_catalog.left(rolname, 3) OPERATOR(pg_catalog.<>) 'pg_'",
        )
        .await?,
        extensions: texts(client, "SELECT extname FROM pg_catalog.pg_extension").await?,
        statements: Vec::new(),
    };
    let known = |query: &&CopyQuery| major >= query.since && major < query.before;
    for query in QUERIES.iter().filter(known).map(|query| query.sql).chain([LAST]) {
        copy.statements.extend(texts(client, query).await?);
    }
    client.execute(&[sql![ROLLBACK]]).await.map_err(failed)?;
    Ok(copy)
}

/// The first column of the rows. What the server refuses to print has none: the copy lacks it then, which is seen.
async fn texts(client: &mut Client, query: &'static str) -> Result<Vec<String>, Failure> {
    match in_savepoint(client, vec![sql![query]]).await {
        Ok(rows) => Ok(rows
            .iter()
            .filter_map(|row| row.text(0).ok().flatten())
            .map(str::to_owned)
            .collect()),
        Err(error) if error.code.is_empty() => Err(error.failure("reading the schema that is copied")),
        Err(_) => Ok(Vec::new()),
    }
}

/// Runs the statements on a scratch database, again and again as long as another one succeeds. The result are those that
/// do not, each with the reason.
///
/// # Errors
/// The connection breaks.
pub async fn make(client: &mut Client, statements: &[String]) -> Result<Vec<(String, String)>, Failure> {
    // Bodies may mention what is created later.
    for statement in ["SET check_function_bodies = off", "SET search_path = pg_catalog"] {
        run(client, statement).await?.ok();
    }
    let mut left: Vec<(String, String)> = statements.iter().map(|text| (text.clone(), String::new())).collect();
    loop {
        let mut failed = Vec::new();
        let before = left.len();
        for (statement, _) in left {
            if let Err(why) = run(client, &statement).await? {
                failed.push((statement, why));
            }
        }
        if failed.is_empty() || failed.len() == before {
            return Ok(failed);
        }
        left = failed;
    }
}

/// Runs a statement. The inner error is what the server says.
///
/// # Errors
/// The connection breaks.
pub async fn run(client: &mut Client, statement: &str) -> Result<Result<(), String>, Failure> {
    match client.script(statement, None).await {
        Ok(()) => Ok(Ok(())),
        Err(error) if error.error.code.is_empty() => Err(error.error.failure("running the script on a scratch copy")),
        Err(error) => Ok(Err(error.error.message)),
    }
}

/// The first value that each query gives. `None` where the server refuses the query.
///
/// # Errors
/// The connection breaks.
pub async fn answers(client: &mut Client, queries: &[Option<Sql>]) -> Result<Vec<Option<String>>, Failure> {
    let mut all = Vec::new();
    for query in queries {
        let Some(query) = query else {
            all.push(None);
            continue;
        };
        let statements = [
            sql!["BEGIN TRANSACTION READ ONLY"],
            sql!["SET LOCAL search_path = pg_catalog"],
            query.clone(),
            sql![ROLLBACK],
        ];
        match client.rows(&statements).await {
            Ok(rows) => all.push(
                rows.first()
                    .and_then(|row| row.text(0).ok().flatten())
                    .map(str::to_owned),
            ),
            Err(error) if error.code.is_empty() => return Err(error.failure("comparing a scratch copy")),
            Err(_) => {
                let _ = client.execute(&[sql![ROLLBACK]]).await;
                all.push(None);
            }
        }
    }
    Ok(all)
}

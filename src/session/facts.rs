//! Reads what a repair script says about the database beyond the findings.

use super::connection::{Deadline, close};
use super::source::{Endpoint, ResolvedSource};
use crate::catalog::client::Client;
use crate::catalog::{Limits, block_on, connect};
use crate::error::Failure;
use crate::repair::facts::{FactQuery, Facts};
use crate::sql;

/// Asks a database. What it cannot answer is left out, and a saved snapshot answers nothing.
///
/// # Errors
/// The database cannot be reached.
pub(crate) fn read(source: &ResolvedSource, queries: Vec<FactQuery>, limits: Limits) -> Result<Facts, Failure> {
    if queries.is_empty() {
        return Ok(Facts::new());
    }
    source.with_endpoint(|endpoint| {
        let info = match endpoint {
            Endpoint::Database(live) => &live.info,
            Endpoint::Scratch(info, _) => info,
            Endpoint::Snapshot(_) => return Ok(Facts::new()),
        };
        block_on(async {
            let deadline = Deadline::after(limits.total.unwrap_or_else(|| limits.deadline(queries.len())));
            deadline
                .enforce(async {
                    let mut client = connect::connect(info).await?;
                    let mut facts = Facts::new();
                    for query in queries {
                        if let Some(answer) = ask(&mut client, &query).await {
                            facts.insert(query.fact, answer);
                        }
                    }
                    close(client).await;
                    Ok(facts)
                })
                .await
        })
    })
}

/// The answer. `None` if the server does not know it, and `Some(None)` if it is null.
async fn ask(client: &mut Client, query: &FactQuery) -> Option<Option<String>> {
    let statements = [
        sql!["BEGIN TRANSACTION READ ONLY"],
        sql!["SET LOCAL search_path = ", &query.path],
        query.query.clone(),
        sql!["ROLLBACK"],
    ];
    let Ok(rows) = client.rows(&statements).await else {
        let _ = client.execute(&[sql!["ROLLBACK"]]).await;
        return None;
    };
    let answer = rows.first()?.text(0).ok()?;
    Some(answer.map(str::to_owned))
}

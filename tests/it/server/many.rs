//! Many statements in one connection.

use postgres::SimpleQueryMessage;

use super::{TestDb, explain, with_client};

impl TestDb<'_> {
    /// Runs each statement, whatever becomes of the others.
    pub fn try_all(&self, statements: &[String]) -> Result<Vec<Result<(), String>>, String> {
        with_client(&self.url(), |client| {
            let run = |sql: &String| client.batch_execute(sql).map_err(|error| explain(&error, sql));
            Ok(statements.iter().map(run).collect())
        })
    }

    /// The rows of a query, as texts; NULL is none.
    pub fn rows(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        with_client(&self.url(), |client| {
            let messages = client.simple_query(sql).map_err(|error| explain(&error, sql))?;
            let rows = messages.iter().filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect()),
                _ => None,
            });
            Ok(rows.collect())
        })
    }
}

//! The histories that migration tools keep in the database: one static entry a tool.

mod alembic;
mod prisma;

use crate::object_id::ObjectId;

/// Every tool whose history can be read, sorted by name.
pub static TOOLS: &[&Tool] = &[&alembic::TOOL, &prisma::TOOL];

/// A migration tool.
#[derive(Debug)]
pub struct Tool {
    /// Its name in expectation files.
    pub name: &'static str,
    /// The table that holds its history.
    pub table: &'static str,
    /// The query that reads the history: columns `name` and `state` (see [`State::parse`]), in the order of the
    /// history. `{table}` stands for the table.
    pub query: &'static str,
    /// Whether a name in an expectation file means a name in the history.
    pub names: fn(&str, &str) -> bool,
    /// What the history does not tell, for the message about a migration that is not in it.
    pub limits: &'static str,
    /// What to do about a migration that is not applied.
    pub apply: &'static str,
}

/// A migration that the history has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub state: State,
}

/// How a migration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is applied.
    Applied,
    /// It began and did not end, or ended with an error.
    Failed,
    /// It was taken back.
    RolledBack,
}

impl State {
    /// The state that a query calls by this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "applied" => Some(Self::Applied),
            "failed" => Some(Self::Failed),
            "rolled back" => Some(Self::RolledBack),
            _ => None,
        }
    }
}

impl Tool {
    /// The query for a table.
    #[must_use]
    pub fn query(&self, table: &ObjectId) -> String {
        self.query.replace("{table}", &table.to_sql())
    }
}

/// Whether the names are the same.
fn exactly(expected: &str, actual: &str) -> bool {
    expected == actual
}

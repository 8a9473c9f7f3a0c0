//! Data that was read from a database or asked of its server. [`crate::catalog`] produces it, and [`crate::compare`]
//! uses it.

use std::collections::BTreeMap;

use crate::attribute::{Precision, Question};
use crate::hint::Hint;
use crate::migrations::{Migration, Tool};
use crate::object_id::ObjectId;

/// A question with everything that its answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScopedQuestion {
    /// The schemas that come first on the search path.
    pub schemas: Vec<String>,
    /// The relation whose columns the texts may use.
    pub relation: ObjectId,
    /// The two texts.
    pub question: Question,
}

/// The server's answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Both texts mean the same.
    Equal,
    /// The texts mean different things.
    Different,
    /// The server cannot parse a text, for this reason.
    Invalid(String),
    /// The server refused the question, for this reason.
    Refused(String),
    /// The role lacks a privilege that the question needs, for this reason.
    Denied(String),
    /// A server without the objects was asked, and it lacks something that they need, for this reason.
    Undecided(String),
}

/// The answers to all questions. A question without an answer stays unknown.
pub type Answers = BTreeMap<ScopedQuestion, Answer>;

/// A migration history, as it was read from the table of a migration tool.
#[derive(Debug, Clone)]
pub enum MigrationHistory {
    /// The table was read.
    Read {
        /// The tool that owns the table.
        tool: &'static Tool,
        /// The table.
        table: ObjectId,
        /// The rows, in order.
        migrations: Vec<Migration>,
    },
    /// None of the possible tables exists. These, in other schemas, have the name and the columns of one.
    Missing(Vec<(&'static Tool, ObjectId)>),
    /// Several tools have a table.
    Several(Vec<(&'static Tool, ObjectId)>),
    /// The table could not be read.
    Unreadable {
        /// The tool that owns the table.
        tool: &'static Tool,
        /// The table.
        table: ObjectId,
        /// Why it could not be read.
        why: String,
        /// What to do.
        hint: Option<Hint>,
    },
}

/// The maximum number of rows that are fetched for an assertion.
pub const MOST_ROWS: usize = 1000;

/// The result of an assertion's query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssertionResult {
    /// Its rows, and whether there are more than [`MOST_ROWS`].
    Rows(Vec<Vec<Cell>>, bool),
    /// The text is not a query, or refers to something that does not exist.
    Invalid(InvalidQuery),
    /// The text is not a single query that only reads.
    Refused(String),
    /// The query did not finish. With the reason (permission, timeout, a lock) and what to do.
    Unverified(String, Option<Hint>),
}

/// Why a query cannot be run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvalidQuery {
    /// The message of the server.
    pub why: String,
    /// The line of the query that the server complains about, and a mark below the place.
    pub excerpt: Option<String>,
    /// What to do, as the server or the text itself says.
    pub help: Option<String>,
    /// Whether the query is wrong whatever the database has, so that the mistake is in the file.
    pub is_mistake: bool,
}

/// A value as PostgreSQL prints it, and how it compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The text; `None` for null.
    pub text: Option<String>,
    /// How it compares.
    pub cell_type: CellType,
    /// What PostgreSQL said of expected texts that are not letter by letter the text of the value.
    pub answers: BTreeMap<String, TypedEquality>,
}

/// What PostgreSQL says of an expected text, which it reads as a value of the column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypedEquality {
    /// It is the same value.
    Equal,
    /// It is another value.
    Different,
    /// It is no value of the type, for this reason.
    Invalid(String),
}

/// How a value compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellType {
    /// As a number: `29` equals `29.00`.
    Number,
    /// As a boolean: `true` equals `t`.
    Bool,
    /// As JSON: white space and the order of keys do not matter.
    Json,
    /// As text.
    Text,
}

/// What a query looks for to see that the migrations of a history ran in this database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchors {
    /// The numbers of transactions that wrote one row of the history each.
    pub transactions: Vec<String>,
    /// The transaction that wrote the youngest row.
    pub youngest: String,
    /// The ages of the last two rows.
    pub between: Option<(i64, i64)>,
}

/// The ages of rows of the catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowAges {
    /// By the number of the question.
    pub rows: BTreeMap<usize, TracedRow>,
    /// Whether the catalog shows that migrations ran in this database.
    pub is_anchored: bool,
    /// Whether the numbers of transactions were used again, so that an old row may look young.
    pub is_wrapped: bool,
}

/// The transaction that wrote a row of the catalog last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedRow {
    /// Its number, as PostgreSQL prints it.
    pub transaction: String,
    /// How many transactions began since then.
    pub age: i64,
    /// What it says.
    pub precision: Precision,
    /// Whether it was committed after the youngest row of the history, if the server keeps times.
    pub is_later: Option<bool>,
    /// When it was committed, `YYYY-MM-DD HH:MM:SS` in UTC, if the server keeps that.
    pub time: Option<String>,
    /// Which command of its transaction wrote it.
    pub command: Option<u32>,
    /// The object and those that contain it, as `pg_identify_object` names them. Empty if that was not asked.
    pub identities: Vec<String>,
}

/// What an event trigger recorded about a change of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordedChange {
    /// The number of the transaction that wrote the row, as PostgreSQL prints it.
    pub transaction: String,
    /// Which command of the transaction that was.
    pub command: u32,
    /// The object, as `pg_identify_object` names it.
    pub object: String,
    /// Who changed it, and with which command.
    pub author: ChangeAuthor,
}

/// Who changed an object, as far as it was recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeAuthor {
    /// The user.
    pub user: Option<String>,
    /// The application.
    pub application: Option<String>,
    /// The command, such as `ALTER TABLE`.
    pub tag: Option<String>,
    /// When it was recorded.
    pub time: Option<String>,
}

//! Migration tools: the history that each of them keeps in the database, and the folder of files that it applies. One
//! static table per tool holds everything about it.

pub mod files;
pub mod folder;
pub mod hazards;
mod sections;
pub mod selection;
mod tools;
pub mod version;
pub mod written;

pub use tools::TOOLS;

use std::path::PathBuf;

use crate::error::Problem;
use crate::object_id::ObjectId;
use files::Files;
use sections::Marker;
use selection::Conditions;
use version::SortKey;
use written::{NextMigration, WrittenFile};

/// A migration tool.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing about the tool")]
pub struct Tool {
    /// Its name in expectation files.
    pub name: &'static str,
    /// Its name as its authors write it.
    pub title: &'static str,
    /// The table that holds its history.
    pub table: &'static str,
    /// The schema of that table, if the tool has a schema of its own; otherwise the schema of the application.
    pub schema: Option<&'static str>,
    /// Other tables that may hold it, in the schema of the application: those of older releases or of other settings.
    pub other_tables: &'static [&'static str],
    /// Further tables that the tool creates for itself.
    pub bookkeeping_tables: &'static [&'static str],
    /// Columns that distinguish the table from another tool's table with the same name.
    pub telltale_columns: &'static [&'static str],
    /// A table that must exist beside it, or with `!` must not, if the columns do not distinguish two tools.
    pub sibling_table: Option<&'static str>,
    /// The query that reads the history, in its order: the text columns `name`, `version` (by which the tool recognises
    /// the migration), `state` (see [`MigrationState::parse`]) and `checksum` (may be null). `{table}` is replaced by the table.
    pub query: &'static str,
    /// Whether the history has all migrations or only the last one.
    pub keeps: Keeps,
    /// The key by which a version sorts; `None` if only the folder knows the order.
    pub sort: fn(&str) -> Option<SortKey>,
    /// The version in the name of a migration, if the history has versions and no names.
    pub version_in: fn(&str) -> Option<String>,
    /// A name without the prefix that the tool generates, which people leave out.
    pub short_name: fn(&str) -> Option<&str>,
    /// What the history does not record, for the message about a migration that is not in it.
    pub caveat: &'static str,
    /// The command that applies migrations.
    pub apply: &'static str,
    /// The command that marks a failed migration as resolved; empty if the tool has none.
    pub resolve_hint: &'static str,
    /// The command that records a migration as applied without applying it, `NAME` for its name; empty if there is none.
    pub record: &'static str,
    /// When it writes the row of a migration for the last time.
    pub recorded: RecordTime,
    /// What it does with a migration that was not applied before a later one was.
    pub late: Late,
    /// What it does with a migration that replaces others on a database that has some of these.
    pub replacement: Replacement,
    /// The part of a version that names its set of migrations, if one history has several sets.
    pub family: fn(&str) -> &str,
    /// How a version in the history is related to that in the folder, if they can differ.
    pub related: Option<Related>,
    /// Whether a name in an expectation file means the migration with this version, beside the usual ways.
    pub named_by: fn(&str, &str) -> bool,
    /// Whether its migrations have contexts and labels, which choose the ones that are applied.
    pub has_contexts: bool,
    /// Whether all of its migrations are in one folder, because a file in it lists them.
    pub one_folder: bool,
    /// Whether packages bring migrations of their own, which are in the history and not in the folders of the project.
    pub packages_have_migrations: bool,
    /// The names of its files, for messages and the reference.
    pub layout: &'static str,
    /// How its checksums are computed; empty if the history has none that can be compared.
    pub checksum: &'static str,
    /// Whether its numbers are consecutive, so that a gap is a mistake, unless they are dates.
    pub consecutive: bool,
    /// Whether a folder belongs to this tool.
    pub detect: fn(&Files) -> Fit,
    /// Reads the folder.
    pub read: fn(&Files) -> FolderContents,
    /// Writes a new migration; `None` if driftgate does not write migrations of the tool.
    pub write: Option<fn(&NextMigration<'_>) -> Vec<WrittenFile>>,
    /// How this table was verified.
    pub verified: ToolVerification,
}

/// Which migrations a history has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// One row per migration.
    All,
    /// Only the last migration.
    Last,
}

/// When a tool writes the row of a migration for the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordTime {
    /// Perhaps before some of its statements.
    Unknown,
    /// In the transaction of the migration, or after it. What is younger than every row was done after the last migration,
    /// or in a savepoint of it: a savepoint is younger than its transaction.
    InTransaction,
    /// As [`Self::InTransaction`], if the transaction wrote only one row. If it wrote several, the last migration may have
    /// statements that are younger.
    OneByOne,
    /// In a transaction of its own, after all statements of the migration.
    Afterwards,
}

/// What a tool does with a migration that was not applied before a later one was. The text says how to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// It applies it after the later one.
    Applies,
    /// It refuses to apply anything.
    Refuses(&'static str),
    /// It never applies it.
    Skips(&'static str),
}

/// How the versions of a migration in the history and in the folder are related.
#[derive(Debug, Clone, Copy)]
pub struct Related {
    /// The part that both have in common.
    pub key: fn(&str) -> &str,
    /// What one of them has more than the other, which is the same for most migrations; `None` if they are different
    /// migrations.
    pub difference: for<'a> fn(&'a str, &'a str) -> Option<&'a str>,
}

/// What a tool does with a migration that replaces others on a database that has some of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// It is applied if all of those that it replaces are applied.
    WhenAll,
    /// It is only applied to new databases. Others apply the migrations that it replaces.
    NewDatabases,
}

/// How the table of a tool was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolVerification {
    /// This version of the tool was run, and the tests read the history that it wrote.
    Run(&'static str),
    /// Against its sources and its documentation only.
    Documentation,
}

/// Whether a folder belongs to a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It does not.
    No,
    /// The names of its files fit, but they fit other tools, too.
    Ambiguous,
    /// It has something that only this tool creates.
    Certain,
}

/// What a tool reads from a folder.
#[derive(Debug, Default)]
pub struct FolderContents {
    /// The migrations, in the order in which the tool applies them.
    pub migrations: Vec<FolderMigration>,
    /// Migrations that the tool does not apply to an empty database, because one of the others replaces them.
    pub replaced: Vec<FolderMigration>,
    /// Files that look like migrations, but that the tool would ignore.
    pub ignored: Vec<PathBuf>,
    /// Other problems of the folder.
    pub problems: Vec<FolderProblem>,
}

/// A problem of a folder of migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderProblem {
    /// The name by which an expectation file accepts it: a file, a version or a migration.
    pub name: String,
    /// What follows from it.
    pub effect: Effect,
    /// The problem.
    pub problem: Problem,
}

/// What follows from a problem of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The tool refuses the folder, or it is not known what it applies.
    Refused,
    /// The tool applies the other files.
    Ignored,
    /// The tool applies all files, perhaps in an order that is not intended.
    Suspect,
}

impl FolderProblem {
    /// A problem because of which the tool refuses the folder.
    #[must_use]
    pub fn refused(name: impl Into<String>, problem: Problem) -> Self {
        Self {
            name: name.into(),
            effect: Effect::Refused,
            problem,
        }
    }
}

/// A migration in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderMigration {
    /// Its name, for people; the one in the history if the history has names.
    pub name: String,
    /// The text by which the tool recognises it in the history.
    pub version: String,
    /// Its file.
    pub file: PathBuf,
    /// The code that applies it.
    pub up: Up,
    /// What it does, if its name does not say it.
    pub title: Option<String>,
    /// The checksums that the tool accepts. The first is the one that it writes into the history.
    pub checksums: Vec<String>,
    /// Whether the tool applies it again after a change, so that a change is pending and not a mistake.
    pub repeatable: bool,
    /// The versions that it depends on, if the migrations of the tool form a graph.
    pub after: Vec<String>,
    /// The versions that it replaces, because it combines them.
    pub replaces: Vec<String>,
    /// Whether the tool applies it only to new databases, because it replaces all migrations before it.
    pub only_for_new: bool,
    /// When it is applied.
    pub conditions: Conditions,
}

/// The code that applies a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Up {
    /// SQL.
    Sql {
        /// The part of the file that is applied.
        text: String,
        /// The line of the file on which it begins, from 1.
        first_line: usize,
        /// How the tool applies it.
        mode: ApplyMode,
    },
    /// A program, or SQL that the tool completes: why it needs the tool, and what to do.
    NotSql(String),
}

/// How SQL is sent to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplyMode {
    /// In a transaction.
    Transaction,
    /// All of it as one message: several statements are a transaction, and a single one is not.
    Message,
    /// Each statement by itself: some cannot run in a transaction.
    Statements,
    /// By psql: each statement by itself, with psql's own commands and the rows of COPY.
    Psql,
}

/// A migration in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its name.
    pub name: String,
    /// The text by which the tool recognises it.
    pub version: String,
    /// How it ended.
    pub state: MigrationState,
    /// The checksum of its file when it was applied.
    pub checksum: Option<String>,
    /// The transaction that wrote its row last, if that is known.
    pub written_in: Option<RowAge>,
}

/// How old a row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowAge {
    /// The number of the transaction that wrote it, as PostgreSQL prints it. Numbers are used again: never compare them by
    /// size.
    pub transaction: String,
    /// How many transactions began since then. `None` if the row is so old that its number may be that of another
    /// transaction.
    pub age: Option<i64>,
    /// Whether the same transaction created the table, as where a whole database is restored in one.
    pub with_table: bool,
}

/// How a migration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MigrationState {
    /// It was applied.
    Applied,
    /// It did not end, or ended with an error.
    Failed,
    /// It was rolled back.
    RolledBack,
    /// It and all migrations before it were applied before the tool was used.
    Baseline,
}

impl MigrationState {
    /// The state that a query returns as this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "applied" => Some(Self::Applied),
            "failed" => Some(Self::Failed),
            "rolled back" => Some(Self::RolledBack),
            "baseline" => Some(Self::Baseline),
            _ => None,
        }
    }
}

/// Each tool has one entry in the table, and its own name.
impl PartialEq for Tool {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Tool {
    /// The tool of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        TOOLS.iter().copied().find(|tool| tool.name == name)
    }

    /// The tables that may hold its history, the usual one first. `schema` is that of the application.
    #[must_use]
    pub fn tables(&self, schema: &str) -> Vec<ObjectId> {
        let usual = ObjectId::new(vec![self.schema.unwrap_or(schema), self.table]);
        let others = self
            .other_tables
            .iter()
            .map(|table| ObjectId::new(vec![schema, *table]));
        std::iter::once(usual).chain(others).collect()
    }

    /// Whether versions can be compared without the folder.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        (self.sort)("1").is_some()
    }

    /// The sort key of a text that a person wrote: a version, or the name of a migration.
    #[must_use]
    pub fn sort_written(&self, written: &str) -> Option<SortKey> {
        (self.sort)(&(self.version_in)(written).unwrap_or_else(|| written.to_owned()))
    }

    /// Whether a name in an expectation file means the migration with this name and version: it is the name, the version,
    /// or the name without the generated prefix.
    #[must_use]
    pub fn means(&self, expected: &str, name: &str, version: &str) -> bool {
        expected == name
            || expected == version
            || (self.short_name)(name) == Some(expected)
            || (self.version_in)(expected).as_deref() == Some(version)
            || (self.named_by)(expected, version)
    }
}

/// What most tools have in common.
const BASE: Tool = Tool {
    name: "",
    title: "",
    table: "",
    schema: None,
    other_tables: &[],
    bookkeeping_tables: &[],
    telltale_columns: &[],
    sibling_table: None,
    query: "",
    keeps: Keeps::All,
    sort: version::text,
    version_in: |_| None,
    short_name: |_| None,
    caveat: "",
    apply: "",
    resolve_hint: "",
    record: "",
    recorded: RecordTime::Unknown,
    late: Late::Applies,
    replacement: Replacement::WhenAll,
    family: |_| "",
    related: None,
    named_by: |_, _| false,
    has_contexts: false,
    one_folder: false,
    packages_have_migrations: false,
    layout: "",
    checksum: "",
    consecutive: false,
    detect: |_| Fit::No,
    read: |_| FolderContents {
        migrations: Vec::new(),
        replaced: Vec::new(),
        ignored: Vec::new(),
        problems: Vec::new(),
    },
    write: None,
    verified: ToolVerification::Documentation,
};

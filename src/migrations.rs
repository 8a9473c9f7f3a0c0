//! Migration tools: the history that each keeps in the database, and the folder of files that it applies. One static
//! entry a tool says all there is to know about it.

pub mod files;
pub mod folder;
pub mod hazards;
mod sections;
mod tools;
pub mod version;

pub use tools::TOOLS;

use std::path::PathBuf;

use crate::error::Problem;
use crate::object_id::ObjectId;
use files::Files;
use sections::Mark;
use version::SortKey;

/// A migration tool.
#[derive(Debug)]
pub struct Tool {
    /// Its name in expectation files.
    pub name: &'static str,
    /// The name that its makers give it.
    pub title: &'static str,
    /// The table that holds its history.
    pub table: &'static str,
    /// The schema of that table, where the tool has one of its own; else it stands in the schema of the application.
    pub schema: Option<&'static str>,
    /// Other tables that may hold it, in the schema of the application: what older releases made, or what is made by
    /// another setting.
    pub other_tables: &'static [&'static str],
    /// Further tables that the tool makes for itself beside it.
    pub bookkeeping_tables: &'static [&'static str],
    /// Columns by which the table is told from that of another tool of the same name.
    pub telltale_columns: &'static [&'static str],
    /// A table that must stand beside it, or (with `!`) must not, where columns do not tell tools apart.
    pub sibling_table: Option<&'static str>,
    /// The query that reads the history: the columns `name`, `version` (by which the tool recognises the migration),
    /// `state` (see [`State::parse`]) and `checksum` (null if there is none), all texts, in the order of the history.
    /// `{table}` stands for the table.
    pub query: &'static str,
    /// Whether the history has all migrations or only where the database stands.
    pub keeps: Keeps,
    /// How versions sort; `None` from it if only the folder knows.
    pub sort: fn(&str) -> Option<SortKey>,
    /// The version in the name of a migration, where the history has no names but only versions.
    pub version_in: fn(&str) -> Option<String>,
    /// A name without what the tool puts in front of it, which people leave out.
    pub short_name: fn(&str) -> Option<&str>,
    /// What the history does not tell, for the message about a migration that is not in it.
    pub caveat: &'static str,
    /// What to do about a migration that is not applied.
    pub apply: &'static str,
    /// How the tool is told that a migration which failed is resolved; empty if there is no way of its own.
    pub resolve_hint: &'static str,
    /// The part of a version that says to which set of migrations it belongs, where one history has several.
    pub family: fn(&str) -> &str,
    /// How its files are called, for messages and the reference.
    pub layout: &'static str,
    /// What its checksums are; empty if the history has none that can be compared.
    pub checksum: &'static str,
    /// Whether its numbers follow each other, so that a gap is a mistake, unless they are dates.
    pub consecutive: bool,
    /// Whether a folder looks like one of this tool.
    pub detect: fn(&Files) -> Fit,
    /// Reads the folder.
    pub read: fn(&Files) -> FolderContents,
    /// How what is said here was verified.
    pub verified: Verified,
}

/// What of the migrations a history has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// A row for each.
    All,
    /// Where the database stands: of the migrations before it nothing.
    Last,
}

/// How what is said of a tool was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// The tool of this version was run, and what it left in a database is read by the tests.
    Run(&'static str),
    /// By its sources and its documentation alone.
    Documentation,
}

/// Whether a folder is of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It is not.
    No,
    /// Its files are called as they may be called, but so are those of other tools.
    Ambiguous,
    /// It has what only this tool makes.
    Certain,
}

/// What a tool finds in a folder.
#[derive(Debug, Default)]
pub struct FolderContents {
    /// The migrations, in the order in which the tool applies them.
    pub migrations: Vec<FolderMigration>,
    /// Files that look like migrations and that the tool would not see, below the folder.
    pub ignored: Vec<String>,
    /// What else is wrong with it.
    pub problems: Vec<Problem>,
}

/// A migration in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderMigration {
    /// Its name, for people; where the history has names, the one that the history has.
    pub name: String,
    /// By what the tool recognises it in the history.
    pub version: String,
    /// Its file.
    pub file: PathBuf,
    /// What applies it.
    pub up: Up,
    /// Its checksum as the tool makes it and keeps it in the history.
    pub checksum: Option<String>,
    /// Whether it is applied again when it has changed, so that a change is pending and not a mistake.
    pub repeatable: bool,
    /// The versions that it follows, where the tool keeps a graph.
    pub after: Vec<String>,
    /// The versions that it stands for, being all of them in one.
    pub replaces: Vec<String>,
}

/// What applies a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Up {
    /// SQL.
    Sql {
        /// The part of the file that is applied.
        text: String,
        /// The line of the file on which it begins, from 1.
        first_line: usize,
        /// Whether the tool applies it in one transaction.
        transaction: bool,
    },
    /// It is a program, or SQL that the tool completes. Why it cannot be applied without the tool, and what to do.
    NotSql(String),
}

/// A migration that the history has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its name.
    pub name: String,
    /// By what the tool recognises it.
    pub version: String,
    /// How it ended.
    pub state: State,
    /// The checksum of its file when it was applied.
    pub checksum: Option<String>,
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
    /// It and all before it were there when the tool came.
    Baseline,
}

impl State {
    /// The state that a query calls by this word.
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

    /// Where its history may stand, the usual place first. `schema` is that of the application.
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

    /// By what a version sorts that a person wrote, as a version or as the name of a migration.
    #[must_use]
    pub fn sort_written(&self, written: &str) -> Option<SortKey> {
        (self.sort)(&(self.version_in)(written).unwrap_or_else(|| written.to_owned()))
    }

    /// Whether a name in an expectation file means the migration of this name and version: it is the name, the
    /// version, or the name without what the tool puts in front.
    #[must_use]
    pub fn means(&self, expected: &str, name: &str, version: &str) -> bool {
        expected == name
            || expected == version
            || (self.short_name)(name) == Some(expected)
            || (self.version_in)(expected).as_deref() == Some(version)
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
    family: |_| "",
    layout: "",
    checksum: "",
    consecutive: false,
    detect: |_| Fit::No,
    read: |_| FolderContents {
        migrations: Vec::new(),
        ignored: Vec::new(),
        problems: Vec::new(),
    },
    verified: Verified::Documentation,
};

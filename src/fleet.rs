//! Fleets: the databases and schemas that are checked together, as a fleet file names them.
//!
//! [`file::parse`] reads the file. Its entries name targets one by one, by patterns, by a query or by a program;
//! `session::fleet` asks for what only a server or a program knows, and makes a [`FleetTarget`] of each.

pub mod file;
mod patterns;
mod read;
pub mod schema;
mod target;
mod template;

pub use patterns::NamePatterns;
pub use target::{FleetTarget, Password, TargetRow, digest, shard_of};
pub use template::{RowValues, Template};

use crate::program::CommandLine;
use crate::source_map::Place;

/// The most connections of a run, where the file does not say it.
pub const TOTAL: usize = 64;

/// The most connections of a run to one server, where the file does not say it.
pub const PER_SERVER: usize = 4;

/// A fleet file.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    /// The expectation files of targets that name none of their own.
    pub expectations: Vec<WrittenText>,
    /// How many connections there are at the same time.
    pub connections: Connections,
    /// What names the targets.
    pub entries: Vec<TargetEntry>,
}

/// How many connections there are at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// In the whole run.
    pub total: usize,
    /// To one server: a host and its port.
    pub per_server: usize,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            total: TOTAL,
            per_server: PER_SERVER,
        }
    }
}

/// A text, and where it is written.
#[derive(Debug, Clone)]
pub struct WrittenText {
    /// The text.
    pub text: String,
    /// Where it begins.
    pub place: Place,
}

/// An entry of `targets`.
#[derive(Debug, Clone)]
pub struct TargetEntry {
    /// Where it begins.
    pub place: Place,
    /// What names its targets.
    pub listing: Listing,
    /// Where the database is. A program may say that of each target.
    pub url: Option<Url>,
    /// The database, where it is not that of the URL.
    pub database: Option<Template>,
    /// The schema that takes the place of the schema of the expectation files.
    pub schema: Option<Template>,
    /// Every database of the server that matches is a target.
    pub databases: Option<NamePatterns>,
    /// Every schema of the database that matches is a target.
    pub schemas: Option<NamePatterns>,
    /// The password of the role.
    pub password: Option<PasswordSource>,
    /// The labels of the targets.
    pub labels: Vec<(String, Template)>,
    /// The expectation files, in place of those of the fleet.
    pub expectations: Vec<WrittenText>,
    /// The least number of targets. Fewer are an error, so that an empty list is never green.
    pub at_least: usize,
}

/// What names the targets of an entry.
#[derive(Debug, Clone)]
pub enum Listing {
    /// The entry itself: one target, or one for each database or schema that matches.
    Named(WrittenText),
    /// The rows of a query.
    Query {
        /// The database that is asked.
        url: Url,
        /// One statement that returns rows.
        sql: WrittenText,
    },
    /// The lines that a program prints: JSON objects.
    Command(CommandLine),
}

/// Where a database is.
#[derive(Debug, Clone)]
pub enum Url {
    /// In a variable of the environment.
    Variable(WrittenText),
    /// In the file, without a password.
    Written(Template),
}

/// Where a password comes from. It is never reported.
#[derive(Debug, Clone)]
pub enum PasswordSource {
    /// A file, whose last line break does not count.
    File(Template),
    /// A variable of the environment.
    Variable(Template),
    /// What a program prints, without its last line break.
    Command(Vec<Template>),
}

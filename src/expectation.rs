//! What is expected: the contents of expectation files.

mod history;
mod keys;
pub mod load;
mod object;
pub mod parse;
mod shape;
mod statement;

pub use history::tools;
pub use keys::{AssertionKey, FileKey, HistoryKey, ObjectKey, TermKey};

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::attribute::Attr;
use crate::kinds::Kind;
use crate::migrations::Tool;
use crate::migrations::files::Files;
use crate::object_id::ObjectId;
use crate::platform;
use crate::source_map::{FileId, Place};
use crate::value::Value;
use crate::yaml::Scalar;

/// The format version of expectation files that this program reads.
pub const FORMAT_VERSION: &str = "1";

/// The environment variable that holds the URL when a file names none.
pub const DEFAULT_DATABASE: &str = "DATABASE_URL";

/// What one file expects.
#[derive(Debug)]
pub struct ExpectationFile {
    /// The file.
    pub file: FileId,
    /// The environment variable that holds the URL of the database.
    pub database: String,
    /// Where the file names it; the beginning of the file if it does not.
    pub database_place: Place,
    /// The schema of names that are not qualified.
    pub schema: String,
    /// Whether the file closes the world: what it does not list must not exist.
    pub exact: bool,
    /// The schemas that it closes, where it names them: then what is in no schema is not closed. `None` closes the
    /// whole database as far as the file speaks of it.
    pub exact_schemas: Option<BTreeSet<String>>,
    /// Where it says so; the beginning of the file if it does not.
    pub exact_place: Place,
    /// The objects, parents before what is in them.
    pub objects: Vec<ExpectedObject>,
    /// The histories of migrations.
    pub histories: Vec<ExpectedHistory>,
    /// The assertions about data, in the order of the file.
    pub assertions: Vec<Assertion>,
    /// What is left out of the closed world.
    pub ignore: Vec<IgnoreRule>,
}

impl ExpectationFile {
    /// The schemas that an exact file closes: its own and every schema that it names, except PostgreSQL's.
    #[must_use]
    pub fn closed_schemas(&self) -> BTreeSet<String> {
        if let Some(schemas) = &self.exact_schemas {
            return schemas.clone();
        }
        let mut schemas = BTreeSet::from([self.schema.clone()]);
        for object in &self.objects {
            if let Subject::Named(id) = &object.subject
                && object.parent.is_none()
                && (id.is_in_schema() || object.kind.is_namespace())
                && object.presence != Presence::Absent
                && !platform::is_postgres(id.schema())
            {
                let schema = id.schema();
                if !schemas.contains(schema) {
                    schemas.insert(schema.to_owned());
                }
            }
        }
        schemas
    }
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It fails the run.
    Error,
    /// It is reported and does not fail the run.
    Warn,
}

/// Whether an object must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It must be there.
    Required,
    /// It need not be there; if it is, it must match.
    Optional,
    /// It must not be there.
    Absent,
}

/// What holds for an expectation whatever it is about.
#[derive(Debug, Clone)]
pub struct Terms {
    /// How much a finding weighs.
    pub level: Level,
    /// Why it is expected, for the report.
    pub reason: Option<String>,
    /// Whether attributes that are left out have their defaults and objects that are not listed must not exist.
    pub exact: bool,
}

/// An object that is expected.
#[derive(Debug)]
pub struct ExpectedObject {
    /// Its kind.
    pub kind: Kind,
    /// Which object is meant.
    pub subject: Subject,
    /// Where it stands.
    pub place: Place,
    /// The object that it is in: an index into [`ExpectationFile::objects`].
    pub parent: Option<usize>,
    /// Whether it must be there.
    pub presence: Presence,
    /// Level, reason, exactness: most objects share them with what they are in.
    pub terms: Arc<Terms>,
    /// The attributes that were written, in the order of the file.
    pub attributes: Box<[ExpectedAttribute]>,
}

/// Which object an expectation means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The one with this identity.
    Named(ObjectId),
    /// Any in this parent that has the attributes.
    ByMeaning(ObjectId),
}

/// An attribute that is expected.
#[derive(Debug)]
pub struct ExpectedAttribute {
    /// The attribute.
    pub attr: &'static Attr,
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub place: Place,
    /// Whether the value is all or a part.
    pub extent: Extent,
}

/// Whether an expected value is all that may be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The value is what must be there.
    Whole,
    /// At least the items of the value must be there.
    AtLeast,
}

/// What is expected of the history that a migration tool keeps.
#[derive(Debug)]
pub struct ExpectedHistory {
    /// The tool; `None` if it is to be found by its table.
    pub tool: Option<&'static Tool>,
    /// The tables that may be the history, each with the tool whose it is: one if the table was named, or if the tool
    /// has but one.
    pub candidates: Vec<(&'static Tool, ObjectId)>,
    /// Where it stands.
    pub place: Place,
    /// The migrations that must be applied.
    pub applied: Vec<(String, Place)>,
    /// The migration that must be the last one that is applied.
    pub latest: Option<(String, Place)>,
    /// The migration that must be applied, or a later one.
    pub at_least: Option<(String, Place)>,
    /// Whether a migration that failed is a finding, also if nobody named it.
    pub failed: bool,
    /// Whether migrations that were applied after later ones are a finding.
    pub out_of_order: bool,
    /// The folder of the migrations, as it is written: a path from the file.
    pub directory: Option<(String, Place)>,
    /// What is in that folder; read after the file.
    pub files: Option<Files>,
    /// Level and reason.
    pub terms: Terms,
}

/// A query and what it must give.
#[derive(Debug)]
pub struct Assertion {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// The query.
    pub sql: String,
    /// Where the query stands.
    pub sql_place: Place,
    /// The schema that comes first on the search path.
    pub schema: String,
    /// What it must give.
    pub tests: Vec<(Test, Place)>,
    /// Level and reason.
    pub terms: Terms,
}

/// What the rows of an assertion must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// One row of one column with this value.
    Equals(Scalar),
    /// These rows, in this order.
    Rows(Vec<Vec<Scalar>>),
    /// One number that is not below this.
    Min(Scalar),
    /// One number that is not above this.
    Max(Scalar),
    /// No row, or at least one.
    Empty(bool),
}

/// A pattern for objects that are left out of the closed world.
#[derive(Debug)]
pub struct IgnoreRule {
    /// The kind.
    pub kind: Kind,
    /// The pattern as written, without `!`.
    pub pattern: glob::Pattern,
    /// Whether it takes objects back in.
    pub negated: bool,
    /// Where it stands.
    pub place: Place,
}

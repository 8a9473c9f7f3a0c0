//! The contents of expectation files.

mod alternatives;
mod change_log;
mod history;
mod ignore;
mod implied;
mod keys;
pub mod load;
mod long_names;
mod mistakes;
mod object;
mod only;
mod other_name;
pub mod parse;
mod partitions;
mod pattern;
mod pieces;
mod shape;
mod statement;
mod tenant;
mod time_order;
mod window;
mod written_source;

pub use change_log::ChangeLog;
pub use history::tools;
pub use ignore::{ATTRIBUTES, IgnoreRule, IgnoredAttribute, OPTIONAL, attribute_named, attribute_names};
pub use implied::Singles;
pub use keys::{AssertionKey, ChangeColumn, ChangesKey, FileKey, HistoryKey, ObjectKey, TermKey};
pub use long_names::{CutName, cut_pattern};
pub use partitions::ANY;
pub use pattern::{Patterns, is_wanted, name_pattern, pattern_text};
pub use window::{AppliedState, NotExpected, SetAside, WindowEnd, WindowSide, Windows, not_expected};
pub use written_source::{COMMAND, WrittenForm, WrittenSource};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::attribute::Attr;
use crate::kinds::Kind;
use crate::migrations::files::Files;
use crate::migrations::selection::Selection;
use crate::migrations::{FolderProblem, Tool};
use crate::object_id::{ObjectId, split_name};
use crate::platform;
use crate::source_map::{FileId, Parties, Place};
use crate::value::Value;
use crate::yaml::Scalar;

/// The format version of expectation files that this program reads.
pub const FORMAT_VERSION: &str = "1";

/// The environment variable with the database URL, for files that name none.
pub const DEFAULT_DATABASE: &str = "DATABASE_URL";

/// What one file expects.
#[derive(Debug)]
pub struct ExpectationFile {
    /// The file.
    pub file: FileId,
    /// The environment variable with the URL of the database.
    pub database: String,
    /// Where the file names it, or the beginning of the file.
    pub database_place: Place,
    /// The source that it is compared with, if it names one.
    pub against: Option<WrittenSource>,
    /// Whom it concerns.
    pub parties: Parties,
    /// The schema of names that are not qualified.
    pub schema: String,
    /// Whether the file is exact: objects that it does not list must not exist.
    pub exact: bool,
    /// The schemas for which it is exact, if it names them; objects outside of schemas may then exist. `None` means the
    /// whole database, as far as the file lists objects of a kind.
    pub exact_schemas: Option<BTreeSet<String>>,
    /// Whether an exact file also closes the kinds that are read on request.
    pub with_roles: bool,
    /// Where `exact` is written, or the beginning of the file.
    pub exact_place: Place,
    /// The objects, parents before their children.
    pub objects: Vec<ExpectedObject>,
    /// The objects that are not expected of a database at this time, if the file is about one database.
    pub set_aside: Vec<SetAside>,
    /// When its objects and assertions are expected.
    pub windows: Windows,
    /// The migration histories.
    pub histories: Vec<ExpectedHistory>,
    /// Where the database has who changed what, if the file says it.
    pub changes: Option<ChangeLog>,
    /// The assertions about data, in the order of the file.
    pub assertions: Vec<Assertion>,
    /// Patterns for objects that an exact file does not report.
    pub ignore: Vec<IgnoreRule>,
    /// The attributes that are not compared.
    pub ignored_attributes: Vec<IgnoredAttribute>,
    /// The roles that have other names in the database: the name in the files, and the name there.
    pub role_names: Vec<(String, String)>,
    /// The patterns of `--only`: of the objects that are not listed, only those count that one of them matches. Without any, all
    /// count.
    pub only: Vec<glob::Pattern>,
    /// The names that PostgreSQL cuts. Everywhere else in this file they are cut.
    pub cut_names: Vec<CutName>,
    /// What is written at a place where a name was cut whose length depends on the encoding of the database, by the number of the name in an identity and the cut name.
    pub encoded_names: BTreeMap<(Place, usize, String), String>,
    /// The objects of which their parents have only one.
    pub singles: Singles,
}

impl ExpectationFile {
    /// Where the file names its database or source, or the beginning of the file.
    #[must_use]
    pub fn source_place(&self) -> Place {
        self.against.as_ref().map_or(self.database_place, |source| source.place)
    }

    /// The schemas that an exact file closes: its own and every schema that it names, except PostgreSQL's.
    #[must_use]
    pub fn closed_schemas(&self) -> BTreeSet<String> {
        if let Some(schemas) = &self.exact_schemas {
            return schemas.clone();
        }
        let mut schemas = BTreeSet::from([self.schema.clone()]);
        for object in self.objects_of_all_times() {
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

/// The weight of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It fails the run.
    Error,
    /// It is reported and does not fail the run.
    Warn,
}

/// Whether an object must exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It must exist.
    Required,
    /// It may be missing; if it exists, it must match.
    Optional,
    /// It must not exist.
    Absent,
}

/// The settings that every expectation has.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The weight of a finding.
    pub level: Level,
    /// Why it is expected, for the report.
    pub reason: Option<String>,
    /// Whether attributes that are left out have their defaults and objects that are not listed must not exist.
    pub exact: bool,
    /// When it is expected: all of these ends must allow it.
    pub window: Vec<WindowEnd>,
}

/// An object that is expected.
#[derive(Debug, Clone)]
pub struct ExpectedObject {
    /// Its kind.
    pub kind: Kind,
    /// The object that it describes.
    pub subject: Subject,
    /// Its place in the file.
    pub place: Place,
    /// Its parent: an index into [`ExpectationFile::objects`].
    pub parent: Option<usize>,
    /// Whether it must be there.
    pub presence: Presence,
    /// Level, reason and exactness. Most objects share them with their parent.
    pub terms: Arc<Terms>,
    /// The attributes that were written, in the order of the file.
    pub attributes: Box<[ExpectedAttribute]>,
    /// Whether it is listed as a partition of its parent.
    pub is_partition: bool,
    /// Whether it may have any partitions.
    pub any_partitions: bool,
}

impl ExpectedObject {
    /// Whether it is not in another object: a partition is a partition of its parent, and not in it.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.parent.is_none() || self.is_partition
    }

    /// The schema and the name of the object that this one is expected to be a partition of. `schema` is that of names that
    /// are not qualified.
    #[must_use]
    pub fn partitioned(&self, schema: &str) -> Option<(String, String)> {
        let attribute = self.kind.spec().partition?.attributes.parent;
        let written = self.attributes.iter().find(|a| a.attr.name == attribute)?;
        let mut parts = split_name(written.value.as_text()?)?;
        let name = parts.pop()?;
        Some((parts.pop().unwrap_or_else(|| schema.to_owned()), name))
    }
}

impl ExpectedObject {
    /// The value that the file writes for an attribute.
    #[must_use]
    pub fn written(&self, attribute: &str) -> Option<&Value> {
        let mut attributes = self.attributes.iter();
        attributes.find(|a| a.attr.name == attribute).map(|a| &a.value)
    }
}

/// The object that an expectation describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The object with this identity.
    Named(ObjectId),
    /// Any object in this parent that has the attributes.
    ByMeaning(ObjectId),
}

/// An attribute that is expected.
#[derive(Debug, Clone)]
pub struct ExpectedAttribute {
    /// The attribute.
    pub attr: &'static Attr,
    /// The value.
    pub value: Value,
    /// Its place in the file.
    pub place: Place,
    /// Whether the value is the whole value or a part of it.
    pub extent: Extent,
}

/// Whether an expected value is the whole value or a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The actual value must be equal.
    Whole,
    /// The actual value must contain the items.
    AtLeast,
}

/// The expectations about the history that a migration tool keeps.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the file")]
pub struct ExpectedHistory {
    /// The tool; `None` if its table determines it.
    pub tool: Option<&'static Tool>,
    /// The tables that may hold the history, each with its tool: one if the file names the table, or if the tool has
    /// only one.
    pub candidates: Vec<(&'static Tool, ObjectId)>,
    /// Its place in the file.
    pub place: Place,
    /// The migrations that must be applied.
    pub applied: Vec<(String, Place)>,
    /// The migration that must be the last applied one.
    pub latest: Option<(String, Place)>,
    /// The migration that must be applied; a later one is sufficient.
    pub at_least: Option<(String, Place)>,
    /// Whether a failed migration is a finding, even if the file does not name it.
    pub failed: bool,
    /// Whether migrations that were applied after later ones are a finding.
    pub out_of_order: bool,
    /// Whether migrations of the folder that are not applied are a finding.
    pub pending: bool,
    /// Whether applied migrations after the last one of the folder are a finding.
    pub ahead: bool,
    /// Whether other applied migrations that are not in the folder are a finding.
    pub unknown: bool,
    /// The folders of the migrations, as written: relative to the file.
    pub directories: Vec<(String, Place)>,
    /// The files in these folders. They are read after the expectation file.
    pub files: Option<Files>,
    /// The contexts and labels with which the migrations are applied.
    pub selection: Selection,
    /// Patterns of migrations that are not compared with the folder.
    pub ignore: Vec<(glob::Pattern, Place)>,
    /// The problems of the folder that are accepted.
    pub accept: Vec<AcceptedProblem>,
    /// Level and reason.
    pub terms: Terms,
}

/// A problem of a folder of migrations that is accepted.
#[derive(Debug, Clone)]
pub struct AcceptedProblem {
    /// The file, version or migration that has it.
    pub name: String,
    /// Why it is accepted.
    pub reason: String,
    /// Its place in the file.
    pub place: Place,
}

impl ExpectedHistory {
    /// Whether a problem of the folder is accepted.
    #[must_use]
    pub fn accepts(&self, problem: &FolderProblem) -> bool {
        self.accept.iter().any(|accepted| accepted.name == problem.name)
    }
}

/// A query and the result that it must have.
#[derive(Debug)]
pub struct Assertion {
    /// Its name.
    pub name: String,
    /// Its place in the file.
    pub place: Place,
    /// The query.
    pub sql: String,
    /// The place of the query in the file.
    pub sql_place: Place,
    /// The schema that comes first on the search path.
    pub schema: String,
    /// The tests of its result.
    pub tests: Vec<(Test, Place)>,
    /// How many rows reports show, if the file says so.
    pub show_rows: Option<usize>,
    /// Level and reason.
    pub terms: Terms,
}

/// A test of the rows of an assertion.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// One row of one column with this value.
    Equals(Scalar),
    /// These rows, in this order.
    Rows(Vec<Vec<Scalar>>),
    /// One number that is not less than this.
    Min(Scalar),
    /// One number that is not greater than this.
    Max(Scalar),
    /// `true`: no rows; `false`: at least one.
    Empty(bool),
}

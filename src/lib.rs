//! driftgate compares a live PostgreSQL database with YAML expectation files and reports every difference.
//!
//! The crate is a program. Its library is for `main` and for the tests: [`cli`] parses the command line, [`commands::run`]
//! runs a subcommand and returns a [`finding::Exit`]. Modules that only the tests use are hidden from the documentation,
//! and nothing here is a stable interface.
//!
//! # How it works
//!
//! ```text
//! files --load--> SourceMap --parse--> [ExpectationFile] + [Problem]
//! URL, SQL, migrations, saved snapshot --resolve--> ResolvedSource --begin--> Session + Snapshot
//! plan([ExpectationFile], Snapshot) -> Plan            pure; SQL texts that differ become questions
//! Session::decide([ScopedQuestion]) -> Answers         PostgreSQL decides whether two texts mean the same
//! resolve(Plan, Answers) -> [Check] -> Report          pure
//! Format::render(Report) -> text; Report::exit -> Exit
//! ```
//!
//! The registry [`kinds`] is at the center. A kind of object is one static table of attributes and one query; the name of
//! an attribute is its YAML key, its SQL column, its JSON key and its key in the JSON Schema. Parsing, reading, comparing
//! and reporting walk the registry. What is special about a kind is a function in its table.
//!
//! # Glossary
//!
//! | type | meaning |
//! |---|---|
//! | [`kinds::Kind`], [`kinds::KindSpec`] | a kind of database object, and its entry in the registry |
//! | [`attribute::Attr`] | an attribute of a kind: its name, its type, how it is compared |
//! | [`object_id::ObjectId`] | the identity of an object within its kind, for instance schema, table and column |
//! | [`value::Value`] | the value of an attribute |
//! | [`snapshot::Snapshot`] | everything that was read of one database |
//! | [`expectation::ExpectationFile`] | a parsed expectation file |
//! | [`source::Source`] | a source as it is written on the command line; `session` turns it into a session |
//! | [`compare::Plan`] | the comparison of all objects as far as it is possible without a server |
//! | [`observed::ScopedQuestion`], [`observed::Answer`] | two SQL texts that PostgreSQL compares, and the result |
//! | [`finding::Check`] | one comparison and its result; one that did not pass is a finding |
//! | [`finding::Report`], [`finding::Target`] | all results of a run, and those of one database |
//! | [`error::Problem`] | a mistake of the user: exit code 2 |
//! | [`error::Failure`] | a failure outside of the program: exit code 3 |
//! | [`source_map::SourceMap`], [`source_map::Place`] | the texts of the files, and a position in one of them |
//!
//! One comparison becomes a check in five steps:
//!
//! | step | meaning |
//! |---|---|
//! | [`attribute::Verdict`] | what a [`attribute::Compare`] says of two values: equal, different, unknown, or questions |
//! | `compare::Decision` | the verdict with its questions in the scope of the object |
//! | `compare::Pending` | the decision together with the finding that it becomes if it does not pass |
//! | [`observed::Answer`] | what the server said to a question of the decision |
//! | [`finding::Status`] | the result of the check: passed, drift, unknown or unverified |
//!
//! `report::words::ReportedStatus` is how a check counts in a report: its status, unless the level `warn` makes it a
//! warning or a baseline makes it known.
//!
//! # Invariants
//!
//! `tests/it/architecture/layers.rs` defines the layers, and `tests/it/architecture.rs` holds these against the source:
//!
//! * The modules are in layers, and a module imports only from its own layer and from lower ones.
//! * [`kinds`] import only the vocabulary: [`attribute`], [`value`], [`object_id`], [`snapshot`], [`sql`], [`sql_text`],
//!   [`yaml`], [`hint`], [`fix`], [`error`], [`suggest`], `redact`, `secret` and [`source_map::Place`].
//! * [`expectation`] does not import [`catalog`], [`compare`] or [`report`]; [`catalog`] does not import [`compare`] or
//!   [`report`]; the reporters do not import [`catalog`], [`compare`], [`snapshot`] or [`kinds`].
//! * Input and output happen only in [`input`], [`expectation::load`], [`migrations::folder`], [`catalog`], [`scratch`],
//!   `environment`, `program`, `atomic_file`, `console`, `session` and [`commands`]. [`compare`] and the reporters do none.
//! * Outside of [`kinds`] no code names a kind or one of its attributes.
//! * Only `main` turns a [`finding::Exit`] into the exit code of the process, and only [`commands::run`] turns an error into
//!   a [`finding::Exit`].
//! * Nothing panics on input, and maps are ordered: the same input gives the same bytes.
//!
//! `tests/it/registry.rs` holds that every attribute is read, compared and reported.

mod atomic_file;
#[doc(hidden)]
pub mod attribute;
#[doc(hidden)]
pub mod baseline;
#[doc(hidden)]
pub mod catalog;
pub mod cli;
pub mod commands;
#[doc(hidden)]
pub mod compare;
mod console;
mod environment;
#[doc(hidden)]
pub mod error;
#[doc(hidden)]
pub mod expectation;
pub mod finding;
#[doc(hidden)]
pub mod fix;
pub mod fleet;
mod fnv;
mod hex;
pub mod hint;
pub mod input;
mod invisible;
#[doc(hidden)]
pub mod json_schema;
#[doc(hidden)]
pub mod kinds;
mod manual;
#[doc(hidden)]
pub mod migrations;
mod models;
mod not_compared;
#[doc(hidden)]
pub mod object_id;
#[doc(hidden)]
pub mod observed;
#[doc(hidden)]
pub mod partitions;
mod platform;
mod plural;
#[doc(hidden)]
pub mod privileges;
mod program;
#[doc(hidden)]
pub mod project;
#[doc(hidden)]
pub mod pull;
mod random;
mod redact;
#[doc(hidden)]
pub mod reference;
#[doc(hidden)]
pub mod repair;
pub mod report;
#[doc(hidden)]
pub mod role_map;
#[doc(hidden)]
pub mod saved;
#[doc(hidden)]
pub mod scratch;
mod secret;
mod session;
#[doc(hidden)]
pub mod snapshot;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod source_map;
#[doc(hidden)]
pub mod sql;
#[doc(hidden)]
pub mod sql_text;
#[doc(hidden)]
pub mod suggest;
#[doc(hidden)]
pub mod terminal;
mod undo;
mod update;
#[doc(hidden)]
pub mod value;
mod variant;
#[doc(hidden)]
pub mod yaml;

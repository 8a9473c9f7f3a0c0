//! driftgate verifies that a live PostgreSQL database is what its owners think it is.
//!
//! # How it works
//!
//! ```text
//! files --load--> SourceMap --parse--> Expectations + [Problem]
//! URL / SQL / migrations / saved snapshot --open--> session --capture--> Snapshot
//! plan(&Expectations, &Snapshot) -> Plan               pure, total; differing SQL texts become questions
//! decide(questions, session) -> Answers                PostgreSQL itself says whether two texts mean the same
//! resolve(Plan, &Answers) -> [Check] -> Report         pure
//! report --render(format)--> bytes ; exit code
//! ```
//!
//! The heart is the registry, [`kinds`]: a kind of object is one static table of attributes and one query. The
//! name of an attribute is at once YAML key, SQL column, JSON key and schema key. Parsing, capture, comparison and
//! report walk the registry; what is special about a kind is a function in its table.
//!
//! # Invariants
//!
//! Held by `tests/it/architecture.rs` and `tests/it/registry.rs`:
//!
//! * [`kinds`] depend on nothing but the vocabulary: [`attribute`], [`value`], [`object_id`], [`snapshot`],
//!   [`sql_text`], [`yaml`] and [`error`].
//! * [`expectation`] does not know [`catalog`], nor the reverse beyond what is to be read.
//! * Input and output happen only in [`input`], [`expectation::load`], [`migrations::folder`], [`catalog`], [`scratch`],
//!   [`environment`] and [`commands`]. [`compare`] cannot fail and does none.
//! * Reporters see only the report and the source map.
//! * No part of the engine names a kind.
//! * Core types are not the wire format: each machine format has structs of its own.
//! * Only `main` turns a [`report::Exit`] into the exit code of the process.
//! * Maps are ordered and output is sorted: the same input gives the same bytes.
//! * Our own enums are matched exhaustively.

mod atomic_file;
pub mod attribute;
pub mod baseline;
pub mod catalog;
pub mod cli;
pub mod commands;
pub mod compare;
mod console;
pub mod environment;
pub mod error;
pub mod expectation;
pub mod input;
mod invisible;
pub mod json_schema;
pub mod kinds;
pub mod manual;
pub mod migrations;
pub mod not_compared;
pub mod object_id;
pub mod observed;
pub mod platform;
pub mod pull;
pub mod redact;
pub mod reference;
pub mod report;
pub mod saved;
pub mod scratch;
pub mod secret;
mod session;
pub mod snapshot;
pub mod source;
pub mod source_map;
pub mod sql;
pub mod sql_text;
pub mod suggest;
pub mod terminal;
pub mod update;
pub mod value;
pub mod yaml;

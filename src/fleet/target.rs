//! The targets that the entries of a fleet file name.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::WrittenText;
use super::template::RowValues;
use crate::hex::hex;

/// What a row of a query or a line of a program says of a target.
#[derive(Debug, Clone, Default)]
pub struct TargetRow {
    /// The values, by name.
    pub values: RowValues,
    /// Labels beside those of the entry.
    pub labels: BTreeMap<String, String>,
}

/// A database, or a schema of it, that is checked.
#[derive(Clone)]
pub struct FleetTarget {
    /// Its name, which is unique in the fleet.
    pub name: String,
    /// Where the database is. It may contain a password: only [`FleetTarget::shown`] is for reports.
    pub url: String,
    /// The variable that the URL was in.
    pub variable: Option<String>,
    /// The database, where it is not that of the URL.
    pub database: Option<String>,
    /// The schema that takes the place of the schema of the expectation files.
    pub schema: Option<String>,
    /// Where the password comes from, if it is not in the URL.
    pub password: Option<Password>,
    /// `postgresql://host:5432/dbname`, without a user, a password or a parameter.
    pub shown: String,
    /// The server: host and port.
    pub server: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its expectation files, if they are not those of the fleet.
    pub expectations: Vec<WrittenText>,
}

/// Where the password of a target comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Password {
    /// This file.
    File(String),
    /// This variable.
    Variable(String),
    /// This program and its arguments.
    Command(Vec<String>),
}

/// A digest of what the targets are: names, places, schemas and labels, in any order. It contains no secret, and is the
/// same in every run that finds the same targets.
#[must_use]
pub fn digest(targets: &[FleetTarget]) -> String {
    let mut lines: Vec<String> = targets.iter().map(line).collect();
    lines.sort();
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line.as_bytes());
        hash.update([0]);
    }
    hex(&hash.finalize())[..SHOWN].to_owned()
}

/// How many digits of a digest are used: enough to tell lists apart.
const SHOWN: usize = 16;

fn line(target: &FleetTarget) -> String {
    // JSON keeps the parts apart, whatever they contain.
    let mut line = serde_json::json!([target.name, target.shown, target.schema]).to_string();
    // A map of labels is sorted.
    let _ = write!(line, "{}", serde_json::json!(target.labels));
    line
}

/// The shard of `count` that the target of this name belongs to, from 1. It depends on nothing but the name, so that a new
/// target moves no other one.
#[must_use]
pub fn shard_of(name: &str, count: u64) -> u64 {
    let hash = Sha256::digest(name.as_bytes());
    let first: u64 = hash.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    first % count.max(1) + 1
}

//! Objects of a database that no kind of the registry describes. In exact comparisons they are counted, so that they are
//! never ignored silently.
//!
//! Tablespaces and their privileges belong to the server, not to a database: they are not counted. Roles, and the physical order
//! of columns, are read on request.

use std::collections::BTreeMap;

use crate::finding::NotCompared;
use crate::snapshot::LEFT_OUT;

/// Something that is counted and not compared.
#[derive(Debug)]
pub struct Uncompared {
    /// Its name in reports for programs.
    pub name: &'static str,
    /// A single one, for people.
    pub one: &'static str,
    /// Several of them, for people.
    pub many: &'static str,
    /// What it is, as one sentence.
    pub doc: &'static str,
    /// The query that counts it, over `closed_schemas(oid)`, the schemas that are compared.
    pub query: &'static str,
}

/// Everything that is counted, in the order of reports.
pub static UNCOMPARED: &[Uncompared] = &[
    Uncompared {
        name: LEFT_OUT,
        one: "object of the hosting platform",
        many: "objects of the hosting platform",
        doc: "What a hosting platform creates for itself, unless `--platform-schemas` is given: see below.",
        // They are counted when they are left out.
        query: "SELECT 0",
    },
    Uncompared {
        name: "large_object",
        one: "large object",
        many: "large objects",
        doc: "A large object; at most 100,000 are counted.",
        query: "SELECT count(*) FROM (SELECT FROM pg_largeobject_metadata LIMIT 100000) l",
    },
];

/// The counts for the report, in the order of the table, without those that are 0.
#[must_use]
pub fn counted(counts: &BTreeMap<String, u64>) -> Vec<NotCompared> {
    UNCOMPARED
        .iter()
        .filter_map(|what| {
            let count = counts.get(what.name).copied().filter(|count| *count > 0)?;
            Some(NotCompared {
                name: what.name,
                words: if count == 1 { what.one } else { what.many },
                count,
            })
        })
        .collect()
}

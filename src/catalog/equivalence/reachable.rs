//! Which code a text can reach.
//!
//! `EXPLAIN` plans, and the planner executes immutable functions on constants, estimates with stable ones and inlines
//! functions in SQL. *Trusted* is what only a superuser can have put in place as compiled code: PostgreSQL's own
//! functions and those of the languages `internal` and `c`, less those of PostgreSQL's own that run a query or a type's
//! input by name. Who owns a function, or that an extension has it, does not make it trusted. A volatile function of
//! another language than SQL is never run by the planner.
//!
//! From the names that a text has, this follows what the catalog says of them: the arguments, defaults and results of
//! functions, the functions of operators, casts and domains, the parts of types, and of relations everything that
//! planning a query over them folds or expands: rules, index expressions, checks, policies, statistics, partitions.
//!
//! The catalog is read as of the transaction's snapshot, but PostgreSQL analyses and plans by the newest catalog. Between
//! the two, an owner can make a volatile function immutable, add a check to a domain or a function to the search path,
//! and can hold this session at that point with a lock on a relation that a text names. A superuser therefore plans
//! only texts that name nothing but PostgreSQL's own objects, under a search path on which there is nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::super::client::Client;
use super::super::in_savepoint;
use super::super::server_error::ServerError;
use crate::sql;
use crate::sql::{Sql, literal};
use crate::sql_text::Words;

/// What is looked up.
#[derive(Debug, Default)]
pub(super) struct LookupNames {
    pub(super) words: BTreeSet<String>,
    pub(super) operators: BTreeSet<String>,
    /// The words that may be relations.
    pub(super) relations: BTreeSet<String>,
    /// Object identifiers of functions, operators, types and relations.
    pub(super) oids: BTreeSet<u32>,
    /// Whether the objects that can be reached are wanted.
    pub(super) with_objects: bool,
}

impl LookupNames {
    /// Adds those of a text.
    pub(super) fn add(&mut self, words: &Words, may_name_relations: bool) {
        self.words.extend(words.words.iter().cloned());
        self.operators.extend(words.operators.iter().cloned());
        if may_name_relations {
            self.relations.extend(words.words.iter().cloned());
        }
    }
}

/// What the names can reach.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Reachable {
    /// The names of objects that are not PostgreSQL's own.
    #[serde(default)]
    named: BTreeSet<String>,
    /// The names from which code can be reached that is not trusted.
    #[serde(default)]
    untrusted: BTreeSet<String>,
    /// Those among them from which it is reached through a domain: PostgreSQL checks a domain within an array, a row or
    /// a range when it reads a constant of that type, which is before any planning.
    #[serde(default)]
    by_constant: BTreeSet<String>,
    /// The names of PostgreSQL's own that an object on the search path can take the place of.
    #[serde(default)]
    shadowed: BTreeSet<String>,
    /// The objects that were reached, if they were asked for: schema and name.
    #[serde(default)]
    pub(super) objects: BTreeSet<(String, String)>,
}

/// What a text can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Risk {
    /// Whether a name in it is that of an object that is not PostgreSQL's own.
    pub(super) is_named: bool,
    pub(super) is_untrusted: bool,
    pub(super) is_by_constant: bool,
    pub(super) is_shadowed: bool,
}

impl Reachable {
    pub(super) fn risk_of(&self, words: &Words) -> Risk {
        let any = |names: &BTreeSet<String>| {
            words
                .words
                .iter()
                .chain(&words.operators)
                .any(|word| names.contains(word))
        };
        Risk {
            is_named: words.is_opaque || any(&self.named),
            is_untrusted: words.is_opaque || any(&self.untrusted),
            is_by_constant: words.is_opaque || any(&self.by_constant),
            is_shadowed: any(&self.shadowed),
        }
    }

    /// Whether any of these object identifiers is that of an object which is not PostgreSQL's own.
    pub(super) fn names_objects(&self, oids: &BTreeSet<u32>) -> bool {
        oids.iter().any(|oid| self.named.contains(&format!("{OID}{oid}")))
    }

    /// Whether any of these object identifiers reaches untrusted code.
    pub(super) fn reaches_untrusted_code(&self, oids: &BTreeSet<u32>) -> bool {
        oids.iter().any(|oid| self.untrusted.contains(&format!("{OID}{oid}")))
    }
}

/// What comes before an object identifier where names are expected; no name has a NUL-like beginning such as this.
const OID: &str = "\u{1}";

/// Asks the catalog, in the transaction of the session. `path` is the search path of the role.
///
/// # Errors
/// The server refuses or does not answer.
pub(super) async fn find_reachable(
    client: &mut Client,
    names: &LookupNames,
    path: &str,
) -> Result<Reachable, ServerError> {
    let fill: BTreeMap<&str, Sql> = BTreeMap::from([
        ("words", texts(&names.words)),
        ("operators", texts(&names.operators)),
        ("relations", texts(&names.relations)),
        ("oids", texts(&names.oids.iter().map(ToString::to_string).collect())),
        ("path", literal(path)),
        ("with_objects", sql![if names.with_objects { "true" } else { "false" }]),
    ]);
    let query = Sql::template(QUERY, |place| fill.get(place).cloned());
    let rows = in_savepoint(client, vec![sql!["SET LOCAL search_path = pg_catalog, pg_temp"], query]).await?;
    let json = rows
        .first()
        .and_then(|row| row.text(0).ok().flatten())
        .unwrap_or("null");
    serde_json::from_str(json).map_err(ServerError::broken)
}

fn texts(texts: &BTreeSet<String>) -> Sql {
    let json = serde_json::json!(texts.iter().filter(|text| !text.contains('\0')).collect::<Vec<_>>());
    sql![
        "(SELECT array_agg(x) FROM jsonb_array_elements_text(",
        literal(&json.to_string()),
        ") x)"
    ]
}

const QUERY: &str = include_str!("reachable.sql");

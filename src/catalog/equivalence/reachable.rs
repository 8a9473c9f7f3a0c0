//! Which code a text can reach.
//!
//! `EXPLAIN` runs the planner. The planner executes immutable functions on constants, uses stable functions for estimates,
//! and inlines SQL functions. *Trusted* code is compiled code that only a superuser can install: PostgreSQL's own
//! functions and those in the languages `internal` and `c`, except functions of PostgreSQL that run a query or call the
//! input function of a type by name. Neither the owner of a function nor its extension makes it trusted. The planner never
//! runs a volatile function, unless it is written in SQL.
//!
//! Starting from the names in a text, the query follows the catalog: arguments, defaults and results of functions,
//! functions of operators, casts and domains, parts of types, and everything that the planner evaluates or expands for a
//! relation: rules, index expressions, checks, policies, statistics and partitions.
//!
//! The query reads the catalog in the transaction's snapshot, but PostgreSQL analyses and plans with the newest catalog. In
//! between, an owner can make a volatile function immutable, or add a check to a domain or a function to the search path.
//! An owner can also delay this session there by locking a relation that a text refers to. Therefore a superuser plans only
//! texts that refer to PostgreSQL's own objects alone, with a search path that contains no other objects.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::super::client::Client;
use super::super::in_savepoint;
use super::super::server_error::ServerError;
use crate::sql;
use crate::sql::{Sql, literal};
use crate::sql_text::Words;

/// The names to look up.
#[derive(Debug, Default)]
pub(super) struct LookupNames {
    pub(super) words: BTreeSet<String>,
    pub(super) operators: BTreeSet<String>,
    /// The words that may be names of relations.
    pub(super) relations: BTreeSet<String>,
    /// Object identifiers of functions, operators, types and relations.
    pub(super) oids: BTreeSet<u32>,
    /// Whether the reachable objects are returned.
    pub(super) with_objects: bool,
}

impl LookupNames {
    /// Adds the names in a text.
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
    /// The names that can reach untrusted code.
    #[serde(default)]
    untrusted: BTreeSet<String>,
    /// The names that reach untrusted code through a domain. PostgreSQL checks a domain within an array, a row or a range
    /// when it parses a constant of that type, before any planning.
    #[serde(default)]
    by_constant: BTreeSet<String>,
    /// The names of PostgreSQL's own objects that an object on the search path can shadow.
    #[serde(default)]
    shadowed: BTreeSet<String>,
    /// The reachable objects, by schema and name, if [`LookupNames::with_objects`] is set.
    #[serde(default)]
    pub(super) objects: BTreeSet<(String, String)>,
}

/// The properties of a text that decide where it may be compared.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four properties, each of which a text can have without the others"
)]
pub(super) struct Risk {
    /// Whether it contains the name of an object that is not PostgreSQL's own.
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

    /// Whether an object of the database has one of these names, among the names that were looked up.
    pub(super) fn has_any_named(&self, mut names: impl Iterator<Item = String>) -> bool {
        names.any(|name| self.named.contains(&name))
    }

    /// Whether any of these identifies an object that is not PostgreSQL's own.
    pub(super) fn names_objects(&self, oids: &BTreeSet<u32>) -> bool {
        oids.iter().any(|oid| self.named.contains(&format!("{OID}{oid}")))
    }

    /// Whether any of these object identifiers reaches untrusted code.
    pub(super) fn reaches_untrusted_code(&self, oids: &BTreeSet<u32>) -> bool {
        oids.iter().any(|oid| self.untrusted.contains(&format!("{OID}{oid}")))
    }
}

/// The prefix of an object identifier among names. No name begins with this character.
const OID: &str = "\u{1}";

/// Queries the catalog in the transaction of the session. `path` contains every schema on the search paths of the texts.
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

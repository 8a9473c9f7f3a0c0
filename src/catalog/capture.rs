//! Reading the catalog: one batch, one round trip, one snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Either, PgConnection, Row as _};

use super::Limits;
use super::server_error::{Meaning, ServerError};
use crate::compare::closed_schemas;
use crate::error::Failure;
use crate::expectation::{ExpectationFile, Subject};
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::platform;
use crate::snapshot::{Object, Server, Snapshot};
use crate::sql_text::quote_literal;
use crate::value::Value;

/// What is read: these objects by name, and everything in these schemas.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Objects that are in a schema: schema and name.
    pub names: BTreeSet<(String, String)>,
    /// Schemas that are read whole.
    pub schemas: BTreeSet<String>,
    /// The kinds that are read.
    pub kinds: BTreeSet<Kind>,
    /// Whether every schema is read whole.
    pub reach: Reach,
}

/// Whether every schema is read whole.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Only what a scope names.
    #[default]
    Named,
    /// Every schema but PostgreSQL's own and those that hosting platforms own.
    Owners,
    /// Every schema but PostgreSQL's own.
    All,
}

impl Scope {
    /// What either scope has.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.names.extend(other.names.iter().cloned());
        self.schemas.extend(other.schemas.iter().cloned());
        self.kinds.extend(other.kinds.iter().copied());
        self
    }

    /// Everything in these schemas; in every schema if none is named.
    #[must_use]
    pub fn whole(schemas: &[String], platform: bool) -> Self {
        Self {
            schemas: schemas.iter().cloned().collect(),
            kinds: Kind::ALL.iter().copied().collect(),
            reach: match (schemas.is_empty(), platform) {
                (false, _) => Reach::Named,
                (true, false) => Reach::Owners,
                (true, true) => Reach::All,
            },
            ..Self::default()
        }
    }

    /// What must be read to judge these files.
    #[must_use]
    pub fn of(files: &[&ExpectationFile]) -> Self {
        let mut scope = Self::default();
        // Kinds that stand by themselves are all read, so that a finding can say what else has the name.
        scope.kinds.extend(Kind::roots());
        for file in files {
            if file.exact {
                scope.schemas.extend(closed_schemas(file));
                scope.kinds.extend(Kind::ALL);
            }
            for object in &file.objects {
                let (Subject::Named(id) | Subject::ByMeaning(id)) = &object.subject;
                if let [schema, name, ..] = id.parts() {
                    scope.names.insert((schema.clone(), name.clone()));
                }
                scope.kinds.insert(object.kind);
                scope.kinds.extend(object.kind.spec().stand_ins.iter().map(|s| s.kind));
                if object.terms.exact {
                    scope.kinds.extend(object.kind.children());
                }
                if !object.kind.spec().parents.is_empty() {
                    // The columns are the variables of the expressions of everything in the relation.
                    scope
                        .kinds
                        .extend(Kind::ALL.iter().filter(|k| k.spec().variable.is_some()));
                }
            }
        }
        scope
    }
}

/// How often the catalog is read again when DDL goes on at the same time.
const TRIES: usize = 3;

/// Begins the transaction of the session and reads the catalog.
///
/// # Errors
/// A [`Failure`] if the server refuses or does not answer in time, or if the schema keeps changing.
pub async fn capture(connection: &mut PgConnection, scope: &Scope, limits: Limits) -> Result<Snapshot, Failure> {
    let mut tries = 0;
    loop {
        match run(connection, scope, limits).await {
            Ok(snapshot) => return Ok(snapshot),
            Err(error) if error.meaning() == Meaning::Concurrent && tries < TRIES => {
                tries += 1;
                let _ = sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await;
            }
            Err(error) => return Err(error.failure("reading the catalog")),
        }
    }
}

async fn run(connection: &mut PgConnection, scope: &Scope, limits: Limits) -> Result<Snapshot, ServerError> {
    let batch = batch(scope, limits);
    let mut snapshot = Snapshot::default();
    let mut results = sqlx::raw_sql(AssertSqlSafe(batch.sql)).fetch_many(connection);
    let mut statement = 0_usize;
    while let Some(step) = results.try_next().await? {
        match step {
            Either::Left(_) => statement += 1,
            Either::Right(row) => {
                let text: String = row.try_get(0)?;
                let json: serde_json::Value = serde_json::from_str(&text).map_err(|e| ServerError {
                    code: String::new(),
                    message: format!("the server's answer is not what was asked for: {e}"),
                })?;
                match statement.checked_sub(batch.first) {
                    Some(i) => insert(&mut snapshot, batch.kinds[i], json),
                    None => snapshot.server = server(&json),
                }
            }
        }
    }
    Ok(snapshot)
}

/// The whole query of a kind, over the relations of a scope. Its names are in settings of the session.
#[must_use]
pub fn query(kind: Kind, scope: &Scope) -> String {
    let query = kind.spec().query;
    format!("{}{query}", prelude(scope, query))
}

struct Batch {
    sql: String,
    /// The statements before the first query of a kind.
    first: usize,
    kinds: Vec<Kind>,
}

fn batch(scope: &Scope, limits: Limits) -> Batch {
    let names: Vec<serde_json::Value> = scope
        .names
        .iter()
        // No name in a database has a NUL in it, and jsonb takes none.
        .filter(|(schema, name)| !schema.contains('\0') && !name.contains('\0'))
        .map(|(schema, name)| serde_json::json!({"schema": schema, "name": name}))
        .collect();
    let schemas: Vec<&String> = scope.schemas.iter().filter(|schema| !schema.contains('\0')).collect();
    let before = [
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned(),
        format!("SET LOCAL statement_timeout = {}", limits.statement.as_millis()),
        format!("SET LOCAL lock_timeout = {}", limits.lock.as_millis()),
        format!(
            "SET LOCAL idle_in_transaction_session_timeout = {}",
            limits.statement.as_millis().saturating_add(60_000)
        ),
        "SET LOCAL jit = off".to_owned(),
        "SELECT json_build_object('version', current_setting('server_version'), 'major', current_setting('server_version_num')::int / 10000, \
                                  'database', current_database(), 'role', current_user, 'search_path', current_setting('search_path'), \
                                  'closed_schemas', (SELECT json_agg(nspname) FROM pg_namespace WHERE NOT has_schema_privilege(oid, 'USAGE')))::text"
            .to_owned(),
        "SET LOCAL search_path = pg_catalog".to_owned(),
        "SET LOCAL quote_all_identifiers = off".to_owned(),
        "SET LOCAL standard_conforming_strings = on".to_owned(),
        "SET LOCAL transform_null_equals = off".to_owned(),
        "SET LOCAL datestyle = 'ISO, MDY'".to_owned(),
        "SET LOCAL intervalstyle = 'postgres'".to_owned(),
        "SET LOCAL bytea_output = 'hex'".to_owned(),
        "SET LOCAL extra_float_digits = 1".to_owned(),
        format!("SET LOCAL driftgate.names = {}", quote_literal(&serde_json::Value::Array(names).to_string())),
        format!(
            "SET LOCAL driftgate.schemas = {}",
            quote_literal(&serde_json::json!(schemas).to_string())
        ),
    ];
    let mut sql = before.join(";\n");
    let kinds: Vec<Kind> = scope.kinds.iter().copied().collect();
    for kind in &kinds {
        let _ = write!(sql, ";\nSELECT to_jsonb(t)::text FROM (\n{}) t", query(*kind, scope));
    }
    Batch {
        sql,
        first: before.len(),
        kinds,
    }
}

/// The most objects that are read because one that is named may have been meant for one of them.
const NEAR: usize = 50;

/// The relations, types and routines that a query reads from, and no others: the server parses all that it is sent.
/// Names go in as data.
fn prelude(scope: &Scope, kind_query: &str) -> String {
    let named = "SELECT n.oid AS schema_oid, n.nspname::text AS schema, w.name::name AS name \
                 FROM jsonb_to_recordset(current_setting('driftgate.names')::jsonb) w(schema text, name text) \
                 JOIN pg_namespace n ON n.nspname = w.schema::name";
    let own = "SELECT n.oid AS schema_oid, n.nspname::text AS schema FROM pg_namespace n \
               WHERE n.nspname !~ '^(pg_|information_schema$)'";
    let platform: Vec<String> = platform::schemas().map(quote_literal).collect();
    let whole = match scope.reach {
        Reach::Named => "SELECT n.oid AS schema_oid, n.nspname::text AS schema \
                         FROM jsonb_array_elements_text(current_setting('driftgate.schemas')::jsonb) w \
                         JOIN pg_namespace n ON n.nspname = w::name"
            .to_owned(),
        Reach::Owners => format!("{own} AND NOT n.nspname = ANY (ARRAY[{}])", platform.join(", ")),
        Reach::All => own.to_owned(),
    };
    let exists = |catalog: &str, prefix: &str| {
        format!("EXISTS (SELECT FROM {catalog} c WHERE c.{prefix}name = s.name AND c.{prefix}namespace = s.schema_oid)")
    };
    let mut sql = format!("WITH scope_names AS MATERIALIZED ({named}),\nscope_schemas AS MATERIALIZED ({whole})");
    let catalogs = [
        (
            "scope_relations",
            "pg_class",
            "rel",
            ", c.relkind",
            "c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')",
        ),
        ("scope_types", "pg_type", "typ", "", "c.typtype IN ('e', 'd', 'r')"),
        ("scope_routines", "pg_proc", "pro", "", "true"),
    ];
    let read: Vec<_> = catalogs
        .into_iter()
        .filter(|(name, ..)| kind_query.contains(name))
        .collect();
    if !read.is_empty() {
        // What is named and not there is read in what may be meant: for "did you mean".
        let _ = write!(
            sql,
            ",\nscope_missing AS MATERIALIZED (SELECT s.* FROM scope_names s WHERE NOT ({} OR {} OR {}))",
            exists("pg_class", "rel"),
            exists("pg_type", "typ"),
            exists("pg_proc", "pro")
        );
    }
    for (scope_name, catalog, prefix, more, condition) in read {
        let name = format!("c.{prefix}name");
        let by_name = format!(
            "SELECT c.oid, s.schema, {name}::text AS name{more} FROM scope_names s \
             JOIN {catalog} c ON {name} = s.name AND c.{prefix}namespace = s.schema_oid"
        );
        let near = format!(
            "SELECT c.oid, n.nspname::text AS schema, {name}::text AS name{more} FROM scope_missing m, \
             LATERAL (SELECT c.* FROM {catalog} c WHERE c.{prefix}namespace = m.schema_oid AND {condition} \
                      AND abs(length({name}) - length(m.name)) <= greatest(1, length(m.name) / 3) \
                      AND (lower(left({name}, 2)) = lower(left(m.name, 2)) OR lower(right({name}, 2)) = lower(right(m.name, 2))) \
                      ORDER BY translate(lower({name}), '_', '') <> translate(lower(m.name), '_', ''), \
                               abs(length({name}) - length(m.name)), {name} LIMIT {NEAR} \
             ) c JOIN pg_namespace n ON n.oid = c.{prefix}namespace \
             UNION SELECT c.oid, n.nspname::text, {name}::text{more} FROM scope_missing m \
             JOIN {catalog} c ON {name} = m.name AND {condition} \
             JOIN pg_namespace n ON n.oid = c.{prefix}namespace AND n.nspname !~ '^(pg_|information_schema$)'"
        );
        let by_schema = format!(
            "SELECT c.oid, s.schema, {name}::text AS name{more} FROM scope_schemas s \
             JOIN {catalog} c ON c.{prefix}namespace = s.schema_oid"
        );
        let query = if scope.schemas.is_empty() && scope.reach == Reach::Named {
            format!("{by_name} UNION {near}")
        } else {
            format!("{by_name} UNION {near} UNION {by_schema}")
        };
        let _ = write!(sql, ",\n{scope_name} AS MATERIALIZED ({query})");
    }
    sql.push('\n');
    sql
}

fn server(json: &serde_json::Value) -> Server {
    let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
    Server {
        // Distributions add their own words: "15.18 (Debian 15.18-0+deb12u1)".
        version: text("version").split(' ').next().unwrap_or_default().to_owned(),
        major: json["major"]
            .as_u64()
            .and_then(|m| u32::try_from(m).ok())
            .unwrap_or_default(),
        database: text("database"),
        role: text("role"),
        search_path: text("search_path"),
        closed_schemas: json["closed_schemas"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect(),
    }
}

fn insert(snapshot: &mut Snapshot, kind: Kind, json: serde_json::Value) {
    let serde_json::Value::Object(map) = json else {
        return;
    };
    let mut values: BTreeMap<String, Value> = map.into_iter().map(|(k, v)| (k, Value::from(v))).collect();
    let parts = kind
        .spec()
        .identity
        .iter()
        .map(|column| match values.remove(*column) {
            Some(Value::Text(text)) => text,
            _ => String::new(),
        })
        .collect();
    snapshot.insert(kind, ObjectId::new(parts), Object::new(kind, values));
}

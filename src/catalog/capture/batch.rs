//! The batch of statements that reads the catalog.

use std::fmt::Write as _;

use super::super::Limits;
use super::{Extent, Part, Reach, Scope, not_compared};
use crate::kinds::Kind;
use crate::platform;
use crate::sql_text::quote_literal;

/// The statements of one round trip, and what each answers.
pub(super) struct Batch {
    pub(super) sql: String,
    /// In the order of the statements.
    pub(super) answers: Vec<Answer>,
}

/// What the rows of a statement are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// There are none, or nobody reads them.
    Nothing,
    /// What there is to know about the server.
    Server,
    /// The name of a snapshot that others may share.
    Name,
    /// How much there is of what no kind speaks of.
    NotCompared,
    /// Objects of a kind.
    Kind(Kind),
}

impl Batch {
    /// What begins the transaction and reads everything.
    pub(super) fn whole(scope: &Scope, limits: Limits) -> Self {
        let mut batch = Self::empty();
        batch.add(BEGIN, Answer::Nothing);
        batch.read(scope, limits, Part::WHOLE);
        batch
    }

    /// What begins a transaction whose snapshot others share, and says its name.
    pub(super) fn begin_shared() -> Self {
        let mut batch = Self::empty();
        batch.add(BEGIN, Answer::Nothing);
        batch.add("SELECT pg_export_snapshot()", Answer::Name);
        batch
    }

    /// What begins a transaction that shares the snapshot of this name.
    pub(super) fn share(name: &str) -> Self {
        let mut batch = Self::empty();
        batch.add(BEGIN, Answer::Nothing);
        batch.add(
            &format!("SET TRANSACTION SNAPSHOT {}", quote_literal(name)),
            Answer::Nothing,
        );
        batch
    }

    /// What reads one part in the transaction that has begun.
    pub(super) fn part(scope: &Scope, limits: Limits, part: Part) -> Self {
        let mut batch = Self::empty();
        batch.read(scope, limits, part);
        batch
    }

    fn empty() -> Self {
        Self {
            sql: String::new(),
            answers: Vec::new(),
        }
    }

    fn read(&mut self, scope: &Scope, limits: Limits, part: Part) {
        let batch = self;
        for statement in before(limits) {
            batch.add(&statement, Answer::Nothing);
        }
        // The role's own search path is read before it is set.
        batch.add(&server(), Answer::Server);
        for setting in SETTINGS {
            batch.add(&format!("SET LOCAL {setting}"), Answer::Nothing);
        }
        for statement in scope_statements(scope) {
            batch.add(&statement, Answer::Nothing);
        }
        for kind in &scope.kinds {
            if part.is_first() || is_divided(*kind) {
                batch.add(&part_query(*kind, scope, part), Answer::Kind(*kind));
            }
        }
        if scope.not_compared && part.is_first() {
            batch.add(&not_compared::statement(scope), Answer::NotCompared);
        }
    }

    fn add(&mut self, statement: &str, answer: Answer) {
        if !self.sql.is_empty() {
            self.sql.push_str(";\n");
        }
        self.sql.push_str(statement);
        self.answers.push(answer);
    }
}

/// The whole query of a kind, over the relations of a scope, whose identities are in settings of the session.
#[must_use]
pub fn query(kind: Kind, scope: &Scope) -> String {
    part_query(kind, scope, Part::WHOLE)
}

fn part_query(kind: Kind, scope: &Scope, part: Part) -> String {
    let query = kind.query();
    format!("{}{query}", prelude(scope, &query, part))
}

/// Whether what is expected as one kind may be there as another: relations and types have their names in common, and
/// so have routines.
pub(super) fn shares_names(one: Kind, another: Kind) -> bool {
    let reads = |kind: Kind| {
        CATALOGS
            .iter()
            .find(|catalog| kind.spec().query.contains(catalog.scope))
    };
    match (reads(one), reads(another)) {
        (Some(one), Some(another)) => one.names == another.names,
        (None, _) | (_, None) => false,
    }
}

/// Whether the objects of a kind are in what can be divided between connections.
fn is_divided(kind: Kind) -> bool {
    CATALOGS.iter().any(|catalog| kind.spec().query.contains(catalog.scope))
}

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// What there is to know about the server.
fn server() -> String {
    format!(
        "\
SELECT json_build_object('version', current_setting('server_version'), 'major', current_setting('server_version_num')::int / 10000, \
                         'database', current_database(), 'role', current_user, 'search_path', current_setting('search_path'), \
                         'closed_schemas', (SELECT json_agg(nspname) FROM pg_namespace WHERE NOT has_schema_privilege(oid, 'USAGE')), \
                         'platform_roles', (SELECT json_agg(r) FROM ({}) r(r)))::text",
        platform::roles_sql()
    )
}

/// What the catalog's functions print with, whatever the database and the role are set to.
const SETTINGS: [&str; 8] = [
    "search_path = pg_catalog",
    "quote_all_identifiers = off",
    "standard_conforming_strings = on",
    "transform_null_equals = off",
    "datestyle = 'ISO, MDY'",
    "intervalstyle = 'postgres'",
    "bytea_output = 'hex'",
    "extra_float_digits = 1",
];

fn before(limits: Limits) -> [String; 6] {
    [
        format!("SET LOCAL statement_timeout = {}", limits.statement.as_millis()),
        format!("SET LOCAL lock_timeout = {}", limits.lock.as_millis()),
        format!(
            "SET LOCAL idle_in_transaction_session_timeout = {}",
            limits.statement.as_millis().saturating_add(60_000)
        ),
        "SET LOCAL jit = off".to_owned(),
        // A look at a catalog takes one process of the server's, as everybody's catalog queries do.
        "SET LOCAL max_parallel_workers_per_gather = 0".to_owned(),
        // Catalogs are read through their indexes or by hash; what is not thought of is not planned.
        "SET LOCAL enable_mergejoin = off".to_owned(),
    ]
}

/// The most names that are looked up in what may have been meant.
const MISSING: usize = 20;

/// The most objects that are read because one that is named may have been meant for one of them.
const NEAR: usize = 50;

/// A catalog of objects that are in a schema and may be many.
struct Catalog {
    /// The name of what is in the scope, for the queries of kinds.
    scope: &'static str,
    name: &'static str,
    /// What the names of its columns begin with.
    prefix: &'static str,
    /// The rows that are objects for somebody.
    condition: &'static str,
    /// What has its names in common with it.
    names: Names,
}

/// What may not have the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Every relation is a type, too.
    RelationsAndTypes,
    Routines,
}

const CATALOGS: [Catalog; 3] = [
    Catalog {
        scope: "scope_relations",
        name: "pg_class",
        prefix: "rel",
        condition: "c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')",
        names: Names::RelationsAndTypes,
    },
    Catalog {
        scope: "scope_types",
        name: "pg_type",
        prefix: "typ",
        condition: "c.typtype IN ('e', 'd', 'r')",
        names: Names::RelationsAndTypes,
    },
    Catalog {
        scope: "scope_routines",
        name: "pg_proc",
        prefix: "pro",
        condition: "true",
        names: Names::Routines,
    },
];

impl Scope {
    /// Whether some schema is read whole.
    fn has_whole(&self) -> bool {
        !self.schemas.is_empty() || self.reach != Reach::Named
    }
}

/// Finds what is in the scope, once, and leaves the identities in settings: the queries of the kinds look them up by
/// the indexes of the catalogs, and the server plans nothing else for them. Names go in as data.
fn scope_statements(scope: &Scope) -> Vec<String> {
    let names: Vec<serde_json::Value> = scope
        .names
        .iter()
        // No name in a database has a NUL in it, and jsonb takes none.
        .filter(|(schema, name)| !schema.contains('\0') && !name.contains('\0'))
        .filter(|(schema, _)| !scope.schemas.contains(schema))
        .map(|(schema, name)| serde_json::json!({"schema": schema, "name": name}))
        .collect();
    let schemas: Vec<&String> = scope.schemas.iter().filter(|schema| !schema.contains('\0')).collect();
    let mut statements = vec![
        format!(
            "SET LOCAL driftgate.names = {}",
            quote_literal(&serde_json::Value::Array(names.clone()).to_string())
        ),
        format!(
            "SET LOCAL driftgate.whole = {}",
            quote_literal(&serde_json::json!(schemas).to_string())
        ),
    ];
    let own = "n.nspname !~ '^(pg_|information_schema$)'";
    let listed =
        "n.nspname IN (SELECT w::name FROM jsonb_array_elements_text(current_setting('driftgate.whole')::jsonb) w)";
    let whole = match scope.reach {
        Reach::Named => listed.to_owned(),
        // What is listed is not looked up by name: a platform's schema, too, is read whole if a file closes it.
        Reach::Owners => format!("({own} AND n.nspname NOT IN ({}) OR {listed})", platform::schemas_sql()),
        Reach::All => own.to_owned(),
    };
    // Every schema that somebody names, for the objects of which there are few in any schema.
    let of_names = "n.nspname IN (SELECT (w->>'schema')::name FROM jsonb_array_elements(current_setting('driftgate.names')::jsonb) w)";
    statements.push(format!(
        "SELECT {}, {}",
        set("namespaces", &format!("SELECT n.oid FROM pg_namespace n WHERE {whole}")),
        set(
            "schemas",
            &format!("SELECT n.oid FROM pg_namespace n WHERE {whole} OR {of_names}")
        )
    ));
    statements.extend(CATALOGS.iter().map(|catalog| find(catalog, scope, !names.is_empty())));
    statements
}

/// Sets a setting to identities.
fn set(name: &str, oids: &str) -> String {
    format!("set_config('driftgate.{name}', coalesce((SELECT array_agg(oid)::text FROM ({oids}) o), '{{}}'), true)")
}

/// Finds what is in the scope of one catalog and is read one by one.
fn find(catalog: &Catalog, scope: &Scope, by_names: bool) -> String {
    let mut parts = Vec::new();
    let mut found = Vec::new();
    if by_names {
        parts.extend(named(catalog));
        found.push("SELECT oid FROM named".to_owned());
    }
    if scope.has_whole() && scope.extent == Extent::Few {
        found.push(format!(
            "SELECT c.oid FROM {} c WHERE {} AND {}",
            catalog.name,
            catalog.in_whole(),
            catalog.condition
        ));
    }
    let with = if parts.is_empty() {
        String::new()
    } else {
        format!("WITH {} ", parts.join(", "))
    };
    if found.is_empty() {
        found.push("SELECT NULL::oid AS oid WHERE false".to_owned());
    }
    format!("{with}SELECT {}", set(catalog.scope, &found.join(" UNION ")))
}

/// The objects that are named, and where there is none of a name, those for which it may be a mistake.
fn named(catalog: &Catalog) -> [String; 3] {
    let Catalog {
        name: table,
        prefix,
        condition,
        ..
    } = catalog;
    let name = format!("c.{prefix}name");
    let exists: Vec<String> = CATALOGS
        .iter()
        .map(|c| {
            format!(
                "EXISTS (SELECT FROM {} c WHERE c.{prefix}name = s.name AND c.{prefix}namespace = s.namespace)",
                c.name,
                prefix = c.prefix
            )
        })
        .collect();
    [
        "names AS MATERIALIZED (SELECT n.oid AS namespace, w.name::name AS name \
         FROM jsonb_to_recordset(current_setting('driftgate.names')::jsonb) w(schema text, name text) \
         JOIN pg_namespace n ON n.nspname = w.schema::name)"
            .to_owned(),
        format!(
            "missing AS MATERIALIZED (SELECT s.* FROM names s WHERE NOT ({}) LIMIT {MISSING})",
            exists.join(" OR ")
        ),
        format!(
            "named AS (SELECT c.oid FROM names s JOIN {table} c ON {name} = s.name AND c.{prefix}namespace = s.namespace \
             UNION SELECT c.oid FROM missing m, \
             LATERAL (SELECT c.oid FROM {table} c WHERE c.{prefix}namespace = m.namespace AND {condition} \
                      AND abs(length({name}) - length(m.name)) <= greatest(1, length(m.name) / 3) \
                      AND (lower(left({name}, 2)) = lower(left(m.name, 2)) OR lower(right({name}, 2)) = lower(right(m.name, 2))) \
                      ORDER BY translate(lower({name}), '_', '') <> translate(lower(m.name), '_', ''), \
                               abs(length({name}) - length(m.name)), {name} LIMIT {NEAR} \
             ) c \
             UNION SELECT c.oid FROM missing m JOIN {table} c ON {name} = m.name AND {condition} \
             JOIN pg_namespace n ON n.oid = c.{prefix}namespace AND n.nspname !~ '^(pg_|information_schema$)')"
        ),
    ]
}

impl Catalog {
    /// What is in a schema that is read whole.
    fn in_whole(&self) -> String {
        format!("c.{}namespace = ANY ({})", self.prefix, setting("namespaces"))
    }

    /// What is in the scope. One by one through the index of identities where there are few, for then it costs the
    /// same in the largest database; else in one look through the catalog.
    fn in_scope(&self, scope: &Scope) -> String {
        let one_by_one = format!("c.oid = ANY ({})", setting(self.scope));
        if !scope.has_whole() || scope.extent == Extent::Few {
            return one_by_one;
        }
        let outside = scope.names.iter().any(|(schema, _)| !scope.schemas.contains(schema));
        let whole = format!("{} AND {}", self.in_whole(), self.condition);
        if outside {
            format!("({whole} OR {one_by_one})")
        } else {
            whole
        }
    }
}

/// The identities in a setting. As a query of its own it is read once, and not again for each row.
fn setting(name: &str) -> String {
    format!("(SELECT current_setting('driftgate.{name}')::oid[])::oid[]")
}

impl Part {
    /// What is read in this part: identities are spread by their hash, for those of tables may all be even.
    fn condition(self) -> String {
        if self.of == 1 {
            return String::new();
        }
        format!(" AND (hashoid(c.oid) & 2147483647) % {} = {}", self.of, self.index)
    }
}

/// The relations, types and routines that a query reads from, and no others: the server parses all that it is sent.
fn prelude(scope: &Scope, kind_query: &str, part: Part) -> String {
    let mut parts = Vec::new();
    if kind_query.contains("scope_schemas") {
        parts.push(format!(
            "scope_schemas AS (SELECT n.oid AS schema_oid, n.nspname::text AS schema FROM pg_namespace n WHERE n.oid = ANY ({}))",
            setting("schemas")
        ));
    }
    for catalog in CATALOGS.iter().filter(|c| kind_query.contains(c.scope)) {
        let Catalog {
            scope: scope_name,
            name,
            prefix,
            ..
        } = catalog;
        parts.push(format!(
            "{scope_name} AS NOT MATERIALIZED (SELECT c.*, n.nspname::text AS schema, c.{prefix}name::text AS name \
             FROM {name} c JOIN pg_namespace n ON n.oid = c.{prefix}namespace WHERE {}{})",
            catalog.in_scope(scope),
            part.condition()
        ));
    }
    let mut sql = String::new();
    if !parts.is_empty() {
        let _ = writeln!(sql, "WITH {}", parts.join(",\n"));
    }
    sql
}

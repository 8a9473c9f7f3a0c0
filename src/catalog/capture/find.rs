//! Finds the objects in a scope once, in separate statements. The queries of the kinds look the results up.

use std::collections::BTreeSet;

use super::{SchemaSelection, Scope, SizeHint, Slice};
use crate::kinds::{Kind, ScopeRelation};
use crate::platform;
use crate::sql;
use crate::sql::{Sql, literal};

/// Whether an object that is expected as one kind may exist as the other one: relations and types share their names, and
/// so do routines.
pub(super) fn shares_names(one: Kind, another: Kind) -> bool {
    match (Catalog::of(one), Catalog::of(another)) {
        (Some(one), Some(another)) => one.namespace == another.namespace,
        (None, _) | (_, None) => false,
    }
}

/// Whether several connections can each read a part of the objects of a kind.
pub(super) fn is_divided(kind: Kind) -> bool {
    Catalog::of(kind).is_some()
}

/// Finds the objects in the scope and stores their OIDs in settings. The queries of the kinds look them up through the
/// indexes of the catalogs. Names are sent as data.
pub(super) fn statements(scope: &Scope) -> Vec<Sql> {
    if let Some(found) = &scope.found {
        let objects = CATALOGS
            .iter()
            .map(|catalog| (catalog.relation.name(), found.objects(catalog.relation)));
        let schemas = [("namespaces", found.namespaces()), ("schemas", found.namespaces())];
        let settings = objects.chain(schemas);
        return settings
            .map(|(name, oids)| sql!["SET LOCAL driftgate.", name, " = ", literal(&oids)])
            .collect();
    }
    let names: Vec<serde_json::Value> = scope
        .outside()
        // No name in a database contains a NUL, and jsonb does not accept one.
        .filter(|(schema, name)| !schema.contains('\0') && !name.contains('\0'))
        .map(|(schema, name)| serde_json::json!({"schema": schema, "name": name}))
        .collect();
    let by_names = !names.is_empty();
    let schemas: Vec<&String> = scope.schemas.iter().filter(|schema| !schema.contains('\0')).collect();
    let mut statements = vec![
        set_json("names", &serde_json::Value::Array(names)),
        set_json("whole", &serde_json::json!(schemas)),
    ];
    let whole = match scope.selection {
        SchemaSelection::Listed => sql![LISTED],
        SchemaSelection::Platforms => sql!["(n.nspname IN (", platform::schemas_sql(), ") OR ", LISTED, ")"],
        SchemaSelection::All => sql![NOT_OF_POSTGRES],
    };
    statements.push(sql![
        "SELECT ",
        set("namespaces", &sql!["SELECT n.oid FROM pg_namespace n WHERE ", &whole]),
        ", ",
        set(
            "schemas",
            &sql![
                "SELECT n.oid FROM pg_namespace n WHERE ",
                whole,
                " OR ",
                WITH_NAMED_OBJECTS
            ]
        ),
    ]);
    statements.extend(CATALOGS.iter().map(|catalog| find(catalog, scope, by_names)));
    statements
}

/// Defines the scope relations that the query of a kind reads, and no others: the server parses everything it is sent.
pub(super) fn prelude(scope: &Scope, kind: Kind, slice: Slice) -> Sql {
    let mut parts = Vec::new();
    if kind.reads(ScopeRelation::Schemas) {
        parts.push(sql![
            "scope_schemas AS (SELECT n.oid AS schema_oid, n.nspname::text AS schema FROM pg_namespace n WHERE n.oid = ANY (",
            setting("schemas"),
            "))",
        ]);
    }
    if let Some(catalog) = Catalog::of(kind) {
        let Catalog {
            relation, name, prefix, ..
        } = catalog;
        parts.push(sql![
            relation.name(),
            " AS NOT MATERIALIZED (SELECT c.*, n.nspname::text AS schema, c.",
            *prefix,
            "name::text AS name FROM ",
            *name,
            " c JOIN pg_namespace n ON n.oid = c.",
            *prefix,
            "namespace WHERE ",
            catalog.in_scope(scope),
            slice.condition(),
            scope.locked.condition(*relation),
            ")",
        ]);
    }
    if parts.is_empty() {
        Sql::new()
    } else {
        sql!["WITH ", Sql::join(parts, ",\n"), "\n"]
    }
}

/// The statement that returns one row: the numbers of the kinds that may have objects.
pub(super) fn census(scope: &Scope, conditions: &[(usize, &'static str)]) -> Sql {
    let mut parts = vec![sql!["schemas(oids) AS (SELECT ", setting("schemas"), ")"]];
    for catalog in &CATALOGS {
        parts.push(sql![
            catalog.census,
            " AS MATERIALIZED (SELECT DISTINCT ",
            catalog.census_columns,
            " FROM ",
            catalog.name,
            " c WHERE ",
            catalog.in_scope(scope),
            ")",
        ]);
    }
    parts.push(sql![
        "constraint_kinds AS MATERIALIZED (SELECT DISTINCT c.contype FROM pg_constraint c \
         WHERE c.conrelid >= 16384 OR c.connamespace = ANY ((SELECT oids FROM schemas)::oid[]))"
    ]);
    let kinds = conditions
        .iter()
        .map(|(number, condition)| sql!["(", *number, ", ", *condition, ")"]);
    sql![
        "WITH ",
        Sql::join(parts, ",\n"),
        " SELECT coalesce(json_agg(k.number), '[]')::text FROM (VALUES ",
        Sql::join(kinds, ",\n"),
        ") k(number, there) WHERE k.there",
    ]
}

/// The schemas that are not PostgreSQL's own.
const NOT_OF_POSTGRES: &str = "n.nspname !~ '^(pg_|information_schema$)'";

/// The listed schemas.
const LISTED: &str =
    "n.nspname IN (SELECT w::name FROM jsonb_array_elements_text(current_setting('driftgate.whole')::jsonb) w)";

/// Every schema in a name that is looked up, for kinds with few objects per schema.
const WITH_NAMED_OBJECTS: &str =
    "n.nspname IN (SELECT (w->>'schema')::name FROM jsonb_array_elements(current_setting('driftgate.names')::jsonb) w)";

/// The maximum number of missing names for which similar ones are searched.
const MAX_MISSING: usize = 20;

/// The maximum number of objects with a similar name that are read.
const MAX_SIMILAR: &str = "50";

/// A catalog of objects that are in schemas and may be many.
pub(super) struct Catalog {
    /// The relation that the queries of kinds read instead of the catalog.
    pub(super) relation: ScopeRelation,
    pub(super) name: &'static str,
    /// The prefix of the names of its columns.
    pub(super) prefix: &'static str,
    /// The column whose values [`crate::kinds::Reading::catalog_codes`] lists; `None` if every row is an object.
    code: Option<&'static str>,
    /// The relation that the conditions `if_any` of kinds read.
    census: &'static str,
    /// Its columns.
    census_columns: &'static str,
    /// The objects that share its names.
    namespace: Namespace,
}

/// Objects that may not have the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Namespace {
    /// Every relation is also a type.
    RelationsAndTypes,
    Routines,
}

pub(super) static CATALOGS: [Catalog; 3] = [
    Catalog {
        relation: ScopeRelation::Relations,
        name: "pg_class",
        prefix: "rel",
        code: Some("relkind"),
        census: "relation_kinds",
        census_columns: "c.relkind, c.relhasrules, c.relhastriggers",
        namespace: Namespace::RelationsAndTypes,
    },
    Catalog {
        relation: ScopeRelation::Types,
        name: "pg_type",
        prefix: "typ",
        code: Some("typtype"),
        census: "type_kinds",
        census_columns: "c.typtype, c.typinput = 'array_in'::regproc AS is_array",
        namespace: Namespace::RelationsAndTypes,
    },
    Catalog {
        relation: ScopeRelation::Routines,
        name: "pg_proc",
        prefix: "pro",
        code: None,
        census: "routine_kinds",
        census_columns: "c.prokind",
        namespace: Namespace::Routines,
    },
];

impl Scope {
    /// Whether any schema is read whole.
    pub(super) fn has_whole(&self) -> bool {
        !self.schemas.is_empty() || self.selection != SchemaSelection::Listed
    }

    /// The names outside the schemas that are read whole.
    fn outside(&self) -> impl Iterator<Item = &(String, String)> {
        self.names.iter().filter(|(schema, _)| !self.schemas.contains(schema))
    }
}

/// Sets a setting to JSON.
fn set_json(name: &'static str, value: &serde_json::Value) -> Sql {
    sql!["SET LOCAL driftgate.", name, " = ", literal(&value.to_string())]
}

/// Sets a setting to OIDs.
fn set(name: &'static str, oids: &Sql) -> Sql {
    sql![
        "set_config('driftgate.",
        name,
        "', coalesce((SELECT array_agg(oid)::text FROM (",
        oids,
        ") o), '{}'), true)",
    ]
}

/// Finds the objects of one catalog that are looked up one by one.
fn find(catalog: &Catalog, scope: &Scope, by_names: bool) -> Sql {
    let mut parts = Vec::new();
    let mut found = Vec::new();
    if by_names {
        parts.extend(named(catalog));
        found.push(sql!["SELECT oid FROM named"]);
    }
    if scope.has_whole() && scope.size_hint == SizeHint::Small {
        found.push(sql![
            "SELECT c.oid FROM ",
            catalog.name,
            " c WHERE ",
            catalog.in_whole(),
            " AND ",
            catalog.condition(),
        ]);
    }
    let with = if parts.is_empty() {
        Sql::new()
    } else {
        sql!["WITH ", Sql::join(parts, ", "), " "]
    };
    if found.is_empty() {
        found.push(sql!["SELECT NULL::oid AS oid WHERE false"]);
    }
    sql![
        with,
        "SELECT ",
        set(catalog.relation.name(), &Sql::join(found, " UNION "))
    ]
}

/// The named objects, and for a name without an object those with a similar name.
fn named(catalog: &Catalog) -> [Sql; 3] {
    let exists = CATALOGS.iter().map(|c| {
        Sql::replaced(
            "EXISTS (SELECT FROM $table c WHERE c.$prefixname = s.name AND c.$prefixnamespace = s.namespace)",
            &[("$table", c.name), ("$prefix", c.prefix)],
        )
    });
    [
        sql![
            "names AS MATERIALIZED (SELECT n.oid AS namespace, w.name::name AS name \
             FROM jsonb_to_recordset(current_setting('driftgate.names')::jsonb) w(schema text, name text) \
             JOIN pg_namespace n ON n.nspname = w.schema::name)"
        ],
        sql![
            "missing AS MATERIALIZED (SELECT s.* FROM names s WHERE NOT (",
            Sql::join(exists, " OR "),
            ") LIMIT ",
            MAX_MISSING,
            ")",
        ],
        sql![
            Sql::replaced(
                NAMED,
                &[
                    ("$table", catalog.name),
                    ("$prefix", catalog.prefix),
                    ("$owners", NOT_OF_POSTGRES),
                    ("$near", MAX_SIMILAR),
                ],
            )
            .with("$condition", &catalog.condition())
        ],
    ]
}

const NAMED: &str = "\
named AS (SELECT c.oid FROM names s JOIN $table c ON c.$prefixname = s.name AND c.$prefixnamespace = s.namespace \
          UNION SELECT c.oid FROM missing m, \
          LATERAL (SELECT c.oid FROM $table c WHERE c.$prefixnamespace = m.namespace AND $condition \
                   AND abs(length(c.$prefixname) - length(m.name)) <= greatest(1, length(m.name) / 3) \
                   AND (lower(left(c.$prefixname, 2)) = lower(left(m.name, 2)) \
                        OR lower(right(c.$prefixname, 2)) = lower(right(m.name, 2))) \
                   ORDER BY translate(lower(c.$prefixname), '_', '') <> translate(lower(m.name), '_', ''), \
                            abs(length(c.$prefixname) - length(m.name)), c.$prefixname LIMIT $near \
          ) c \
          UNION SELECT c.oid FROM missing m JOIN $table c ON c.$prefixname = m.name AND $condition \
          JOIN pg_namespace n ON n.oid = c.$prefixnamespace AND $owners)";

impl Catalog {
    /// The catalog that the query of a kind reads. A test holds that there is at most one.
    fn of(kind: Kind) -> Option<&'static Self> {
        CATALOGS.iter().find(|catalog| kind.reads(catalog.relation))
    }

    /// The condition for rows that are objects of any kind.
    pub(super) fn condition(&self) -> Sql {
        let Some(column) = self.code else {
            return sql!["true"];
        };
        let kinds = Kind::ALL.iter().filter(|kind| kind.reads(self.relation));
        let codes: BTreeSet<&str> = kinds
            .flat_map(|kind| kind.spec().reading.catalog_codes)
            .copied()
            .collect();
        sql![
            "c.",
            column,
            " IN (",
            Sql::join(codes.into_iter().map(literal), ", "),
            ")"
        ]
    }

    /// The condition for objects in schemas that are read whole.
    fn in_whole(&self) -> Sql {
        sql!["c.", self.prefix, "namespace = ANY (", setting("namespaces"), ")"]
    }

    /// The condition for objects in the scope. Few objects are looked up one by one through the index of OIDs, so that the
    /// cost does not grow with the database; many are found by reading the catalog once.
    fn in_scope(&self, scope: &Scope) -> Sql {
        let one_by_one = sql!["c.oid = ANY (", setting(self.relation.name()), ")"];
        if !scope.has_whole() || scope.size_hint == SizeHint::Small {
            return one_by_one;
        }
        let whole = sql![self.in_whole(), " AND ", self.condition()];
        match scope.outside().next() {
            Some(_) => sql!["(", whole, " OR ", one_by_one, ")"],
            None => whole,
        }
    }
}

/// The OIDs in a setting. As a subquery it is read once, and not once per row.
pub(super) fn setting(name: &'static str) -> Sql {
    sql!["(SELECT current_setting('driftgate.", name, "')::oid[])::oid[]"]
}

impl Slice {
    /// The condition for objects of this part. OIDs are divided by their hash, because those of tables may all be even.
    fn condition(self) -> Sql {
        if self.of == 1 {
            return Sql::new();
        }
        sql![" AND (hashoid(c.oid) & 2147483647) % ", self.of, " = ", self.index]
    }
}

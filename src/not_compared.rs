//! Objects of a database that no kind of the registry describes. In exact comparisons they are counted, so that they are
//! never ignored silently.
//!
//! Roles, tablespaces and their privileges belong to the server, not to a database: they are not counted.

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
    /// The query that counts it, over `closed_schemas(oid)`, the schemas that are compared, and `platform_roles(name)`,
    /// the roles that are not.
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
        name: "base_type",
        one: "base type",
        many: "base types",
        doc: "A base type with its functions in C, or a shell type that is not defined yet.",
        query: "SELECT count(*) FROM closed_schemas s JOIN pg_type t ON t.typnamespace = s.oid \
                WHERE (t.typtype = 'b' AND t.typinput <> 'array_in'::regproc OR t.typtype = 'p') \
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')",
    },
    Uncompared {
        name: "typed_table",
        one: "table of a type",
        many: "tables of a type",
        doc: "A table that is `OF` a composite type. Its columns are compared.",
        query: "SELECT count(*) FROM closed_schemas s JOIN pg_class c ON c.relnamespace = s.oid WHERE c.reloftype <> 0",
    },
    Uncompared {
        name: "clustered_index",
        one: "index chosen for CLUSTER",
        many: "choices of an index for CLUSTER",
        doc: "The index of a table that `CLUSTER ON` chooses.",
        query: "SELECT count(*) FROM closed_schemas s JOIN pg_class c ON c.relnamespace = s.oid JOIN pg_index i ON i.indexrelid = c.oid \
                WHERE i.indisclustered",
    },
    Uncompared {
        name: "index_tablespace",
        one: "tablespace of an index",
        many: "tablespaces of indexes",
        doc: "The tablespace of an index, if it is not that of the database.",
        query: "SELECT count(*) FROM closed_schemas s JOIN pg_class c ON c.relnamespace = s.oid \
                WHERE c.relkind IN ('i', 'I') AND c.reltablespace <> 0",
    },
    Uncompared {
        name: "index_statistics",
        one: "statistics target of an index",
        many: "statistics targets of indexes",
        doc: "A statistics target of an expression of an index.",
        query: "SELECT count(*) FROM closed_schemas s JOIN pg_class c ON c.relnamespace = s.oid JOIN pg_attribute a ON a.attrelid = c.oid \
                WHERE c.relkind IN ('i', 'I') AND a.attstattarget >= 0",
    },
    Uncompared {
        name: "large_object",
        one: "large object",
        many: "large objects",
        doc: "A large object; at most 100,000 are counted.",
        query: "SELECT count(*) FROM (SELECT FROM pg_largeobject_metadata LIMIT 100000) l",
    },
    Uncompared {
        name: "security_label",
        one: "security label",
        many: "security labels",
        doc: "A label of `SECURITY LABEL` on an object or on the database.",
        query: "SELECT (SELECT count(*) FROM pg_seclabel l WHERE NOT EXISTS \
                 (SELECT FROM pg_depend d WHERE d.classid = l.classoid AND d.objid = l.objoid AND d.deptype = 'e')) \
                + (SELECT count(*) FROM pg_shseclabel l JOIN pg_database b ON b.oid = l.objoid \
                   WHERE l.classoid = 'pg_database'::regclass AND b.datname = current_database())",
    },
    Uncompared {
        name: "database_grant",
        one: "grant on the database",
        many: "grants on the database",
        doc: "A privilege of a role on the database itself, or a privilege of PUBLIC that differs from the default.",
        query: "SELECT count(*) FROM (SELECT a.grantee, string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type) AS privileges \
                                      FROM pg_database b, aclexplode(b.datacl) a \
                                      WHERE b.datname = current_database() AND a.grantee <> b.datdba GROUP BY a.grantee) g \
                WHERE (g.grantee <> 0 OR g.privileges <> 'CONNECT TEMPORARY') \
                AND NOT EXISTS (SELECT FROM platform_roles r WHERE r.name = pg_get_userbyid(g.grantee)::text)",
    },
    Uncompared {
        name: "role_setting",
        one: "setting of a role",
        many: "settings of roles",
        doc: "A setting of `ALTER ROLE … SET`, which applies to a role in every database.",
        query: "SELECT count(*) FROM pg_db_role_setting d, unnest(d.setconfig) \
                WHERE d.setdatabase = 0 AND NOT EXISTS (SELECT FROM platform_roles r WHERE r.name = pg_get_userbyid(d.setrole)::text)",
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

//! Checks that everything that was read belongs to one state of the catalog.
//!
//! The rows of the catalogs belong to the transaction's snapshot, but `pg_get_viewdef`, `pg_get_expr`, `format_type`,
//! `regtype` and similar functions read the newest catalogs. While another transaction renames a column, they can print a
//! text of a view that never existed. The rows that this transaction still sees show such changes: their `xmax` is the
//! transaction that has changed or dropped them. If it has committed, the result may be inconsistent, and the catalog is
//! read again. Source: PostgreSQL's documentation, "System Columns" (xmax), "Transaction ID and Snapshot Information
//! Functions" (`pg_xact_status`).
//!
//! If no transaction can have written since the snapshot was taken, this search is skipped: with few objects, planning it
//! takes longer than reading them.

use super::{Scope, SizeHint, find};
use crate::sql;
use crate::sql::Sql;

/// A catalog whose rows those functions read.
struct PrintedCatalog {
    name: &'static str,
    /// The condition for the rows `c` that belong to the scope, over `classes(oid)`, the relations, and
    /// `others(classid, objid)`, all other objects. Each is looked up through an index.
    within: &'static str,
    /// The column with the schema or relation that contains the object.
    container: Container,
}

/// What contains the object of a row. Temporary objects are ignored.
enum Container {
    /// The schema in this column.
    Schema(&'static str),
    /// The same, for an object with a file of its own. A new file alone is not a change.
    SchemaWithFile(&'static str),
    /// The relation in this column.
    Relation(&'static str),
}

use Container::{Relation, Schema, SchemaWithFile};

static PRINTED_CATALOGS: [PrintedCatalog; 13] = [
    PrintedCatalog {
        name: "pg_class",
        within: "c.oid IN (SELECT oid FROM classes)",
        container: SchemaWithFile("relnamespace"),
    },
    PrintedCatalog {
        name: "pg_attribute",
        within: "c.attrelid IN (SELECT oid FROM classes)",
        container: Relation("attrelid"),
    },
    PrintedCatalog {
        name: "pg_constraint",
        within: "c.conrelid IN (SELECT oid FROM classes) OR c.contypid IN (SELECT objid FROM others)",
        container: Schema("connamespace"),
    },
    PrintedCatalog {
        name: "pg_index",
        within: "c.indrelid IN (SELECT oid FROM classes)",
        container: Relation("indrelid"),
    },
    PrintedCatalog {
        name: "pg_rewrite",
        within: "c.ev_class IN (SELECT oid FROM classes)",
        container: Relation("ev_class"),
    },
    PrintedCatalog {
        name: "pg_trigger",
        within: "c.tgrelid IN (SELECT oid FROM classes)",
        container: Relation("tgrelid"),
    },
    PrintedCatalog {
        name: "pg_statistic_ext",
        within: "c.stxrelid IN (SELECT oid FROM classes)",
        container: Schema("stxnamespace"),
    },
    PrintedCatalog {
        name: "pg_type",
        within: "c.oid IN (SELECT objid FROM others)",
        container: Schema("typnamespace"),
    },
    PrintedCatalog {
        name: "pg_proc",
        within: "c.oid IN (SELECT objid FROM others)",
        container: Schema("pronamespace"),
    },
    PrintedCatalog {
        name: "pg_operator",
        within: "c.oid IN (SELECT objid FROM others)",
        container: Schema("oprnamespace"),
    },
    PrintedCatalog {
        name: "pg_opclass",
        within: "c.oid IN (SELECT objid FROM others)",
        container: Schema("opcnamespace"),
    },
    PrintedCatalog {
        name: "pg_collation",
        within: "c.oid IN (SELECT objid FROM others)",
        container: Schema("collnamespace"),
    },
    PrintedCatalog {
        name: "pg_namespace",
        within: "true",
        container: Schema("oid"),
    },
];

/// The rows `c` that were changed or dropped by a transaction that has committed since the snapshot.
const CHANGED: &str = "\
SELECT c.ctid FROM $name c, since s \
WHERE c.xmax <> '0'::xid AND ((c.xmax::text::bigint - s.low) & 4294967295) < 2147483648 \
  AND pg_xact_status((s.base + ((c.xmax::text::bigint - s.low) & 4294967295))::text::xid8) = 'committed'";

/// TRUNCATE and REFRESH give a relation a new file, and do not change its definition.
const ONLY_ANOTHER_FILE: &str = "\
c.relfilenode <> 0 AND pg_relation_filenode(c.oid) <> c.relfilenode \
AND (pg_identify_object('pg_class'::regclass, c.oid, 0)).identity = \
    (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_namespace n WHERE n.oid = c.relnamespace)";

const SCHEMA_IS_PERMANENT: &str =
    "NOT EXISTS (SELECT FROM pg_namespace n WHERE n.oid = c.$column AND n.nspname ~ '^pg_(toast_)?temp_')";

const RELATION_IS_PERMANENT: &str = "\
NOT EXISTS (SELECT FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace \
            WHERE r.oid = c.$column AND n.nspname ~ '^pg_(toast_)?temp_')";

impl PrintedCatalog {
    fn changed(&self, whole: bool) -> Sql {
        let mut query = Sql::replaced(CHANGED, &[("$name", self.name)]);
        query.push(" AND ");
        query.push(match self.container {
            Schema(column) => Sql::replaced(SCHEMA_IS_PERMANENT, &[("$column", column)]),
            SchemaWithFile(column) => sql![
                Sql::replaced(SCHEMA_IS_PERMANENT, &[("$column", column)]),
                " AND (",
                ONLY_ANOTHER_FILE,
                ") IS NOT TRUE"
            ],
            Relation(column) => Sql::replaced(RELATION_IS_PERMANENT, &[("$column", column)]),
        });
        if !whole {
            query.push(sql![" AND (", self.within, ")"]);
        }
        query
    }
}

/// The objects in the scope, and their dependencies.
const SCOPE_AND_DEPENDENCIES: &str = "\
classes0 AS MATERIALIZED (SELECT unnest({relations}) AS oid), \
own(classid, objid) AS MATERIALIZED (\
 SELECT 'pg_class'::regclass::oid, oid FROM classes0 \
 UNION ALL SELECT 'pg_type'::regclass, unnest({types}) \
 UNION ALL SELECT 'pg_proc'::regclass, unnest({routines}) \
 UNION ALL SELECT 'pg_constraint'::regclass, o.oid FROM pg_constraint o WHERE o.conrelid IN (SELECT oid FROM classes0) \
 UNION ALL SELECT 'pg_constraint'::regclass, o.oid FROM pg_constraint o WHERE o.contypid = ANY ({types}) \
 UNION ALL SELECT 'pg_rewrite'::regclass, o.oid FROM pg_rewrite o WHERE o.ev_class IN (SELECT oid FROM classes0) \
 UNION ALL SELECT 'pg_attrdef'::regclass, o.oid FROM pg_attrdef o WHERE o.adrelid IN (SELECT oid FROM classes0) \
 UNION ALL SELECT 'pg_trigger'::regclass, o.oid FROM pg_trigger o WHERE o.tgrelid IN (SELECT oid FROM classes0) \
 UNION ALL SELECT 'pg_policy'::regclass, o.oid FROM pg_policy o WHERE o.polrelid IN (SELECT oid FROM classes0) \
 UNION ALL SELECT 'pg_class'::regclass, o.indexrelid FROM pg_index o WHERE o.indrelid IN (SELECT oid FROM classes0)), \
others AS MATERIALIZED (\
 SELECT classid, objid FROM own \
 UNION SELECT d.refclassid, d.refobjid FROM own o JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid), \
classes AS MATERIALIZED (SELECT objid AS oid FROM others WHERE classid = 'pg_class'::regclass)";

/// One row, true if no transaction has written since the snapshot was taken: none was in progress then, and the next
/// transaction ID is still the same. `age` caches that ID for the rest of the transaction, so this query works only once
/// in each transaction. Source: `xid_age` in src/backend/utils/adt/xid.c.
pub(super) const IS_QUIET: &str = "\
SELECT (pg_snapshot_xmin(x.s) = pg_snapshot_xmax(x.s) \
        AND age((pg_snapshot_xmax(x.s)::text::bigint & 4294967295)::text::xid) = 0)::text \
FROM (SELECT pg_current_snapshot() AS s) x";

/// Returns one row: the number of catalog rows that have changed since the snapshot was taken.
pub(super) fn statement(scope: &Scope) -> Sql {
    let whole = scope.has_whole() && scope.size_hint == SizeHint::Large;
    let mut with = vec![sql![
        "since AS MATERIALIZED (SELECT x.base, x.base & 4294967295 AS low \
         FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS base) x)"
    ]];
    if !whole {
        with.push(Sql::template(SCOPE_AND_DEPENDENCIES, |place| match place {
            "relations" => Some(find::setting("scope_relations")),
            "types" => Some(find::setting("scope_types")),
            "routines" => Some(find::setting("scope_routines")),
            _ => None,
        }));
    }
    let changed = Sql::join(
        PRINTED_CATALOGS.iter().map(|printed| printed.changed(whole)),
        "\nUNION ALL ",
    );
    sql![
        "WITH ",
        Sql::join(with, ", "),
        "\nSELECT count(*)::text FROM (",
        changed,
        ") c"
    ]
}

//! Which rows of the catalog say when something about an object changed: the transaction that wrote them last.

use super::Kind;
use super::probe::{PLACES, value_of};
use crate::attribute::{CatalogRow, Precision};
use crate::object_id::ObjectId;
use crate::sql;
use crate::sql::{Sql, literal};

/// The rows that say when objects changed. `o` is the row that [`super::Probe::rows`] finds.
#[derive(Debug, Clone, Copy)]
pub struct Trace {
    /// What that row says. `None` if nothing is known of it.
    own: Option<Precision>,
    /// The catalog and the identifiers of the object, as other catalogs refer to it: class, object, column.
    address: [&'static str; 3],
    /// The condition on rows of `pg_attribute` that are written when the object is created and never again.
    creation: Option<&'static str>,
}

/// Objects with a row of their own and an `oid`.
pub(super) const OF_OBJECT: Trace = Trace {
    own: Some(Precision::Object),
    address: ["o.row_table", "o.oid", "0"],
    creation: None,
};

/// Relations. GRANT, the first trigger or foreign key, ADD COLUMN and TRUNCATE write their row in `pg_class`; nothing
/// writes those of the system columns again.
pub(super) const OF_TABLE: Trace = Trace {
    own: Some(Precision::Bound),
    creation: Some("w.attrelid = o.oid AND w.attnum = -1"),
    ..OF_OBJECT
};

/// Columns.
pub(super) const OF_COLUMN: Trace = Trace {
    address: ["'pg_class'::regclass", "o.attrelid", "o.attnum"],
    ..OF_OBJECT
};

/// Indexes.
pub(super) const OF_INDEX: Trace = Trace {
    address: ["'pg_class'::regclass", "o.indexrelid", "0"],
    ..OF_OBJECT
};

/// Sequences.
pub(super) const OF_SEQUENCE: Trace = Trace {
    address: ["'pg_class'::regclass", "o.seqrelid", "0"],
    ..OF_OBJECT
};

/// Objects whose rows a role may not see.
pub(super) const NOTHING: Trace = Trace { own: None, ..OF_OBJECT };

impl Trace {
    /// The query whose rows `(xmin, tableoid, precision, cmin)` are what a row of the catalog says. `None` if it says nothing.
    fn query(&self, row: CatalogRow) -> Option<Sql> {
        let own = self.own?;
        let [class, object, column] = self.address;
        let of_own = sql!["SELECT o.row_xmin, o.row_table, '", own.word(), "', o.row_cmin"];
        let exact = |from: &'static str| sql!["SELECT w.xmin, w.tableoid, 'exact', w.cmin FROM ", from];
        Some(match (row, self.creation) {
            (CatalogRow::Unknown, _) => return None,
            (CatalogRow::Own, _) | (CatalogRow::Creation, None) => of_own,
            (CatalogRow::Creation, Some(condition)) => sql![
                exact("pg_attribute w WHERE "),
                condition,
                // A view has no such row.
                " UNION ALL SELECT w.xmin, w.tableoid, 'object', w.cmin FROM pg_rewrite w \
                 WHERE o.relkind = 'v' AND w.ev_class = o.oid AND w.rulename = '_RETURN'"
            ],
            (CatalogRow::Comment, _) => sql![
                exact("pg_description w WHERE w.classoid = "),
                class,
                " AND w.objoid = ",
                object,
                " AND w.objsubid = ",
                column
            ],
            (CatalogRow::Owner, _) => sql![
                exact(
                    "pg_shdepend w WHERE w.deptype = 'o' AND w.dbid = (SELECT d.oid FROM pg_database d \
                     WHERE d.datname = current_database()) AND w.classid = "
                ),
                class,
                " AND w.objid = ",
                object
            ],
            (CatalogRow::Default, _) => sql![
                exact("pg_attrdef w WHERE w.adrelid = o.attrelid AND w.adnum = o.attnum"),
                " UNION ALL ",
                of_own,
                " WHERE NOT o.atthasdef"
            ],
            (CatalogRow::Definition, _) => exact("pg_rewrite w WHERE w.ev_class = o.oid AND w.rulename = '_RETURN'"),
            (CatalogRow::Labels, _) => sql![
                "(",
                exact("pg_enum w WHERE w.enumtypid = o.oid ORDER BY age(w.xmin) LIMIT 1"),
                ")"
            ],
        })
    }
}

impl Kind {
    /// The object that contains one of this kind, as `pg_identify_object` names it: what ALTER TABLE says that it changed.
    fn container(self, id: &ObjectId) -> Sql {
        match id.relation().parts() {
            [schema, relation] if !self.spec().parents.is_empty() => sql![
                "quote_ident(",
                literal(schema),
                ") || '.' || quote_ident(",
                literal(relation),
                ")"
            ],
            _ => sql!["NULL::text"],
        }
    }

    /// The query that finds, for numbered objects of this kind, the rows of the catalog that hold something of them: the
    /// number, `xmin`, `tableoid`, [`Precision`] and `cmin`, as the columns `number`, `x`, `t`, `precision` and `command`, and the identities of the
    /// object and of those that contain it, as a JSON array in the column `identities`. Names in it are found under the
    /// search path of `pg_catalog`. `None` if nothing is known.
    #[must_use]
    pub fn trace(self, row: CatalogRow, objects: &[(usize, &ObjectId)], with_identities: bool) -> Option<Sql> {
        let probe = self.spec().advice.probe?;
        let rows = probe.trace.query(row)?;
        let used: Vec<&str> = PLACES
            .into_iter()
            .filter(|place| probe.rows.contains(&format!("{{{place}}}")))
            .collect();
        let values = objects.iter().map(|(number, id)| {
            let values = used.iter().filter_map(|place| value_of(place, id));
            let columns = values.map(|value| sql![", ", value, "::text"]);
            sql!["(", *number, Sql::join(columns, ""), ", ", self.container(id), ")"]
        });
        let columns = PLACES.into_iter().filter(|place| used.contains(place));
        let object = Sql::template(probe.rows, |place| {
            let known = PLACES.into_iter().find(|known| *known == place)?;
            Some(sql!["v.\"", known, "\""])
        });
        let [class, object_id, column] = probe.trace.address;
        let identity = |column: &'static str| {
            sql![
                "(pg_identify_object(",
                class,
                ", ",
                object_id,
                ", ",
                column,
                ")).identity"
            ]
        };
        let identities = if with_identities {
            sql![
                "json_build_array(",
                identity(column),
                ", ",
                identity("0"),
                ", v.container)::text"
            ]
        } else {
            sql!["NULL::text"]
        };
        Some(sql![
            "SELECT v.number, w.*, ",
            identities,
            " AS identities FROM (VALUES ",
            Sql::join(values, ", "),
            ") v(number, \"",
            Sql::join(columns, "\", \""),
            "\", container), LATERAL (SELECT xmin AS row_xmin, cmin AS row_cmin, tableoid AS row_table, * FROM ",
            object,
            ") o, LATERAL (",
            rows,
            ") w(x, t, precision, command)"
        ])
    }
}

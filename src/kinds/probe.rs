//! How a script finds an object in the catalog, to see that it is still as it was found.

use super::address::signature;
use super::trace::{NOTHING, OF_COLUMN, OF_INDEX, OF_OBJECT, OF_SEQUENCE, OF_TABLE, Trace};
use super::{Kind, common};
use crate::object_id::ObjectId;
use crate::sql::{Sql, literal};

/// Where the catalog has an object of a kind.
#[derive(Debug)]
pub struct Probe {
    /// The rows of the object, as FROM and WHERE say it, without FROM. `{relation}` is the qualified name of the relation
    /// that contains it, `{self}` its own qualified name, `{in_schema}` that without the relation, `{signature}` that of a
    /// routine, `{schema}` its schema, and `{name}` its last name, each as a literal.
    pub rows: &'static str,
    /// Expressions over such a row, by the attributes that they show.
    pub values: &'static [(&'static str, &'static str)],
    /// When it changed.
    pub trace: Trace,
    /// What `pg_depend` calls it: expressions over such a row for the class, the object and the column. `None` if it does not
    /// have it.
    pub address: Option<&'static str>,
}

impl Probe {
    /// An object with a row and an `oid`, of which nothing else is known.
    pub(super) const DEFAULT: Self = Self {
        rows: "",
        values: &[],
        trace: NOTHING,
        address: Some("tableoid, oid, 0"),
    };

    /// The query, behind FROM, whose rows are the object.
    #[must_use]
    pub fn rows(&self, id: &ObjectId) -> Sql {
        Sql::template(self.rows, |place| value_of(place, id))
    }
}

/// The places that [`Probe::rows`] can have.
pub(super) const PLACES: [&str; 7] = ["relation", "self", "in_schema", "schema", "name", "second", "signature"];

/// What one of [`PLACES`] is for an object, as a literal.
pub(super) fn value_of(place: &str, id: &ObjectId) -> Option<Sql> {
    let name = |id: &ObjectId| Some(literal(&common::sql_name(id)));
    match place {
        "relation" => name(&id.relation()),
        "self" => name(id),
        "in_schema" => name(&ObjectId::new(vec![id.schema(), id.last()])),
        "schema" => Some(literal(id.schema())),
        "name" => Some(literal(id.last())),
        "second" => id.parts().get(1).map(|part| literal(part)),
        "signature" => Some(literal(&signature(id))),
        _ => None,
    }
}

impl Kind {
    /// The query, behind FROM, whose rows are the object, and the expression that shows an attribute.
    #[must_use]
    pub fn probe(self, id: &ObjectId, attribute: Option<&str>) -> Option<(Sql, Option<&'static str>)> {
        let probe = self.spec().advice.probe?;
        let value = attribute.and_then(|attribute| {
            let mut values = probe.values.iter();
            values.find(|(name, _)| *name == attribute).map(|(_, value)| *value)
        });
        Some((probe.rows(id), value))
    }

    /// What `pg_depend` calls an object that its probe finds.
    #[must_use]
    pub fn address(self) -> Option<&'static str> {
        self.spec().advice.probe?.address
    }
}

const OF_RELATION: &str = "pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass({self})";
const OF_TYPE: &str = "pg_catalog.pg_type WHERE oid = pg_catalog.to_regtype({self})";
const OF_CONSTRAINT: &str =
    "pg_catalog.pg_constraint WHERE conrelid = pg_catalog.to_regclass({relation}) AND conname = {name}";

const RELATION_VALUES: &[(&str, &str)] = &[
    ("owner", "pg_catalog.pg_get_userbyid(relowner)"),
    ("row_security", "relrowsecurity"),
    ("row_security_forced", "relforcerowsecurity"),
    ("persistence", "relpersistence"),
    ("options", "reloptions"),
    ("grants", "relacl"),
    ("replica_identity", "relreplident"),
    ("partition_bound", "pg_catalog.pg_get_expr(relpartbound, oid)"),
    ("definition", "pg_catalog.pg_get_viewdef(oid)"),
    ("populated", "relispopulated"),
];

pub(super) static RELATION: Probe = Probe {
    rows: OF_RELATION,
    values: RELATION_VALUES,
    trace: OF_TABLE,
    ..Probe::DEFAULT
};

pub(super) static TYPE: Probe = Probe {
    rows: OF_TYPE,
    values: &[
        ("owner", "pg_catalog.pg_get_userbyid(typowner)"),
        ("grants", "typacl"),
        (
            "labels",
            "(SELECT pg_catalog.array_agg(enumlabel ORDER BY enumsortorder) FROM pg_catalog.pg_enum WHERE enumtypid = pg_type.oid)",
        ),
        ("default", "typdefault"),
        ("nullable", "typnotnull"),
    ],
    trace: OF_OBJECT,
    ..Probe::DEFAULT
};

pub(super) static CONSTRAINT: Probe = Probe {
    rows: OF_CONSTRAINT,
    values: &[
        ("validated", "convalidated"),
        ("deferrable", "condeferrable"),
        ("initially", "condeferred"),
    ],
    trace: OF_OBJECT,
    ..Probe::DEFAULT
};

pub(super) static PRIMARY_KEY: Probe = Probe {
    rows: "pg_catalog.pg_constraint WHERE conrelid = pg_catalog.to_regclass({self}) AND contype = 'p'",
    values: CONSTRAINT.values,
    trace: OF_OBJECT,
    ..Probe::DEFAULT
};

pub(super) static DOMAIN_CHECK: Probe = Probe {
    rows: "pg_catalog.pg_constraint WHERE contypid = pg_catalog.to_regtype({relation}) AND conname = {name}",
    values: CONSTRAINT.values,
    trace: OF_OBJECT,
    ..Probe::DEFAULT
};

pub(super) static COLUMN: Probe = Probe {
    rows: "pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass({relation}) AND attname = {name} \
           AND NOT attisdropped",
    values: &[
        ("type", "pg_catalog.format_type(atttypid, atttypmod)"),
        ("nullable", "NOT attnotnull"),
        ("identity", "attidentity"),
        ("statistics", "attstattarget"),
        ("storage", "attstorage"),
        ("grants", "attacl"),
        ("options", "attoptions"),
        (
            "default",
            "(SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_catalog.pg_attrdef WHERE adrelid = attrelid AND adnum = attnum)",
        ),
    ],
    trace: OF_COLUMN,
    address: Some("'pg_class'::regclass::oid, attrelid, attnum::int4"),
};

pub(super) static INDEX: Probe = Probe {
    rows: "pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass({in_schema})",
    values: &[
        ("valid", "indisvalid"),
        ("unique", "indisunique"),
        ("keys", "pg_catalog.pg_get_indexdef(indexrelid)"),
        ("where", "pg_catalog.pg_get_expr(indpred, indrelid)"),
    ],
    trace: OF_INDEX,
    address: Some("'pg_class'::regclass::oid, indexrelid, 0"),
};

pub(super) static TRIGGER: Probe = Probe {
    rows: "pg_catalog.pg_trigger WHERE tgrelid = pg_catalog.to_regclass({relation}) AND tgname = {name}",
    values: &[
        ("enabled", "tgenabled"),
        ("function", "tgfoid::pg_catalog.regprocedure"),
    ],
    trace: OF_OBJECT,
    ..Probe::DEFAULT
};

pub(super) static POLICY: Probe = Probe {
    rows: "pg_catalog.pg_policy WHERE polrelid = pg_catalog.to_regclass({relation}) AND polname = {name}",
    values: &[
        ("command", "polcmd"),
        ("permissive", "polpermissive"),
        ("roles", "polroles::pg_catalog.regrole[]"),
        ("using", "pg_catalog.pg_get_expr(polqual, polrelid)"),
        ("check", "pg_catalog.pg_get_expr(polwithcheck, polrelid)"),
    ],
    trace: OF_OBJECT,
    ..Probe::DEFAULT
};

pub(super) static RULE: Probe = Probe {
    rows: "pg_catalog.pg_rewrite WHERE ev_class = pg_catalog.to_regclass({relation}) AND rulename = {name}",
    values: &[
        ("enabled", "ev_enabled"),
        ("definition", "pg_catalog.pg_get_ruledef(oid)"),
    ],
    trace: OF_OBJECT,
    ..Probe::DEFAULT
};

pub(super) static SEQUENCE: Probe = Probe {
    rows: "pg_catalog.pg_sequence WHERE seqrelid = pg_catalog.to_regclass({self})",
    values: &[
        ("type", "seqtypid::pg_catalog.regtype"),
        ("start", "seqstart"),
        ("increment", "seqincrement"),
        ("min", "seqmin"),
        ("max", "seqmax"),
        ("cache", "seqcache"),
        ("cycle", "seqcycle"),
    ],
    trace: OF_SEQUENCE,
    address: Some("'pg_class'::regclass::oid, seqrelid, 0"),
};

pub(super) static ROUTINE: Probe = Probe {
    rows: "pg_catalog.pg_proc WHERE oid = pg_catalog.to_regprocedure({signature})",
    values: &[
        ("volatility", "provolatile"),
        ("security", "prosecdef"),
        ("strict", "proisstrict"),
        ("parallel", "proparallel"),
        ("leakproof", "proleakproof"),
        ("cost", "procost"),
        ("rows", "prorows"),
        ("settings", "proconfig"),
        ("grants", "proacl"),
        ("owner", "pg_catalog.pg_get_userbyid(proowner)"),
        ("body", "prosrc"),
    ],
    trace: OF_OBJECT,
    ..Probe::DEFAULT
};

pub(super) static SCHEMA: Probe = Probe {
    rows: "pg_catalog.pg_namespace WHERE nspname = {name}",
    values: &[("owner", "pg_catalog.pg_get_userbyid(nspowner)"), ("grants", "nspacl")],
    trace: OF_OBJECT,
    ..Probe::DEFAULT
};

pub(super) static EXTENSION: Probe = Probe {
    rows: "pg_catalog.pg_extension WHERE extname = {name}",
    values: &[("version", "extversion")],
    trace: OF_OBJECT,
    ..Probe::DEFAULT
};

pub(super) static PUBLICATION: Probe = Probe {
    rows: "pg_catalog.pg_publication WHERE pubname = {name}",
    values: &[("all_tables", "puballtables"), ("via_root", "pubviaroot")],
    trace: OF_OBJECT,
    ..Probe::DEFAULT
};

pub(super) static EVENT_TRIGGER: Probe = Probe {
    rows: "pg_catalog.pg_event_trigger WHERE evtname = {name}",
    values: &[("enabled", "evtenabled"), ("event", "evtevent"), ("tags", "evttags")],
    trace: OF_OBJECT,
    ..Probe::DEFAULT
};

pub(super) static ROLE: Probe = Probe {
    rows: "pg_catalog.pg_roles WHERE rolname = {name}",
    address: None,
    ..Probe::DEFAULT
};

//! Reads many schemas of a database in one transaction, some at a time, so that not all of them are in memory at once.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Limits;
use super::super::client::Client;
use super::super::server_error::ServerError;
use super::batch::Batch;
use super::find::{CATALOGS, Catalog};
use super::{Scope, SizeHint, Slice, read_slice, run};
use crate::error::Failure;
use crate::kinds::{Kind, ScopeRelation};
use crate::snapshot::Snapshot;
use crate::sql;
use crate::sql::{Sql, literal};

/// The objects of a schema, by the catalog that they are in. They are found once for all schemas: to find those of a few
/// takes as long, because no index has them.
#[derive(Debug, Default, Clone)]
pub struct SchemaOids {
    namespace: u32,
    objects: BTreeMap<&'static str, Vec<u32>>,
}

impl SchemaOids {
    /// How many objects there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.objects.values().map(Vec::len).sum()
    }
}

/// The objects of several schemas.
#[derive(Debug, Default, Clone)]
pub struct FoundOids(Vec<SchemaOids>);

impl FoundOids {
    /// The OIDs of the schemas themselves.
    pub(super) fn namespaces(&self) -> String {
        array(self.0.iter().map(|schema| &schema.namespace))
    }

    /// The OIDs of the objects in the catalog that this relation reads.
    pub(super) fn objects(&self, relation: ScopeRelation) -> String {
        array(
            self.0
                .iter()
                .filter_map(|schema| schema.objects.get(relation.name()))
                .flatten(),
        )
    }
}

fn array<'a>(oids: impl Iterator<Item = &'a u32>) -> String {
    let oids: Vec<String> = oids.map(u32::to_string).collect();
    format!("{{{}}}", oids.join(","))
}

/// Finds the objects of schemas, in the transaction that [`super::capture`] began. Schemas that do not exist are left out.
///
/// # Errors
/// The server refuses or does not answer.
pub async fn find_objects(client: &mut Client, schemas: &[&str]) -> Result<BTreeMap<String, SchemaOids>, Failure> {
    let names = serde_json::json!(schemas).to_string();
    let among = sql![
        "n.nspname IN (SELECT w::name FROM jsonb_array_elements_text(",
        literal(&names),
        "::jsonb) w)"
    ];
    let mut found: BTreeMap<String, SchemaOids> = BTreeMap::new();
    let namespaces = sql!["SELECT n.nspname::text, n.oid::text FROM pg_namespace n WHERE ", &among];
    for (name, oids) in pairs(client, namespaces).await? {
        found.entry(name).or_default().namespace = oids.into_iter().next().unwrap_or_default();
    }
    for catalog in &CATALOGS {
        for (name, oids) in pairs(client, objects(catalog, &among)).await? {
            let schema = found.entry(name).or_default();
            schema.objects.insert(catalog.relation.name(), oids);
        }
    }
    Ok(found)
}

fn objects(catalog: &Catalog, among: &Sql) -> Sql {
    sql![
        "SELECT n.nspname::text, string_agg(c.oid::text, ',') FROM pg_namespace n JOIN ",
        catalog.name,
        " c ON c.",
        catalog.prefix,
        "namespace = n.oid WHERE ",
        among,
        " AND ",
        catalog.condition(),
        " GROUP BY 1",
    ]
}

/// Rows of a name and OIDs that are separated by commas.
async fn pairs(client: &mut Client, query: Sql) -> Result<Vec<(String, Vec<u32>)>, Failure> {
    let failure = |error: ServerError| error.failure("listing what is in the schemas");
    let rows = client.rows(&[query]).await.map_err(failure)?;
    let mut out = Vec::new();
    for row in rows {
        let text = |column: usize| row.text(column).map(Option::unwrap_or_default);
        let oids = text(1).map_err(failure)?.split(',');
        let oids: Vec<u32> = oids.filter_map(|oid| oid.parse().ok()).collect();
        out.push((text(0).map_err(failure)?.to_owned(), oids));
    }
    Ok(out)
}

/// Everything in these schemas, and nothing outside of schemas.
#[must_use]
pub fn scope_of_schemas(found: &BTreeMap<&str, &SchemaOids>, on_request: bool) -> Scope {
    let kinds = Kind::ALL.iter().copied();
    Scope {
        schemas: found.keys().map(|name| (*name).to_owned()).collect(),
        kinds: kinds
            .filter(|kind| kind.is_namespace() || !kind.is_of_database())
            .collect(),
        size_hint: SizeHint::Small,
        platform: true,
        on_request,
        found: Some(FoundOids(found.values().map(|oids| (*oids).clone()).collect())),
        ..Scope::default()
    }
}

/// Reads a scope in the transaction that [`super::capture`] began.
///
/// # Errors
/// The server refuses or does not answer in time, or another session has locked something.
pub async fn capture_part(client: &mut Client, scope: &Scope, limits: Limits) -> Result<Snapshot, ServerError> {
    Ok(read_slice(client, scope, limits, Slice::WHOLE).await?.snapshot)
}

/// Reads a scope as [`super::capture`] does, but in the transaction that it began.
///
/// # Errors
/// The server refuses or does not answer in time, another session has locked something, or the schema has changed since
/// the transaction began.
pub async fn capture_again(client: &mut Client, scope: &Scope, limits: Limits) -> Result<Snapshot, ServerError> {
    let mut snapshot = capture_part(client, scope, limits).await?;
    let changed = run(client, Batch::resume().then_changed(scope)).await?.changed;
    if changed > 0 {
        return Err(ServerError::schema_changed(changed));
    }
    super::leave_out_platform(&mut snapshot, scope);
    Ok(snapshot)
}

/// The schemas among these that something outside of them depends on, in the transaction that [`super::capture`] began: the
/// meaning of a text outside may then depend on which schema it is.
///
/// # Errors
/// The server refuses or does not answer.
pub async fn depended_on(client: &mut Client, schemas: &[&str]) -> Result<BTreeSet<String>, Failure> {
    let names = serde_json::json!(schemas).to_string();
    let query = Sql::template(DEPENDED_ON, |place| (place == "names").then(|| literal(&names)));
    let rows = client.rows(&[query]).await;
    let rows = rows.map_err(|error| error.failure("reading which schemas others depend on"))?;
    let names = rows.iter().filter_map(|row| row.text(0).ok().flatten());
    Ok(names.map(str::to_owned).collect())
}

/// Objects outside of the schemas, and the schemas of what they depend on. Tables for long values are in a schema of their
/// own, whatever schema they belong to.
const DEPENDED_ON: &str = "\
WITH tenants AS MATERIALIZED (SELECT n.oid, n.nspname FROM pg_namespace n \
                              WHERE n.nspname IN (SELECT w::name FROM jsonb_array_elements_text({names}::jsonb) w)), \
others AS MATERIALIZED (SELECT n.oid FROM pg_namespace n \
                        WHERE n.oid NOT IN (SELECT oid FROM tenants) AND n.nspname !~ '^pg_(toast|temp_|toast_temp_)'), \
outside(classid, objid) AS MATERIALIZED (\
  SELECT 'pg_class'::regclass::oid, c.oid FROM pg_class c JOIN others o ON o.oid = c.relnamespace WHERE c.oid >= 16384 \
  UNION ALL SELECT 'pg_rewrite'::regclass, w.oid FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class \
            JOIN others o ON o.oid = c.relnamespace WHERE w.oid >= 16384 \
  UNION ALL SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint c JOIN others o ON o.oid = c.connamespace WHERE c.oid >= 16384 \
  UNION ALL SELECT 'pg_type'::regclass, c.oid FROM pg_type c JOIN others o ON o.oid = c.typnamespace WHERE c.oid >= 16384 \
  UNION ALL SELECT 'pg_proc'::regclass, c.oid FROM pg_proc c JOIN others o ON o.oid = c.pronamespace WHERE c.oid >= 16384 \
  UNION ALL SELECT 'pg_operator'::regclass, c.oid FROM pg_operator c JOIN others o ON o.oid = c.oprnamespace WHERE c.oid >= 16384 \
  UNION ALL SELECT 'pg_opclass'::regclass, c.oid FROM pg_opclass c JOIN others o ON o.oid = c.opcnamespace WHERE c.oid >= 16384 \
  UNION ALL SELECT 'pg_opfamily'::regclass, c.oid FROM pg_opfamily c JOIN others o ON o.oid = c.opfnamespace WHERE c.oid >= 16384 \
  UNION ALL SELECT 'pg_amop'::regclass, a.oid FROM pg_amop a JOIN pg_opfamily c ON c.oid = a.amopfamily \
            JOIN others o ON o.oid = c.opfnamespace WHERE a.oid >= 16384 \
  UNION ALL SELECT 'pg_amproc'::regclass, a.oid FROM pg_amproc a JOIN pg_opfamily c ON c.oid = a.amprocfamily \
            JOIN others o ON o.oid = c.opfnamespace WHERE a.oid >= 16384 \
  UNION ALL SELECT 'pg_cast'::regclass, c.oid FROM pg_cast c WHERE c.oid >= 16384 \
  UNION ALL SELECT 'pg_transform'::regclass, c.oid FROM pg_transform c WHERE c.oid >= 16384), \
needed AS MATERIALIZED (SELECT DISTINCT d.refclassid, d.refobjid FROM outside o \
                        JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid WHERE d.refobjid >= 16384) \
SELECT DISTINCT t.nspname::text FROM tenants t WHERE t.oid IN (\
  SELECT c.relnamespace FROM needed d JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid \
  UNION ALL SELECT c.typnamespace FROM needed d JOIN pg_type c ON d.refclassid = 'pg_type'::regclass AND c.oid = d.refobjid \
  UNION ALL SELECT c.pronamespace FROM needed d JOIN pg_proc c ON d.refclassid = 'pg_proc'::regclass AND c.oid = d.refobjid \
  UNION ALL SELECT c.oprnamespace FROM needed d JOIN pg_operator c ON d.refclassid = 'pg_operator'::regclass AND c.oid = d.refobjid \
  UNION ALL SELECT c.collnamespace FROM needed d JOIN pg_collation c ON d.refclassid = 'pg_collation'::regclass AND c.oid = d.refobjid \
  UNION ALL SELECT c.opfnamespace FROM needed d JOIN pg_opfamily c ON d.refclassid = 'pg_opfamily'::regclass AND c.oid = d.refobjid \
  UNION ALL SELECT c.opcnamespace FROM needed d JOIN pg_opclass c ON d.refclassid = 'pg_opclass'::regclass AND c.oid = d.refobjid)";

//! Who holds a lock that keeps the functions of the catalog waiting: they lock the relations whose definitions they print.

use crate::catalog::client::{Cells, Client};
use crate::catalog::server_error::ServerError;
use crate::kinds::{Kind, ScopeRelation};
use crate::object_id::ObjectId;
use crate::snapshot::LockedObject;
use crate::sql;
use crate::sql::{Sql, literal};

/// The objects that cannot be read now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockedOids {
    relations: Vec<String>,
    routines: Vec<String>,
}

impl LockedOids {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.relations.is_empty() && self.routines.is_empty()
    }

    /// The condition that leaves these objects out of a catalog.
    pub(super) fn condition(&self, relation: ScopeRelation) -> Sql {
        let oids = match relation {
            ScopeRelation::Relations => &self.relations,
            ScopeRelation::Routines => &self.routines,
            ScopeRelation::Schemas | ScopeRelation::Types => return Sql::new(),
        };
        if oids.is_empty() {
            return Sql::new();
        }
        let oids = format!("{{{}}}", oids.join(","));
        sql![" AND c.oid <> ALL (", literal(&oids), "::oid[])"]
    }
}

/// The relations that other sessions have locked or wait to lock in the mode that excludes every other, with those sessions.
/// A session that waits for such a lock lets nothing pass, either. `relatives` are what inherits from these relations, and what
/// they inherit from.
const HELD: &str = "\
WITH held AS MATERIALIZED (
  SELECT DISTINCT ON (l.relation) l.relation AS oid, l.pid, a.usename, a.application_name, a.state,
         coalesce(a.xact_start, a.query_start) AS since, a.query
  FROM pg_locks l
  LEFT JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid IS DISTINCT FROM pg_backend_pid()
    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  ORDER BY l.relation, l.granted DESC, l.pid
)";

/// The objects whose definitions name one of these relations.
const CONCERNED: &str = ", concerned(class, oid, held) AS (
  SELECT 'pg_class'::regclass::oid, h.oid, h.oid FROM held h
  UNION SELECT 'pg_class'::regclass, i.indrelid, h.oid FROM held h JOIN pg_index i ON i.indexrelid = h.oid
  UNION SELECT 'pg_class'::regclass, r.ev_class, h.oid
  FROM held h
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = h.oid AND d.classid = 'pg_rewrite'::regclass
  JOIN pg_rewrite r ON r.oid = d.objid
  UNION SELECT 'pg_class'::regclass, p.polrelid, h.oid
  FROM held h
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = h.oid AND d.classid = 'pg_policy'::regclass
  JOIN pg_policy p ON p.oid = d.objid
  UNION SELECT 'pg_proc'::regclass, d.objid, h.oid
  FROM held h
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = h.oid AND d.classid = 'pg_proc'::regclass
)";

/// What inherits from the relations, and what they inherit from.
const RELATIVES: &str = ", relatives(class, oid, held) AS (
  SELECT * FROM concerned
  UNION SELECT 'pg_class'::regclass, i.inhparent, c.held FROM concerned c JOIN pg_inherits i ON i.inhrelid = c.oid
  UNION SELECT 'pg_class'::regclass, i.inhrelid, c.held FROM concerned c JOIN pg_inherits i ON i.inhparent = c.oid
)";

/// One row per object. A name of PostgreSQL's own schemas is left out: without its catalogs, nothing can be read.
const NAMED: &str = "
SELECT n.nspname::text, o.name, o.oid::text, o.code, hn.nspname::text || '.' || hc.relname, h.pid::text, h.usename::text,
       h.application_name, h.state, to_char(h.since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
       left(regexp_replace(h.query, '\\s+', ' ', 'g'), 60)
FROM (SELECT c.oid, c.relname::text AS name, c.relnamespace AS namespace, c.relkind::text AS code, x.held
      FROM $from x JOIN pg_class c ON c.oid = x.oid AND x.class = 'pg_class'::regclass
      UNION ALL SELECT p.oid, p.proname::text, p.pronamespace, NULL, x.held
      FROM $from x JOIN pg_proc p ON p.oid = x.oid AND x.class = 'pg_proc'::regclass) o
JOIN pg_namespace n ON n.oid = o.namespace AND n.nspname !~ '^(pg_|information_schema$)'
JOIN held h ON h.oid = o.held
JOIN pg_class hc ON hc.oid = h.oid
JOIN pg_namespace hn ON hn.oid = hc.relnamespace
ORDER BY 1, 2, o.held <> o.oid, o.held";

/// The objects that cannot be read now. `with_relatives` also finds what inherits from locked relations, and what they inherit
/// from.
pub(super) async fn find(
    client: &mut Client,
    with_relatives: bool,
) -> Result<(LockedOids, Vec<LockedObject>), ServerError> {
    let (more, from) = if with_relatives {
        (RELATIVES, "relatives")
    } else {
        ("", "concerned")
    };
    let statement = sql![HELD, CONCERNED, more, Sql::replaced(NAMED, &[("$from", from)])];
    let pin = sql![crate::catalog::PIN_SEARCH_PATH];
    let rows = client.rows(&[pin, statement]).await?;
    let (mut oids, mut objects) = (LockedOids::default(), Vec::new());
    for row in &rows {
        let (object, oid) = locked(row)?;
        match object.kind.filter(|kind| kind.reads(ScopeRelation::Routines)) {
            Some(_) => oids.routines.push(oid),
            None => oids.relations.push(oid),
        }
        objects.push(object);
    }
    Ok((oids, objects))
}

/// Who holds locks that others wait for, if possible that on this table, as a sentence; none if no one does.
///
/// # Errors
/// The connection breaks.
pub(in crate::catalog) async fn holders(
    client: &mut Client,
    table: Option<&ObjectId>,
) -> Result<Option<String>, ServerError> {
    let (_, objects) = find(client, false).await?;
    let is_table = |object: &LockedObject| Some(&object.id) == table;
    let at = objects.iter().position(is_table).unwrap_or_default();
    Ok(objects.into_iter().nth(at).map(|object| object.why))
}

fn locked(row: &Cells) -> Result<(LockedObject, String), ServerError> {
    let cell = |column: usize| row.text(column).map(|text| text.unwrap_or_default().to_owned());
    let (schema, name, oid, code, relation) = (cell(0)?, cell(1)?, cell(2)?, cell(3)?, cell(4)?);
    let session = [
        (format!("process {}", cell(5)?), cell(5)?),
        (format!("user {}", cell(6)?), cell(6)?),
        (format!("application {}", cell(7)?), cell(7)?),
        (cell(8)?, cell(8)?),
        (format!("since {} UTC", cell(9)?), cell(9)?),
        (format!("query: {}", cell(10)?), cell(10)?),
    ];
    let known = session.iter().filter(|(_, value)| !value.is_empty());
    let session: Vec<&str> = known.map(|(words, _)| words.as_str()).collect();
    let session = if session.is_empty() {
        "which this role may not see".to_owned()
    } else {
        session.join(", ")
    };
    let kind = kind(&code);
    let object = LockedObject {
        kind,
        id: ObjectId::new(vec![schema, name]),
        why: format!("{relation} is locked by another session ({session})"),
    };
    Ok((object, oid))
}

/// The kind of a relation by its code in `pg_class`, or that of routines without one.
fn kind(code: &str) -> Option<Kind> {
    if code.is_empty() {
        return Kind::roots().find(|kind| kind.reads(ScopeRelation::Routines));
    }
    Kind::roots().find(|kind| kind.reads(ScopeRelation::Relations) && kind.spec().reading.catalog_codes.contains(&code))
}

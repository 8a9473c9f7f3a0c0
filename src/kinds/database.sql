-- One row: the database.
SELECT 'current'::text AS name,
       CASE WHEN b.datconnlimit >= 0 THEN b.datconnlimit END AS connection_limit,
       b.recorded IS NULL OR b.recorded IS NOT DISTINCT FROM b.actual AS collation_current,
       pg_get_userbyid(b.datdba)::text AS owner,
       {grants d b.datacl b.datdba} AS grants,
       e.description AS comment,
       b.datconnlimit < 0 AND (b.recorded IS NULL OR b.recorded IS NOT DISTINCT FROM b.actual)
         AND e.description IS NULL AND {grants d b.datacl b.datdba} = '{}' AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs. 100 is the default collation.
FROM (SELECT NULL::text AS datcollversion) absent,
     LATERAL (SELECT b.*, datcollversion AS recorded, pg_collation_actual_version(100) AS actual
              FROM pg_database b WHERE b.datname = current_database()) b
LEFT JOIN pg_shdescription e ON e.objoid = b.oid AND e.classoid = 'pg_database'::regclass

-- One row per range type in scope.
SELECT t.schema, t.name,
       format_type(r.rngsubtype, NULL) AS subtype,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(o.opcname)
        FROM pg_opclass o
        JOIN pg_namespace n ON n.oid = o.opcnamespace
        WHERE o.oid = r.rngsubopc AND NOT o.opcdefault) AS operator_class,
       CASE WHEN r.rngcollation <> b.typcollation
            THEN (SELECT quote_ident(n.nspname) || '.' || quote_ident(l.collname)
                  FROM pg_collation l
                  JOIN pg_namespace n ON n.oid = l.collnamespace
                  WHERE l.oid = r.rngcollation)
       END AS collation,
       {routine r.rngcanonical} AS canonical,
       {routine r.rngsubdiff} AS subtype_diff,
       (SELECT CASE n.nspname WHEN t.schema THEN m.typname::text ELSE quote_ident(n.nspname) || '.' || quote_ident(m.typname) END
        FROM pg_type m JOIN pg_namespace n ON n.oid = m.typnamespace WHERE m.oid = r.multitypid) AS multirange,
       pg_get_userbyid(t.typowner)::text AS owner,
       {grants T t.typacl t.typowner} AS grants,
       obj_description(t.oid, 'pg_type') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e') AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::oid AS rngmultitypid) absent,
     LATERAL (SELECT r.*, rngmultitypid AS multitypid FROM pg_range r) r
JOIN scope_types t ON t.oid = r.rngtypid
JOIN pg_type b ON b.oid = r.rngsubtype

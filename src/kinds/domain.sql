SELECT s.schema, s.name,
       format_type(t.typbasetype, t.typtypmod) AS type,
       NOT t.typnotnull AS nullable,
       pg_get_expr(t.typdefaultbin, 0) AS "default",
       CASE WHEN t.typcollation <> b.typcollation
            THEN (SELECT quote_ident(n.nspname) || '.' || quote_ident(l.collname) FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace WHERE l.oid = t.typcollation)
       END AS collation,
       pg_get_userbyid(t.typowner)::text AS owner,
       obj_description(t.oid, 'pg_type') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e') AS implicit
FROM scope_types s
JOIN pg_type t ON t.oid = s.oid
JOIN pg_type b ON b.oid = t.typbasetype
WHERE t.typtype = 'd'

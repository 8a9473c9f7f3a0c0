-- One row per domain in scope.
SELECT t.schema, t.name,
       format_type(t.typbasetype, t.typtypmod) AS type,
       NOT t.typnotnull AS nullable,
       pg_get_expr(t.typdefaultbin, 0) AS "default",
       CASE WHEN t.typcollation <> b.typcollation
            THEN (SELECT quote_ident(n.nspname) || '.' || quote_ident(l.collname)
                  FROM pg_collation l
                  JOIN pg_namespace n ON n.oid = l.collnamespace
                  WHERE l.oid = t.typcollation)
       END AS collation,
       pg_get_userbyid(t.typowner)::text AS owner,
       {grants T t.typacl t.typowner} AS grants,
       e.description AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e') AS implicit
FROM scope_types t
JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_description e ON e.objoid = t.oid AND e.classoid = 'pg_type'::regclass AND e.objsubid = 0
WHERE t.typtype = 'd'

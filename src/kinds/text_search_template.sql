-- One row per text search template of the schemas in scope.
SELECT s.schema, c.tmplname::text AS name,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid = c.tmplinit) AS init,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid = c.tmpllexize) AS lexize,
       obj_description(c.oid, 'pg_ts_template') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_ts_template'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_schemas s
JOIN pg_ts_template c ON c.tmplnamespace = s.schema_oid

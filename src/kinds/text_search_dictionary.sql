-- One row per text search dictionary of the schemas in scope.
SELECT s.schema, c.dictname::text AS name,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(t.tmplname)
        FROM pg_ts_template t
        JOIN pg_namespace n ON n.oid = t.tmplnamespace
        WHERE t.oid = c.dicttemplate) AS template,
       c.dictinitoption AS options,
       pg_get_userbyid(c.dictowner)::text AS owner,
       obj_description(c.oid, 'pg_ts_dict') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_ts_dict'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_schemas s
JOIN pg_ts_dict c ON c.dictnamespace = s.schema_oid

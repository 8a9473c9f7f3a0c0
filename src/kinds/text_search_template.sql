-- One row per text search template of the schemas in scope.
SELECT s.schema, c.tmplname::text AS name,
       {routine c.tmplinit} AS init,
       {routine c.tmpllexize} AS lexize,
       obj_description(c.oid, 'pg_ts_template') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_ts_template'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_schemas s
JOIN pg_ts_template c ON c.tmplnamespace = s.schema_oid

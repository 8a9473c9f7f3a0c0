-- One row per encoding conversion of the schemas in scope.
SELECT s.schema, c.conname::text AS name,
       pg_encoding_to_char(c.conforencoding)::text AS source,
       pg_encoding_to_char(c.contoencoding)::text AS target,
       quote_ident(n.nspname) || '.' || quote_ident(p.proname) AS function,
       c.condefault AS "default",
       pg_get_userbyid(c.conowner)::text AS owner,
       obj_description(c.oid, 'pg_conversion') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_conversion'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_schemas s
JOIN pg_conversion c ON c.connamespace = s.schema_oid
JOIN pg_proc p ON p.oid = c.conproc
JOIN pg_namespace n ON n.oid = p.pronamespace

-- One row per text search parser of the schemas in scope.
SELECT s.schema, c.prsname::text AS name,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid = c.prsstart) AS start,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid = c.prstoken) AS token,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid = c.prsend) AS "end",
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid = c.prsheadline) AS headline,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid = c.prslextype) AS token_types,
       obj_description(c.oid, 'pg_ts_parser') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_ts_parser'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_schemas s
JOIN pg_ts_parser c ON c.prsnamespace = s.schema_oid

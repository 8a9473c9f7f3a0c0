-- One row per text search configuration of the schemas in scope, with its mappings.
SELECT s.schema, c.cfgname::text AS name,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.prsname)
        FROM pg_ts_parser p
        JOIN pg_namespace n ON n.oid = p.prsnamespace
        WHERE p.oid = c.cfgparser) AS parser,
       (SELECT coalesce(jsonb_object_agg(t.alias, m.dictionaries), '{}')
        FROM (SELECT m.maptokentype, jsonb_agg(quote_ident(n.nspname) || '.' || quote_ident(d.dictname) ORDER BY m.mapseqno) AS dictionaries
              FROM pg_ts_config_map m JOIN pg_ts_dict d ON d.oid = m.mapdict JOIN pg_namespace n ON n.oid = d.dictnamespace
              WHERE m.mapcfg = c.oid GROUP BY m.maptokentype) m
        JOIN ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype) AS mappings,
       pg_get_userbyid(c.cfgowner)::text AS owner,
       obj_description(c.oid, 'pg_ts_config') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_ts_config'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_schemas s
JOIN pg_ts_config c ON c.cfgnamespace = s.schema_oid

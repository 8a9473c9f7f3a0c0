-- One row per text search parser of the schemas in scope.
SELECT s.schema, c.prsname::text AS name,
       {routine c.prsstart} AS start,
       {routine c.prstoken} AS token,
       {routine c.prsend} AS "end",
       {routine c.prsheadline} AS headline,
       {routine c.prslextype} AS token_types,
       obj_description(c.oid, 'pg_ts_parser') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_ts_parser'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_schemas s
JOIN pg_ts_parser c ON c.prsnamespace = s.schema_oid

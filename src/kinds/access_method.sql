-- One row per access method of the database.
SELECT m.amname::text AS name,
       CASE m.amtype WHEN 'i' THEN 'index' WHEN 't' THEN 'table' END AS type,
       quote_ident(n.nspname) || '.' || quote_ident(p.proname) AS handler,
       obj_description(m.oid, 'pg_am') AS comment,
       m.oid < 16384 OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_am'::regclass AND d.objid = m.oid AND d.deptype = 'e') AS implicit
FROM pg_am m
JOIN pg_proc p ON p.oid = m.amhandler
JOIN pg_namespace n ON n.oid = p.pronamespace

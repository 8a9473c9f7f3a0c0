-- Publications, and event triggers, which would otherwise see what is created.
SELECT statement
FROM (
  SELECT 1 AS part, oid, format('CREATE PUBLICATION %I%s WITH (publish = %L, publish_via_partition_root = %s)', pubname, CASE WHEN puballtables THEN ' FOR ALL TABLES' ELSE '' END,
    concat_ws(', ', CASE WHEN pubinsert THEN 'insert' END, CASE WHEN pubupdate THEN 'update' END, CASE WHEN pubdelete THEN 'delete' END, CASE WHEN pubtruncate THEN 'truncate' END), CASE WHEN pubviaroot THEN 'true' ELSE 'false' END) AS statement
  FROM pg_publication
  UNION ALL
  SELECT 3, oid, format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s()', evtname, evtevent,
    (SELECT ' WHEN TAG IN (' || string_agg(quote_literal(tag), ', ') || ')' FROM unnest(evttags) AS tag), evtfoid::regproc)
  FROM pg_event_trigger e WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_event_trigger'::regclass AND objid = e.oid AND deptype = 'e')
  UNION ALL
  SELECT 4, oid, format('ALTER EVENT TRIGGER %I %s', evtname, CASE evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END)
  FROM pg_event_trigger e WHERE evtenabled <> 'O' AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_event_trigger'::regclass AND objid = e.oid AND deptype = 'e')
) AS statements
ORDER BY part, oid

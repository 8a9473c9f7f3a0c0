-- One row per event trigger of the database.
SELECT e.evtname::text AS name,
       e.evtevent::text AS event,
       (SELECT coalesce(array_agg(t ORDER BY t), '{}') FROM unnest(e.evttags) t) AS tags,
       {routine e.evtfoid} AS function,
       CASE e.evtenabled WHEN 'O' THEN 'origin' WHEN 'A' THEN 'always' WHEN 'R' THEN 'replica' WHEN 'D' THEN 'disabled' END AS enabled,
       pg_get_userbyid(e.evtowner)::text AS owner,
       obj_description(e.oid, 'pg_event_trigger') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e') AS implicit
FROM pg_event_trigger e

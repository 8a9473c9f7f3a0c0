-- One row per cast that is not built in (the first OID that initdb does not use is 16384).
SELECT format_type(c.castsource, NULL) || ' as ' || format_type(c.casttarget, NULL) AS name,
       CASE c.castmethod WHEN 'f' THEN 'function' WHEN 'i' THEN 'inout' WHEN 'b' THEN 'binary' END AS method,
       {routine c.castfunc} AS function,
       CASE c.castcontext WHEN 'e' THEN 'explicit' WHEN 'a' THEN 'assignment' WHEN 'i' THEN 'implicit' END AS context,
       obj_description(c.oid, 'pg_cast') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i')) AS implicit
FROM pg_cast c
WHERE c.oid >= 16384

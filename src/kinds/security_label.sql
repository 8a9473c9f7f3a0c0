-- One row per security label of an object of the database, or of the database itself.
SELECT l.provider || ' on ' || o.type || ' ' || o.identity AS name,
       l.label,
       false AS implicit
FROM pg_seclabel l,
     LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) o
WHERE o.identity IS NOT NULL
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = l.classoid AND d.objid = l.objoid AND d.deptype = 'e')
UNION ALL
SELECT l.provider || ' on database', l.label, false
FROM pg_shseclabel l
JOIN pg_database b ON b.oid = l.objoid
WHERE l.classoid = 'pg_database'::regclass AND b.datname = current_database()

-- One row per procedural language of the database.
SELECT l.lanname::text AS name,
       l.lanpltrusted AS trusted,
       {routine l.lanplcallfoid} AS handler,
       {routine l.laninline} AS inline,
       {routine l.lanvalidator} AS validator,
       pg_get_userbyid(l.lanowner)::text AS owner,
       {grants l l.lanacl l.lanowner} AS grants,
       obj_description(l.oid, 'pg_language') AS comment,
       l.oid < 16384 OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_language'::regclass AND d.objid = l.oid AND d.deptype = 'e') AS implicit
FROM pg_language l

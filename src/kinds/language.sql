-- One row per procedural language of the database.
SELECT l.lanname::text AS name,
       l.lanpltrusted AS trusted,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid = l.lanplcallfoid) AS handler,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid = l.laninline) AS inline,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid = l.lanvalidator) AS validator,
       pg_get_userbyid(l.lanowner)::text AS owner,
       {grants l l.lanacl l.lanowner} AS grants,
       obj_description(l.oid, 'pg_language') AS comment,
       l.oid < 16384 OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_language'::regclass AND d.objid = l.oid AND d.deptype = 'e') AS implicit
FROM pg_language l

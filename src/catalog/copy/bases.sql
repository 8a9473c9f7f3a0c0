-- Schemas, extensions, and what is in no schema.
WITH members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
SELECT statement
FROM (
  SELECT 1 AS part, oid, format('CREATE SCHEMA IF NOT EXISTS %I', nspname) AS statement
  FROM pg_namespace n
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_namespace'::regclass AND objid = n.oid)
  UNION ALL
  SELECT 1, 0, 'DROP SCHEMA IF EXISTS public' WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'public')
  UNION ALL
  SELECT 2, e.oid, format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA %I VERSION %L', extname, nspname, extversion)
  FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace
  UNION ALL
  SELECT 3, oid, format('CREATE %sLANGUAGE %I HANDLER %s%s%s', CASE WHEN lanpltrusted THEN 'TRUSTED ' ELSE '' END, lanname, lanplcallfoid::regproc,
    CASE WHEN laninline <> 0 THEN ' INLINE ' || laninline::regproc ELSE '' END,
    CASE WHEN lanvalidator <> 0 THEN ' VALIDATOR ' || lanvalidator::regproc ELSE '' END)
  FROM pg_language l
  WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_language'::regclass AND objid = l.oid)
  UNION ALL
  SELECT 4, oid, format('CREATE FOREIGN DATA WRAPPER %I%s%s%s', fdwname,
    CASE WHEN fdwhandler <> 0 THEN ' HANDLER ' || fdwhandler::regproc ELSE '' END,
    CASE WHEN fdwvalidator <> 0 THEN ' VALIDATOR ' || fdwvalidator::regproc ELSE '' END,
    (SELECT ' OPTIONS (' || string_agg(format('%I %L', option_name, option_value), ', ') || ')' FROM pg_options_to_table(fdwoptions)))
  FROM pg_foreign_data_wrapper w
  WHERE NOT EXISTS (SELECT FROM members WHERE classid = 'pg_foreign_data_wrapper'::regclass AND objid = w.oid)
  UNION ALL
  SELECT 5, s.oid, format('CREATE SERVER %I%s%s FOREIGN DATA WRAPPER %I%s', srvname, ' TYPE ' || quote_literal(srvtype),
    ' VERSION ' || quote_literal(srvversion), fdwname,
    (SELECT ' OPTIONS (' || string_agg(format('%I %L', option_name, option_value), ', ') || ')' FROM pg_options_to_table(srvoptions)))
  FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = srvfdw
  UNION ALL
  -- Their options may be secrets.
  SELECT 6, umid, format('CREATE USER MAPPING FOR %s SERVER %I', CASE umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(usename) END, srvname)
  FROM pg_user_mappings
  UNION ALL
  SELECT 7, oid, format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s', amname, CASE amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END, amhandler::regproc)
  FROM pg_am a
  WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_am'::regclass AND objid = a.oid)
) AS statements
ORDER BY part, oid

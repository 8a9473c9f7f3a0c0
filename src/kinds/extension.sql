-- One row per installed extension.
SELECT e.extname::text AS name,
       e.extversion AS version,
       n.nspname::text AS schema,
       obj_description(e.oid, 'pg_extension') AS comment,
       e.extname = 'plpgsql' AS implicit
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace

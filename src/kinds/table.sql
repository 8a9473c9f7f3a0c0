-- One row per table or partitioned table in scope.
SELECT c.schema, c.name,
       CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END AS persistence,
       CASE WHEN c.relrowsecurity THEN 'enabled' ELSE 'disabled' END AS row_security,
       c.relforcerowsecurity AS row_security_forced,
       CASE
            WHEN c.reloptions IS NULL AND x.reloptions IS NULL THEN '{}'
            ELSE (SELECT coalesce(jsonb_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), '{}')
                  FROM (SELECT o FROM unnest(c.reloptions) o
                        UNION ALL SELECT 'toast.' || o FROM unnest(x.reloptions) o) o(o))
       END AS options,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_by,
       CASE WHEN c.relispartition THEN p.parents[1] END AS partition_of,
       pg_get_expr(c.relpartbound, c.oid) AS partition_bound,
       CASE WHEN c.relispartition THEN '{}' ELSE coalesce(p.parents, '{}') END AS inherits,
       CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing'
            WHEN 'i' THEN (SELECT x.relname::text
                           FROM pg_index i
                           JOIN pg_class x ON x.oid = i.indexrelid
                           WHERE i.indrelid = c.oid AND i.indisreplident) END AS replica_identity,
       CASE WHEN c.reloftype <> 0 THEN
         (SELECT quote_ident(n.nspname) || '.' || quote_ident(o.typname)
          FROM pg_type o JOIN pg_namespace n ON n.oid = o.typnamespace WHERE o.oid = c.reloftype) END AS of_type,
       (SELECT k.relname::text FROM pg_class k WHERE k.oid = i.indexrelid) AS cluster_on,
       CASE WHEN (SELECT current_setting('driftgate.on_request', true) = 'on') THEN
         (SELECT array_agg(a.attname::text ORDER BY a.attnum)
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) END AS column_order,
       CASE WHEN (SELECT current_setting('driftgate.on_request', true) = 'on') THEN
         (SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{}')
          FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND (a.attnotnull OR t.typnotnull)
            AND NOT a.atthasdef AND a.attidentity = '' AND a.attgenerated = '' AND t.typdefault IS NULL) END AS inserts,
       (SELECT t.spcname::text FROM pg_tablespace t WHERE t.oid = c.reltablespace) AS tablespace,
       coalesce((SELECT m.amname::text FROM pg_am m WHERE m.oid = c.relam), 'heap') AS access_method,
       pg_get_userbyid(c.relowner)::text AS owner,
       {grants r c.relacl c.relowner} AS grants,
       e.description AS comment,
       CASE WHEN c.relkind = 'p' THEN
         (SELECT coalesce(jsonb_object_agg(quote_ident(n.nspname) || '.' || quote_ident(f.relname), f.relkind::text), '{}')
          FROM pg_inherits h
          JOIN pg_class f ON f.oid = h.inhrelid
          JOIN pg_namespace n ON n.oid = f.relnamespace
          WHERE h.inhparent = c.oid)
       END AS partitions,
       {bound_types c} AS bound_types,
       c.relispartition OR c.relpersistence = 't'
         OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_relations c
LEFT JOIN pg_class x ON x.oid = c.reltoastrelid
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisclustered
LEFT JOIN pg_description e ON e.objoid = c.oid AND e.classoid = 'pg_class'::regclass AND e.objsubid = 0,
     LATERAL (SELECT array_agg(quote_ident(n.nspname) || '.' || quote_ident(f.relname) ORDER BY h.inhseqno) AS parents
              FROM pg_inherits h JOIN pg_class f ON f.oid = h.inhparent JOIN pg_namespace n ON n.oid = f.relnamespace WHERE h.inhrelid = c.oid) p
WHERE c.relkind IN ('r', 'p')

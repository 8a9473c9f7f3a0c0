-- One row per foreign table in scope.
SELECT c.schema, c.name,
       v.srvname::text AS server,
       {options f.ftoptions} AS options,
       CASE WHEN c.relispartition THEN p.parents[1] END AS partition_of,
       pg_get_expr(c.relpartbound, c.oid) AS partition_bound,
       CASE WHEN c.relispartition THEN '{}' ELSE coalesce(p.parents, '{}') END AS inherits,
       {bound_types c} AS bound_types,
       pg_get_userbyid(c.relowner)::text AS owner,
       {grants r c.relacl c.relowner} AS grants,
       e.description AS comment,
       c.relispartition
         OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_relations c
JOIN pg_foreign_table f ON f.ftrelid = c.oid
JOIN pg_foreign_server v ON v.oid = f.ftserver
LEFT JOIN pg_description e ON e.objoid = c.oid AND e.classoid = 'pg_class'::regclass AND e.objsubid = 0,
     LATERAL (SELECT array_agg(quote_ident(n.nspname) || '.' || quote_ident(f.relname) ORDER BY h.inhseqno) AS parents
              FROM pg_inherits h JOIN pg_class f ON f.oid = h.inhparent JOIN pg_namespace n ON n.oid = f.relnamespace WHERE h.inhrelid = c.oid) p

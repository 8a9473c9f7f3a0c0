-- One row per row security policy of a table in scope.
SELECT c.schema, c.name AS relation, p.polname::text AS name,
       CASE p.polcmd WHEN '*' THEN 'all' WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' END AS command,
       (SELECT array_agg(pg_get_userbyid(r.role)::text ORDER BY pg_get_userbyid(r.role)::text)
        FROM unnest(p.polroles) r(role)
        WHERE r.role <> 0) AS roles,
       pg_get_expr(p.polqual, p.polrelid) AS "using",
       pg_get_expr(p.polwithcheck, p.polrelid) AS "check",
       p.polpermissive AS permissive,
       c.relrowsecurity AND x.names IS NULL AS in_force,
       x.names AS in_partitions,
       e.description AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.deptype = 'e') AS implicit
FROM scope_relations c
JOIN pg_policy p ON p.polrelid = c.oid
LEFT JOIN pg_description e ON e.objoid = p.oid AND e.classoid = 'pg_policy'::regclass AND e.objsubid = 0,
     -- Row security of a partitioned table does not apply to who reads or writes a partition by its name.
     LATERAL (WITH RECURSIVE below AS (
                SELECT h.inhrelid FROM pg_inherits h WHERE h.inhparent = c.oid AND c.relkind = 'p'
                UNION ALL
                -- OFFSET 0: the index of pg_inherits is used, however many rows the planner expects.
                SELECT h.inhrelid
                FROM below b, LATERAL (SELECT h.inhrelid FROM pg_inherits h WHERE h.inhparent = b.inhrelid OFFSET 0) h)
              SELECT jsonb_object_agg(quote_ident(n.nspname) || '.' || quote_ident(r.relname), false) AS names
              FROM below b
              JOIN pg_class r ON r.oid = b.inhrelid AND r.relkind <> 'f' AND NOT r.relrowsecurity
              JOIN pg_namespace n ON n.oid = r.relnamespace
              WHERE EXISTS (SELECT FROM aclexplode(r.relacl) a
                            WHERE a.grantee <> r.relowner AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE'))) x

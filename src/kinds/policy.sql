-- One row per row security policy of a table in scope.
SELECT c.schema, c.name AS relation, p.polname::text AS name,
       CASE p.polcmd WHEN '*' THEN 'all' WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' END AS command,
       (SELECT array_agg(pg_get_userbyid(r.role)::text ORDER BY pg_get_userbyid(r.role)::text)
        FROM unnest(p.polroles) r(role)
        WHERE r.role <> 0) AS roles,
       pg_get_expr(p.polqual, p.polrelid) AS "using",
       pg_get_expr(p.polwithcheck, p.polrelid) AS "check",
       p.polpermissive AS permissive,
       c.relrowsecurity AS in_force,
       e.description AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.deptype = 'e') AS implicit
FROM scope_relations c
JOIN pg_policy p ON p.polrelid = c.oid
LEFT JOIN pg_description e ON e.objoid = p.oid AND e.classoid = 'pg_policy'::regclass AND e.objsubid = 0

SELECT t.schema, t.name,
       (SELECT coalesce(array_agg(e.enumlabel::text ORDER BY e.enumsortorder), '{}') FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels,
       pg_get_userbyid(t.typowner)::text AS owner,
       CASE WHEN t.typacl IS NULL THEN '{}' ELSE (SELECT coalesce(jsonb_object_agg(g.role, g.privileges), '{}')
        FROM (SELECT a.role, jsonb_agg(a.privilege ORDER BY a.privilege) AS privileges
              FROM (SELECT pg_get_userbyid(grantee)::text AS role,
                           lower(privilege_type) || CASE WHEN bool_or(is_grantable) THEN ' with grant option' ELSE '' END AS privilege
                    FROM aclexplode(t.typacl) WHERE grantee NOT IN (0, t.typowner) GROUP BY grantee, privilege_type) a
              GROUP BY a.role
              UNION ALL SELECT 'public', '["none"]' WHERE t.typacl IS NOT NULL AND NOT EXISTS (SELECT FROM aclexplode(t.typacl) WHERE grantee = 0)) g) END AS grants,
       e.description AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e') AS implicit
FROM scope_types t
LEFT JOIN pg_description e ON e.objoid = t.oid AND e.classoid = 'pg_type'::regclass AND e.objsubid = 0
WHERE t.typtype = 'e'

CASE WHEN $acl IS NULL THEN '{}' ELSE (SELECT coalesce(jsonb_object_agg(g.role, g.privileges), '{}')
        FROM (SELECT a.role, jsonb_agg(a.privilege ORDER BY a.privilege) AS privileges
              FROM (SELECT pg_get_userbyid(grantee)::text AS role,
                           lower(privilege_type) || CASE WHEN bool_or(is_grantable) THEN ' with grant option' ELSE '' END AS privilege
                    FROM aclexplode($acl) WHERE grantee NOT IN (0, $owner) GROUP BY grantee, privilege_type) a
              GROUP BY a.role
              UNION ALL SELECT 'public', '["none"]' WHERE NOT EXISTS (SELECT FROM aclexplode($acl) WHERE grantee = 0)) g) END

CASE WHEN $acl IS NULL THEN '{}' ELSE (SELECT coalesce(jsonb_object_agg(g.role, g.privileges), '{}')
        FROM (SELECT a.role, jsonb_agg(a.privilege ORDER BY a.privilege) AS privileges
              FROM (SELECT CASE grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(grantee)::text END AS role,
                           lower(privilege_type) || CASE WHEN bool_or(is_grantable) AND grantee <> $owner THEN ' with grant option' ELSE '' END
                             || CASE WHEN grantor <> $owner THEN ' granted by ' || pg_get_userbyid(grantor) ELSE '' END AS privilege
                    FROM aclexplode($acl) GROUP BY grantee, privilege_type, grantor) a
              GROUP BY a.role) g) END

CASE WHEN $acl IS NULL THEN '{}' ELSE (SELECT coalesce(jsonb_object_agg(g.role, g.privileges), '{}')
        FROM (SELECT CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee)::text END AS role,
                     jsonb_agg(a.privilege ORDER BY a.privilege) AS privileges
              FROM (SELECT grantee, lower(privilege_type) || CASE WHEN bool_or(is_grantable) AND grantee <> $owner THEN ' with grant option' ELSE '' END
                             || CASE WHEN grantor <> $owner THEN ' granted by ' || pg_get_userbyid(grantor) ELSE '' END AS privilege
                    FROM aclexplode($acl) GROUP BY grantee, privilege_type, grantor) a
              GROUP BY a.grantee
              -- What the owner and PUBLIC have by default is left out.
              HAVING a.grantee NOT IN (0, $owner)
                OR jsonb_agg(a.privilege ORDER BY a.privilege) IS DISTINCT FROM
                   (SELECT jsonb_agg(lower(privilege_type) ORDER BY lower(privilege_type)) FROM aclexplode(acldefault('$class', 10))
                    WHERE grantee = CASE a.grantee WHEN 0 THEN 0 ELSE 10 END)
              UNION ALL SELECT CASE o.role WHEN 0 THEN 'public' ELSE pg_get_userbyid(o.role)::text END, '["none"]'
              FROM (VALUES ($owner), (0)) o(role)
              WHERE NOT EXISTS (SELECT FROM aclexplode($acl) WHERE grantee = o.role)
                AND (o.role <> 0 OR EXISTS (SELECT FROM aclexplode(acldefault('$class', 10)) WHERE grantee = 0))) g) END

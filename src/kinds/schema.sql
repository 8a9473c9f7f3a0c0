SELECT n.nspname::text AS name,
       pg_get_userbyid(n.nspowner)::text AS owner,
       CASE WHEN n.nspacl IS NULL THEN '{}' ELSE (SELECT coalesce(jsonb_object_agg(g.role, g.privileges), '{}')
        FROM (SELECT a.role, jsonb_agg(a.privilege ORDER BY a.privilege) AS privileges
              FROM (SELECT CASE grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(grantee)::text END AS role,
                           lower(privilege_type) || CASE WHEN bool_or(is_grantable) THEN ' with grant option' ELSE '' END AS privilege
                    FROM aclexplode(n.nspacl) WHERE grantee <> n.nspowner GROUP BY grantee, privilege_type) a
              GROUP BY a.role) g) END AS grants,
       obj_description(n.oid, 'pg_namespace') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e') AS implicit
FROM pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'

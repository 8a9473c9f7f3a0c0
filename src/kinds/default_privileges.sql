-- One row per role, schema (or none) and class of objects of ALTER DEFAULT PRIVILEGES.
SELECT pg_get_userbyid(d.defaclrole) || coalesce(' in ' || (SELECT n.nspname FROM pg_namespace n WHERE n.oid = d.defaclnamespace), '')
         || ' on ' || CASE d.defaclobjtype
                           WHEN 'r' THEN 'tables'
                           WHEN 'S' THEN 'sequences'
                           WHEN 'f' THEN 'functions'
                           WHEN 'T' THEN 'types'
                           WHEN 'n' THEN 'schemas'
                           WHEN 'L' THEN 'large objects'
                      END AS name,
       (SELECT coalesce(jsonb_object_agg(g.role, g.privileges), '{}')
        FROM (SELECT a.role, jsonb_agg(a.privilege ORDER BY a.privilege) AS privileges
              FROM (SELECT CASE grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(grantee)::text END AS role,
                           lower(privilege_type) || CASE WHEN bool_or(is_grantable) THEN ' with grant option' ELSE '' END AS privilege
                    FROM aclexplode(d.defaclacl)
                    -- Without a schema these are all privileges; with one, those in addition to the ones without a schema.
                    WHERE d.defaclnamespace <> 0 OR grantee <> d.defaclrole AND (grantee <> 0 OR d.defaclobjtype NOT IN ('f', 'T'))
                    GROUP BY grantee, privilege_type) a
              GROUP BY a.role
              UNION ALL SELECT 'public', '["none"]'
              WHERE d.defaclnamespace = 0 AND d.defaclobjtype IN ('f', 'T')
                AND NOT EXISTS (SELECT FROM aclexplode(d.defaclacl) WHERE grantee = 0)) g) AS grants,
       pg_get_userbyid(d.defaclrole)::text AS owner,
       false AS implicit
FROM pg_default_acl d

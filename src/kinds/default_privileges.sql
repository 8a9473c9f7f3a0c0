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
        FROM (SELECT CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee)::text END AS role,
                     jsonb_agg(a.privilege ORDER BY a.privilege) AS privileges
              FROM (SELECT grantee, lower(privilege_type)
                             || CASE WHEN bool_or(is_grantable) AND grantee <> d.defaclrole THEN ' with grant option' ELSE '' END AS privilege
                    FROM aclexplode(d.defaclacl)
                    GROUP BY grantee, privilege_type) a
              GROUP BY a.grantee
              -- Without a schema these are all privileges; with one, those in addition to the ones without a schema.
              HAVING d.defaclnamespace <> 0 OR count(*) <> (SELECT count(*) FROM aclexplode(d.usual) u WHERE u.grantee = a.grantee)
              UNION ALL SELECT DISTINCT CASE u.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(u.grantee)::text END, '["none"]'::jsonb
              FROM aclexplode(d.usual) u
              WHERE d.defaclnamespace = 0 AND u.grantee NOT IN (SELECT grantee FROM aclexplode(d.defaclacl))) g) AS grants,
       pg_get_userbyid(d.defaclrole)::text AS owner,
       false AS implicit
FROM (SELECT d.*, acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole) AS usual FROM pg_default_acl d) d

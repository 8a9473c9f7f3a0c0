SELECT l.lanname::text AS name,
       l.lanpltrusted AS trusted,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = l.lanplcallfoid) AS handler,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = l.laninline) AS inline,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = l.lanvalidator) AS validator,
       pg_get_userbyid(l.lanowner)::text AS owner,
       (SELECT coalesce(jsonb_object_agg(g.role, g.privileges), '{}')
        FROM (SELECT a.role, jsonb_agg(a.privilege ORDER BY a.privilege) AS privileges
              FROM (SELECT pg_get_userbyid(grantee)::text AS role,
                           lower(privilege_type) || CASE WHEN bool_or(is_grantable) THEN ' with grant option' ELSE '' END AS privilege
                    FROM aclexplode(l.lanacl) WHERE grantee NOT IN (0, l.lanowner) GROUP BY grantee, privilege_type) a
              GROUP BY a.role
              UNION ALL SELECT 'public', '["none"]' WHERE l.lanacl IS NOT NULL AND NOT EXISTS (SELECT FROM aclexplode(l.lanacl) WHERE grantee = 0)) g) AS grants,
       obj_description(l.oid, 'pg_language') AS comment,
       l.oid < 16384 OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_language'::regclass AND d.objid = l.oid AND d.deptype = 'e') AS implicit
FROM pg_language l

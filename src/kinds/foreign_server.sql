SELECT v.srvname::text AS name,
       w.fdwname::text AS wrapper,
       v.srvtype AS type,
       v.srvversion AS version,
       (SELECT coalesce(jsonb_object_agg(o.option_name, CASE WHEN strpos(lower(o.option_name), 'password') > 0 THEN '********' ELSE o.option_value END), '{}') FROM pg_options_to_table(v.srvoptions) o) AS options,
       pg_get_userbyid(v.srvowner)::text AS owner,
       CASE WHEN v.srvacl IS NULL THEN '{}' ELSE (SELECT coalesce(jsonb_object_agg(g.role, g.privileges), '{}')
        FROM (SELECT a.role, jsonb_agg(a.privilege ORDER BY a.privilege) AS privileges
              FROM (SELECT CASE grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(grantee)::text END AS role,
                           lower(privilege_type) || CASE WHEN bool_or(is_grantable) THEN ' with grant option' ELSE '' END AS privilege
                    FROM aclexplode(v.srvacl) WHERE grantee <> v.srvowner GROUP BY grantee, privilege_type) a
              GROUP BY a.role) g) END AS grants,
       obj_description(v.oid, 'pg_foreign_server') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_foreign_server'::regclass AND d.objid = v.oid AND d.deptype = 'e') AS implicit
FROM pg_foreign_server v
JOIN pg_foreign_data_wrapper w ON w.oid = v.srvfdw

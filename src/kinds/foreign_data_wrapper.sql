SELECT w.fdwname::text AS name,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = w.fdwhandler) AS handler,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = w.fdwvalidator) AS validator,
       (SELECT coalesce(jsonb_object_agg(o.option_name, CASE WHEN strpos(lower(o.option_name), 'password') > 0 THEN '********' ELSE o.option_value END), '{}') FROM pg_options_to_table(w.fdwoptions) o) AS options,
       pg_get_userbyid(w.fdwowner)::text AS owner,
       CASE WHEN w.fdwacl IS NULL THEN '{}' ELSE (SELECT coalesce(jsonb_object_agg(g.role, g.privileges), '{}')
        FROM (SELECT a.role, jsonb_agg(a.privilege ORDER BY a.privilege) AS privileges
              FROM (SELECT CASE grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(grantee)::text END AS role,
                           lower(privilege_type) || CASE WHEN bool_or(is_grantable) THEN ' with grant option' ELSE '' END AS privilege
                    FROM aclexplode(w.fdwacl) WHERE grantee <> w.fdwowner GROUP BY grantee, privilege_type) a
              GROUP BY a.role) g) END AS grants,
       obj_description(w.oid, 'pg_foreign_data_wrapper') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_foreign_data_wrapper'::regclass AND d.objid = w.oid AND d.deptype = 'e') AS implicit
FROM pg_foreign_data_wrapper w

SELECT c.schema, c.name,
       pg_get_viewdef(c.oid) AS definition,
       c.relispopulated AS populated,
       CASE WHEN c.reloptions IS NULL THEN '{}' ELSE (SELECT coalesce(jsonb_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), '{}') FROM unnest(c.reloptions) o) END AS options,
       (SELECT t.spcname::text FROM pg_tablespace t WHERE t.oid = c.reltablespace) AS tablespace,
       (SELECT m.amname::text FROM pg_am m WHERE m.oid = c.relam) AS access_method,
       pg_get_userbyid(c.relowner)::text AS owner,
       CASE WHEN c.relacl IS NULL THEN '{}' ELSE (SELECT coalesce(jsonb_object_agg(g.role, g.privileges), '{}')
        FROM (SELECT a.role, jsonb_agg(a.privilege ORDER BY a.privilege) AS privileges
              FROM (SELECT CASE grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(grantee)::text END AS role,
                           lower(privilege_type) || CASE WHEN bool_or(is_grantable) THEN ' with grant option' ELSE '' END AS privilege
                    FROM aclexplode(c.relacl) WHERE grantee <> c.relowner GROUP BY grantee, privilege_type) a
              GROUP BY a.role) g) END AS grants,
       e.description AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_relations c
LEFT JOIN pg_description e ON e.objoid = c.oid AND e.classoid = 'pg_class'::regclass AND e.objsubid = 0
WHERE c.relkind = 'm'

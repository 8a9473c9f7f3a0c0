-- One row per object of PostgreSQL or of an extension whose privileges are no longer those that it was installed with.
SELECT o.type || ' ' || o.identity AS name,
       g.grants,
       -- GRANT reads `integer` as a name, and not as SQL's word for a type.
       CASE WHEN x.classid = 'pg_type'::regclass THEN
         (SELECT quote_ident(n.nspname) || '.' || quote_ident(t.typname)
          FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = x.objid) END AS type_name,
       false AS implicit
FROM ({changed_grants}) x,
     LATERAL (SELECT jsonb_object_agg(CASE coalesce(n.grantee, i.grantee) WHEN 0 THEN 'public'
                                           ELSE pg_get_userbyid(coalesce(n.grantee, i.grantee))::text END,
                                      coalesce(n.privileges, '["none"]')) AS grants
              FROM (SELECT a.grantee, jsonb_agg(a.privilege ORDER BY a.privilege) AS privileges
                    FROM (SELECT grantee, lower(privilege_type) || CASE WHEN bool_or(is_grantable) THEN ' with grant option' ELSE '' END AS privilege
                          FROM aclexplode(x.acl) GROUP BY grantee, privilege_type) a
                    GROUP BY a.grantee) n
              FULL JOIN (SELECT a.grantee, jsonb_agg(a.privilege ORDER BY a.privilege) AS privileges
                         FROM (SELECT grantee, lower(privilege_type) || CASE WHEN bool_or(is_grantable) THEN ' with grant option' ELSE '' END AS privilege
                               FROM aclexplode(x.initial) GROUP BY grantee, privilege_type) a
                         GROUP BY a.grantee) i ON i.grantee = n.grantee
              WHERE n.privileges IS DISTINCT FROM i.privileges AND coalesce(n.grantee, i.grantee) <> x.owner) g,
     LATERAL pg_identify_object(x.classid, x.objid, x.objsubid) o
WHERE g.grants IS NOT NULL

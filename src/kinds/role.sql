-- One row per role of the server.
SELECT r.rolname::text AS name,
       r.rolcanlogin AS login,
       r.rolsuper AS superuser,
       r.rolcreatedb AS createdb,
       r.rolcreaterole AS createrole,
       r.rolinherit AS inherit,
       r.rolreplication AS replication,
       r.rolbypassrls AS bypassrls,
       CASE WHEN r.rolconnlimit >= 0 THEN r.rolconnlimit END AS connection_limit,
       CASE WHEN r.rolvaliduntil < 'infinity' THEN (r.rolvaliduntil AT TIME ZONE 'UTC')::text || '+00' END AS valid_until,
       coalesce(m.member_of, '{}') AS member_of,
       coalesce(m.granted_by, '{}') AS granted_by,
       {settings s.setconfig} AS settings,
       shobj_description(r.oid, 'pg_authid') AS comment,
       r.rolname::text AS owner,
       r.rolname ~ '^pg_' AS implicit
FROM pg_roles r
LEFT JOIN pg_db_role_setting s ON s.setrole = r.oid AND s.setdatabase = 0
LEFT JOIN (SELECT g.member, jsonb_object_agg(g.role, g.words) AS member_of,
                  jsonb_object_agg(g.role, g.grantors) FILTER (WHERE g.grantors <> '[]') AS granted_by
           FROM (SELECT m.member, pg_get_userbyid(m.roleid)::text AS role,
                        to_jsonb(coalesce(nullif(array_remove(ARRAY[
                          CASE WHEN bool_or(m.admin_option) THEN 'admin' END,
                          CASE WHEN NOT bool_or(coalesce(m.inherits, u.rolinherit)) THEN 'no inherit' END,
                          CASE WHEN NOT bool_or(coalesce(m.sets, true)) THEN 'no set' END], NULL), '{}'), '{member}')) AS words,
                        -- Before 16 the grantor may be any role, and has no meaning.
                        coalesce(jsonb_agg(DISTINCT pg_get_userbyid(m.grantor)::text) FILTER (WHERE m.grantor <> 10 AND m.sets IS NOT NULL), '[]')
                          AS grantors
                 -- absent: see "To add a kind" in src/kinds/spec.rs.
                 FROM (SELECT NULL::boolean AS inherit_option, NULL::boolean AS set_option) absent,
                      LATERAL (SELECT m.*, inherit_option AS inherits, set_option AS sets FROM pg_auth_members m) m
                 JOIN pg_roles u ON u.oid = m.member
                 GROUP BY m.member, m.roleid) g
           GROUP BY g.member) m ON m.member = r.oid

-- One row per user mapping of the database.
SELECT m.usename || ' on ' || m.srvname AS name,
       {options m.umoptions} AS options,
       -- Options that do not exist and options that are not shown look the same. This is the condition of the view.
       m.umoptions IS NULL
         AND NOT (m.umuser <> 0 AND m.usename = current_user AND (pg_has_role(v.srvowner, 'USAGE') OR has_server_privilege(v.oid, 'USAGE'))
                  OR m.umuser = 0 AND pg_has_role(v.srvowner, 'USAGE')
                  OR (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user)) AS hidden,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_user_mapping'::regclass AND d.objid = m.umid AND d.deptype = 'e') AS implicit
FROM pg_user_mappings m
JOIN pg_foreign_server v ON v.oid = m.srvid

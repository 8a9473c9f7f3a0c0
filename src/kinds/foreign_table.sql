-- One row per foreign table in scope.
SELECT c.schema, c.name,
       v.srvname::text AS server,
       {options f.ftoptions} AS options,
       pg_get_userbyid(c.relowner)::text AS owner,
       {grants r c.relacl c.relowner} AS grants,
       e.description AS comment,
       c.relispartition
         OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_relations c
JOIN pg_foreign_table f ON f.ftrelid = c.oid
JOIN pg_foreign_server v ON v.oid = f.ftserver
LEFT JOIN pg_description e ON e.objoid = c.oid AND e.classoid = 'pg_class'::regclass AND e.objsubid = 0

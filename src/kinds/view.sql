-- One row per view in scope.
SELECT c.schema, c.name,
       pg_get_viewdef(c.oid) AS definition,
       {storage_options c.reloptions} AS options,
       pg_get_userbyid(c.relowner)::text AS owner,
       {grants r c.relacl c.relowner} AS grants,
       e.description AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_relations c
LEFT JOIN pg_description e ON e.objoid = c.oid AND e.classoid = 'pg_class'::regclass AND e.objsubid = 0
WHERE c.relkind = 'v'

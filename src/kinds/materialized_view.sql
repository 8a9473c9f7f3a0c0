SELECT s.schema, s.name,
       pg_get_userbyid(c.relowner)::text AS owner,
       obj_description(c.oid, 'pg_class') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_relations s
JOIN pg_class c ON c.oid = s.oid
WHERE c.relkind = 'm'

SELECT s.schema, s.name,
       pg_get_userbyid(t.typowner)::text AS owner,
       obj_description(t.oid, 'pg_type') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e') AS implicit
FROM scope_relations s
JOIN pg_class c ON c.oid = s.oid
JOIN pg_type t ON t.oid = c.reltype
WHERE c.relkind = 'c'

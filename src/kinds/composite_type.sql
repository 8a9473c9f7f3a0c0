-- One row per stand-alone composite type in scope.
SELECT c.schema, c.name,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS column_order,
       pg_get_userbyid(t.typowner)::text AS owner,
       {grants T t.typacl t.typowner} AS grants,
       obj_description(t.oid, 'pg_type') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e') AS implicit
FROM scope_relations c
JOIN pg_type t ON t.oid = c.reltype
WHERE c.relkind = 'c'

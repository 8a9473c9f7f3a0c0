-- One row per enumerated type in scope, with its labels.
SELECT t.schema, t.name,
       (SELECT coalesce(array_agg(e.enumlabel::text ORDER BY e.enumsortorder), '{}') FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels,
       pg_get_userbyid(t.typowner)::text AS owner,
       {grants T t.typacl t.typowner} AS grants,
       e.description AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e') AS implicit
FROM scope_types t
LEFT JOIN pg_description e ON e.objoid = t.oid AND e.classoid = 'pg_type'::regclass AND e.objsubid = 0
WHERE t.typtype = 'e'

-- One row per rewrite rule of a relation in scope, without the ones that are the definitions of views.
SELECT s.schema, s.name AS relation, r.rulename::text AS name,
       pg_get_ruledef(r.oid) AS definition,
       CASE r.ev_enabled WHEN 'O' THEN 'origin' WHEN 'A' THEN 'always' WHEN 'R' THEN 'replica' WHEN 'D' THEN 'disabled' END AS enabled,
       obj_description(r.oid, 'pg_rewrite') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.deptype = 'e') AS implicit
FROM scope_relations s
JOIN pg_rewrite r ON r.ev_class = s.oid
WHERE r.rulename <> '_RETURN'

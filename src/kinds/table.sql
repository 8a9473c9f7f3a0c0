SELECT s.schema, s.name,
       CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END AS persistence,
       CASE WHEN c.relrowsecurity THEN 'enabled' ELSE 'disabled' END AS row_security,
       c.relforcerowsecurity AS row_security_forced,
       (SELECT coalesce(jsonb_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), '{}') FROM unnest(c.reloptions) o) AS options,
       pg_get_userbyid(c.relowner)::text AS owner,
       obj_description(c.oid, 'pg_class') AS comment,
       c.relispartition OR c.relpersistence = 't'
         OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_relations s
JOIN pg_class c ON c.oid = s.oid
WHERE c.relkind IN ('r', 'p')

-- One row per procedure in scope.
SELECT p.schema, p.name,
       (SELECT coalesce(string_agg(format_type(a.type, NULL), ', ' ORDER BY a.n), '')
        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a(type, n)) AS argument_types,
       nullif(pg_get_function_arguments(p.oid), '') AS arguments,
       coalesce(p.proargnames, '{}') AS argument_names,
       l.lanname::text AS language,
       CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END AS security,
       {settings p.proconfig} AS settings,
       CASE WHEN p.sqlbody IS NULL THEN p.prosrc
            ELSE (SELECT substr(d.text, greatest(strpos(d.text, chr(10) || 'RETURN '), strpos(d.text, chr(10) || 'BEGIN ATOMIC')) + 1)
                 FROM (SELECT pg_get_functiondef(p.oid) AS text OFFSET 0) d)
       END AS body,
       pg_get_userbyid(p.proowner)::text AS owner,
       {grants f p.proacl p.proowner} AS grants,
       {extension_dependencies 'pg_proc' p.oid} AS depends_on_extensions,
       e.description AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::pg_node_tree AS prosqlbody) absent,
     LATERAL (SELECT p.*, prosqlbody AS sqlbody FROM scope_routines p) p
JOIN pg_language l ON l.oid = p.prolang
LEFT JOIN pg_description e ON e.objoid = p.oid AND e.classoid = 'pg_proc'::regclass AND e.objsubid = 0
WHERE p.prokind = 'p'

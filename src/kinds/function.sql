-- One row per function or window function in scope.
SELECT p.schema, p.name,
       (SELECT coalesce(string_agg(format_type(a.type, NULL), ', ' ORDER BY a.n), '')
        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a(type, n)) AS argument_types,
       nullif(pg_get_function_arguments(p.oid), '') AS arguments,
       coalesce(p.proargnames, '{}') AS argument_names,
       format_type(p.prorettype, NULL) AS returns,
       p.proretset AS returns_set,
       (SELECT coalesce(array_agg(quote_ident(a.name) || ' ' || format_type(a.type, NULL) ORDER BY a.n), '{}')
        FROM unnest(p.proallargtypes, p.proargmodes, p.proargnames) WITH ORDINALITY a(type, mode, name, n) WHERE a.mode = 't') AS returns_columns,
       l.lanname::text AS language,
       CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' WHEN 'v' THEN 'volatile' END AS volatility,
       p.proisstrict AS strict,
       CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END AS security,
       CASE p.proparallel WHEN 'u' THEN 'unsafe' WHEN 'r' THEN 'restricted' WHEN 's' THEN 'safe' END AS parallel,
       p.proleakproof AS leakproof,
       p.procost::text AS cost,
       CASE WHEN p.proretset AND p.prorows <> 1000 THEN p.prorows::text END AS rows,
       {routine p.prosupport} AS support,
       p.prokind = 'w' AS "window",
       {settings p.proconfig} AS settings,
       CASE WHEN p.sqlbody IS NULL THEN p.prosrc
            ELSE (SELECT substr(d.text, greatest(strpos(d.text, chr(10) || 'RETURN '), strpos(d.text, chr(10) || 'BEGIN ATOMIC')) + 1)
                 FROM (SELECT pg_get_functiondef(p.oid) AS text OFFSET 0) d)
       END AS body,
       pg_get_userbyid(p.proowner)::text AS owner,
       {grants f p.proacl p.proowner} AS grants,
       {extension_dependencies 'pg_proc' p.oid} AS depends_on_extensions,
       e.description AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i')) AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::pg_node_tree AS prosqlbody) absent,
     LATERAL (SELECT p.*, prosqlbody AS sqlbody FROM scope_routines p) p
JOIN pg_language l ON l.oid = p.prolang
LEFT JOIN pg_description e ON e.objoid = p.oid AND e.classoid = 'pg_proc'::regclass AND e.objsubid = 0
WHERE p.prokind IN ('f', 'w')

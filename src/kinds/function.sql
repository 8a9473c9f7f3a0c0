SELECT s.schema, s.name,
       (SELECT coalesce(string_agg(format_type(a.type, NULL), ', ' ORDER BY a.n), '') FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a(type, n)) AS arguments,
       format_type(p.prorettype, NULL) AS returns,
       p.proretset AS returns_set,
       (SELECT coalesce(array_agg(quote_ident(a.name) || ' ' || format_type(a.type, NULL) ORDER BY a.n), '{}')
        FROM unnest(p.proallargtypes, p.proargmodes, p.proargnames) WITH ORDINALITY a(type, mode, name, n) WHERE a.mode = 't') AS returns_columns,
       l.lanname::text AS language,
       CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' WHEN 'v' THEN 'volatile' END AS volatility,
       p.proisstrict AS strict,
       CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END AS security,
       CASE WHEN p.sqlbody IS NULL THEN p.prosrc
            ELSE (SELECT substr(d.text, greatest(strpos(d.text, chr(10) || 'RETURN '), strpos(d.text, chr(10) || 'BEGIN ATOMIC')) + 1)
                 FROM (SELECT pg_get_functiondef(p.oid) AS text OFFSET 0) d)
       END AS body,
       pg_get_userbyid(p.proowner)::text AS owner,
       obj_description(p.oid, 'pg_proc') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i')) AS implicit
FROM (SELECT NULL::pg_node_tree AS prosqlbody) absent,
     LATERAL (SELECT p.*, prosqlbody AS sqlbody FROM scope_routines r JOIN pg_proc p ON p.oid = r.oid) p
JOIN scope_routines s ON s.oid = p.oid
JOIN pg_language l ON l.oid = p.prolang
WHERE p.prokind IN ('f', 'w')

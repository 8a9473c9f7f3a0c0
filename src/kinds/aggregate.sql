-- One row per aggregate function in scope.
SELECT p.schema, p.name,
       (SELECT coalesce(string_agg(format_type(a.type, NULL), ', ' ORDER BY a.n), '')
        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a(type, n)) AS argument_types,
       nullif(pg_get_function_arguments(p.oid), '') AS arguments,
       coalesce(p.proargnames, '{}') AS argument_names,
       CASE g.aggkind WHEN 'n' THEN 'normal' WHEN 'o' THEN 'ordered-set' WHEN 'h' THEN 'hypothetical' END AS kind,
       g.aggnumdirectargs AS direct_arguments,
       f.state_function, format_type(g.aggtranstype, NULL) AS state_type, g.aggtransspace AS state_size,
       g.agginitval AS initial_condition,
       f.final_function, g.aggfinalextra AS final_function_extra,
       CASE g.aggfinalmodify WHEN 'r' THEN 'read_only' WHEN 's' THEN 'shareable' WHEN 'w' THEN 'read_write' END AS final_function_modify,
       f.combine_function, f.serialize_function, f.deserialize_function,
       f.moving_state_function, f.moving_inverse_function,
       CASE WHEN g.aggmtranstype <> 0 THEN format_type(g.aggmtranstype, NULL) END AS moving_state_type, g.aggmtransspace AS moving_state_size,
       g.aggminitval AS moving_initial_condition,
       f.moving_final_function, g.aggmfinalextra AS moving_final_function_extra,
       CASE WHEN g.aggmtransfn = 0 THEN 'read_only'
            ELSE CASE g.aggmfinalmodify WHEN 'r' THEN 'read_only' WHEN 's' THEN 'shareable' WHEN 'w' THEN 'read_write' END
       END AS moving_final_function_modify,
       (SELECT quote_ident(n.nspname) || '.' || o.oprname
        FROM pg_operator o
        JOIN pg_namespace n ON n.oid = o.oprnamespace
        WHERE o.oid = g.aggsortop) AS sort_operator,
       CASE p.proparallel WHEN 'u' THEN 'unsafe' WHEN 'r' THEN 'restricted' WHEN 's' THEN 'safe' END AS parallel,
       pg_get_userbyid(p.proowner)::text AS owner,
       {grants f p.proacl p.proowner} AS grants,
       obj_description(p.oid, 'pg_proc') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') AS implicit
FROM scope_routines p
JOIN pg_aggregate g ON g.aggfnoid = p.oid,
     LATERAL (SELECT max(q.name) FILTER (WHERE q.oid = g.aggtransfn) AS state_function,
                     max(q.name) FILTER (WHERE q.oid = g.aggfinalfn) AS final_function,
                     max(q.name) FILTER (WHERE q.oid = g.aggcombinefn) AS combine_function,
                     max(q.name) FILTER (WHERE q.oid = g.aggserialfn) AS serialize_function,
                     max(q.name) FILTER (WHERE q.oid = g.aggdeserialfn) AS deserialize_function,
                     max(q.name) FILTER (WHERE q.oid = g.aggmtransfn) AS moving_state_function,
                     max(q.name) FILTER (WHERE q.oid = g.aggminvtransfn) AS moving_inverse_function,
                     max(q.name) FILTER (WHERE q.oid = g.aggmfinalfn) AS moving_final_function
              FROM (SELECT f.oid, quote_ident(n.nspname) || '.' || quote_ident(f.proname) AS name
                    FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
                    WHERE f.oid = ANY (ARRAY[g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.aggserialfn,
                                             g.aggdeserialfn, g.aggmtransfn, g.aggminvtransfn, g.aggmfinalfn]::oid[])) q) f
WHERE p.prokind = 'a'

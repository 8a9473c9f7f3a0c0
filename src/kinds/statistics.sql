-- One row per extended statistics object of a relation in scope.
SELECT x.schema, x.relation,
       -- A name is unique in its schema, which need not be that of the table.
       CASE WHEN x.stxnamespace <> x.relnamespace
                 AND EXISTS (SELECT FROM pg_statistic_ext o
                             WHERE o.stxrelid = x.stxrelid AND o.stxname = x.stxname AND o.oid <> x.oid)
            THEN (SELECT n.nspname || '.' FROM pg_namespace n WHERE n.oid = x.stxnamespace) ELSE '' END || x.stxname AS name,
       (SELECT array_agg(CASE k.kind
                              WHEN 'd' THEN 'ndistinct'
                              WHEN 'f' THEN 'dependencies'
                              WHEN 'm' THEN 'mcv'
                              WHEN 'e' THEN 'expressions'
                         END ORDER BY k.n)
        FROM unnest(x.stxkind) WITH ORDINALITY k(kind, n)) AS kinds,
       (SELECT coalesce(array_agg(a.attname::text ORDER BY k.n), '{}')
        FROM unnest(x.stxkeys::int2[]) WITH ORDINALITY k(attnum, n)
        JOIN pg_attribute a ON a.attrelid = x.stxrelid AND a.attnum = k.attnum) AS columns,
       CASE WHEN x.exprs IS NULL THEN '{}' ELSE ARRAY[pg_get_expr(x.exprs, x.stxrelid)] END AS expressions,
       nullif(x.stxstattarget, -1) AS target,
       (SELECT n.nspname::text FROM pg_namespace n WHERE n.oid = x.stxnamespace) AS in_schema,
       pg_get_userbyid(x.stxowner)::text AS owner,
       obj_description(x.oid, 'pg_statistic_ext') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_statistic_ext'::regclass AND d.objid = x.oid AND d.deptype = 'e') AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::pg_node_tree AS stxexprs) absent,
     LATERAL (SELECT r.schema, r.name AS relation, r.relnamespace, x.*, stxexprs AS exprs FROM scope_relations r JOIN pg_statistic_ext x ON x.stxrelid = r.oid) x

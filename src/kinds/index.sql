-- One row per index of a relation in scope. The indexes of constraints are implicit.
SELECT i.schema, i.relation, x.relname::text AS name,
       k.keys,
       i.indisunique AS "unique",
       coalesce(i.nulls_not_distinct, false) AS nulls_not_distinct,
       m.amname::text AS method,
       coalesce(k.include, '{}') AS include,
       pg_get_expr(i.indpred, i.indrelid) AS "where",
       i.indisvalid AND i.indisready AS valid,
       CASE WHEN x.relkind = 'I' THEN {partition_indexes i.indexrelid} END AS in_partitions,
       {storage_options x.reloptions} AS options,
       CASE WHEN x.reltablespace <> 0 THEN (SELECT t.spcname::text FROM pg_tablespace t WHERE t.oid = x.reltablespace) END AS tablespace,
       coalesce(k.statistics, '{}') AS statistics,
       CASE WHEN x.relispartition AND EXISTS (SELECT FROM pg_index WHERE NOT indisvalid) THEN
         (SELECT p.relname::text
          FROM pg_inherits h
          JOIN pg_index d ON d.indexrelid = h.inhparent AND NOT d.indisvalid
          JOIN pg_class p ON p.oid = d.indexrelid
          WHERE h.inhrelid = x.oid
            AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = i.indrelid AND c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')))
       END AS attached_to,
       {extension_dependencies 'pg_class' x.oid} AS depends_on_extensions,
       e.description AS comment,
       CASE WHEN x.relispartition THEN
         (SELECT p.relname::text FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent WHERE h.inhrelid = x.oid)
       END AS copy_of,
       i.indimmediate AS immediate,
       k.operator_classes,
       k.collations,
       x.relispartition OR EXISTS (SELECT FROM pg_constraint c
                                   WHERE c.conrelid = i.indrelid AND c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')) AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::boolean AS indnullsnotdistinct) absent,
     LATERAL (SELECT r.schema, r.name AS relation, i.*, indnullsnotdistinct AS nulls_not_distinct
              FROM scope_relations r JOIN pg_index i ON i.indrelid = r.oid WHERE r.relkind IN ('r', 'p', 'm')) i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
LEFT JOIN pg_description e ON e.objoid = x.oid AND e.classoid = 'pg_class'::regclass AND e.objsubid = 0,
     -- One sort for each index. With ORDER BY in the aggregates there would be one for each of them.
     LATERAL (SELECT array_agg(k.attname) FILTER (WHERE NOT k.is_key) AS include,
                     jsonb_object_agg(k.n::text, k.attstattarget) FILTER (WHERE k.attstattarget >= 0) AS statistics,
                     array_agg(k.operator_class) FILTER (WHERE k.is_key) AS operator_classes,
                     array_agg(k.collation) FILTER (WHERE k.is_key) AS collations,
                     array_agg(k.key) FILTER (WHERE k.is_key) AS keys
              FROM (SELECT k.n, k.n <= i.indnkeyatts AS is_key, a.attname::text AS attname, p.attstattarget,
                           quote_ident(n.nspname) || '.' || quote_ident(o.opcname) AS operator_class,
                           {key_collation} AS collation,
                           {index_key i.indexrelid} AS key
                    -- The condition is always true. Without it the planner expects ten keys per index; with it, few enough to look
                    -- each of them up.
                    FROM (SELECT * FROM unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[], i.indoption::int2[])
                          WITH ORDINALITY u(attnum, class, coll, option, n) WHERE u.n >= 1 AND u.n <= i.indnatts) k
                    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                    JOIN pg_attribute p ON p.attrelid = i.indexrelid AND p.attnum = k.n
                    LEFT JOIN pg_opclass o ON o.oid = k.class
                    LEFT JOIN pg_namespace n ON n.oid = o.opcnamespace
                    ORDER BY k.n) k) k

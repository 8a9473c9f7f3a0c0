-- One row per primary key of a table in scope.
SELECT c.schema, c.relation,
       c.conname::text AS name,
       (SELECT array_agg((SELECT a.attname::text
                          FROM pg_attribute a
                          WHERE a.attrelid = c.conrelid AND a.attnum = k.attnum) ORDER BY k.n)
        FROM unnest(c.conkey) WITH ORDINALITY k(attnum, n)) AS columns,
       {included_columns i} AS include,
       c.condeferrable AS deferrable,
       CASE WHEN c.condeferred THEN 'deferred' ELSE 'immediate' END AS initially,
       coalesce(c.period, false) AS without_overlaps,
       i.indisvalid AND i.indisready AS valid,
       CASE WHEN c.relkind = 'p' THEN {partition_indexes c.conindid} END AS in_partitions,
       {storage_options x.reloptions} AS options,
       CASE WHEN x.reltablespace <> 0 THEN (SELECT t.spcname::text FROM pg_tablespace t WHERE t.oid = x.reltablespace) END AS tablespace,
       xe.description AS index_comment,
       {attached_constraint c} AS attached_to,
       e.description AS comment,
       {copied_constraint c} AS copy_of,
       c.coninhcount > 0 AND NOT c.conislocal OR c.conparentid <> 0 AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::boolean AS conperiod) absent,
     LATERAL (SELECT r.schema, r.name AS relation, r.relkind, c.*, conperiod AS period
              FROM scope_relations r
              JOIN pg_constraint c ON c.conrelid = r.oid
              WHERE c.contype = 'p') c
JOIN pg_index i ON i.indexrelid = c.conindid
JOIN pg_class x ON x.oid = c.conindid
LEFT JOIN pg_description xe ON xe.objoid = c.conindid AND xe.classoid = 'pg_class'::regclass AND xe.objsubid = 0
LEFT JOIN pg_description e ON e.objoid = c.oid AND e.classoid = 'pg_constraint'::regclass AND e.objsubid = 0

-- One row per EXCLUDE constraint of a table in scope.
SELECT s.schema, s.name AS relation, c.conname::text AS name,
       m.amname::text AS method,
       k.keys,
       pg_get_expr(i.indpred, i.indrelid) AS "where",
       {included_columns i} AS include,
       c.condeferrable AS deferrable,
       CASE WHEN c.condeferred THEN 'deferred' ELSE 'immediate' END AS initially,
       i.indisvalid AND i.indisready AS valid,
       CASE WHEN s.relkind = 'p' THEN {partition_indexes c.conindid} END AS in_partitions,
       {storage_options x.reloptions} AS options,
       CASE WHEN x.reltablespace <> 0 THEN (SELECT t.spcname::text FROM pg_tablespace t WHERE t.oid = x.reltablespace) END AS tablespace,
       xe.description AS index_comment,
       {attached_constraint c} AS attached_to,
       e.description AS comment,
       {copied_constraint c} AS copy_of,
       k.operator_classes,
       k.collations,
       c.coninhcount > 0 AND NOT c.conislocal OR c.conparentid <> 0 AS implicit
FROM scope_relations s
JOIN pg_constraint c ON c.conrelid = s.oid AND c.contype = 'x'
JOIN pg_index i ON i.indexrelid = c.conindid
JOIN pg_class x ON x.oid = c.conindid
LEFT JOIN pg_description xe ON xe.objoid = c.conindid AND xe.classoid = 'pg_class'::regclass AND xe.objsubid = 0
JOIN pg_am m ON m.oid = x.relam
LEFT JOIN pg_description e ON e.objoid = c.oid AND e.classoid = 'pg_constraint'::regclass AND e.objsubid = 0,
     LATERAL (SELECT array_agg(quote_ident(n.nspname) || '.' || quote_ident(o.opcname) ORDER BY k.n) AS operator_classes,
                     array_agg({key_collation} ORDER BY k.n) AS collations,
                     array_agg(
                       {index_key i.indexrelid}
                       || ' WITH ' || (SELECT CASE WHEN w.nspname = 'pg_catalog' THEN q.oprname::text
                                                   ELSE 'OPERATOR(' || quote_ident(w.nspname) || '.' || q.oprname || ')'
                                              END
                                       FROM pg_operator q JOIN pg_namespace w ON w.oid = q.oprnamespace WHERE q.oid = k.operator)
                       ORDER BY k.n) AS keys
              FROM unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[], i.indoption::int2[], c.conexclop)
                   WITH ORDINALITY k(attnum, class, coll, option, operator, n)
              LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
              JOIN pg_attribute p ON p.attrelid = i.indexrelid AND p.attnum = k.n
              JOIN pg_opclass o ON o.oid = k.class
              JOIN pg_namespace n ON n.oid = o.opcnamespace
              WHERE k.n <= i.indnkeyatts) k

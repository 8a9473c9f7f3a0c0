-- One row per EXCLUDE constraint of a table in scope.
SELECT s.schema, s.name AS relation, c.conname::text AS name,
       m.amname::text AS method,
       (SELECT array_agg(pg_get_indexdef(c.conindid, k.n::int, false) || ' WITH ' ||
                         (SELECT CASE WHEN n.nspname = 'pg_catalog' THEN o.oprname::text
                                      ELSE 'OPERATOR(' || quote_ident(n.nspname) || '.' || o.oprname || ')'
                                 END
                          FROM pg_operator o
                          JOIN pg_namespace n ON n.oid = o.oprnamespace
                          WHERE o.oid = k.operator) ORDER BY k.n)
        FROM unnest(c.conexclop) WITH ORDINALITY k(operator, n)) AS keys,
       pg_get_expr(i.indpred, i.indrelid) AS "where",
       CASE WHEN i.indnatts = i.indnkeyatts THEN '{}'
            ELSE (SELECT array_agg(a.attname::text ORDER BY k.n)
                  FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n)
                  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
                  WHERE k.n > i.indnkeyatts)
       END AS include,
       c.condeferrable AS deferrable,
       CASE WHEN c.condeferred THEN 'deferred' ELSE 'immediate' END AS initially,
       i.indisvalid AND i.indisready AS valid,
       CASE WHEN s.relkind = 'p' THEN {partition_indexes c.conindid} END AS in_partitions,
       CASE
            WHEN x.reloptions IS NULL THEN '{}'
            ELSE (SELECT coalesce(jsonb_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), '{}')
                  FROM unnest(x.reloptions) o)
       END AS options,
       CASE WHEN x.reltablespace <> 0 THEN (SELECT t.spcname::text FROM pg_tablespace t WHERE t.oid = x.reltablespace) END AS tablespace,
       xe.description AS index_comment,
       e.description AS comment,
       CASE WHEN c.conparentid <> 0 THEN
         (SELECT k.conname::text FROM pg_constraint k WHERE k.oid = c.conparentid AND k.conrelid <> c.conrelid)
       END AS copy_of,
       c.coninhcount > 0 AND NOT c.conislocal OR c.conparentid <> 0 AS implicit
FROM scope_relations s
JOIN pg_constraint c ON c.conrelid = s.oid AND c.contype = 'x'
JOIN pg_index i ON i.indexrelid = c.conindid
JOIN pg_class x ON x.oid = c.conindid
LEFT JOIN pg_description xe ON xe.objoid = c.conindid AND xe.classoid = 'pg_class'::regclass AND xe.objsubid = 0
JOIN pg_am m ON m.oid = x.relam
LEFT JOIN pg_description e ON e.objoid = c.oid AND e.classoid = 'pg_constraint'::regclass AND e.objsubid = 0

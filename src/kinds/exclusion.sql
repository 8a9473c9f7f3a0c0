-- One row per EXCLUDE constraint of a table in scope.
SELECT s.schema, s.name AS relation, c.conname::text AS name,
       m.amname::text AS method,
       k.keys,
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
                     array_agg(CASE k.coll WHEN 0 THEN '' WHEN 100 THEN 'pg_catalog."default"' WHEN 950 THEN 'pg_catalog."C"'
                                    ELSE (SELECT quote_ident(y.nspname) || '.' || quote_ident(l.collname)
                                          FROM pg_collation l JOIN pg_namespace y ON y.oid = l.collnamespace WHERE l.oid = k.coll)
                               END ORDER BY k.n) AS collations,
                     array_agg(
                       CASE WHEN k.attnum = 0 THEN pg_get_indexdef(c.conindid, k.n::int, false) ELSE quote_ident(a.attname) END
                       -- As in the query of indexes.
                       || CASE WHEN k.coll = 0 OR k.attnum <> 0 AND k.coll = a.attcollation THEN ''
                               ELSE coalesce((SELECT ' COLLATE ' || quote_ident(y.nspname) || '.' || quote_ident(l.collname)
                                              FROM pg_collation l JOIN pg_namespace y ON y.oid = l.collnamespace
                                              WHERE l.oid = k.coll
                                                AND (k.attnum <> 0 OR l.collname <> 'default'
                                                     AND strpos(pg_get_indexdef(c.conindid), 'COLLATE') > 0)), '') END
                       || CASE WHEN o.opcdefault AND p.attoptions IS NULL AND NOT (o.opcname = 'inet_ops' AND m.amname = 'gist') THEN ''
                               ELSE ' ' || CASE WHEN n.nspname = 'pg_catalog' AND NOT (o.opcname = 'inet_ops' AND m.amname = 'gist' AND o.opcdefault) THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident(o.opcname)
                                    || coalesce(' (' || array_to_string(p.attoptions, ', ') || ')', '') END
                       || CASE WHEN k.option & 1 = 1 THEN ' DESC' ELSE '' END
                       || CASE k.option & 3 WHEN 1 THEN ' NULLS LAST' WHEN 2 THEN ' NULLS FIRST' ELSE '' END
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

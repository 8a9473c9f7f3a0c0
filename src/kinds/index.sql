SELECT s.schema, s.name AS relation, x.relname::text AS name,
       (SELECT array_agg(
                 CASE WHEN k.attnum = 0 THEN pg_get_indexdef(i.indexrelid, k.n::int, false)
                      ELSE (SELECT quote_ident(a.attname) FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = k.attnum) END
                 || coalesce((SELECT ' COLLATE ' || quote_ident(n.nspname) || '.' || quote_ident(l.collname)
                              FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
                              WHERE l.oid = i.indcollation[k.n - 1]
                                AND CASE WHEN k.attnum = 0 THEN l.collname <> 'default' AND strpos(pg_get_indexdef(i.indexrelid), 'COLLATE') > 0
                                         ELSE l.oid <> (SELECT a.attcollation FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = k.attnum) END), '')
                 || coalesce((SELECT ' ' || CASE WHEN n.nspname = 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident(o.opcname)
                                     || coalesce((SELECT ' (' || array_to_string(a.attoptions, ', ') || ')' FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attnum = k.n AND a.attoptions IS NOT NULL), '')
                              FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace
                              WHERE o.oid = i.indclass[k.n - 1]
                                AND (NOT o.opcdefault OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attnum = k.n AND a.attoptions IS NOT NULL))), '')
                 || CASE WHEN i.indoption[k.n - 1] & 1 = 1 THEN ' DESC' ELSE '' END
                 || CASE i.indoption[k.n - 1] & 3 WHEN 1 THEN ' NULLS LAST' WHEN 2 THEN ' NULLS FIRST' ELSE '' END
                 ORDER BY k.n)
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n) WHERE k.n <= i.indnkeyatts) AS keys,
       i.indisunique AS "unique",
       coalesce(i.nulls_not_distinct, false) AS nulls_not_distinct,
       m.amname::text AS method,
       (SELECT coalesce(array_agg(a.attname::text ORDER BY k.n), '{}') FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum WHERE k.n > i.indnkeyatts) AS include,
       pg_get_expr(i.indpred, i.indrelid) AS "where",
       i.indisvalid AND i.indisready AS valid,
       (SELECT coalesce(jsonb_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), '{}') FROM unnest(x.reloptions) o) AS options,
       obj_description(x.oid, 'pg_class') AS comment,
       i.indimmediate AS immediate,
       (SELECT array_agg(quote_ident(n.nspname) || '.' || quote_ident(o.opcname) ORDER BY k.n)
        FROM unnest(i.indclass::oid[]) WITH ORDINALITY k(class, n) JOIN pg_opclass o ON o.oid = k.class JOIN pg_namespace n ON n.oid = o.opcnamespace) AS operator_classes,
       x.relispartition OR EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = i.indrelid AND c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')) AS implicit
FROM (SELECT NULL::boolean AS indnullsnotdistinct) absent,
     LATERAL (SELECT i.*, indnullsnotdistinct AS nulls_not_distinct FROM scope_relations r JOIN pg_index i ON i.indrelid = r.oid) i
JOIN scope_relations s ON s.oid = i.indrelid
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam

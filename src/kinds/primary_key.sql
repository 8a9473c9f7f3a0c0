SELECT s.schema, s.name AS relation,
       c.conname::text AS name,
       (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(attnum, n) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum) AS columns,
       (SELECT coalesce(array_agg(a.attname::text ORDER BY k.n), '{}') FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum WHERE k.n > i.indnkeyatts) AS include,
       c.condeferrable AS deferrable,
       CASE WHEN c.condeferred THEN 'deferred' ELSE 'immediate' END AS initially,
       coalesce(c.period, false) AS without_overlaps,
       i.indisvalid AND i.indisready AS valid,
       obj_description(c.oid, 'pg_constraint') AS comment,
       c.coninhcount > 0 AND NOT c.conislocal OR c.conparentid <> 0 AS implicit
FROM (SELECT NULL::boolean AS conperiod) absent,
     LATERAL (SELECT c.*, conperiod AS period FROM scope_relations r JOIN pg_constraint c ON c.conrelid = r.oid WHERE c.contype = 'p') c
JOIN scope_relations s ON s.oid = c.conrelid
JOIN pg_index i ON i.indexrelid = c.conindid

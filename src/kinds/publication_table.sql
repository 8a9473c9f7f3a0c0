-- One row per table in scope that a publication lists.
SELECT r.schema, r.relation, p.pubname::text AS name,
       CASE WHEN r.attrs IS NOT NULL
            THEN (SELECT array_agg(a.attname::text ORDER BY a.attnum)
                  FROM pg_attribute a
                  WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.attrs::int2[]))
            ELSE '{}'
       END AS columns,
       pg_get_expr(r.qual, r.prrelid) AS "where",
       pg_get_userbyid(p.pubowner)::text AS owner,
       false AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::int2vector AS prattrs, NULL::pg_node_tree AS prqual, NULL::boolean AS prexcept) absent,
     LATERAL (SELECT s.schema, s.name AS relation, r.*, prattrs AS attrs, prqual AS qual
              FROM scope_relations s
              JOIN pg_publication_rel r ON r.prrelid = s.oid
              WHERE prexcept IS NOT TRUE) r
JOIN pg_publication p ON p.oid = r.prpubid

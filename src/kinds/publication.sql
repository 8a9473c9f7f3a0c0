-- One row per publication of the database.
SELECT p.pubname::text AS name,
       p.puballtables AS all_tables,
       coalesce(p.allsequences, false) AS all_sequences,
       t.listed AS tables,
       t.excepted AS "except",
       (SELECT coalesce(array_agg(n.nspname::text ORDER BY n.nspname), '{}')
        FROM pg_depend m JOIN pg_depend d ON d.classid = m.classid AND d.objid = m.objid AND d.refclassid = 'pg_namespace'::regclass
        JOIN pg_namespace n ON n.oid = d.refobjid
        WHERE m.refclassid = 'pg_publication'::regclass AND m.refobjid = p.oid AND m.classid = to_regclass('pg_publication_namespace')) AS schemas,
       (SELECT array_agg(o.name ORDER BY o.n)
        FROM (VALUES (1, 'insert', p.pubinsert), (2, 'update', p.pubupdate), (3, 'delete', p.pubdelete),
                     (4, 'truncate', p.pubtruncate)) o(n, name, is_published)
        WHERE o.is_published) AS operations,
       p.pubviaroot AS via_root,
       CASE p.gencols WHEN 's' THEN 'stored' ELSE 'none' END AS generated_columns,
       pg_get_userbyid(p.pubowner)::text AS owner,
       obj_description(p.oid, 'pg_publication') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_publication'::regclass AND d.objid = p.oid AND d.deptype = 'e') AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::"char" AS pubgencols, NULL::boolean AS puballsequences, NULL::boolean AS prexcept) absent,
     LATERAL (SELECT p.*, pubgencols AS gencols, puballsequences AS allsequences FROM pg_publication p) p,
     LATERAL (SELECT coalesce(array_agg(r.name ORDER BY r.nspname, r.relname) FILTER (WHERE r.is_excepted IS NOT TRUE), '{}') AS listed,
                     coalesce(array_agg(r.name ORDER BY r.nspname, r.relname) FILTER (WHERE r.is_excepted), '{}') AS excepted
              FROM (SELECT n.nspname, c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, prexcept AS is_excepted
                    FROM pg_publication_rel r
                    JOIN pg_class c ON c.oid = r.prrelid
                    JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE r.prpubid = p.oid) r) t

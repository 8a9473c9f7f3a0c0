-- One row per column of a relation or composite type in scope.
SELECT a.schema, a.relation, a.attname::text AS name,
       format_type(a.atttypid, a.atttypmod) AS type,
       NOT a.attnotnull AS nullable,
       coalesce(n.convalidated, true) AS not_null_validated,
       coalesce(n.connoinherit, false) AS not_null_no_inherit,
       a.attinhcount > 0 AND NOT a.attislocal AND NOT a.relispartition AND coalesce(n.is_declared, false) AS not_null_declared,
       n.conname::text AS not_null_name,
       n.comment AS not_null_comment,
       -- A default has no columns. With the table, the server would read every column once per default.
       CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, 0) END AS "default",
       CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END AS generated,
       CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END AS generation,
       CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
       CASE WHEN a.attidentity = '' THEN '{}' ELSE coalesce((
         SELECT jsonb_strip_nulls(jsonb_build_object(
                  'type', CASE WHEN q.seqtypid <> a.atttypid THEN format_type(q.seqtypid, NULL) END,
                  'start', CASE WHEN q.seqstart <> CASE WHEN q.seqincrement > 0 THEN q.seqmin ELSE q.seqmax END THEN q.seqstart::text END,
                  'increment', CASE WHEN q.seqincrement <> 1 THEN q.seqincrement::text END,
                  'min', CASE WHEN q.seqmin <> CASE WHEN q.seqincrement > 0 THEN 1 ELSE l.lowest END THEN q.seqmin::text END,
                  'max', CASE WHEN q.seqmax <> CASE WHEN q.seqincrement > 0 THEN -1 - l.lowest ELSE -1 END THEN q.seqmax::text END,
                  'cycle', CASE WHEN q.seqcycle THEN 'true' END,
                  'cache', CASE WHEN q.seqcache <> 1 THEN q.seqcache::text END))
         FROM pg_depend i JOIN pg_sequence q ON q.seqrelid = i.objid,
              LATERAL (SELECT CASE q.seqtypid
                                   WHEN 'int2'::regtype THEN -32768
                                   WHEN 'int4'::regtype THEN -2147483648
                                   ELSE -9223372036854775808
                              END AS lowest) l
         WHERE i.refclassid = 'pg_class'::regclass AND i.refobjid = a.attrelid AND i.refobjsubid = a.attnum
           AND i.classid = 'pg_class'::regclass AND i.deptype = 'i'
         -- PostgreSQL gives a column two if the sequence of an equally named table in another schema is created here.
         ORDER BY i.objid LIMIT 1), '{}')
       END AS identity_options,
       CASE WHEN a.attcollation <> t.typcollation
            THEN (SELECT quote_ident(n.nspname) || '.' || quote_ident(l.collname)
                  FROM pg_collation l
                  JOIN pg_namespace n ON n.oid = l.collnamespace
                  WHERE l.oid = a.attcollation)
       END AS collation,
       CASE WHEN a.attstorage <> t.typstorage THEN
         CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'm' THEN 'main' WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' END
       END AS storage,
       CASE a.compression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
       nullif(a.attstattarget, -1) AS statistics,
       a.attinhcount > 0 AND a.attislocal AND NOT a.relispartition AS declared,
       CASE
            WHEN a.settings IS NULL AND a.attfdwoptions IS NULL THEN '{}'
            ELSE (SELECT coalesce(jsonb_object_agg(o.name, {masked_option o.name o.value}), '{}')
                  FROM (SELECT split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)
                        FROM unnest(a.settings || a.attfdwoptions) o) o(name, value))
       END AS options,
       {column_grants c a.attacl a.relowner} AS grants,
       e.description AS comment,
       CASE WHEN a.relispartition AND a.attinhcount > 0 THEN a.attname::text END AS copy_of,
       -- An inherited column is described by its parent, unless it was changed. That of a partition is compared with it.
       a.attinhcount > 0 AND NOT a.attislocal AND (a.relispartition OR a.attacl IS NULL AND a.settings IS NULL AND a.attfdwoptions IS NULL AND e.description IS NULL
         AND n.convalidated IS NOT FALSE AND n.connoinherit IS NOT TRUE AND n.is_declared IS NOT TRUE AND n.comment IS NULL
         AND EXISTS (SELECT FROM pg_inherits h JOIN pg_attribute p ON p.attrelid = h.inhparent AND p.attname = a.attname AND p.attnum > 0
                     LEFT JOIN pg_attrdef x ON x.adrelid = p.attrelid AND x.adnum = p.attnum
                     WHERE h.inhrelid = a.attrelid AND p.attnotnull = a.attnotnull AND p.attstorage = a.attstorage AND p.attgenerated = a.attgenerated
                       AND p.attstattarget IS NOT DISTINCT FROM a.attstattarget
                       -- That of the parent, or of `absent`.
                       AND attcompression IS NOT DISTINCT FROM a.compression
                       AND pg_get_expr(x.adbin, CASE WHEN a.attgenerated = '' THEN 0 ELSE x.adrelid END)
                         IS NOT DISTINCT FROM pg_get_expr(d.adbin, CASE WHEN a.attgenerated = '' THEN 0 ELSE d.adrelid END))) AS implicit,
       a.attinhcount > 0 AS inherited,
       CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'm' THEN 'main' WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' END AS type_storage,
       t.typdefault AS type_default,
       -- The sequence, and its type, if the default is the next value of one that the column owns.
       CASE WHEN a.attgenerated = '' AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
                 AND pg_get_expr(d.adbin, 0) LIKE 'nextval(%' THEN
         (SELECT ARRAY[quote_ident(m.nspname) || '.' || quote_ident(s.relname), format_type(q.seqtypid, NULL)]
          FROM pg_depend o
          JOIN pg_class s ON s.oid = o.objid AND s.relkind = 'S'
          JOIN pg_sequence q ON q.seqrelid = s.oid
          JOIN pg_namespace m ON m.oid = s.relnamespace
          WHERE o.refclassid = 'pg_class'::regclass AND o.refobjid = a.attrelid AND o.refobjsubid = a.attnum
            AND o.classid = 'pg_class'::regclass AND o.deptype = 'a'
            AND pg_get_expr(d.adbin, 0) = 'nextval(' || quote_literal(quote_ident(m.nspname) || '.' || quote_ident(s.relname)) || '::regclass)'
          LIMIT 1)
       END AS own_sequence,
       a.attnum AS position,
       CASE t.typcollation WHEN 0 THEN '' WHEN 100 THEN 'pg_catalog."default"' WHEN 950 THEN 'pg_catalog."C"'
            ELSE (SELECT quote_ident(y.nspname) || '.' || quote_ident(l.collname)
                  FROM pg_collation l JOIN pg_namespace y ON y.oid = l.collnamespace WHERE l.oid = t.typcollation)
       END AS type_collation
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::"char" AS attcompression) absent,
     LATERAL (SELECT r.schema, r.name AS relation, r.relowner, r.relispartition, a.*, attcompression AS compression,
                     -- PostgreSQL 15.20 stores a number of its own here. It differs from table to table, changes with every
                     -- ALTER TABLE, and no statement sets or removes it (found by experiment; not in the release notes).
                     CASE WHEN a.attoptions IS NOT NULL THEN
                       (SELECT array_agg(o) FROM unnest(a.attoptions) o WHERE split_part(o, '=', 1) <> 'pg_attver')
                     END AS settings
              FROM scope_relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
              WHERE r.relkind IN ('r', 'p', 'v', 'm', 'c', 'f')) a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_description e ON e.objoid = a.attrelid AND e.classoid = 'pg_class'::regclass AND e.objsubid = a.attnum
-- NOT NULL is a constraint from PostgreSQL 18.
LEFT JOIN (SELECT n.conrelid, n.conkey[1] AS attnum, n.conname, n.convalidated, n.connoinherit,
                  n.coninhcount > 0 AND n.conislocal AS is_declared, o.description AS comment
           FROM scope_relations r
           JOIN pg_constraint n ON n.conrelid = r.oid AND n.contype = 'n'
           LEFT JOIN pg_description o ON o.objoid = n.oid AND o.classoid = 'pg_constraint'::regclass AND o.objsubid = 0
           -- OFFSET keeps the condition in the subquery, so that an older server does not read the constraints.
           WHERE current_setting('server_version_num')::int >= 180000 OFFSET 0) n ON n.conrelid = a.attrelid AND n.attnum = a.attnum

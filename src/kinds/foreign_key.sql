-- One row per foreign key of a table in scope.
SELECT c.schema, c.relation, c.conname::text AS name,
       (SELECT array_agg((SELECT a.attname::text
                          FROM pg_attribute a
                          WHERE a.attrelid = c.conrelid AND a.attnum = k.attnum) ORDER BY k.n)
        FROM unnest(c.conkey) WITH ORDINALITY k(attnum, n)) AS columns,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(f.relname) || '('
               || (SELECT string_agg((SELECT quote_ident(a.attname)
                                      FROM pg_attribute a
                                      WHERE a.attrelid = c.confrelid AND a.attnum = k.attnum), ', ' ORDER BY k.n)
                   FROM unnest(c.confkey) WITH ORDINALITY k(attnum, n)) || ')'
        FROM pg_class f JOIN pg_namespace n ON n.oid = f.relnamespace WHERE f.oid = c.confrelid) AS "references",
       CASE c.confdeltype
            WHEN 'a' THEN 'no action'
            WHEN 'r' THEN 'restrict'
            WHEN 'c' THEN 'cascade'
            WHEN 'n' THEN 'set null'
            WHEN 'd' THEN 'set default'
       END AS on_delete,
       CASE
            WHEN c.delsetcols IS NULL THEN '{}'
            ELSE (SELECT coalesce(array_agg(a.attname::text ORDER BY k.n), '{}')
                  FROM unnest(c.delsetcols) WITH ORDINALITY k(attnum, n)
                  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum)
       END AS on_delete_columns,
       CASE c.confupdtype
            WHEN 'a' THEN 'no action'
            WHEN 'r' THEN 'restrict'
            WHEN 'c' THEN 'cascade'
            WHEN 'n' THEN 'set null'
            WHEN 'd' THEN 'set default'
       END AS on_update,
       CASE c.confmatchtype WHEN 's' THEN 'simple' WHEN 'f' THEN 'full' WHEN 'p' THEN 'partial' END AS match,
       c.condeferrable AS deferrable,
       CASE WHEN c.condeferred THEN 'deferred' ELSE 'immediate' END AS initially,
       coalesce(c.conperiod_, false) AS period,
       c.convalidated OR NOT coalesce(c.enforced, true) AS validated,
       coalesce(c.enforced, true) AS enforced,
       NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = c.oid AND t.tgenabled IN ('D', 'R')) AND NOT p.is_referenced AS in_force,
       p.names AS in_partitions,
       e.description AS comment,
       {copied_constraint c} AS copy_of,
       c.coninhcount > 0 AND NOT c.conislocal OR c.conparentid <> 0 AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::int2[] AS confdelsetcols, NULL::boolean AS conperiod, NULL::boolean AS conenforced) absent,
     LATERAL (SELECT r.schema, r.name AS relation, c.*, confdelsetcols AS delsetcols,
                     conperiod AS conperiod_, conenforced AS enforced
              FROM scope_relations r
              JOIN pg_constraint c ON c.conrelid = r.oid
              WHERE c.contype = 'f') c
LEFT JOIN pg_description e ON e.objoid = c.oid AND e.classoid = 'pg_constraint'::regclass AND e.objsubid = 0,
     -- Partitions of either table are checked by the triggers of constraints below this one. A partition that references has
     -- a constraint of its own; a partition that is referenced has triggers alone.
     LATERAL (WITH RECURSIVE below AS (
                SELECT k.oid, k.conname, k.conrelid
                FROM pg_constraint k
                WHERE k.conparentid = c.oid AND EXISTS (SELECT FROM pg_partitioned_table)
                UNION ALL
                -- OFFSET 0: indexes are used, however many rows the planner expects.
                SELECT k.oid, k.conname, k.conrelid
                FROM below b, LATERAL (SELECT k.* FROM pg_constraint k WHERE k.conparentid = b.oid OFFSET 0) k)
              SELECT jsonb_object_agg(quote_ident(n.nspname) || '.' || quote_ident(r.relname)
                                      || CASE WHEN t.tgrelid = b.conrelid AND b.conrelid <> c.conrelid
                                              THEN '.' || quote_ident(b.conname) ELSE '' END, false) AS names,
                     coalesce(bool_or(t.tgrelid <> b.conrelid OR b.conrelid = c.conrelid), false) AS is_referenced
              FROM below b,
                   LATERAL (SELECT t.tgrelid FROM pg_trigger t WHERE t.tgconstraint = b.oid AND t.tgenabled IN ('D', 'R') OFFSET 0) t
              JOIN pg_class r ON r.oid = t.tgrelid
              JOIN pg_namespace n ON n.oid = r.relnamespace) p

-- One row per trigger of a relation in scope that is not internal.
SELECT s.schema, s.name AS relation, t.tgname::text AS name,
       CASE WHEN t.tgtype & 64 <> 0 THEN 'instead of' WHEN t.tgtype & 2 <> 0 THEN 'before' ELSE 'after' END AS timing,
       array_remove(ARRAY[CASE WHEN t.tgtype & 4 <> 0 THEN 'insert' END, CASE WHEN t.tgtype & 16 <> 0 THEN 'update' END,
                          CASE WHEN t.tgtype & 8 <> 0 THEN 'delete' END, CASE WHEN t.tgtype & 32 <> 0 THEN 'truncate' END], NULL) AS events,
       (SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{}')
        FROM unnest(t.tgattr::int2[]) k(attnum)
        JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = k.attnum) AS columns,
       CASE WHEN t.tgtype & 1 <> 0 THEN 'row' ELSE 'statement' END AS for_each,
       -- No function prints the condition alone: it is what remains between a beginning and an end of known lengths.
       CASE WHEN t.tgqual IS NOT NULL THEN
         (SELECT left(d.rest, -length(') EXECUTE FUNCTION ' || left(t.tgfoid::regprocedure::text, -1) || coalesce(g.written, '') || ')'))
          FROM (SELECT substr(pg_get_triggerdef(t.oid), 1 + length('CREATE TRIGGER ' || quote_ident(t.tgname))) AS text OFFSET 0) b,
               (SELECT CASE WHEN t.tgtype & 1 <> 0 THEN ' FOR EACH ROW WHEN (' ELSE ' FOR EACH STATEMENT WHEN (' END AS text) w,
               LATERAL (SELECT substr(b.text, strpos(b.text, w.text) + length(w.text)) AS rest) d)
       END AS condition,
       {routine t.tgfoid} AS function,
       coalesce(g.texts, '{}') AS arguments,
       CASE t.tgenabled WHEN 'O' THEN 'origin' WHEN 'A' THEN 'always' WHEN 'R' THEN 'replica' WHEN 'D' THEN 'disabled' END AS enabled,
       t.tgconstraint <> 0 AS "constraint",
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(r.relname)
        FROM pg_class r
        JOIN pg_namespace n ON n.oid = r.relnamespace
        WHERE r.oid = t.tgconstrrelid) AS "from",
       t.tgdeferrable AS deferrable,
       CASE WHEN t.tginitdeferred THEN 'deferred' ELSE 'immediate' END AS initially,
       t.tgoldtable::text AS old_table,
       t.tgnewtable::text AS new_table,
       {extension_dependencies 'pg_trigger' t.oid} AS depends_on_extensions,
       e.description AS comment,
       CASE WHEN t.tgparentid <> 0 THEN (SELECT k.tgname::text FROM pg_trigger k WHERE k.oid = t.tgparentid) END AS copy_of,
       CASE WHEN s.relkind = 'p' THEN
         (WITH RECURSIVE below AS (
            SELECT k.oid, k.tgrelid, k.tgname, k.tgenabled
            FROM pg_inherits h
            JOIN pg_trigger k ON k.tgrelid = h.inhrelid AND k.tgparentid = t.oid
            WHERE h.inhparent = t.tgrelid
            UNION ALL
            SELECT k.oid, k.tgrelid, k.tgname, k.tgenabled
            FROM below b,
                 -- OFFSET 0: the index of pg_inherits is used, however many rows the planner expects.
                 LATERAL (SELECT h.inhrelid FROM pg_inherits h WHERE h.inhparent = b.tgrelid OFFSET 0) h
            JOIN pg_trigger k ON k.tgrelid = h.inhrelid
            WHERE k.tgparentid = b.oid)
          SELECT jsonb_object_agg(quote_ident(n.nspname) || '.' || quote_ident(r.relname) || '.' || quote_ident(b.tgname),
                                  CASE b.tgenabled WHEN 'O' THEN 'origin' WHEN 'A' THEN 'always' WHEN 'R' THEN 'replica' ELSE 'disabled' END)
          FROM below b
          JOIN pg_class r ON r.oid = b.tgrelid
          JOIN pg_namespace n ON n.oid = r.relnamespace
          WHERE b.tgenabled <> t.tgenabled)
       END AS in_partitions,
       t.tgparentid <> 0
         OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid AND d.deptype = 'e') AS implicit
FROM scope_relations s
JOIN pg_trigger t ON t.tgrelid = s.oid
LEFT JOIN pg_description e ON e.objoid = t.oid AND e.classoid = 'pg_trigger'::regclass AND e.objsubid = 0,
     -- The arguments are one value, in which each is followed by a zero byte.
     LATERAL (SELECT array_agg(a.text ORDER BY a.ends) AS texts,
                     string_agg('''' || replace(a.text, '''', '''''') || '''', ', ' ORDER BY a.ends) AS written
              FROM (SELECT e.ends, convert_from(substr(t.tgargs, 2 + e.before, e.ends - e.before - 1), getdatabaseencoding()) AS text
                    FROM (SELECT i AS ends, lag(i, 1, -1) OVER (ORDER BY i) AS before
                          FROM generate_series(0, length(t.tgargs) - 1) i WHERE get_byte(t.tgargs, i) = 0) e) a) g
WHERE NOT t.tgisinternal OR t.tgparentid <> 0 AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.oid = t.tgconstraint AND c.contype = 'f')

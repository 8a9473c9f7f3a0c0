-- Relations without what is attached to them.
WITH own AS (
  SELECT c.*, format('%I.%I', nspname, relname) AS name,
    (SELECT ' WITH (' || string_agg(format('%s = %L', option_name, option_value), ', ') || ')'
     FROM (SELECT option_name, option_value FROM pg_options_to_table(c.reloptions)
           UNION ALL SELECT 'toast.' || option_name, option_value FROM pg_class toast, pg_options_to_table(toast.reloptions) WHERE toast.oid = c.reltoastrelid) AS options) AS options,
    (SELECT format(' USING %I', amname) FROM pg_am WHERE pg_am.oid = relam AND amname <> 'heap') AS method
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE c.oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relpersistence <> 't' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
),
columns AS (
  SELECT attrelid, string_agg(format('%I %s%s%s%s', attname, format_type(atttypid, atttypmod),
      (SELECT format(' COLLATE %I.%I', nspname, collname) FROM pg_collation l JOIN pg_namespace n ON n.oid = collnamespace
       WHERE l.oid = attcollation AND attcollation <> (SELECT typcollation FROM pg_type WHERE oid = atttypid)),
      CASE attgenerated WHEN 's' THEN format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(adbin, adrelid))
        WHEN 'v' THEN format(' GENERATED ALWAYS AS (%s) VIRTUAL', pg_get_expr(adbin, adrelid)) ELSE '' END,
      -- From PostgreSQL 18 on, NOT NULL is a constraint with a name.
      CASE WHEN NOT attnotnull OR n.conname IS NOT NULL AND NOT n.convalidated THEN ''
        WHEN n.conname IS NOT NULL THEN format(' CONSTRAINT %I NOT NULL%s', n.conname, CASE WHEN n.connoinherit THEN ' NO INHERIT' ELSE '' END)
        ELSE ' NOT NULL' END), ', ' ORDER BY attnum) AS list
  FROM own JOIN pg_attribute a ON attrelid = own.oid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    LEFT JOIN pg_constraint n ON n.contype = 'n' AND n.conrelid = attrelid AND n.conkey[1] = attnum
  WHERE attnum > 0 AND NOT attisdropped AND attislocal
  GROUP BY attrelid
),
parents AS (
  SELECT inhrelid, string_agg(format('%I.%I', nspname, relname), ', ' ORDER BY inhseqno) AS list
  FROM pg_inherits JOIN pg_class c ON c.oid = inhparent JOIN pg_namespace n ON n.oid = relnamespace GROUP BY inhrelid
)
SELECT statement
FROM (
  SELECT 1 AS part, own.oid, format('CREATE %sSEQUENCE %s AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s',
    CASE relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END, name, seqtypid::regtype, seqincrement, seqmin, seqmax, seqstart, seqcache, CASE WHEN seqcycle THEN ' CYCLE' ELSE '' END) AS statement
  FROM own JOIN pg_sequence ON seqrelid = own.oid
  WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = own.oid AND deptype = 'i')
  UNION ALL
  SELECT 2, own.oid, CASE
    WHEN relispartition THEN format('CREATE %s %s PARTITION OF %s %s%s%s%s%s', keyword, name, p.list, pg_get_expr(relpartbound, own.oid), server, ' PARTITION BY ' || key, method, options)
    ELSE format('CREATE %s %s (%s)%s%s%s%s%s', keyword, name, k.list, ' INHERITS (' || p.list || ')', server, ' PARTITION BY ' || key, method, options) END
  FROM own LEFT JOIN columns k ON k.attrelid = own.oid LEFT JOIN parents p ON p.inhrelid = own.oid
    CROSS JOIN LATERAL (SELECT CASE WHEN relkind = 'f' THEN 'FOREIGN TABLE' WHEN relpersistence = 'u' THEN 'UNLOGGED TABLE' ELSE 'TABLE' END AS keyword,
      CASE WHEN relkind = 'p' THEN pg_get_partkeydef(own.oid) END AS key,
      (SELECT format(' SERVER %I', srvname) || coalesce((SELECT ' OPTIONS (' || string_agg(format('%I %L', option_name, option_value), ', ') || ')' FROM pg_options_to_table(ftoptions)), '')
       FROM pg_foreign_table JOIN pg_foreign_server s ON s.oid = ftserver WHERE ftrelid = own.oid) AS server) AS clauses
  WHERE relkind IN ('r', 'p', 'f')
  UNION ALL
  SELECT 3, oid, format('CREATE VIEW %s%s AS %s', name, options, pg_get_viewdef(oid)) FROM own WHERE relkind = 'v'
  UNION ALL
  SELECT 3, oid, format('CREATE MATERIALIZED VIEW %s%s%s AS %s WITH %sDATA', name, method, options, rtrim(pg_get_viewdef(oid), ';'), CASE WHEN relispopulated THEN '' ELSE 'NO ' END)
  FROM own WHERE relkind = 'm'
) AS statements
ORDER BY part, oid

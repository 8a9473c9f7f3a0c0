-- One row per sequence in scope, including those that belong to columns.
SELECT c.schema, c.name,
       format_type(q.seqtypid, NULL) AS type,
       CASE WHEN q.seqstart <> CASE WHEN q.seqincrement > 0 THEN q.seqmin ELSE q.seqmax END THEN q.seqstart END AS start,
       q.seqincrement AS increment,
       CASE WHEN q.seqmin <> CASE WHEN q.seqincrement > 0 THEN 1 ELSE l.lowest END THEN q.seqmin END AS min,
       CASE WHEN q.seqmax <> CASE WHEN q.seqincrement > 0 THEN -1 - l.lowest ELSE -1 END THEN q.seqmax END AS max,
       q.seqcycle AS cycle,
       q.seqcache AS cache,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(o.relname) || '.' || quote_ident(a.attname)
        FROM pg_depend d
        JOIN pg_class o ON o.oid = d.refobjid
        JOIN pg_namespace n ON n.oid = o.relnamespace
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
          AND d.deptype IN ('a', 'i')
        ORDER BY d.deptype DESC LIMIT 1) AS owned_by,
       CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END AS persistence,
       pg_get_userbyid(c.relowner)::text AS owner,
       {grants s c.relacl c.relowner} AS grants,
       e.description AS comment,
       c.relpersistence = 't'
         OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
         -- The sequence of an identity column is described by the column, unless something was changed that the column does not have.
         OR e.description IS NULL AND {grants s c.relacl c.relowner} = '{}'
            AND EXISTS (SELECT FROM pg_depend d
                        JOIN pg_class o ON o.oid = d.refobjid
                        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
                          AND d.deptype = 'i'
                          AND (current_setting('server_version_num')::int < 150000 OR c.relpersistence = o.relpersistence)
                          -- PostgreSQL shortens longer names, and counts where a name is taken.
                          AND (octet_length(o.relname || '_' || a.attname || '_seq') > 63 OR c.name = o.relname || '_' || a.attname || '_seq'))
         AS implicit
FROM scope_relations c
JOIN pg_sequence q ON q.seqrelid = c.oid
LEFT JOIN pg_description e ON e.objoid = c.oid AND e.classoid = 'pg_class'::regclass AND e.objsubid = 0,
     LATERAL (SELECT CASE q.seqtypid WHEN 'int2'::regtype THEN -32768 WHEN 'int4'::regtype THEN -2147483648 ELSE -9223372036854775808
                     END AS lowest) l
WHERE c.relkind = 'S'

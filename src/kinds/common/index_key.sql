CASE WHEN k.attnum = 0 THEN pg_get_indexdef($index, k.n::int, false) ELSE quote_ident(a.attname) END
                       -- The catalog does not record the collation that an expression itself has: the printed definition shows it.
                       || CASE WHEN k.coll = 0 OR k.attnum <> 0 AND k.coll = a.attcollation THEN ''
                               ELSE coalesce((SELECT ' COLLATE ' || quote_ident(n.nspname) || '.' || quote_ident(l.collname)
                                              FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
                                              WHERE l.oid = k.coll
                                                AND (k.attnum <> 0 OR l.collname <> 'default'
                                                     AND strpos(pg_get_indexdef($index), pg_get_indexdef($index, k.n::int, false) || ' COLLATE ') > 0)), '') END
                       -- inet_ops of GiST is the default only from PostgreSQL 19: it is always printed, as a default with its schema.
                       || CASE WHEN o.opcdefault AND p.attoptions IS NULL AND NOT (o.opcname = 'inet_ops' AND m.amname = 'gist') THEN ''
                               ELSE ' ' || CASE WHEN n.nspname = 'pg_catalog' AND NOT (o.opcname = 'inet_ops' AND m.amname = 'gist' AND o.opcdefault) THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident(o.opcname)
                                    || coalesce(' (' || array_to_string(p.attoptions, ', ') || ')', '') END
                       || CASE WHEN k.option & 1 = 1 THEN ' DESC' ELSE '' END
                       || CASE k.option & 3 WHEN 1 THEN ' NULLS LAST' WHEN 2 THEN ' NULLS FIRST' ELSE '' END

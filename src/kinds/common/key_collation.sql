CASE k.coll WHEN 0 THEN '' WHEN 100 THEN 'pg_catalog."default"' WHEN 950 THEN 'pg_catalog."C"'
                                    ELSE (SELECT quote_ident(y.nspname) || '.' || quote_ident(l.collname)
                                          FROM pg_collation l JOIN pg_namespace y ON y.oid = l.collnamespace WHERE l.oid = k.coll)
                               END

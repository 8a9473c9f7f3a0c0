(WITH RECURSIVE below AS (
                SELECT d.indexrelid, d.indrelid, d.indisvalid AND d.indisready AS valid, false AS is_below
                FROM pg_index d
                WHERE d.indexrelid = $index
                UNION ALL
                SELECT d.indexrelid, d.indrelid, d.indisvalid AND d.indisready, true
                FROM below b,
                     -- OFFSET 0: the index of pg_inherits is used, however many rows the planner expects.
                     LATERAL (SELECT d.*
                              FROM pg_inherits h
                              JOIN pg_index d ON d.indexrelid = h.inhrelid
                              WHERE h.inhparent = b.indexrelid OFFSET 0) d)
              -- The indexes of partitions that are not valid, and the partitions without one where that is why.
              SELECT coalesce(jsonb_object_agg(f.name, false), '{}')
              FROM (SELECT quote_ident(n.nspname) || '.' || quote_ident(r.relname) || '.' || quote_ident(x.relname) AS name
                    FROM below b
                    JOIN pg_class x ON x.oid = b.indexrelid
                    JOIN pg_class r ON r.oid = b.indrelid
                    JOIN pg_namespace n ON n.oid = r.relnamespace
                    WHERE b.is_below AND NOT b.valid
                    UNION ALL
                    SELECT quote_ident(n.nspname) || '.' || quote_ident(r.relname)
                    FROM below b,
                         LATERAL (SELECT h.inhrelid FROM pg_inherits h WHERE h.inhparent = b.indrelid OFFSET 0) h
                    JOIN pg_class r ON r.oid = h.inhrelid AND r.relkind <> 'f'
                    JOIN pg_namespace n ON n.oid = r.relnamespace
                    WHERE NOT b.valid
                      AND NOT EXISTS (SELECT FROM pg_index d JOIN pg_inherits a ON a.inhrelid = d.indexrelid
                                      WHERE d.indrelid = r.oid AND a.inhparent = b.indexrelid)) f)

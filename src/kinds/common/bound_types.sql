CASE WHEN $relation.relispartition THEN
         (SELECT array_agg(CASE WHEN k.attnum <> 0 THEN (SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
                                                         WHERE a.attrelid = y.partrelid AND a.attnum = k.attnum) END ORDER BY k.n)
          FROM pg_inherits h
          JOIN pg_partitioned_table y ON y.partrelid = h.inhparent,
               unnest(y.partattrs::int2[]) WITH ORDINALITY k(attnum, n)
          WHERE h.inhrelid = $relation.oid)
       END

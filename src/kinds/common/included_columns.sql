CASE WHEN $index.indnatts = $index.indnkeyatts THEN '{}'
            ELSE (SELECT array_agg(a.attname::text ORDER BY k.n)
                  FROM unnest($index.indkey::int2[]) WITH ORDINALITY k(attnum, n)
                  JOIN pg_attribute a ON a.attrelid = $index.indrelid AND a.attnum = k.attnum
                  WHERE k.n > $index.indnkeyatts)
       END

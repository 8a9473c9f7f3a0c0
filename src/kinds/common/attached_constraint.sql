CASE WHEN $constraint.conparentid <> 0 AND EXISTS (SELECT FROM pg_index WHERE NOT indisvalid) THEN
         (SELECT k.conname::text
          FROM pg_constraint k
          JOIN pg_index d ON d.indexrelid = k.conindid AND NOT d.indisvalid
          WHERE k.oid = $constraint.conparentid)
       END

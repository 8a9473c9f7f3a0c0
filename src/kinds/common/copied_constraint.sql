CASE WHEN $constraint.conparentid <> 0 THEN
         (SELECT k.conname::text FROM pg_constraint k WHERE k.oid = $constraint.conparentid AND k.conrelid <> $constraint.conrelid)
       END

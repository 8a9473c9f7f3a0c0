-- The tables of publications.
SELECT statement
FROM (
  SELECT r.oid, format('ALTER PUBLICATION %I ADD TABLE ONLY %s%s%s', pubname, prrelid::regclass,
    (SELECT ' (' || string_agg(quote_ident(attname), ', ' ORDER BY attnum) || ')' FROM pg_attribute WHERE attrelid = prrelid AND attnum = ANY (prattrs)),
    ' WHERE (' || pg_get_expr(prqual, prrelid) || ')') AS statement
  FROM pg_publication_rel r JOIN pg_publication p ON p.oid = prpubid
  UNION ALL
  SELECT r.oid, format('ALTER PUBLICATION %I ADD TABLES IN SCHEMA %I', pubname, nspname)
  FROM pg_publication_namespace r JOIN pg_publication p ON p.oid = pnpubid JOIN pg_namespace n ON n.oid = pnnspid
) AS statements
ORDER BY oid

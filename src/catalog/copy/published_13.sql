-- The tables of publications before PostgreSQL 15.
SELECT format('ALTER PUBLICATION %I ADD TABLE ONLY %s', pubname, prrelid::regclass)
FROM pg_publication_rel r JOIN pg_publication p ON p.oid = prpubid
ORDER BY r.oid

-- One row per transform of the database.
SELECT format_type(t.trftype, NULL) || ' for ' || l.lanname AS name,
       {routine t.trffromsql} AS from_sql,
       {routine t.trftosql} AS to_sql,
       obj_description(t.oid, 'pg_transform') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_transform'::regclass AND d.objid = t.oid AND d.deptype = 'e') AS implicit
FROM pg_transform t
JOIN pg_language l ON l.oid = t.trflang

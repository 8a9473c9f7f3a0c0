-- One row per operator of the schemas in scope.
SELECT s.schema, o.oprname::text AS name,
       CASE WHEN o.oprleft = 0 THEN 'none' ELSE format_type(o.oprleft, NULL) END || ', ' ||
       CASE WHEN o.oprright = 0 THEN 'none' ELSE format_type(o.oprright, NULL) END AS arguments,
       {routine o.oprcode} AS function,
       (SELECT quote_ident(n.nspname) || '.' || c.oprname
        FROM pg_operator c
        JOIN pg_namespace n ON n.oid = c.oprnamespace
        WHERE c.oid = o.oprcom) AS commutator,
       (SELECT quote_ident(n.nspname) || '.' || c.oprname
        FROM pg_operator c
        JOIN pg_namespace n ON n.oid = c.oprnamespace
        WHERE c.oid = o.oprnegate) AS negator,
       {routine o.oprrest} AS restrict,
       {routine o.oprjoin} AS "join",
       o.oprcanhash AS hashes,
       o.oprcanmerge AS merges,
       pg_get_userbyid(o.oprowner)::text AS owner,
       obj_description(o.oid, 'pg_operator') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_operator'::regclass AND d.objid = o.oid AND d.deptype = 'e') AS implicit
FROM scope_schemas s
JOIN pg_operator o ON o.oprnamespace = s.schema_oid
WHERE o.oprcode <> 0

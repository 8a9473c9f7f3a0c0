-- One row per operator class of the schemas in scope.
SELECT s.schema, c.opcname::text AS name, m.amname::text AS method,
       format_type(c.opcintype, NULL) AS type,
       c.opcdefault AS "default",
       quote_ident(n.nspname) || '.' || quote_ident(f.opfname) AS family,
       CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END AS storage,
       pg_get_userbyid(c.opcowner)::text AS owner,
       obj_description(c.oid, 'pg_opclass') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_opclass'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_schemas s
JOIN pg_opclass c ON c.opcnamespace = s.schema_oid
JOIN pg_am m ON m.oid = c.opcmethod
JOIN pg_opfamily f ON f.oid = c.opcfamily
JOIN pg_namespace n ON n.oid = f.opfnamespace

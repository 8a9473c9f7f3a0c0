-- Roles, without the right to everything, and their members. Roles that PostgreSQL itself has can reach files and programs.
SELECT statement
FROM (
  SELECT 1 AS part, rolname::text AS name, format('CREATE ROLE %I%s%s%s%s%s%s', rolname,
    CASE WHEN rolinherit THEN '' ELSE ' NOINHERIT' END, CASE WHEN rolcreaterole THEN ' CREATEROLE' ELSE '' END,
    CASE WHEN rolcreatedb THEN ' CREATEDB' ELSE '' END, CASE WHEN rolcanlogin THEN ' LOGIN' ELSE '' END,
    CASE WHEN rolbypassrls THEN ' BYPASSRLS' ELSE '' END,
    CASE WHEN rolconnlimit >= 0 THEN ' CONNECTION LIMIT ' || rolconnlimit ELSE '' END) AS statement
  FROM pg_roles WHERE rolname !~ '^pg_'
  UNION ALL
  SELECT 2, r.rolname || ' ' || m.rolname, format('GRANT %I TO %I%s', r.rolname, m.rolname, CASE WHEN a.admin_option THEN ' WITH ADMIN OPTION' ELSE '' END)
  FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
  WHERE r.rolname !~ '^pg_' AND m.rolname !~ '^pg_'
) AS statements
ORDER BY part, name COLLATE "C"

-- Owners, privileges and comments.
WITH members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
owned AS (
  SELECT 'pg_class'::regclass::oid AS classid, c.oid, relowner AS owner, CASE WHEN relkind = 'c' THEN NULL ELSE relacl END AS acl,
    CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS keyword,
    CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS granted
  FROM pg_class c WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND relpersistence <> 't'
  UNION ALL SELECT 'pg_proc'::regclass, oid, proowner, proacl, CASE prokind WHEN 'a' THEN 'AGGREGATE' ELSE 'ROUTINE' END, 'ROUTINE' FROM pg_proc
  UNION ALL SELECT 'pg_namespace'::regclass, oid, nspowner, nspacl, 'SCHEMA', 'SCHEMA' FROM pg_namespace
  UNION ALL SELECT 'pg_type'::regclass, t.oid, typowner, typacl, 'TYPE', 'TYPE' FROM pg_type t
    WHERE typtype IN ('b', 'd', 'e', 'r', 'c') AND NOT (typelem <> 0 AND typlen = -1)
      AND (typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = typrelid AND relkind = 'c' OR typacl IS NOT NULL))
  UNION ALL SELECT 'pg_language'::regclass, oid, lanowner, lanacl, 'LANGUAGE', 'LANGUAGE' FROM pg_language
  UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, fdwowner, fdwacl, 'FOREIGN DATA WRAPPER', 'FOREIGN DATA WRAPPER' FROM pg_foreign_data_wrapper
  UNION ALL SELECT 'pg_foreign_server'::regclass, oid, srvowner, srvacl, 'SERVER', 'FOREIGN SERVER' FROM pg_foreign_server
  UNION ALL SELECT 'pg_operator'::regclass, oid, oprowner, NULL, 'OPERATOR', '' FROM pg_operator
  UNION ALL SELECT 'pg_opclass'::regclass, oid, opcowner, NULL, 'OPERATOR CLASS', '' FROM pg_opclass
  UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfowner, NULL, 'OPERATOR FAMILY', '' FROM pg_opfamily
  UNION ALL SELECT 'pg_collation'::regclass, oid, collowner, NULL, 'COLLATION', '' FROM pg_collation
  UNION ALL SELECT 'pg_conversion'::regclass, oid, conowner, NULL, 'CONVERSION', '' FROM pg_conversion
  UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictowner, NULL, 'TEXT SEARCH DICTIONARY', '' FROM pg_ts_dict
  UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgowner, NULL, 'TEXT SEARCH CONFIGURATION', '' FROM pg_ts_config
  UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, stxowner, NULL, 'STATISTICS', '' FROM pg_statistic_ext
  UNION ALL SELECT 'pg_event_trigger'::regclass, oid, evtowner, NULL, 'EVENT TRIGGER', '' FROM pg_event_trigger
  UNION ALL SELECT 'pg_publication'::regclass, oid, pubowner, NULL, 'PUBLICATION', '' FROM pg_publication
),
own AS (
  SELECT o.*, i.identity, pg_get_userbyid(owner) AS role
  FROM owned o CROSS JOIN LATERAL pg_identify_object(o.classid, o.oid, 0) AS i
  WHERE (o.oid >= 16384 OR o.classid = 'pg_namespace'::regclass AND i.identity = 'public')
    AND i.schema IS DISTINCT FROM 'information_schema' AND coalesce(i.schema, '') !~ '^pg_(catalog|toast|temp)'
    AND NOT EXISTS (SELECT FROM members m WHERE m.classid = o.classid AND m.objid = o.oid)
    -- What comes with a range type has its owner.
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.classid AND d.objid = o.oid AND d.deptype = 'i' AND d.refclassid = 'pg_type'::regclass)
),
-- Who has what, after what is given to everybody and to the owner is taken away.
granted AS (
  SELECT oid, granted, identity, role, acl, NULL::name AS column_name FROM own WHERE acl IS NOT NULL
  UNION ALL
  SELECT own.oid, 'TABLE', identity, role, attacl, attname FROM own JOIN pg_attribute ON attrelid = own.oid WHERE classid = 'pg_class'::regclass AND attacl IS NOT NULL AND attnum > 0
)
SELECT statement
FROM (
  -- The sequence of a column belongs to whom the table belongs.
  SELECT 1 AS part, oid, format('ALTER %s %s OWNER TO %I', keyword, identity, role) AS statement FROM own
  WHERE (keyword <> 'TYPE' OR NOT EXISTS (SELECT FROM pg_type t JOIN pg_class c ON c.oid = typrelid WHERE t.oid = own.oid AND relkind <> 'c'))
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = own.classid AND d.objid = own.oid AND d.deptype IN ('a', 'i') AND keyword = 'SEQUENCE')
  UNION ALL
  SELECT 2, g.oid, concat_ws('; ', CASE WHEN column_name IS NULL THEN format('REVOKE ALL ON %s %s FROM PUBLIC, %I', granted, identity, role) END, list)
  FROM granted g LEFT JOIN LATERAL (
    SELECT string_agg(format('GRANT %s%s ON %s %s TO %s%s', privilege_type, ' (' || quote_ident(column_name) || ')', granted, identity,
      CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), '; ' ORDER BY grantor, grantee, privilege_type) AS list
    FROM aclexplode(acl)) AS a ON true
  UNION ALL
  SELECT 3, d.objoid, format('COMMENT ON %s %s IS %L', CASE
      WHEN i.type ~ ' column$' THEN 'COLUMN' WHEN i.type IN ('table constraint', 'foreign table constraint') THEN 'CONSTRAINT' WHEN i.type = 'domain constraint' THEN 'CONSTRAINT'
      WHEN i.type = 'composite type' THEN 'TYPE' WHEN i.type = 'statistics object' THEN 'STATISTICS' WHEN i.type = 'foreign-data wrapper' THEN 'FOREIGN DATA WRAPPER' ELSE upper(i.type) END,
    CASE WHEN i.type = 'domain constraint' THEN (SELECT format('%I ON DOMAIN %s', conname, contypid::regtype) FROM pg_constraint c WHERE c.oid = d.objoid) ELSE i.identity END, description)
  FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i
  WHERE (d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass AND i.identity = 'public')
    AND NOT EXISTS (SELECT FROM members m WHERE m.classid = d.classoid AND m.objid = d.objoid)
  UNION ALL
  SELECT 4, d.oid, string_agg(format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s %s', pg_get_userbyid(defaclrole),
    (SELECT format(' IN SCHEMA %I', nspname) FROM pg_namespace n WHERE n.oid = defaclnamespace), change), '; ' ORDER BY change DESC)
  FROM pg_default_acl d CROSS JOIN LATERAL (SELECT CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS what) w
    CROSS JOIN LATERAL (
      SELECT format('GRANT %s ON %s TO %s%s', privilege_type, what, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS change
      FROM aclexplode(defaclacl)
      UNION ALL
      SELECT format('REVOKE ALL ON %s FROM PUBLIC, %I', what, pg_get_userbyid(defaclrole)) WHERE defaclnamespace = 0) AS changes
  GROUP BY d.oid
  UNION ALL
  SELECT 5, s.setrole, format('ALTER %sDATABASE %I SET %s TO %s', CASE WHEN s.setrole = 0 THEN '' ELSE format('ROLE %I IN ', pg_get_userbyid(s.setrole)) END, current_database(),
    split_part(setting, '=', 1), quote_literal(substr(setting, strpos(setting, '=') + 1)))
  FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(setconfig) AS setting
  WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS statements
ORDER BY part, oid, statement

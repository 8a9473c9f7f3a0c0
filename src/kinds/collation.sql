-- One row per collation of the schemas in scope.
SELECT c.schema, c.collname::text AS name,
       CASE c.collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' WHEN 'd' THEN 'default' END AS provider,
       CASE WHEN c.collprovider <> 'c' THEN coalesce(c.locale_17, c.locale_15, c.collcollate::text)
            WHEN c.collcollate = c.collctype THEN c.collcollate::text
       END AS locale,
       CASE WHEN c.collprovider = 'c' AND c.collcollate <> c.collctype THEN c.collcollate::text END AS lc_collate,
       CASE WHEN c.collprovider = 'c' AND c.collcollate <> c.collctype THEN c.collctype::text END AS lc_ctype,
       c.collisdeterministic AS deterministic,
       c.rules,
       c.collversion IS NULL OR c.collversion IS NOT DISTINCT FROM pg_collation_actual_version(c.oid) AS collation_current,
       pg_get_userbyid(c.collowner)::text AS owner,
       obj_description(c.oid, 'pg_collation') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_collation'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::text AS colllocale, NULL::text AS colliculocale, NULL::text AS collicurules) absent,
     LATERAL (SELECT s.schema, c.*, colllocale AS locale_17, colliculocale AS locale_15, collicurules AS rules
              FROM scope_schemas s JOIN pg_collation c ON c.collnamespace = s.schema_oid) c

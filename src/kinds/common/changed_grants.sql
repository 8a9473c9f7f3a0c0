SELECT x.classid, x.objid, x.objsubid, x.acl, x.owner,
       coalesce(i.initprivs, coalesce(g.defaclacl, x.usual) || s.defaclacl) AS initial
FROM (SELECT 'pg_class'::regclass AS classid, c.oid AS objid, 0 AS objsubid, c.relacl AS acl, c.relowner AS owner,
             CASE c.relnamespace
                  -- What initdb records does not contain this schema.
                  WHEN 'information_schema'::regnamespace
                  THEN acldefault('r', c.relowner) || makeaclitem(0, c.relowner, 'SELECT', false)
                  ELSE acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner) END AS usual,
             CASE c.relkind WHEN 'S' THEN 'S' ELSE 'r' END::"char" AS type, c.relnamespace AS namespace
      FROM pg_class c WHERE c.relacl IS NOT NULL
      UNION ALL SELECT 'pg_class'::regclass, a.attrelid, a.attnum, a.attacl, c.relowner, acldefault('c', c.relowner), NULL, NULL
      -- The relations are few: their columns are looked up, so that those of all other relations are not read.
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE a.attrelid = ANY (ARRAY(SELECT oid FROM pg_class WHERE oid < 16384)) AND a.attacl IS NOT NULL
      UNION ALL SELECT 'pg_proc'::regclass, p.oid, 0, p.proacl, p.proowner, acldefault('f', p.proowner), 'f', p.pronamespace
      FROM pg_proc p WHERE p.proacl IS NOT NULL
      UNION ALL SELECT 'pg_type'::regclass, t.oid, 0, t.typacl, t.typowner, acldefault('T', t.typowner), 'T', t.typnamespace
      FROM pg_type t WHERE t.typacl IS NOT NULL
      UNION ALL SELECT 'pg_language'::regclass, l.oid, 0, l.lanacl, l.lanowner, acldefault('l', l.lanowner), NULL, NULL
      FROM pg_language l WHERE l.lanacl IS NOT NULL
      UNION ALL SELECT 'pg_namespace'::regclass, n.oid, 0, n.nspacl, n.nspowner,
                       CASE n.nspname WHEN 'information_schema'
                            THEN acldefault('n', n.nspowner) || makeaclitem(0, n.nspowner, 'USAGE', false)
                            ELSE acldefault('n', n.nspowner) END, 'n', 0
      FROM pg_namespace n WHERE n.nspacl IS NOT NULL AND n.nspname <> 'public'
      UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, 0, w.fdwacl, w.fdwowner, acldefault('F', w.fdwowner), NULL, NULL
      FROM pg_foreign_data_wrapper w WHERE w.fdwacl IS NOT NULL) x
LEFT JOIN pg_init_privs i ON i.classoid = x.classid AND i.objoid = x.objid AND i.objsubid = x.objsubid
-- What CREATE EXTENSION makes gets the default privileges of its owner, which are objects of their own.
LEFT JOIN pg_default_acl g ON x.objid >= 16384 AND g.defaclrole = x.owner AND g.defaclnamespace = 0 AND g.defaclobjtype = x.type
LEFT JOIN pg_default_acl s ON x.objid >= 16384 AND s.defaclrole = x.owner AND s.defaclnamespace = x.namespace AND s.defaclnamespace <> 0
                           AND s.defaclobjtype = x.type
WHERE (x.objid < 16384
       -- Types that no section lists: those of rows, and multirange types.
       OR x.classid = 'pg_type'::regclass AND x.objid IN (SELECT t.oid FROM pg_type t LEFT JOIN pg_class r ON r.oid = t.typrelid
                                                         WHERE t.typacl IS NOT NULL AND (r.relkind <> 'c' OR t.typtype = 'm'))
       OR (x.classid::oid, x.objid) IN (SELECT d.classid, d.objid FROM pg_depend d
                                                          WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'))
  AND x.acl <> coalesce(i.initprivs, coalesce(g.defaclacl, x.usual) || s.defaclacl)

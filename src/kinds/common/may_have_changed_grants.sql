-- Whether changed_grants.sql may have rows: asked of every database, so it does without what only few objects need, and
-- may say yes where it has none. It never says no where it has one. An object has no row in pg_init_privs and one
-- that information_schema gives it, or was changed.
EXISTS (SELECT FROM (SELECT 'pg_class'::regclass AS classid, c.oid AS objid, c.relacl AS acl,
                            CASE WHEN c.relnamespace = 'information_schema'::regnamespace
                                 THEN acldefault('r', c.relowner) || makeaclitem(0, c.relowner, 'SELECT', false) END AS usual
                     FROM pg_class c WHERE c.oid < 16384 AND c.relacl IS NOT NULL
                     UNION ALL SELECT 'pg_proc'::regclass, p.oid, p.proacl, NULL FROM pg_proc p WHERE p.oid < 16384 AND p.proacl IS NOT NULL
                     UNION ALL SELECT 'pg_namespace'::regclass, n.oid, n.nspacl,
                                      CASE WHEN n.nspname = 'information_schema'
                                           THEN acldefault('n', n.nspowner) || makeaclitem(0, n.nspowner, 'USAGE', false) END
                     FROM pg_namespace n WHERE n.oid < 16384 AND n.nspname <> 'public' AND n.nspacl IS NOT NULL) x
        LEFT JOIN pg_init_privs i ON i.objoid = x.objid AND i.classoid = x.classid AND i.objsubid = 0
        WHERE x.acl IS DISTINCT FROM coalesce(i.initprivs, x.usual))
OR EXISTS (SELECT FROM pg_attribute a
           LEFT JOIN pg_init_privs i ON i.objoid = a.attrelid AND i.classoid = 'pg_class'::regclass AND i.objsubid = a.attnum
           WHERE a.attrelid < 16384 AND a.attacl IS NOT NULL AND a.attacl IS DISTINCT FROM i.initprivs)
OR EXISTS (SELECT FROM pg_type WHERE typacl IS NOT NULL)
OR EXISTS (SELECT FROM pg_language WHERE lanacl IS NOT NULL)
OR EXISTS (SELECT FROM pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL)
OR EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.objid >= 16384)
   AND (EXISTS (SELECT FROM pg_class WHERE oid >= 16384 AND relacl IS NOT NULL)
        OR EXISTS (SELECT FROM pg_proc WHERE oid >= 16384 AND proacl IS NOT NULL)
        OR EXISTS (SELECT FROM pg_namespace WHERE oid >= 16384 AND nspacl IS NOT NULL))

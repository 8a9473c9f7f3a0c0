CASE
            -- Few objects depend on an extension without being its members: they are read once.
            WHEN $object = ANY (ARRAY(SELECT dependency.objid
                                      FROM pg_depend dependency
                                      WHERE dependency.refclassid = 'pg_extension'::regclass
                                        AND dependency.deptype = 'x'
                                        AND dependency.classid = $class::regclass))
            THEN (SELECT array_agg(extension.extname::text ORDER BY extension.extname)
                  FROM pg_depend dependency
                  JOIN pg_extension extension ON extension.oid = dependency.refobjid
                  WHERE dependency.classid = $class::regclass AND dependency.objid = $object
                    AND dependency.refclassid = 'pg_extension'::regclass AND dependency.deptype = 'x')
            ELSE '{}'
       END

-- One row per operator family of the schemas in scope, with its members.
SELECT s.schema, f.opfname::text AS name, m.amname::text AS method,
       (SELECT coalesce(jsonb_object_agg(o.amopstrategy || ' (' || format_type(o.amoplefttype, NULL) || ', '
                                            || format_type(o.amoprighttype, NULL) || ')',
                                         quote_ident(n.nspname) || '.' || p.oprname
                                           || coalesce(' for order by ' || quote_ident(z.nspname) || '.' || quote_ident(y.opfname), '')), '{}')
        FROM pg_amop o JOIN pg_operator p ON p.oid = o.amopopr JOIN pg_namespace n ON n.oid = p.oprnamespace
        LEFT JOIN pg_opfamily y ON y.oid = o.amopsortfamily LEFT JOIN pg_namespace z ON z.oid = y.opfnamespace
        WHERE o.amopfamily = f.oid) AS operators,
       (SELECT coalesce(jsonb_object_agg(o.amprocnum || ' (' || format_type(o.amproclefttype, NULL) || ', '
                                            || format_type(o.amprocrighttype, NULL) || ')',
                                         quote_ident(n.nspname) || '.' || quote_ident(p.proname)), '{}')
        FROM pg_amproc o JOIN pg_proc p ON p.oid = o.amproc JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE o.amprocfamily = f.oid) AS functions,
       pg_get_userbyid(f.opfowner)::text AS owner,
       obj_description(f.oid, 'pg_opfamily') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_opfamily'::regclass AND d.objid = f.oid AND d.deptype = 'e') AS implicit
FROM scope_schemas s
JOIN pg_opfamily f ON f.opfnamespace = s.schema_oid
JOIN pg_am m ON m.oid = f.opfmethod

WITH RECURSIVE
-- PostgreSQL's own functions that run code which their arguments identify: queries and tables as XML, input functions of
-- types, validators of functions, and partition keys of tables. Of the functions that the planner runs (neither volatile
-- nor set-returning), every function with an object identifier as an argument counts, except those that are known to read
-- only catalogs. Sources: PostgreSQL's documentation, "Mapping Tables to
-- XML" and "Data Validity Checking Functions", src/include/catalog/pg_proc.dat, RelationBuildPartitionKey in
-- src/backend/utils/cache/partcache.c, fmgr_sql_validator in src/backend/catalog/pg_proc.c.
by_name AS MATERIALIZED (
  SELECT oid FROM pg_proc
  WHERE pronamespace = 'pg_catalog'::regnamespace AND oid < 16384
    AND (proname ~ '^(table|query|cursor|schema|database)_to_xml' OR proname IN ('pg_input_is_valid', 'pg_input_error_info', 'ts_stat', 'ts_rewrite')
         OR provolatile <> 'v' AND NOT proretset AND prokind = 'f' AND prorettype <> 2281
            -- oid, regclass, regtype, regproc, regprocedure; not internal, which a query cannot supply.
            AND proargtypes::oid[] && '{26,2205,2206,24,2202}' AND NOT proargtypes::oid[] && '{2281}'
            AND proname !~ '^(oid|hashoid|reg[a-z]+(out|send)$|btoidcmp$|int8$|nameconcatoid$|has_|pg_has_role$|pg_stat_get_)'
            AND proname !~ '^((bit|varbit|interval|numeric|time|timetz|timestamp|timestamptz)_in|bpcharin|varcharin)$'
            AND proname !~ '(_is_visible|_description)$|^(format_type|pg_get_userbyid|acldefault|makeaclitem)$')
),
by_name_pattern AS MATERIALIZED (
  SELECT ':(func|opfunc|aggfno|winfno)i?d? (' || string_agg(oid::text, '|') || ')[ }]' AS pattern FROM by_name
),
-- The schemas of the search path, and whether it lists pg_catalog explicitly, which then does not come first.
path AS MATERIALIZED (
  SELECT n.oid FROM pg_namespace n
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast_)?temp_'
    AND (strpos({path}, n.nspname::text) > 0 OR n.nspname = current_user)
),
explicit AS MATERIALIZED (SELECT strpos(lower({path}), 'pg_catalog') > 0 AS is_explicit),
roots(root, classid, objid) AS (
  SELECT w, 'pg_proc'::regclass::oid, p.oid FROM unnest({words}) w JOIN pg_proc p ON p.proname = w::name
  WHERE p.oid >= 16384 OR p.oid IN (SELECT oid FROM by_name) OR p.prolang = 14 AND (SELECT is_explicit FROM explicit)
  UNION ALL
  SELECT w, 'pg_type'::regclass, t.oid FROM unnest({words}) w JOIN pg_type t ON t.typname = w::name AND t.oid >= 16384
  UNION ALL
  SELECT w, 'pg_class'::regclass, c.oid FROM unnest({relations}) w JOIN pg_class c ON c.relname = w::name AND c.oid >= 16384
  UNION ALL
  SELECT w, 'pg_operator'::regclass, o.oid FROM unnest({operators}) w JOIN pg_operator o ON o.oprname = w::name AND o.oid >= 16384
  UNION ALL
  SELECT E'\x01' || o, x.classid, x.oid
  FROM unnest({oids}) o,
  LATERAL (SELECT 'pg_proc'::regclass::oid AS classid, oid FROM pg_proc
           WHERE oid = o::oid AND (oid >= 16384 OR oid IN (SELECT oid FROM by_name) OR prolang = 14 AND (SELECT is_explicit FROM explicit))
           UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE oid = o::oid AND oid >= 16384
           UNION ALL SELECT 'pg_class'::regclass, oid FROM pg_class WHERE oid = o::oid AND oid >= 16384
           UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator WHERE oid = o::oid AND oid >= 16384) x
),
reach(root, classid, objid, by_constant) AS (
  SELECT root, classid, objid, false FROM roots
  UNION
  SELECT r.root, e.classid, e.objid, r.by_constant OR e.by_constant
  FROM reach r,
  LATERAL (
    -- The recorded dependencies: arguments, defaults and bodies of functions, functions of operators, and every object
    -- in rules, checks, policies, statistics and index expressions.
    SELECT d.refclassid AS classid, d.refobjid AS objid, false AS by_constant
    FROM pg_depend d
    WHERE d.classid = r.classid AND d.objid = r.objid AND d.refobjid >= 16384
      AND d.refclassid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass, 'pg_class'::regclass,
                           'pg_opclass'::regclass, 'pg_opfamily'::regclass)
      -- The row type of a relation leads to the types of its columns, below, and not to the relation.
      AND NOT (r.classid = 'pg_type'::regclass AND d.refclassid = 'pg_class'::regclass)
    UNION ALL
    SELECT 'pg_operator'::regclass, x.oid, false
    FROM pg_operator o, LATERAL (VALUES (o.oprcom), (o.oprnegate)) x(oid)
    WHERE r.classid = 'pg_operator'::regclass AND o.oid = r.objid AND x.oid >= 16384
    UNION ALL
    SELECT 'pg_type'::regclass, x.oid, false
    FROM pg_type t,
    LATERAL (SELECT t.typbasetype AS oid UNION ALL SELECT t.typelem
             UNION ALL SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = t.typrelid AND t.typrelid <> 0 AND a.attnum > 0 AND NOT a.attisdropped
             UNION ALL SELECT g.rngsubtype FROM pg_range g WHERE g.rngtypid = t.oid) x
    WHERE r.classid = 'pg_type'::regclass AND t.oid = r.objid AND x.oid >= 16384
    UNION ALL
    SELECT 'pg_constraint'::regclass, c.oid, true
    FROM pg_constraint c
    WHERE r.classid = 'pg_type'::regclass AND c.contypid = r.objid
    UNION ALL
    SELECT 'pg_proc'::regclass, c.castfunc, false
    FROM pg_cast c
    WHERE r.classid = 'pg_type'::regclass AND r.objid IN (c.castsource, c.casttarget) AND c.castfunc >= 16384
    UNION ALL
    SELECT 'pg_proc'::regclass, x.oid, true
    FROM pg_range g, LATERAL (VALUES (g.rngcanonical::oid), (g.rngsubdiff::oid)) x(oid)
    WHERE r.classid = 'pg_type'::regclass AND g.rngtypid = r.objid AND x.oid >= 16384
    UNION ALL
    SELECT 'pg_proc'::regclass, a.amproc::oid, true
    FROM pg_opclass c JOIN pg_amproc a ON a.amprocfamily = c.opcfamily
    WHERE (r.classid = 'pg_type'::regclass
             AND c.opcintype = r.objid
             OR r.classid = 'pg_opclass'::regclass
             AND c.oid = r.objid)
      AND a.amproc::oid >= 16384
    UNION ALL
    SELECT 'pg_operator'::regclass, a.amopopr, false
    FROM pg_opclass c JOIN pg_amop a ON a.amopfamily = c.opcfamily
    WHERE (r.classid = 'pg_type'::regclass AND c.opcintype = r.objid OR r.classid = 'pg_opclass'::regclass AND c.oid = r.objid) AND a.amopopr >= 16384
    UNION ALL
    SELECT x.classid, x.oid, false
    FROM LATERAL (
      SELECT 'pg_rewrite'::regclass::oid AS classid, w.oid FROM pg_rewrite w WHERE w.ev_class = r.objid
      UNION ALL SELECT 'pg_class'::regclass, i.indexrelid FROM pg_index i WHERE i.indrelid = r.objid
      UNION ALL SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint c WHERE c.conrelid = r.objid AND c.contype = 'c'
      UNION ALL SELECT 'pg_policy'::regclass, p.oid FROM pg_policy p WHERE p.polrelid = r.objid
      UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid FROM pg_statistic_ext s WHERE s.stxrelid = r.objid
      UNION ALL SELECT 'pg_attrdef'::regclass, f.oid
                FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
                WHERE f.adrelid = r.objid AND a.attgenerated <> ''
      UNION ALL SELECT 'pg_class'::regclass, h.inhrelid FROM pg_inherits h WHERE h.inhparent = r.objid
    ) x
    WHERE r.classid = 'pg_class'::regclass
  ) e
),
-- Untrusted functions that the planner runs, and foreign tables, which contact another server. The planner also runs
-- volatile functions: for constants (the check of a domain), for operators and orders over the statistics of a column, and
-- for casts within functions of PostgreSQL such as to_jsonb.
-- Sources: src/backend/utils/adt/selfuncs.c (var_eq_const), src/backend/utils/adt/json.c (json_categorize_type).
bad(root, by_constant) AS (
  SELECT r.root, r.by_constant
  FROM reach r JOIN pg_proc p ON p.oid = r.objid
  WHERE r.classid = 'pg_proc'::regclass
    AND (p.oid >= 16384 AND p.prolang NOT IN (12, 13)
           AND (p.provolatile <> 'v' OR p.prolang = 14 OR r.by_constant
                OR p.oid IN (SELECT o.oprcode FROM pg_operator o) OR p.oid IN (SELECT a.amproc FROM pg_amproc a)
                OR p.oid IN (SELECT c.castfunc FROM pg_cast c))
         OR p.oid < 16384
         OR p.proargdefaults::text ~ (SELECT pattern FROM by_name_pattern))
  UNION ALL
  SELECT r.root, r.by_constant FROM reach r JOIN pg_class c ON c.oid = r.objid WHERE r.classid = 'pg_class'::regclass AND c.relkind = 'f'
  UNION ALL
  SELECT r.root, r.by_constant
  FROM reach r,
  LATERAL (SELECT w.ev_action::text AS tree FROM pg_rewrite w WHERE r.classid = 'pg_rewrite'::regclass AND w.oid = r.objid
           UNION ALL SELECT c.conbin::text FROM pg_constraint c WHERE r.classid = 'pg_constraint'::regclass AND c.oid = r.objid
           UNION ALL SELECT concat(p.polqual, p.polwithcheck) FROM pg_policy p WHERE r.classid = 'pg_policy'::regclass AND p.oid = r.objid
           UNION ALL SELECT f.adbin::text FROM pg_attrdef f WHERE r.classid = 'pg_attrdef'::regclass AND f.oid = r.objid
           UNION ALL SELECT concat(i.indexprs, i.indpred) FROM pg_index i WHERE r.classid = 'pg_class'::regclass AND i.indexrelid = r.objid
           UNION ALL SELECT t.partexprs::text FROM pg_partitioned_table t WHERE r.classid = 'pg_class'::regclass AND t.partrelid = r.objid
           -- Since 14.
           UNION ALL SELECT to_jsonb(s) ->> 'stxexprs' FROM pg_statistic_ext s WHERE r.classid = 'pg_statistic_ext'::regclass AND s.oid = r.objid
          ) x
  WHERE x.tree ~ (SELECT pattern FROM by_name_pattern)
  UNION ALL
  -- Before version 14, PostgreSQL's own SQL functions look up operators on the current search path.
  SELECT x.root, false
  FROM (SELECT unnest({words}) AS root UNION ALL SELECT E'\x01' || unnest({oids})) x
  WHERE (SELECT is_explicit FROM explicit) AND current_setting('server_version_num')::int < 140000
),
-- A function or operator on the search path shadows PostgreSQL's own if it fits the arguments exactly and the other one is
-- polymorphic, or if the path lists pg_catalog later.
polymorphic(oid, fits) AS (
  VALUES (2276::oid,
          '.'), (2283,
                 '.'), (2776,
                        '.'), (5077,
                               '.'), (5079,
                                      '.'), (2277,
                                             'A'), (5078,
                                                    'A'), (3500,
                                                           'E'), (3831,
                                                                  'R'), (5080,
                                                                         'R'), (4537, 'R'), (4538, 'R'), (2249, 'C')
),
shadowing(word) AS (
  SELECT DISTINCT w
  FROM unnest({words}) w JOIN pg_proc p ON p.proname = w::name AND p.pronamespace IN (SELECT oid FROM path) AND p.oid >= 16384
  JOIN pg_proc own ON own.proname = p.proname AND own.pronamespace = 'pg_catalog'::regnamespace
  WHERE (SELECT is_explicit FROM explicit)
     OR EXISTS (SELECT FROM unnest(own.proargtypes::oid[]) WITH ORDINALITY a(type, n) JOIN polymorphic m ON m.oid = a.type
                JOIN unnest(p.proargtypes::oid[]) WITH ORDINALITY b(type, n) ON a.n = b.n OR own.provariadic <> 0
                JOIN pg_type t ON t.oid = b.type WHERE t.typcategory::text ~ m.fits)
  UNION
  SELECT DISTINCT w
  FROM unnest({operators}) w JOIN pg_operator o ON o.oprname = w::name AND o.oprnamespace IN (SELECT oid FROM path) AND o.oid >= 16384
  JOIN pg_operator own ON own.oprname = o.oprname AND own.oprnamespace = 'pg_catalog'::regnamespace
  WHERE (SELECT is_explicit FROM explicit)
     OR EXISTS (SELECT FROM polymorphic m, pg_type t
                WHERE m.oid = own.oprleft AND t.oid = o.oprleft AND t.typcategory::text ~ m.fits
                   OR m.oid = own.oprright AND t.oid = o.oprright AND t.typcategory::text ~ m.fits)
  UNION
  SELECT DISTINCT w
  FROM unnest({words}) w JOIN pg_type t ON t.typname = w::name AND t.typnamespace IN (SELECT oid FROM path) AND t.oid >= 16384
  JOIN pg_type own ON own.typname = t.typname AND own.typnamespace = 'pg_catalog'::regnamespace
  WHERE (SELECT is_explicit FROM explicit)
)
SELECT json_build_object(
  'named', (SELECT coalesce(json_agg(DISTINCT root), '[]') FROM roots WHERE objid >= 16384),
  'untrusted', (SELECT coalesce(json_agg(DISTINCT root), '[]') FROM bad),
  'by_constant', (SELECT coalesce(json_agg(DISTINCT root), '[]') FROM bad WHERE by_constant),
  'shadowed', (SELECT coalesce(json_agg(word), '[]') FROM shadowing),
  'objects', (SELECT coalesce(json_agg(DISTINCT jsonb_build_array(n.nspname, x.name)), '[]')
              FROM reach r,
              LATERAL (SELECT p.pronamespace AS schema, p.proname AS name FROM pg_proc p WHERE r.classid = 'pg_proc'::regclass AND p.oid = r.objid
                       UNION ALL SELECT t.typnamespace, t.typname FROM pg_type t WHERE r.classid = 'pg_type'::regclass AND t.oid = r.objid
                       UNION ALL SELECT c.relnamespace, c.relname FROM pg_class c WHERE r.classid = 'pg_class'::regclass AND c.oid = r.objid) x
              JOIN pg_namespace n ON n.oid = x.schema AND n.nspname <> 'pg_catalog'
              WHERE {with_objects})
)::text

-- Functions, and what is made of them.
WITH members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
own AS (
  SELECT p.*, format('%I.%I', nspname, proname) AS name
  FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
  WHERE p.oid >= 16384 AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_proc'::regclass AND objid = p.oid)
    -- Those of range types come with them.
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'i')
),
families AS (
  SELECT f.oid, opfmethod, format('%I.%I USING %I', nspname, opfname, amname) AS name
  FROM pg_opfamily f JOIN pg_namespace n ON n.oid = opfnamespace JOIN pg_am a ON a.oid = opfmethod
  WHERE f.oid >= 16384 AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_opfamily'::regclass AND objid = f.oid)
),
classes AS (
  SELECT c.*, format('%I.%I', nspname, opcname) AS name, amname
  FROM pg_opclass c JOIN pg_namespace n ON n.oid = opcnamespace JOIN pg_am a ON a.oid = opcmethod
  WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_opclass'::regclass AND objid = c.oid)
),
-- Operators and functions, each with the class that it belongs to.
entries AS (
  SELECT amopfamily AS family, o.oid, format('OPERATOR %s %s%s', amopstrategy, amopopr::regoperator,
    CASE WHEN amopsortfamily <> 0 THEN (SELECT format(' FOR ORDER BY %I.%I', nspname, opfname) FROM pg_opfamily f JOIN pg_namespace n ON n.oid = opfnamespace WHERE f.oid = amopsortfamily) ELSE '' END) AS text,
    'pg_amop'::regclass::oid AS catalog
  FROM pg_amop o
  UNION ALL
  SELECT amprocfamily, p.oid, format('FUNCTION %s (%s, %s) %s', amprocnum, format_type(amproclefttype, NULL), format_type(amprocrighttype, NULL), amproc::regprocedure),
    'pg_amproc'::regclass::oid
  FROM pg_amproc p
),
of_class AS (
  SELECT d.refobjid AS class, e.*
  FROM entries e JOIN pg_depend d ON d.classid = e.catalog AND d.objid = e.oid AND d.refclassid = 'pg_opclass'::regclass AND d.deptype = 'i'
)
SELECT statement
FROM (
  SELECT 1 AS part, oid, pg_get_functiondef(oid) AS statement FROM own WHERE prokind <> 'a'
  UNION ALL
  SELECT 2, own.oid, format('CREATE AGGREGATE %s (%s) (SFUNC = %s, STYPE = %s%s)', name,
    CASE WHEN pronargs = 0 THEN '*' ELSE pg_get_function_arguments(own.oid) END, aggtransfn::regproc, format_type(aggtranstype, NULL),
    concat(
      CASE WHEN aggtransspace <> 0 THEN ', SSPACE = ' || aggtransspace END,
      CASE WHEN aggfinalfn <> 0 THEN ', FINALFUNC = ' || aggfinalfn::regproc END,
      CASE WHEN aggfinalextra THEN ', FINALFUNC_EXTRA' END,
      CASE WHEN aggfinalfn <> 0 THEN ', FINALFUNC_MODIFY = ' || CASE aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
      CASE WHEN aggcombinefn <> 0 THEN ', COMBINEFUNC = ' || aggcombinefn::regproc END,
      CASE WHEN aggserialfn <> 0 THEN ', SERIALFUNC = ' || aggserialfn::regproc END,
      CASE WHEN aggdeserialfn <> 0 THEN ', DESERIALFUNC = ' || aggdeserialfn::regproc END,
      ', INITCOND = ' || quote_literal(agginitval),
      CASE WHEN aggmtransfn <> 0 THEN ', MSFUNC = ' || aggmtransfn::regproc || ', MINVFUNC = ' || aggminvtransfn::regproc || ', MSTYPE = ' || format_type(aggmtranstype, NULL) END,
      CASE WHEN aggmtransspace <> 0 THEN ', MSSPACE = ' || aggmtransspace END,
      CASE WHEN aggmfinalfn <> 0 THEN ', MFINALFUNC = ' || aggmfinalfn::regproc END,
      CASE WHEN aggmfinalextra THEN ', MFINALFUNC_EXTRA' END,
      CASE WHEN aggmfinalfn <> 0 THEN ', MFINALFUNC_MODIFY = ' || CASE aggmfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
      ', MINITCOND = ' || quote_literal(aggminitval),
      CASE WHEN aggsortop <> 0 THEN (SELECT format(', SORTOP = OPERATOR(%I.%s)', nspname, oprname) FROM pg_operator o JOIN pg_namespace n ON n.oid = oprnamespace WHERE o.oid = aggsortop) END,
      CASE WHEN aggkind = 'h' THEN ', HYPOTHETICAL' END,
      CASE proparallel WHEN 's' THEN ', PARALLEL = SAFE' WHEN 'r' THEN ', PARALLEL = RESTRICTED' END))
  FROM own JOIN pg_aggregate ON aggfnoid = own.oid
  UNION ALL
  SELECT 3, o.oid, format('CREATE OPERATOR %I.%s (FUNCTION = %s%s)', nspname, oprname, oprcode::regproc, concat(
      CASE WHEN oprleft <> 0 THEN ', LEFTARG = ' || format_type(oprleft, NULL) END,
      CASE WHEN oprright <> 0 THEN ', RIGHTARG = ' || format_type(oprright, NULL) END,
      CASE WHEN oprcom <> 0 THEN (SELECT format(', COMMUTATOR = OPERATOR(%I.%s)', s.nspname, c.oprname) FROM pg_operator c JOIN pg_namespace s ON s.oid = c.oprnamespace WHERE c.oid = o.oprcom) END,
      CASE WHEN oprnegate <> 0 THEN (SELECT format(', NEGATOR = OPERATOR(%I.%s)', s.nspname, c.oprname) FROM pg_operator c JOIN pg_namespace s ON s.oid = c.oprnamespace WHERE c.oid = o.oprnegate) END,
      CASE WHEN oprrest <> 0 THEN ', RESTRICT = ' || oprrest::regproc END,
      CASE WHEN oprjoin <> 0 THEN ', JOIN = ' || oprjoin::regproc END,
      CASE WHEN oprcanhash THEN ', HASHES' END, CASE WHEN oprcanmerge THEN ', MERGES' END))
  FROM pg_operator o JOIN pg_namespace n ON n.oid = oprnamespace
  WHERE o.oid >= 16384 AND oprcode <> 0 AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_operator'::regclass AND objid = o.oid)
  UNION ALL
  SELECT 4, oid, 'CREATE OPERATOR FAMILY ' || name FROM families
  UNION ALL
  SELECT 5, c.oid, format('CREATE OPERATOR CLASS %s%s FOR TYPE %s USING %I FAMILY %s AS %s', name, CASE WHEN opcdefault THEN ' DEFAULT' ELSE '' END,
    format_type(opcintype, NULL), amname,
    (SELECT format('%I.%I', nspname, opfname) FROM pg_opfamily f JOIN pg_namespace n ON n.oid = opfnamespace WHERE f.oid = opcfamily),
    concat_ws(', ', (SELECT string_agg(text, ', ' ORDER BY text) FROM of_class WHERE class = c.oid),
      'STORAGE ' || CASE WHEN opckeytype <> 0 THEN format_type(opckeytype, NULL) ELSE format_type(opcintype, NULL) END))
  FROM classes c
  UNION ALL
  SELECT 6, f.oid, format('ALTER OPERATOR FAMILY %s ADD %s', name, string_agg(text, ', ' ORDER BY text))
  FROM families f JOIN entries e ON e.family = f.oid
  WHERE NOT EXISTS (SELECT FROM of_class o WHERE o.catalog = e.catalog AND o.oid = e.oid)
  GROUP BY f.oid, name
  UNION ALL
  SELECT 7, oid, format('CREATE CAST (%s AS %s) %s%s', format_type(castsource, NULL), format_type(casttarget, NULL),
    CASE castmethod WHEN 'f' THEN 'WITH FUNCTION ' || castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END,
    CASE castcontext WHEN 'i' THEN ' AS IMPLICIT' WHEN 'a' THEN ' AS ASSIGNMENT' ELSE '' END)
  FROM pg_cast c
  -- Those of range types come with them.
  WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_cast'::regclass AND objid = c.oid AND deptype IN ('e', 'i'))
  UNION ALL
  SELECT 8, t.oid, format('CREATE TRANSFORM FOR %s LANGUAGE %I (%s)', format_type(trftype, NULL), lanname, concat_ws(', ',
    CASE WHEN trffromsql <> 0 THEN 'FROM SQL WITH FUNCTION ' || trffromsql::oid::regprocedure END,
    CASE WHEN trftosql <> 0 THEN 'TO SQL WITH FUNCTION ' || trftosql::oid::regprocedure END))
  FROM pg_transform t JOIN pg_language l ON l.oid = trflang
  WHERE NOT EXISTS (SELECT FROM members WHERE classid = 'pg_transform'::regclass AND objid = t.oid)
  UNION ALL
  SELECT 9, c.oid, format('CREATE %sCONVERSION %I.%I FOR %L TO %L FROM %s', CASE WHEN condefault THEN 'DEFAULT ' ELSE '' END, nspname, conname,
    pg_encoding_to_char(conforencoding), pg_encoding_to_char(contoencoding), conproc::regproc)
  FROM pg_conversion c JOIN pg_namespace n ON n.oid = connamespace
  WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_conversion'::regclass AND objid = c.oid)
) AS statements
ORDER BY part, oid

-- Text search.
WITH members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
SELECT statement
FROM (
  SELECT 1 AS part, t.oid, format('CREATE TEXT SEARCH PARSER %I.%I (START = %s, GETTOKEN = %s, END = %s, LEXTYPES = %s%s)', nspname, prsname,
    prsstart::regproc, prstoken::regproc, prsend::regproc, prslextype::regproc, CASE WHEN prsheadline <> 0 THEN ', HEADLINE = ' || prsheadline::regproc ELSE '' END) AS statement
  FROM pg_ts_parser t JOIN pg_namespace n ON n.oid = prsnamespace
  WHERE t.oid >= 16384 AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_ts_parser'::regclass AND objid = t.oid)
  UNION ALL
  SELECT 2, t.oid, format('CREATE TEXT SEARCH TEMPLATE %I.%I (LEXIZE = %s%s)', nspname, tmplname, tmpllexize::regproc,
    CASE WHEN tmplinit <> 0 THEN ', INIT = ' || tmplinit::regproc ELSE '' END)
  FROM pg_ts_template t JOIN pg_namespace n ON n.oid = tmplnamespace
  WHERE t.oid >= 16384 AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_ts_template'::regclass AND objid = t.oid)
  UNION ALL
  SELECT 3, d.oid, format('CREATE TEXT SEARCH DICTIONARY %I.%I (TEMPLATE = %I.%I%s)', n.nspname, dictname, s.nspname, tmplname, ', ' || dictinitoption)
  FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = dictnamespace JOIN pg_ts_template t ON t.oid = dicttemplate JOIN pg_namespace s ON s.oid = tmplnamespace
  WHERE d.oid >= 16384 AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_ts_dict'::regclass AND objid = d.oid)
  UNION ALL
  SELECT 4, c.oid, format('CREATE TEXT SEARCH CONFIGURATION %I.%I (PARSER = %I.%I)', n.nspname, cfgname, s.nspname, prsname)
  FROM pg_ts_config c JOIN pg_namespace n ON n.oid = cfgnamespace JOIN pg_ts_parser p ON p.oid = cfgparser JOIN pg_namespace s ON s.oid = prsnamespace
  WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_ts_config'::regclass AND objid = c.oid)
  UNION ALL
  SELECT 5, c.oid, format('ALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %I WITH %s', nspname, cfgname,
    (SELECT alias FROM ts_token_type(cfgparser) WHERE tokid = maptokentype),
    (SELECT string_agg(format('%I.%I', s.nspname, dictname), ', ' ORDER BY mapseqno)
     FROM pg_ts_config_map o JOIN pg_ts_dict d ON d.oid = mapdict JOIN pg_namespace s ON s.oid = dictnamespace
     WHERE o.mapcfg = m.mapcfg AND o.maptokentype = m.maptokentype))
  FROM pg_ts_config c JOIN pg_namespace n ON n.oid = cfgnamespace JOIN (SELECT DISTINCT mapcfg, maptokentype FROM pg_ts_config_map) m ON mapcfg = c.oid
  WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_ts_config'::regclass AND objid = c.oid)
) AS statements
ORDER BY part, oid, statement

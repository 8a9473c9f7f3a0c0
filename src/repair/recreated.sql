-- What depends on columns, or on the queries of views, and has to be dropped before they change: one JSON array, in the
-- order in which it can be created again. The path is pg_catalog, so that all names are printed with their schemas.
WITH RECURSIVE
given (root, relation, attname) AS (VALUES {roots}),
-- A change of a column is one of the columns that inherit it.
tree (root, relid, attname) AS (
  SELECT root, to_regclass(relation)::oid, attname FROM given
  UNION
  SELECT root, inhrelid, attname FROM tree JOIN pg_inherits ON inhparent = relid WHERE attname IS NOT NULL
),
walk (root, classid, objid, objsubid, depth) AS (
  SELECT root, 'pg_class'::regclass::oid, relid, coalesce(attnum, 0)::int4, 0
  FROM tree LEFT JOIN pg_attribute a ON attrelid = relid AND a.attname = tree.attname
  UNION
  SELECT w.root, n.classid, n.objid, 0, w.depth + 1
  FROM walk w
    JOIN pg_depend d ON d.refclassid = w.classid AND d.refobjid = w.objid AND (w.objsubid = 0 OR d.refobjsubid = w.objsubid)
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    CROSS JOIN LATERAL (
      SELECT CASE WHEN r.rulename = '_RETURN' THEN 'pg_class'::regclass::oid ELSE d.classid END AS classid,
        CASE WHEN r.rulename = '_RETURN' THEN r.ev_class ELSE d.objid END AS objid) AS n
  WHERE w.depth < 100 AND (n.classid, n.objid) <> (w.classid, w.objid)
    -- From here on, only what is dropped can have dependents.
    AND (w.depth = 0 OR w.classid = 'pg_type'::regclass
      OR w.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_class c WHERE c.oid = w.objid AND relkind IN ('v', 'm')))
    -- What a relation has of its own is created with it.
    AND NOT EXISTS (SELECT FROM pg_attrdef a WHERE d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
      AND adrelid = w.objid AND (adnum = w.objsubid OR w.objsubid = 0))
    AND NOT (w.objsubid = 0 AND (coalesce(r.ev_class = w.objid, false)
      OR EXISTS (SELECT FROM pg_trigger t WHERE d.classid = 'pg_trigger'::regclass AND t.oid = d.objid AND tgrelid = w.objid)))
),
reached AS (
  SELECT classid, objid, array_agg(DISTINCT root) AS roots, max(depth) AS depth
  FROM walk WHERE depth > 0 OR objsubid = 0 GROUP BY classid, objid
),
views AS (
  SELECT r.roots, r.depth, c.*, n.nspname, format('%I.%I', nspname, relname) AS name,
    CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END AS keyword
  FROM reached r JOIN pg_class c ON r.classid = 'pg_class'::regclass AND c.oid = r.objid JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind IN ('v', 'm')
),
-- What is attached to a table, and mentions a column or a view.
attached AS (
  SELECT r.roots, r.depth, r.classid, r.objid, ev_class AS relid, rulename AS name, 'RULE' AS keyword, pg_get_ruledef(r.objid) AS definition,
    CASE ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END AS enabled
  FROM reached r JOIN pg_rewrite o ON r.classid = 'pg_rewrite'::regclass AND o.oid = r.objid
  UNION ALL
  SELECT r.roots, r.depth, r.classid, r.objid, tgrelid, tgname, 'TRIGGER', pg_get_triggerdef(r.objid),
    CASE tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END
  FROM reached r JOIN pg_trigger o ON r.classid = 'pg_trigger'::regclass AND o.oid = r.objid
  WHERE NOT tgisinternal AND tgconstraint = 0 AND tgparentid = 0 AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = tgrelid)
  UNION ALL
  SELECT r.roots, r.depth, r.classid, r.objid, polrelid, polname, 'POLICY',
    format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', polname, polrelid::regclass, CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ') FROM unnest(polroles) AS role),
      ' USING (' || pg_get_expr(polqual, polrelid) || ')', ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')'), NULL
  FROM reached r JOIN pg_policy o ON r.classid = 'pg_policy'::regclass AND o.oid = r.objid
),
-- What is dropped with a view, and what of it a name leads to.
parts AS (
  SELECT v.oid AS view, 'pg_class'::regclass::oid AS classid, v.oid AS objid, v.name AS address, v.keyword, NULL::name AS part FROM views v
  UNION ALL SELECT v.oid, 'pg_class'::regclass, i.indexrelid, format('%I.%I', v.nspname, c.relname), 'INDEX', c.relname
    FROM views v JOIN pg_index i ON i.indrelid = v.oid JOIN pg_class c ON c.oid = i.indexrelid
  UNION ALL SELECT v.oid, 'pg_trigger'::regclass, t.oid, format('%I ON %s', tgname, v.name), 'TRIGGER', tgname
    FROM views v JOIN pg_trigger t ON tgrelid = v.oid WHERE NOT tgisinternal
  UNION ALL SELECT v.oid, 'pg_rewrite'::regclass, r.oid, format('%I ON %s', rulename, v.name), 'RULE', rulename
    FROM views v JOIN pg_rewrite r ON ev_class = v.oid
  UNION ALL SELECT v.oid, 'pg_statistic_ext'::regclass, s.oid, format('%I.%I', n.nspname, stxname), 'STATISTICS', stxname
    FROM views v JOIN pg_statistic_ext s ON stxrelid = v.oid JOIN pg_namespace n ON n.oid = stxnamespace
  UNION ALL SELECT v.oid, 'pg_type'::regclass, v.reltype, v.name, 'TYPE', NULL FROM views v
),
columns AS (
  SELECT v.oid AS view, v.name, v.keyword, v.relkind, a.*, to_jsonb(a) AS newer, t.typstorage, pg_get_expr(adbin, adrelid) AS default_text
  FROM views v JOIN pg_attribute a ON attrelid = v.oid JOIN pg_type t ON t.oid = atttypid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attnum > 0 AND NOT attisdropped
),
usual AS (
  SELECT v.oid AS view, array_agg(DISTINCT grantee) AS roles
  FROM views v JOIN pg_default_acl d ON defaclobjtype = 'r' AND defaclnamespace IN (0, v.relnamespace) CROSS JOIN LATERAL aclexplode(defaclacl)
  GROUP BY v.oid
),
-- In the order in which they can run.
after AS (
  SELECT 1 AS step, view, NULL::name AS part, '' AS key, format('ALTER %s %s OWNER TO %I', v.keyword, v.name, pg_get_userbyid(relowner)) AS sql
  FROM parts JOIN views v ON v.oid = view WHERE classid = 'pg_class'::regclass AND objid = view
  UNION ALL
  SELECT 2, v.oid, NULL, '', format('REVOKE ALL ON %s FROM %s', v.name, string_agg(DISTINCT CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', '))
  FROM views v LEFT JOIN usual u ON u.view = v.oid
    CROSS JOIN LATERAL (SELECT unnest(u.roles) AS role UNION SELECT relowner WHERE relacl IS NOT NULL) AS roles
  WHERE relacl IS NOT NULL OR role <> relowner
  GROUP BY v.oid, v.name
  UNION ALL
  SELECT 3, v.oid, NULL, quote_ident(coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC')),
    format('GRANT %s ON %s TO %s%s', string_agg(privilege_type, ', ' ORDER BY privilege_type), v.name,
      CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM views v CROSS JOIN LATERAL aclexplode(relacl) GROUP BY v.oid, v.name, grantee, is_grantable
  UNION ALL
  SELECT 3, view, attname, 'column ' || attname, format('GRANT %s (%I) ON %s TO %s%s', privilege_type, attname, name,
      CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM columns CROSS JOIN LATERAL aclexplode(attacl)
  UNION ALL
  SELECT 4, view, attname, attname, format('ALTER %s %s ALTER COLUMN %I SET DEFAULT %s', keyword, name, attname, default_text) FROM columns WHERE default_text IS NOT NULL
  UNION ALL
  SELECT 4, view, attname, attname, format('ALTER %s %s ALTER COLUMN %I SET STATISTICS %s', keyword, name, attname, attstattarget) FROM columns WHERE attstattarget >= 0 AND relkind = 'm'
  UNION ALL
  SELECT 4, view, attname, attname, format('ALTER %s %s ALTER COLUMN %I SET STORAGE %s', keyword, name, attname,
    CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END) FROM columns WHERE attstorage <> typstorage AND relkind = 'm'
  UNION ALL
  SELECT 4, view, attname, attname, format('ALTER %s %s ALTER COLUMN %I SET COMPRESSION %s', keyword, name, attname, CASE newer ->> 'attcompression' WHEN 'p' THEN 'pglz' ELSE 'lz4' END)
  FROM columns WHERE newer ->> 'attcompression' IN ('p', 'l') AND relkind = 'm'
  UNION ALL
  SELECT 4, view, attname, attname, format('ALTER %s %s ALTER COLUMN %I SET (%s)', keyword, name, attname, array_to_string(attoptions, ', ')) FROM columns WHERE attoptions IS NOT NULL
  UNION ALL
  SELECT 5, view, part, part, CASE keyword
      WHEN 'INDEX' THEN pg_get_indexdef(objid)
      WHEN 'TRIGGER' THEN pg_get_triggerdef(objid)
      WHEN 'RULE' THEN rtrim(pg_get_ruledef(objid), ';')
      ELSE pg_get_statisticsobjdef(objid) END
  FROM parts WHERE part IS NOT NULL AND part <> '_RETURN'
  UNION ALL
  SELECT 6, view, part, part, format('ALTER INDEX %s SET TABLESPACE %I', address, spcname) FROM parts JOIN pg_class c ON c.oid = objid AND keyword = 'INDEX' JOIN pg_tablespace t ON t.oid = reltablespace
  UNION ALL
  SELECT 6, view, part, format('%s %s', part, attnum), format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', address, attnum, attstattarget)
  FROM parts JOIN pg_attribute ON attrelid = objid AND keyword = 'INDEX' WHERE attstattarget >= 0
  UNION ALL
  SELECT 7, view, part, part, format('ALTER MATERIALIZED VIEW %s CLUSTER ON %I', view::regclass, part) FROM parts JOIN pg_index ON indexrelid = objid AND keyword = 'INDEX' WHERE indisclustered
  UNION ALL
  SELECT 7, v.oid, part, coalesce(part, ''), format('ALTER TABLE %s REPLICA IDENTITY %s', v.name, CASE relreplident WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN 'FULL' ELSE format('USING INDEX %I', part) END)
  FROM views v LEFT JOIN LATERAL (SELECT part FROM parts JOIN pg_index ON indexrelid = objid AND keyword = 'INDEX' WHERE view = v.oid AND indisreplident) AS i ON true
  WHERE relkind = 'm' AND relreplident IN ('n', 'f', 'i')
  UNION ALL
  SELECT 7, view, part, part, format('ALTER TABLE %s %s TRIGGER %I', view::regclass, CASE tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, part)
  FROM parts JOIN pg_trigger t ON classid = 'pg_trigger'::regclass AND t.oid = objid WHERE tgenabled <> 'O'
  UNION ALL
  SELECT 7, view, part, part, format('ALTER TABLE %s %s RULE %I', view::regclass, CASE ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, part)
  FROM parts JOIN pg_rewrite r ON classid = 'pg_rewrite'::regclass AND r.oid = objid WHERE ev_enabled <> 'O' AND part <> '_RETURN'
  UNION ALL
  SELECT 7, view, part, part, format('ALTER STATISTICS %s OWNER TO %I', address, pg_get_userbyid(stxowner)) FROM parts JOIN pg_statistic_ext s ON classid = 'pg_statistic_ext'::regclass AND s.oid = objid
  UNION ALL
  SELECT 7, view, part, part, format('ALTER STATISTICS %s SET STATISTICS %s', address, stxstattarget)
  FROM parts JOIN pg_statistic_ext s ON classid = 'pg_statistic_ext'::regclass AND s.oid = objid WHERE stxstattarget >= 0
  UNION ALL
  SELECT 8, view, p.part, coalesce(part, '') || keyword, format('COMMENT ON %s %s IS %L', keyword, address, description)
  FROM parts p JOIN pg_description d ON d.classoid = p.classid AND d.objoid = p.objid AND objsubid = 0
  UNION ALL
  SELECT 8, view, attname, attname, format('COMMENT ON COLUMN %s.%I IS %L', name, attname, description)
  FROM columns JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = view AND objsubid = attnum
),
-- Why something cannot be created again as it is.
obstacles AS (
  SELECT roots, CASE
      WHEN r.classid = 'pg_attrdef'::regclass THEN 'the generated column ' || pg_describe_object(r.classid, r.objid, 0) || ' is computed from it'
      ELSE pg_describe_object(r.classid, r.objid, 0) || ' depends on it' END AS why
  FROM reached r LEFT JOIN pg_class c ON r.classid = 'pg_class'::regclass AND c.oid = r.objid
  WHERE NOT EXISTS (SELECT FROM views v WHERE r.classid = 'pg_class'::regclass AND v.oid = r.objid)
    AND NOT EXISTS (SELECT FROM attached a WHERE (a.classid, a.objid) = (r.classid, r.objid))
    AND NOT EXISTS (SELECT FROM parts p WHERE (p.classid, p.objid) = (r.classid, r.objid))
    AND r.classid NOT IN ('pg_constraint'::regclass, 'pg_statistic_ext'::regclass, 'pg_type'::regclass)
    AND NOT (r.classid = 'pg_class'::regclass AND relkind IN ('i', 'I', 'S', 't'))
    AND NOT EXISTS (SELECT FROM pg_trigger t WHERE r.classid = 'pg_trigger'::regclass AND t.oid = r.objid AND tgisinternal)
  UNION ALL
  SELECT t.roots, format('the column %I of %s has the row type of %s', attname, a.attrelid::regclass, c.oid::regclass)
  FROM (SELECT ARRAY[root] AS roots, relid FROM tree WHERE attname IS NOT NULL) AS t JOIN pg_class c ON c.oid = t.relid JOIN pg_type y ON y.oid = c.reltype
    JOIN pg_attribute a ON a.atttypid IN (c.reltype, y.typarray) AND NOT attisdropped JOIN pg_class u ON u.oid = a.attrelid AND u.relkind IN ('r', 'p', 'm')
  UNION ALL
  SELECT ARRAY[root], format('it is in the partition key of %s', relid::regclass)
  FROM tree t JOIN pg_attribute a ON attrelid = relid AND a.attname = t.attname
    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = relid AND d.objsubid = attnum AND d.refclassid = 'pg_class'::regclass AND d.refobjid = relid AND d.refobjsubid = 0
  UNION ALL
  -- Before PostgreSQL 14, a generated column depends on the others itself, and not its expression.
  SELECT ARRAY[root], format('the generated column %I of %s is computed from it', g.attname, relid::regclass)
  FROM tree t JOIN pg_attribute a ON a.attrelid = relid AND a.attname = t.attname
    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = relid AND d.objsubid > 0 AND d.refclassid = 'pg_class'::regclass AND d.refobjid = relid AND d.refobjsubid = a.attnum
    JOIN pg_attribute g ON g.attrelid = relid AND g.attnum = d.objsubid
  UNION ALL
  SELECT roots, format('a session has the temporary view %s', relname) FROM views WHERE relpersistence = 't'
  UNION ALL
  SELECT v.roots, pg_describe_object(p.classid, p.objid, 0) || ' is a part of an extension, or depends on one'
  FROM parts p JOIN views v ON v.oid = p.view JOIN pg_depend d ON d.classid = p.classid AND d.objid = p.objid AND d.deptype IN ('e', 'x')
  UNION ALL
  SELECT a.roots, pg_describe_object(a.classid, a.objid, 0) || ' depends on an extension'
  FROM attached a JOIN pg_depend d ON d.classid = a.classid AND d.objid = a.objid AND d.deptype IN ('e', 'x')
  UNION ALL
  SELECT v.roots, pg_describe_object(p.classid, p.objid, 0) || ' has a security label' FROM parts p JOIN views v ON v.oid = p.view JOIN pg_seclabel s ON s.classoid = p.classid AND s.objoid = p.objid
  UNION ALL
  SELECT v.roots, format('%s on %s were granted by another role than its owner', CASE WHEN is_column THEN 'privileges on columns' ELSE 'privileges' END, v.name)
  FROM views v CROSS JOIN LATERAL (SELECT relacl AS acl, false AS is_column UNION ALL SELECT attacl, true FROM pg_attribute WHERE attrelid = v.oid AND attacl IS NOT NULL) AS l
    CROSS JOIN LATERAL aclexplode(acl) WHERE grantor <> relowner
  UNION ALL
  SELECT v.roots, format('the type of %s has privileges', v.name) FROM views v JOIN pg_type t ON t.oid = reltype WHERE typacl IS NOT NULL
  UNION ALL
  SELECT a.roots || v.roots, format('the rule %I is on %s, which is created again as well', a.name, v.name) FROM attached a JOIN views v ON v.oid = a.relid
),
made AS (
  SELECT v.roots, depth, v.oid, lower(v.keyword) || ' ' || v.name AS subject, ARRAY[nspname, relname] AS id,
    format('DROP %s %s', v.keyword, v.name) AS drop_it,
    format('CREATE %s %s%s%s%s AS %s%s', v.keyword, v.name,
      CASE WHEN relkind = 'm' THEN (SELECT format(' USING %I', amname) FROM pg_am WHERE pg_am.oid = relam AND amname <> 'heap') END,
      (SELECT ' WITH (' || string_agg(format('%s = %L', option_name, option_value), ', ') || ')'
       FROM (SELECT option_name, option_value FROM pg_options_to_table(v.reloptions)
             UNION ALL SELECT 'toast.' || option_name, option_value FROM pg_class toast, pg_options_to_table(toast.reloptions) WHERE toast.oid = v.reltoastrelid) AS options),
      (SELECT format(' TABLESPACE %I', spcname) FROM pg_tablespace t WHERE t.oid = reltablespace),
      rtrim(pg_get_viewdef(v.oid), ';'), CASE WHEN relkind = 'm' AND NOT relispopulated THEN ' WITH NO DATA' END) AS create_it,
    format('EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(%L) AND pg_get_userbyid(relowner) = %L AND relacl::text IS NOT DISTINCT FROM %L AND pg_get_viewdef(oid) = %L)',
      v.name, pg_get_userbyid(relowner), relacl::text, pg_get_viewdef(v.oid)) AS is_as_found,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('part', part, 'sql', sql) ORDER BY step, key, sql), '[]') FROM after WHERE after.view = v.oid) AS rest
  FROM views v
  UNION ALL
  SELECT a.roots, depth, a.objid, format('%s %I on %s', lower(keyword), name, a.relid::regclass), ARRAY[nspname, relname, name],
    format('DROP %s %I ON %s', keyword, name, a.relid::regclass), rtrim(definition, ';'), CASE keyword
      WHEN 'RULE' THEN format('EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass(%L) AND rulename = %L AND pg_get_ruledef(oid) = %L)', a.relid::regclass, name, definition)
      WHEN 'TRIGGER' THEN format('EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass(%L) AND tgname = %L AND pg_get_triggerdef(oid) = %L)', a.relid::regclass, name, definition)
      ELSE format('EXISTS (SELECT FROM pg_policy WHERE polrelid = to_regclass(%L) AND polname = %L AND pg_get_expr(polqual, polrelid) IS NOT DISTINCT FROM %L AND pg_get_expr(polwithcheck, polrelid) IS NOT DISTINCT FROM %L)',
        a.relid::regclass, name, (SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE pg_policy.oid = objid), (SELECT pg_get_expr(polwithcheck, polrelid) FROM pg_policy WHERE pg_policy.oid = objid)) END,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('part', NULL, 'sql', sql)), '[]') FROM (
      SELECT format('ALTER TABLE %s %s %s %I', a.relid::regclass, enabled, keyword, name) AS sql WHERE enabled IS NOT NULL
      UNION ALL
      SELECT format('COMMENT ON %s %I ON %s IS %L', keyword, name, a.relid::regclass, description) FROM pg_description d WHERE d.classoid = a.classid AND d.objoid = a.objid) AS s)
  FROM attached a JOIN pg_class c ON c.oid = a.relid JOIN pg_namespace n ON n.oid = c.relnamespace
)
SELECT jsonb_build_object(
  'obstacles', (SELECT coalesce(jsonb_agg(jsonb_build_object('roots', roots, 'why', why) ORDER BY why), '[]') FROM (SELECT DISTINCT roots, why FROM obstacles) AS o),
  'objects', (SELECT coalesce(jsonb_agg(jsonb_build_object('roots', roots, 'subject', subject, 'id', id, 'drop', drop_it, 'create', create_it, 'check', is_as_found, 'rest', rest)
    ORDER BY depth, subject), '[]') FROM made))

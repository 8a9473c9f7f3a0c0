-- What relations have.
WITH own AS (
  SELECT c.*, format('%I.%I', nspname, relname) AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE c.oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I') AND relpersistence <> 't' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
),
columns AS (
  SELECT own.name, own.relkind, a.*, t.typstorage, adbin, adrelid, to_jsonb(a) AS newer,
    EXISTS (SELECT FROM pg_inherits i JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname WHERE i.inhrelid = own.oid AND p.attnotnull) AS parent_not_null
  FROM own JOIN pg_attribute a ON attrelid = own.oid JOIN pg_type t ON t.oid = atttypid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attnum > 0 AND NOT attisdropped
)
SELECT statement
FROM (
  SELECT 1 AS part, attrelid AS oid, format('ALTER TABLE ONLY %s ALTER COLUMN %I SET DEFAULT %s', name, attname, pg_get_expr(adbin, adrelid)) AS statement
  FROM columns WHERE adbin IS NOT NULL AND attgenerated = '' AND relkind NOT IN ('i', 'I')
  UNION ALL
  SELECT 1, attrelid, format('ALTER TABLE ONLY %s ALTER COLUMN %I DROP DEFAULT', name, attname)
  FROM columns WHERE adbin IS NULL AND attinhcount > 0
  UNION ALL
  SELECT 1, attrelid, format('ALTER TABLE ONLY %s ALTER COLUMN %I SET NOT NULL', name, attname)
  FROM columns WHERE attnotnull AND NOT attislocal AND NOT parent_not_null
  UNION ALL
  SELECT 2, attrelid, format('ALTER TABLE %s ALTER COLUMN %I ADD GENERATED %s AS IDENTITY (SEQUENCE NAME %I.%I INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s)',
    columns.name, attname, CASE attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, nspname, s.relname, seqincrement, seqmin, seqmax, seqstart, seqcache, CASE WHEN seqcycle THEN ' CYCLE' ELSE '' END)
  FROM columns JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = attrelid AND d.refobjsubid = attnum AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
    JOIN pg_sequence ON seqrelid = d.objid JOIN pg_class s ON s.oid = seqrelid JOIN pg_namespace n ON n.oid = s.relnamespace
  WHERE attidentity <> '' AND attinhcount = 0
  UNION ALL
  SELECT 2, own.oid, format('ALTER SEQUENCE %s OWNED BY %I.%I.%I', own.name, nspname, t.relname, attname)
  FROM own JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = own.oid AND d.deptype = 'a' AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_attribute ON attrelid = d.refobjid AND attnum = d.refobjsubid
  WHERE own.relkind = 'S'
  UNION ALL
  SELECT 3, c.oid, format('ALTER TABLE %s%s ADD CONSTRAINT %I %s', CASE WHEN contype IN ('p', 'u', 'x') THEN 'ONLY ' ELSE '' END, name, conname, pg_get_constraintdef(c.oid))
  FROM own JOIN pg_constraint c ON conrelid = own.oid
  WHERE contype IN ('p', 'u', 'x', 'c') AND (contype <> 'c' OR conislocal) OR contype = 'n' AND NOT convalidated AND conislocal
  UNION ALL
  SELECT 3, own.oid, format('ALTER INDEX %s SET (%s)', name, (SELECT string_agg(format('%s = %L', option_name, option_value), ', ') FROM pg_options_to_table(reloptions)))
  FROM own WHERE reloptions IS NOT NULL AND EXISTS (SELECT FROM pg_constraint WHERE conindid = own.oid AND contype IN ('p', 'u', 'x'))
  UNION ALL
  SELECT 3, indexrelid, pg_get_indexdef(indexrelid)
  FROM own JOIN pg_index ON indrelid = own.oid WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
  UNION ALL
  SELECT 4, own.oid, format('ALTER INDEX %I.%I ATTACH PARTITION %s', nspname, p.relname, name)
  FROM own JOIN pg_inherits ON inhrelid = own.oid JOIN pg_class p ON p.oid = inhparent JOIN pg_namespace n ON n.oid = p.relnamespace WHERE own.relkind IN ('i', 'I')
  UNION ALL
  SELECT 5, c.oid, format('ALTER TABLE %s ADD CONSTRAINT %I %s', name, conname, pg_get_constraintdef(c.oid))
  FROM own JOIN pg_constraint c ON conrelid = own.oid WHERE contype = 'f' AND conparentid = 0
  UNION ALL
  SELECT 6, own.oid, format('ALTER TABLE %s OF %s', name, reloftype::regtype) FROM own WHERE reloftype <> 0
  UNION ALL
  SELECT 6, own.oid, format('ALTER TABLE ONLY %s REPLICA IDENTITY %s', name, CASE relreplident WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN 'FULL'
    ELSE (SELECT format('USING INDEX %I', relname) FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = own.oid AND indisreplident) END)
  FROM own WHERE relkind IN ('r', 'p', 'm') AND relreplident <> 'd'
  UNION ALL
  SELECT 6, own.oid, format('ALTER TABLE %s CLUSTER ON %I', name, c.relname) FROM own JOIN pg_index ON indrelid = own.oid AND indisclustered JOIN pg_class c ON c.oid = indexrelid
  UNION ALL
  SELECT 6, own.oid, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name) FROM own WHERE relrowsecurity
  UNION ALL
  SELECT 6, own.oid, format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name) FROM own WHERE relforcerowsecurity
  UNION ALL
  SELECT 7, attrelid, format('ALTER %s %s ALTER COLUMN %s SET STATISTICS %s', CASE WHEN relkind IN ('i', 'I') THEN 'INDEX' ELSE 'TABLE' END, name,
    CASE WHEN relkind IN ('i', 'I') THEN attnum::text ELSE quote_ident(attname) END, attstattarget) FROM columns WHERE attstattarget >= 0
  UNION ALL
  SELECT 7, attrelid, format('ALTER TABLE ONLY %s ALTER COLUMN %I SET STORAGE %s', name, attname,
    CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END)
  FROM columns WHERE attstorage <> typstorage AND relkind IN ('r', 'p', 'm', 'f')
  UNION ALL
  SELECT 7, attrelid, format('ALTER TABLE ONLY %s ALTER COLUMN %I SET COMPRESSION %s', name, attname, CASE newer ->> 'attcompression' WHEN 'p' THEN 'pglz' ELSE 'lz4' END)
  FROM columns WHERE newer ->> 'attcompression' IN ('p', 'l') AND relkind IN ('r', 'p', 'm')
  UNION ALL
  SELECT 7, attrelid, format('ALTER TABLE ONLY %s ALTER COLUMN %I SET (%s)', name, attname, array_to_string(attoptions, ', '))
  FROM columns WHERE attoptions IS NOT NULL AND relkind IN ('r', 'p', 'm', 'f')
  UNION ALL
  SELECT 7, attrelid, format('ALTER FOREIGN TABLE %s ALTER COLUMN %I OPTIONS (%s)', name, attname, (SELECT string_agg(format('ADD %I %L', option_name, option_value), ', ') FROM pg_options_to_table(attfdwoptions)))
  FROM columns WHERE attfdwoptions IS NOT NULL
  UNION ALL
  SELECT 8, t.oid, pg_get_triggerdef(t.oid) FROM own JOIN pg_trigger t ON tgrelid = own.oid WHERE NOT tgisinternal AND tgparentid = 0
  UNION ALL
  SELECT 9, t.oid, format('ALTER TABLE ONLY %s %s TRIGGER %I', name, CASE tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END, tgname)
  FROM own JOIN pg_trigger t ON tgrelid = own.oid WHERE NOT tgisinternal AND (tgenabled <> 'O' OR tgparentid <> 0)
  UNION ALL
  SELECT 8, r.oid, pg_get_ruledef(r.oid) FROM own JOIN pg_rewrite r ON ev_class = own.oid WHERE rulename <> '_RETURN'
  UNION ALL
  SELECT 9, r.oid, format('ALTER TABLE %s %s RULE %I', name, CASE ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, rulename)
  FROM own JOIN pg_rewrite r ON ev_class = own.oid WHERE rulename <> '_RETURN' AND ev_enabled <> 'O'
  UNION ALL
  SELECT 8, p.oid, format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', polname, name, CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
    CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
    (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ') FROM unnest(polroles) AS role),
    ' USING (' || pg_get_expr(polqual, polrelid) || ')', ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')')
  FROM own JOIN pg_policy p ON polrelid = own.oid
  UNION ALL
  SELECT 8, s.oid, pg_get_statisticsobjdef(s.oid) FROM own JOIN pg_statistic_ext s ON stxrelid = own.oid
  UNION ALL
  SELECT 9, s.oid, format('ALTER STATISTICS %I.%I SET STATISTICS %s', nspname, stxname, stxstattarget)
  FROM own JOIN pg_statistic_ext s ON stxrelid = own.oid JOIN pg_namespace n ON n.oid = stxnamespace WHERE stxstattarget >= 0
) AS statements
ORDER BY part, oid, statement

-- Types and collations.
WITH members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
own AS (
  SELECT t.*, format('%I.%I', nspname, typname) AS name
  FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
  WHERE t.oid >= 16384 AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_type'::regclass AND objid = t.oid)
),
collations AS (
  SELECT c.oid, to_jsonb(c) AS c, format('%I.%I', nspname, collname) AS name
  FROM pg_collation c JOIN pg_namespace n ON n.oid = collnamespace
  WHERE c.oid >= 16384 AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM members WHERE classid = 'pg_collation'::regclass AND objid = c.oid)
)
SELECT statement
FROM (
  SELECT 1 AS part, oid, CASE c ->> 'collprovider'
    WHEN 'c' THEN format('CREATE COLLATION %s (provider = libc, lc_collate = %L, lc_ctype = %L)', name, c ->> 'collcollate', c ->> 'collctype')
    ELSE format('CREATE COLLATION %s (provider = %s, deterministic = %s, locale = %L%s)', name,
      CASE c ->> 'collprovider' WHEN 'i' THEN 'icu' ELSE 'builtin' END, c ->> 'collisdeterministic',
      coalesce(c ->> 'colllocale', c ->> 'colliculocale', c ->> 'collcollate'), ', rules = ' || quote_literal(c ->> 'collicurules'))
    END AS statement
  FROM collations
  UNION ALL
  SELECT 2, oid, format('CREATE TYPE %s AS ENUM (%s)', name,
    (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = own.oid))
  FROM own WHERE typtype = 'e'
  UNION ALL
  SELECT 2, oid, format('CREATE TYPE %s', name) FROM own WHERE typtype IN ('p', 'b') AND typelem = 0
  UNION ALL
  SELECT 3, own.oid, format('CREATE TYPE %s AS (%s)', name,
    (SELECT string_agg(format('%I %s%s', attname, format_type(atttypid, atttypmod),
       (SELECT format(' COLLATE %I.%I', nspname, collname) FROM pg_collation l JOIN pg_namespace n ON n.oid = collnamespace
        WHERE l.oid = attcollation AND attcollation <> (SELECT typcollation FROM pg_type WHERE oid = atttypid))), ', ' ORDER BY attnum)
     FROM pg_attribute WHERE attrelid = typrelid AND attnum > 0 AND NOT attisdropped))
  FROM own JOIN pg_class ON pg_class.oid = typrelid WHERE typtype = 'c' AND relkind = 'c'
  UNION ALL
  SELECT 4, oid, format('CREATE DOMAIN %s AS %s%s%s%s', name, format_type(typbasetype, typtypmod),
    (SELECT format(' COLLATE %I.%I', nspname, collname) FROM pg_collation l JOIN pg_namespace n ON n.oid = collnamespace
     WHERE l.oid = own.typcollation AND own.typcollation <> (SELECT typcollation FROM pg_type WHERE oid = own.typbasetype)),
    CASE WHEN typdefault IS NOT NULL THEN ' DEFAULT ' || coalesce(pg_get_expr(typdefaultbin, 0), typdefault) ELSE '' END,
    CASE WHEN typnotnull THEN ' NOT NULL' ELSE '' END)
  FROM own WHERE typtype = 'd'
  UNION ALL
  SELECT 5, own.oid, format('CREATE TYPE %s AS RANGE (subtype = %s, subtype_opclass = %I.%I%s%s%s)', name, format_type(rngsubtype, NULL),
    opcspace.nspname, opcname, ', collation = ' || (SELECT format('%I.%I', nspname, collname) FROM pg_collation l JOIN pg_namespace n ON n.oid = collnamespace WHERE l.oid = rngcollation),
    CASE WHEN rngsubdiff <> 0 THEN ', subtype_diff = ' || rngsubdiff::regproc ELSE '' END,
    (SELECT format(', multirange_type_name = %I.%I', nspname, typname) FROM pg_type m JOIN pg_namespace n ON n.oid = m.typnamespace
     WHERE m.oid::text = to_jsonb(r) ->> 'rngmultitypid'))
  FROM own JOIN pg_range r ON rngtypid = own.oid JOIN pg_opclass o ON o.oid = rngsubopc JOIN pg_namespace opcspace ON opcspace.oid = opcnamespace
  WHERE typtype = 'r' AND rngcanonical = 0
  UNION ALL
  SELECT 6, c.oid, format('ALTER DOMAIN %s ADD CONSTRAINT %I %s', name, conname, pg_get_constraintdef(c.oid))
  FROM own JOIN pg_constraint c ON contypid = own.oid WHERE contype = 'c'
) AS statements
ORDER BY part, oid

-- One row per materialized view in scope.
SELECT c.schema, c.name,
       pg_get_viewdef(c.oid) AS definition,
       c.relispopulated AS populated,
       CASE
            WHEN c.reloptions IS NULL AND x.reloptions IS NULL THEN '{}'
            ELSE (SELECT coalesce(jsonb_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), '{}')
                  FROM (SELECT o FROM unnest(c.reloptions) o
                        UNION ALL SELECT 'toast.' || o FROM unnest(x.reloptions) o) o(o))
       END AS options,
       CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing'
            WHEN 'i' THEN (SELECT k.relname::text
                           FROM pg_index r
                           JOIN pg_class k ON k.oid = r.indexrelid
                           WHERE r.indrelid = c.oid AND r.indisreplident) END AS replica_identity,
       (SELECT k.relname::text FROM pg_class k WHERE k.oid = i.indexrelid) AS cluster_on,
       (SELECT t.spcname::text FROM pg_tablespace t WHERE t.oid = c.reltablespace) AS tablespace,
       (SELECT m.amname::text FROM pg_am m WHERE m.oid = c.relam) AS access_method,
       pg_get_userbyid(c.relowner)::text AS owner,
       {grants r c.relacl c.relowner} AS grants,
       {extension_dependencies 'pg_class' c.oid} AS depends_on_extensions,
       e.description AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS implicit
FROM scope_relations c
LEFT JOIN pg_class x ON x.oid = c.reltoastrelid
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisclustered
LEFT JOIN pg_description e ON e.objoid = c.oid AND e.classoid = 'pg_class'::regclass AND e.objsubid = 0
WHERE c.relkind = 'm'

-- One row per CHECK constraint of a table or foreign table in scope.
SELECT c.schema, c.relation, c.conname::text AS name,
       pg_get_expr(c.conbin, c.conrelid) AS expression,
       c.convalidated OR NOT coalesce(c.enforced, true) AS validated,
       coalesce(c.enforced, true) AS enforced,
       c.connoinherit AS no_inherit,
       c.coninhcount > 0 AND c.conislocal AND NOT c.relispartition AS declared,
       c.coninhcount > 0 AND NOT c.relispartition AS inherited,
       e.description AS comment,
       CASE WHEN c.relispartition AND c.coninhcount > 0 THEN c.conname::text END AS copy_of,
       c.coninhcount > 0 AND NOT c.conislocal AND (c.relispartition OR e.description IS NULL) AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::boolean AS conenforced) absent,
     LATERAL (SELECT r.schema, r.name AS relation, r.relispartition, c.*, conenforced AS enforced
              FROM scope_relations r
              JOIN pg_constraint c ON c.conrelid = r.oid
              WHERE c.contype = 'c') c
LEFT JOIN pg_description e ON e.objoid = c.oid AND e.classoid = 'pg_constraint'::regclass AND e.objsubid = 0

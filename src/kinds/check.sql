SELECT s.schema, s.name AS relation, c.conname::text AS name,
       pg_get_expr(c.conbin, c.conrelid) AS expression,
       c.convalidated OR NOT coalesce(c.enforced, true) AS validated,
       coalesce(c.enforced, true) AS enforced,
       c.connoinherit AS no_inherit,
       obj_description(c.oid, 'pg_constraint') AS comment,
       c.coninhcount > 0 AND NOT c.conislocal AS implicit
FROM (SELECT NULL::boolean AS conenforced) absent,
     LATERAL (SELECT c.*, conenforced AS enforced FROM scope_relations r JOIN pg_constraint c ON c.conrelid = r.oid WHERE c.contype = 'c') c
JOIN scope_relations s ON s.oid = c.conrelid

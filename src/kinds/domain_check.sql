-- One row per CHECK constraint of a domain in scope.
SELECT s.schema, s.name AS relation, c.conname::text AS name,
       pg_get_expr(c.conbin, 0) AS expression,
       c.convalidated AS validated,
       obj_description(c.oid, 'pg_constraint') AS comment,
       false AS implicit
FROM scope_types s
JOIN pg_constraint c ON c.contypid = s.oid AND c.contype = 'c'

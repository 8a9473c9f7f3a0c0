-- One row per base type in scope. Of a shell type, which is only declared, the catalog says nothing more.
SELECT t.schema, t.name,
       CASE WHEN t.typisdefined THEN {routine t.typinput} END AS input,
       CASE WHEN t.typisdefined THEN {routine t.typoutput} END AS output,
       {routine t.typreceive} AS receive,
       {routine t.typsend} AS send,
       {routine t.typmodin} AS typmod_in,
       {routine t.typmodout} AS typmod_out,
       {routine t.typanalyze} AS analyze,
       -- This one is what every type with elements has by default.
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid = t.subscript AND p.proname <> 'raw_array_subscript_handler') AS subscript,
       CASE WHEN t.typisdefined AND t.typlen > 0 THEN t.typlen END AS length,
       t.typisdefined AND t.typbyval AS passed_by_value,
       CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'd' THEN 'double' ELSE 'int4' END AS alignment,
       CASE t.typstorage WHEN 'm' THEN 'main' WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' ELSE 'plain' END AS storage,
       CASE WHEN t.typisdefined THEN t.typcategory ELSE 'U' END AS category,
       t.typispreferred AS preferred,
       t.typdefault AS "default",
       CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END AS element,
       t.typdelim AS delimiter,
       t.typcollation <> 0 AS collatable,
       pg_get_userbyid(t.typowner)::text AS owner,
       {grants T t.typacl t.typowner} AS grants,
       obj_description(t.oid, 'pg_type') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e') AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::oid AS typsubscript) absent,
     LATERAL (SELECT t.*, typsubscript::oid AS subscript FROM scope_types t) t
WHERE t.typtype = 'p' OR t.typtype = 'b' AND t.typinput <> 'array_in'::regproc

-- One row per foreign-data wrapper of the database.
SELECT w.fdwname::text AS name,
       {routine w.fdwhandler} AS handler,
       {routine w.fdwvalidator} AS validator,
       {routine w.connector} AS connection,
       {options w.fdwoptions} AS options,
       pg_get_userbyid(w.fdwowner)::text AS owner,
       {grants F w.fdwacl w.fdwowner} AS grants,
       obj_description(w.oid, 'pg_foreign_data_wrapper') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_foreign_data_wrapper'::regclass AND d.objid = w.oid AND d.deptype = 'e') AS implicit
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::oid AS fdwconnection) absent,
     LATERAL (SELECT w.*, fdwconnection AS connector FROM pg_foreign_data_wrapper w) w

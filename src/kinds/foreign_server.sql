-- One row per foreign server of the database.
SELECT v.srvname::text AS name,
       w.fdwname::text AS wrapper,
       v.srvtype AS type,
       v.srvversion AS version,
       {options v.srvoptions} AS options,
       pg_get_userbyid(v.srvowner)::text AS owner,
       {grants S v.srvacl v.srvowner} AS grants,
       obj_description(v.oid, 'pg_foreign_server') AS comment,
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_foreign_server'::regclass AND d.objid = v.oid AND d.deptype = 'e') AS implicit
FROM pg_foreign_server v
JOIN pg_foreign_data_wrapper w ON w.oid = v.srvfdw

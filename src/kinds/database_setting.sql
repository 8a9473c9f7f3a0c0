-- One row per setting of ALTER DATABASE name SET and ALTER ROLE name IN DATABASE name SET.
SELECT s.name || coalesce(' for ' || s.role, '') AS name,
       {setting s.name s.value} AS value,
       s.role AS owner,
       false AS implicit
FROM (SELECT split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value,
             CASE WHEN d.setrole <> 0 THEN pg_get_userbyid(d.setrole)::text END AS role
      FROM pg_db_role_setting d, unnest(d.setconfig) c
      WHERE d.setdatabase = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())) s

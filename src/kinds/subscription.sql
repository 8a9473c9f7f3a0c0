-- One row per subscription of the database.
SELECT s.subname::text AS name,
       s.subenabled AS enabled,
       (SELECT coalesce(array_agg(p ORDER BY p), '{}') FROM unnest(s.subpublications) p) AS publications,
       s.subslotname::text AS slot,
       coalesce(s.sends_binary, false) AS "binary",
       CASE left(s.stream, 1) WHEN 't' THEN 'on' WHEN 'p' THEN 'parallel' WHEN 'f' THEN 'off' END AS streaming,
       coalesce(s.two_phase <> 'd', false) AS two_phase,
       coalesce(s.disable_on_error, false) AS disable_on_error,
       coalesce(s.password_required, true) AS password_required,
       coalesce(s.run_as_owner, false) AS run_as_owner,
       coalesce(s.origin, 'any') AS origin,
       coalesce(s.failover, false) AS failover,
       (SELECT v.srvname::text FROM pg_foreign_server v WHERE v.oid = s.server) AS server,
       coalesce(s.retains, false) AS retain_dead_tuples,
       coalesce(s.max_retention, 0) AS max_retention_duration,
       s.retains IS NOT TRUE OR s.retention_active AS retention_active,
       coalesce(s.receiver_timeout, '-1') AS wal_receiver_timeout,
       pg_get_userbyid(s.subowner)::text AS owner,
       (SELECT max(d.description)
        FROM pg_stat_subscription t
        JOIN pg_description d ON d.objoid = t.subid AND d.classoid = 'pg_subscription'::regclass AND d.objsubid = 0
        WHERE t.subname = s.subname) AS comment,
       false AS implicit
-- Only columns that every role may read. In PostgreSQL 13 these include neither oid nor synchronous_commit: do not
-- write s.* or s.oid here.
-- absent: see "To add a kind" in src/kinds/spec.rs.
FROM (SELECT NULL::boolean AS subbinary, NULL::boolean AS substream, NULL::"char" AS subtwophasestate, NULL::boolean AS subdisableonerr,
             NULL::boolean AS subpasswordrequired, NULL::boolean AS subrunasowner, NULL::text AS suborigin, NULL::boolean AS subfailover,
             NULL::oid AS subserver, NULL::boolean AS subretaindeadtuples, NULL::int4 AS submaxretention, NULL::boolean AS subretentionactive,
             NULL::text AS subwalrcvtimeout) absent,
     LATERAL (SELECT s.subname, s.subenabled, s.subpublications, s.subslotname, s.subowner, subbinary AS sends_binary, substream::text AS stream,
                     subtwophasestate AS two_phase, subdisableonerr AS disable_on_error, subpasswordrequired AS password_required,
                     subrunasowner AS run_as_owner, suborigin AS origin, subfailover AS failover,
                     subserver AS server, subretaindeadtuples AS retains, submaxretention AS max_retention,
                     subretentionactive AS retention_active, subwalrcvtimeout AS receiver_timeout
              FROM pg_subscription s
              WHERE s.subdbid = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())) s

-- One row per object of an extension or language of PostgreSQL whose comment was set after it was installed. The comments of an
-- extension come with the transaction that installed it. Where members came with several transactions, as after an update of the
-- extension or of the server, none is returned.
SELECT o.type || ' ' || o.identity AS name,
       c.description AS comment,
       false AS implicit
FROM (SELECT e.classoid, e.objoid, e.objsubid, e.description
      FROM (SELECT d.refobjid, d.classid, d.objid, d.xmin,
                   bool_and(d.xmin = x.xmin) OVER (PARTITION BY d.refobjid) AS at_once
            FROM pg_depend d
            JOIN pg_extension x ON x.oid = d.refobjid
            WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e') m
      JOIN pg_description e ON e.objoid = m.objid AND e.classoid = m.classid
      WHERE m.at_once AND e.xmin <> m.xmin
      UNION ALL SELECT e.classoid, e.objoid, e.objsubid, e.description
      FROM pg_language l
      JOIN pg_description e ON e.objoid = l.oid AND e.classoid = 'pg_language'::regclass
      WHERE l.oid < 12000 AND e.xmin <> (SELECT s.xmin FROM pg_description s
                                         WHERE s.objoid = 'now()'::regprocedure AND s.classoid = 'pg_proc'::regclass)) c,
     LATERAL pg_identify_object(c.classoid, c.objoid, c.objsubid) o

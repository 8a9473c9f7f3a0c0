-- The floor of ci/bench: reads the catalogs that driftgate reads, with one plain query per kind, as you would write it in
-- psql: the definition that PostgreSQL prints, the owner, the grants as stored, and the comment.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = pg_catalog;
-- schemas, extensions
SELECT nspname, nspowner::regrole, nspacl, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)';
SELECT e.extname, e.extversion, n.nspname, obj_description(e.oid, 'pg_extension') FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace;
-- enums, domains, composite types, range types, collations
SELECT n.nspname, t.typname, t.typowner::regrole, t.typacl, array_agg(e.enumlabel ORDER BY e.enumsortorder), obj_description(t.oid, 'pg_type')
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_enum e ON e.enumtypid = t.oid
WHERE n.nspname !~ '^(pg_|information_schema$)' GROUP BY n.nspname, t.oid;
SELECT n.nspname, t.typname, t.typowner::regrole, t.typacl, format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault, t.typcollation::regcollation, obj_description(t.oid, 'pg_type')
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, c.relname, t.typowner::regrole, t.typacl, obj_description(t.oid, 'pg_type')
FROM pg_class c JOIN pg_type t ON t.oid = c.reltype JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'c' AND n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, t.typname, t.typowner::regrole, t.typacl, format_type(r.rngsubtype, NULL), r.rngcollation::regcollation, r.rngcanonical, r.rngsubdiff, obj_description(t.oid, 'pg_type')
FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, l.collname, l.collowner::regrole, l.collprovider, l.collcollate, l.collctype, l.collisdeterministic, obj_description(l.oid, 'pg_collation')
FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
-- sequences, tables, views, materialized views, foreign tables
SELECT n.nspname, c.relname, c.relowner::regrole, c.relacl, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle, s.seqcache, obj_description(c.oid, 'pg_class')
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, c.relname, c.relowner::regrole, c.relacl, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.reloptions, pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
       array(SELECT h.inhparent::regclass FROM pg_inherits h WHERE h.inhrelid = c.oid), c.relreplident, c.reltablespace, c.relam, obj_description(c.oid, 'pg_class'),
       EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, c.relname, c.relowner::regrole, c.relacl, c.reloptions, pg_get_viewdef(c.oid), obj_description(c.oid, 'pg_class')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v' AND n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, c.relname, c.relowner::regrole, c.relacl, c.reloptions, c.relispopulated, pg_get_viewdef(c.oid), obj_description(c.oid, 'pg_class')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' AND n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, c.relname, c.relowner::regrole, c.relacl, f.ftserver, f.ftoptions, obj_description(c.oid, 'pg_class')
FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
-- checks of domains; columns
SELECT c.contypid::regtype, c.conname, pg_get_constraintdef(c.oid), c.convalidated, obj_description(c.oid, 'pg_constraint') FROM pg_constraint c WHERE c.contypid <> 0 AND c.contype = 'c';
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, a.attcollation::regcollation,
       a.attstorage, a.attstattarget, a.attoptions, a.attacl, a.attinhcount, a.attislocal, col_description(a.attrelid, a.attnum)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'c', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname !~ '^(pg_|information_schema$)';
-- constraints: primary keys, unique, foreign keys, checks, exclusion
SELECT n.nspname, r.relname, c.conname, pg_get_constraintdef(c.oid), c.condeferrable, c.condeferred, c.convalidated, obj_description(c.oid, 'pg_constraint')
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace WHERE c.contype = 'p' AND n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, r.relname, c.conname, pg_get_constraintdef(c.oid), c.condeferrable, c.condeferred, c.convalidated, obj_description(c.oid, 'pg_constraint')
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace WHERE c.contype = 'u' AND n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, r.relname, c.conname, pg_get_constraintdef(c.oid), c.condeferrable, c.condeferred, c.convalidated, obj_description(c.oid, 'pg_constraint')
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace WHERE c.contype = 'f' AND n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, r.relname, c.conname, pg_get_constraintdef(c.oid), c.condeferrable, c.condeferred, c.convalidated, obj_description(c.oid, 'pg_constraint')
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace WHERE c.contype = 'c' AND n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, r.relname, c.conname, pg_get_constraintdef(c.oid), c.condeferrable, c.condeferred, c.convalidated, obj_description(c.oid, 'pg_constraint')
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace WHERE c.contype = 'x' AND n.nspname !~ '^(pg_|information_schema$)';
-- indexes
SELECT n.nspname, r.relname, x.relname, pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, x.reloptions, obj_description(x.oid, 'pg_class')
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class r ON r.oid = i.indrelid JOIN pg_namespace n ON n.oid = r.relnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
-- triggers, policies, rules, statistics, tables of publications
SELECT n.nspname, r.relname, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled, obj_description(t.oid, 'pg_trigger')
FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid JOIN pg_namespace n ON n.oid = r.relnamespace WHERE NOT t.tgisinternal AND n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, r.relname, p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy')
FROM pg_policy p JOIN pg_class r ON r.oid = p.polrelid JOIN pg_namespace n ON n.oid = r.relnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, r.relname, w.rulename, pg_get_ruledef(w.oid), w.ev_enabled, obj_description(w.oid, 'pg_rewrite')
FROM pg_rewrite w JOIN pg_class r ON r.oid = w.ev_class JOIN pg_namespace n ON n.oid = r.relnamespace WHERE w.rulename <> '_RETURN' AND n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, s.stxname, pg_get_statisticsobjdef(s.oid), s.stxowner::regrole, obj_description(s.oid, 'pg_statistic_ext')
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
SELECT p.pubname, r.prrelid::regclass FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid;
-- functions, procedures, aggregates
SELECT n.nspname, p.proname, pg_get_functiondef(p.oid), p.proowner::regrole, p.proacl, obj_description(p.oid, 'pg_proc'), EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind IN ('f', 'w') AND n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, p.proname, pg_get_functiondef(p.oid), p.proowner::regrole, p.proacl, obj_description(p.oid, 'pg_proc')
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind = 'p' AND n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, p.proname, pg_get_function_arguments(p.oid), a.*, p.proowner::regrole, p.proacl, obj_description(p.oid, 'pg_proc')
FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
-- what belongs to the whole database, and what there is little of
SELECT evtname, evtevent, evttags, evtfoid::regproc, evtenabled, evtowner::regrole, obj_description(oid, 'pg_event_trigger') FROM pg_event_trigger;
SELECT fdwname, fdwhandler::regproc, fdwvalidator::regproc, fdwoptions, fdwowner::regrole, fdwacl, obj_description(oid, 'pg_foreign_data_wrapper') FROM pg_foreign_data_wrapper;
SELECT srvname, srvfdw, srvtype, srvversion, srvoptions, srvowner::regrole, srvacl, obj_description(oid, 'pg_foreign_server') FROM pg_foreign_server;
SELECT defaclrole::regrole, defaclnamespace, defaclobjtype, defaclacl FROM pg_default_acl;
SELECT n.nspname, o.oprname, o.oprleft::regtype, o.oprright::regtype, o.oprcode, o.oprcom, o.oprnegate, o.oprrest, o.oprjoin, o.oprowner::regrole, obj_description(o.oid, 'pg_operator')
FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
SELECT c.castsource::regtype, c.casttarget::regtype, c.castfunc, c.castcontext, c.castmethod, obj_description(c.oid, 'pg_cast') FROM pg_cast c WHERE c.oid >= 16384;
SELECT n.nspname, d.dictname, d.dicttemplate, d.dictinitoption, d.dictowner::regrole, obj_description(d.oid, 'pg_ts_dict') FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, c.cfgname, c.cfgparser, c.cfgowner::regrole, obj_description(c.oid, 'pg_ts_config') FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, o.opcname, o.opcmethod, o.opcfamily, o.opcintype::regtype, o.opcdefault, o.opckeytype::regtype, o.opcowner::regrole, obj_description(o.oid, 'pg_opclass') FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, f.opfname, f.opfmethod, f.opfowner::regrole, array(SELECT a.amopopr::regoperator FROM pg_amop a WHERE a.amopfamily = f.oid), array(SELECT a.amproc::regprocedure FROM pg_amproc a WHERE a.amprocfamily = f.oid), obj_description(f.oid, 'pg_opfamily') FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
SELECT srvname, usename, umoptions FROM pg_user_mappings;
SELECT subname, subowner::regrole, subenabled, subslotname, subpublications, obj_description(oid, 'pg_subscription') FROM pg_subscription;
SELECT lanname, lanowner::regrole, lanpltrusted, lanplcallfoid::regproc, laninline::regproc, lanvalidator::regproc, lanacl, obj_description(oid, 'pg_language') FROM pg_language WHERE lanispl;
SELECT amname, amhandler::regproc, amtype, obj_description(oid, 'pg_am') FROM pg_am WHERE oid >= 16384;
SELECT trftype::regtype, trflang, trffromsql::regproc, trftosql::regproc, obj_description(oid, 'pg_transform') FROM pg_transform;
SELECT n.nspname, c.conname, c.conowner::regrole, c.conforencoding, c.contoencoding, c.conproc::regproc, c.condefault, obj_description(c.oid, 'pg_conversion') FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, p.prsname, p.prsstart::regproc, p.prstoken::regproc, p.prsend::regproc, p.prsheadline::regproc, p.prslextype::regproc, obj_description(p.oid, 'pg_ts_parser') FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
SELECT n.nspname, t.tmplname, t.tmplinit::regproc, t.tmpllexize::regproc, obj_description(t.oid, 'pg_ts_template') FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE n.nspname !~ '^(pg_|information_schema$)';
SELECT s.setrole::regrole, unnest(s.setconfig) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database();
SELECT pubname, puballtables, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot, pubowner::regrole, obj_description(oid, 'pg_publication') FROM pg_publication;
COMMIT;

-- Changes of whatever a random schema has. Each query below a line `-- # what is changed` returns, for each change:
-- the parts of the name of the object as JSON, the statement that changes it, and one that undoes that or NULL. What is
-- between ⟦ and ⟧ is mutated. `mine(x)` means that x is a schema of the test. A change that the server refuses is left out.

-- # tables
select json_build_array(n.nspname, c.relname), format(change, c.oid::regclass), format(undo, c.oid::regclass)
from pg_class c join pg_namespace n on n.oid = c.relnamespace, (values
  ('drop table %s', null), ('drop table %s cascade', null),
  ('alter table %s rename to "renamed it"', null),
  ('alter table %s set schema a', null),
  ('alter table %s owner to pg_monitor', 'alter table %s owner to postgres'),
  ('alter table %s set unlogged', 'alter table %s set logged'), ('alter table %s set logged', null),
  ('alter table %s set (fillfactor = 31)', 'alter table %s reset (fillfactor)'),
  ('alter table %s reset (fillfactor)', null),
  ('alter table %s set (toast.autovacuum_vacuum_threshold = 7)', 'alter table %s reset (toast.autovacuum_vacuum_threshold)'),
  ('alter table %s add column "added it" int', 'alter table %s drop "added it"'),
  ('alter table %s add column "added it" int not null default 7', 'alter table %s drop "added it"'),
  ('alter table %s add column "added it" int generated always as identity', 'alter table %s drop "added it"'),
  ('alter table %s enable row level security', 'alter table %s disable row level security'),
  ('alter table %s disable row level security', 'alter table %s enable row level security'),
  ('alter table %s force row level security', 'alter table %s no force row level security'),
  ('alter table %s replica identity full', 'alter table %s replica identity default'),
  ('alter table %s replica identity nothing', 'alter table %s replica identity default'),
  ('alter table %s replica identity default', null),
  ('alter table %s set without cluster', null),
  ('comment on table %s is ''changed''', 'comment on table %s is null'), ('comment on table %s is null', null),
  ('grant select on %s to pg_signal_backend', 'revoke select on %s from pg_signal_backend'),
  ('grant trigger on %s to public', 'revoke trigger on %s from public'),
  ('grant select on %s to pg_monitor with grant option', null),
  ('revoke all on %s from pg_monitor', null), ('revoke select on %s from public', null),
  ('revoke grant option for select on %s from pg_monitor', null),
  ('revoke truncate on %s from postgres', 'grant truncate on %s to postgres'),
  ('revoke all on %s from postgres', 'grant all on %s to postgres'),
  ('grant all on %s to postgres', null),
  ('grant update (id) on %s to pg_signal_backend', 'revoke update (id) on %s from pg_signal_backend'),
  ('grant insert (id, k) on %s to public with grant option', null),
  ('revoke select (k) on %s from pg_monitor', null),
  ('alter table %s add check (id <> 12345)', null),
  ('alter table %s add constraint "added it" check (k <> ''added'') not valid', 'alter table %s drop constraint "added it"'),
  ('alter table %s add constraint "added it" unique (id, n)', 'alter table %s drop constraint "added it"'),
  ('alter table %s add constraint "added it" primary key (id, k)', null),
  ('alter table %s add constraint "added it" exclude using gist (r with =)', 'alter table %s drop constraint "added it"'),
  ('create index "added it" on %s (n, d)', null),
  ('create index on %s (ts)', null),
  ('create index "added it" on only %s (n)', null),
  ('create statistics a."added it" on id, n from %s', 'drop statistics a."added it"'),
  ('create policy "added it" on %s using (true)', 'drop policy "added it" on %1$s'),
  ('create policy "added it" on %s as restrictive for select to pg_monitor using (id > 0)', 'drop policy "added it" on %1$s'),
  ('create rule "added it" as on delete to %s do also nothing', 'drop rule "added it" on %1$s'),
  ('alter table %s disable trigger user', null), ('alter table %s enable trigger user', null),
  ('create table a."added part" partition of %s default', 'drop table a."added part"'),
  ('create table a."added part" partition of %s for values from (7000) to (8000)', 'drop table a."added part"'),
  ('create table a."added part" partition of %s for values in (''zz'')', 'alter table %s detach partition a."added part"; drop table a."added part"'),
  ('create table a."added child" () inherits (%s)', 'drop table a."added child"'),
  ('lock %s; analyze %1$s', null), ('insert into %s (id) values (5)', null), ('reindex table %s', null)
) as changes(change, undo)
where mine(c.relnamespace) and c.relkind in ('r', 'p')

-- # triggers that are added
select json_build_array(n.nspname, c.relname), format('create trigger "added it" %s on %s for each %s execute function %s()', e, c.oid::regclass, l, f.oid::regproc),
  format('drop trigger "added it" on %s', c.oid::regclass)
from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join lateral (
  select p.oid from pg_proc p where mine(p.pronamespace) and prorettype = 'trigger'::regtype order by p.oid limit 1) f,
  (values ('before insert', 'row'), ('after update of id, k', 'statement')) v(e, l)
where mine(c.relnamespace) and c.relkind in ('r', 'p', 'f')

-- # inheritance and partitions
select json_build_array(n.nspname, c.relname), case when c.relispartition
    then format('alter table %s detach partition %s', inhparent::regclass, c.oid::regclass)
    else format('alter table %s no inherit %s', c.oid::regclass, inhparent::regclass) end,
  case when c.relispartition
    then format('alter table %s attach partition %s %s', inhparent::regclass, c.oid::regclass, pg_get_expr(c.relpartbound, c.oid))
    else format('alter table %s inherit %s', c.oid::regclass, inhparent::regclass) end
from pg_inherits join pg_class c on c.oid = inhrelid join pg_namespace n on n.oid = c.relnamespace
where mine(c.relnamespace) and c.relkind in ('r', 'p', 'f')

-- # bounds of partitions
select json_build_array(n.nspname, c.relname), format('alter table %s detach partition %s; alter table %1$s attach partition %2$s ⟦%s⟧',
  inhparent::regclass, c.oid::regclass, pg_get_expr(c.relpartbound, c.oid)), null
from pg_inherits join pg_class c on c.oid = inhrelid join pg_namespace n on n.oid = c.relnamespace
where mine(c.relnamespace) and c.relispartition and c.relkind in ('r', 'p')

-- # parents
select json_build_array(n.nspname, c.relname), format('alter table %s inherit %s', c.oid::regclass, p.oid::regclass),
  format('alter table %s no inherit %s', c.oid::regclass, p.oid::regclass)
from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join pg_class p
where mine(c.relnamespace) and mine(p.relnamespace) and c.relkind = 'r' and p.relkind = 'r' and not c.relispartition and not p.relispartition
  and c.oid <> p.oid

-- # columns
select json_build_array(n.nspname, c.relname), format(change, c.oid::regclass, attname),
  format(undo, c.oid::regclass, attname, format_type(atttypid, atttypmod), attstorage)
from pg_attribute a join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = c.relnamespace, (values
  ('alter table %s drop %I', null), ('alter table %s drop %I cascade', null),
  ('alter table %s rename %I to "renamed it"', 'alter table %s rename "renamed it" to %I'),
  ('alter table %s alter %I set not null', 'alter table %s alter %I drop not null'),
  ('alter table %s alter %I drop not null', 'alter table %s alter %I set not null'),
  ('alter table %s alter %I drop default', null),
  ('alter table only %s alter %I set default ''7''', null),
  ('alter table %s alter %I set statistics 66', 'alter table %s alter %I set statistics -1'),
  ('alter table %s alter %I set (n_distinct = 5)', 'alter table %s alter %I reset (n_distinct)'),
  ('alter table %s alter %I reset (n_distinct)', null),
  ('alter table %s alter %I set storage plain', null), ('alter table %s alter %I set storage main', null),
  ('alter table %s alter %I set compression lz4', 'alter table %s alter %I set compression default'),
  ('alter table %s alter %I set compression pglz', 'alter table %s alter %I set compression default'),
  ('comment on column %s.%I is ''changed''', 'comment on column %s.%I is null'), ('comment on column %s.%I is null', null),
  ('grant select (%2$I) on %1$s to pg_signal_backend', 'revoke select (%2$I) on %1$s from pg_signal_backend'),
  ('revoke all (%2$I) on %1$s from pg_monitor, public', null),
  ('alter table %s alter %I type bigint', null), ('alter table %s alter %I type varchar(99)', null),
  ('alter table %s alter %I type numeric(12,3)', null), ('alter table %s alter %I type timestamptz(3)', null),
  ('alter table %s alter %I type text collate "POSIX"', null), ('alter table %s alter %I type text collate "C"', null),
  ('alter table %s alter %I add generated by default as identity', 'alter table %s alter %I drop identity'),
  ('alter table %s alter %I set generated always', null), ('alter table %s alter %I set generated by default', null),
  ('alter table %s alter %I set increment 9 set cache 4', null), ('alter table %s alter %I drop identity', null),
  ('alter table %s alter %I drop expression', null),
  ('alter table %s alter %I set expression as (id + 77)', null),
  ('alter table %s alter %I restart with 500', null),
  ('alter foreign table %s alter %I options (add added ''1'')', null)
) as changes(change, undo)
where mine(c.relnamespace) and c.relkind in ('r', 'p', 'f') and attnum > 0 and not attisdropped

-- # defaults and generated expressions
select json_build_array(n.nspname, c.relname), case when attgenerated = ''
    then format('alter table only %s alter %I set default ⟦%s⟧', c.oid::regclass, attname, pg_get_expr(adbin, adrelid))
    else format('alter table %s drop %I cascade; alter table %1$s add %2$I %s generated always as (⟦%s⟧) stored', c.oid::regclass, attname,
      format_type(atttypid, atttypmod), pg_get_expr(adbin, adrelid)) end, null
from pg_attrdef d join pg_attribute a on a.attrelid = adrelid and a.attnum = adnum
  join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = c.relnamespace
where mine(c.relnamespace)

-- # constraints
select json_build_array(n.nspname, c.relname), format(change, c.oid::regclass, conname, pg_get_constraintdef(k.oid)),
  format(undo, c.oid::regclass, conname, pg_get_constraintdef(k.oid))
from pg_constraint k join pg_class c on c.oid = conrelid join pg_namespace n on n.oid = c.relnamespace, (values
  ('alter table %s drop constraint %I', 'alter table %s add constraint %I %s'),
  ('alter table %s drop constraint %I cascade', null),
  ('alter table only %s drop constraint %I', null),
  ('alter table %s rename constraint %I to "renamed it"', 'alter table %s rename constraint "renamed it" to %I'),
  ('alter table %s alter constraint %I deferrable initially deferred', null),
  ('alter table %s alter constraint %I not deferrable', null), ('alter table %s alter constraint %I not enforced', null),
  ('alter table %s alter constraint %I enforced', null), ('alter table %s alter constraint %I no inherit', null),
  ('alter table %s validate constraint %I', null),
  ('comment on constraint %2$I on %1$s is ''changed''', 'comment on constraint %2$I on %1$s is null'),
  ('alter table %s drop constraint %I; alter table %1$s add constraint %2$I %3$s not valid', null),
  ('alter table %s drop constraint %I; alter table %1$s add constraint %2$I %3$s deferrable', null),
  ('alter table %s drop constraint %I; alter table %1$s add constraint %2$I %3$s no inherit', null),
  ('alter table %s drop constraint %I; alter table %1$s add constraint %2$I ⟦%3$s⟧', null),
  ('alter table %s drop constraint %I; alter table %1$s add constraint %2$I ⟦%3$s⟧ ', null)
) as changes(change, undo)
where mine(c.relnamespace) and contype <> 'n' and contype <> 't'
  -- The dump has no comments on the copies of checks and foreign keys in partitions.
  and (contype in ('p', 'u', 'x') or conislocal and conparentid = 0 or change not like 'comment%')

-- # not null constraints, but for their names, which are only compared where they are written
select json_build_array(n.nspname, c.relname), format(change, c.oid::regclass, conname), null
from pg_constraint k join pg_class c on c.oid = conrelid join pg_namespace n on n.oid = c.relnamespace, (values
  ('alter table %s drop constraint %I'), ('alter table %s alter constraint %I no inherit'),
  ('comment on constraint %2$I on %1$s is ''changed''')
) as changes(change)
where mine(c.relnamespace) and contype = 'n'

-- # domain constraints
select json_build_array(n.nspname, t.typname), format(change, t.oid::regtype, conname, pg_get_constraintdef(k.oid)),
  format(undo, t.oid::regtype, conname, pg_get_constraintdef(k.oid))
from pg_constraint k join pg_type t on t.oid = contypid join pg_namespace n on n.oid = t.typnamespace, (values
  ('alter domain %s drop constraint %I', 'alter domain %s add constraint %I %s'),
  ('alter domain %s rename constraint %I to "renamed it"', null), ('alter domain %s validate constraint %I', null),
  ('comment on constraint %2$I on domain %1$s is ''changed''', null),
  ('alter domain %s drop constraint %I; alter domain %1$s add constraint %2$I %3$s not valid', null),
  ('alter domain %s drop constraint %I; alter domain %1$s add constraint %2$I ⟦%3$s⟧', null)
) as changes(change, undo)
where mine(t.typnamespace) and contype <> 'n'

-- # indexes
select json_build_array(n.nspname, t.relname), format(change, c.oid::regclass, pg_get_indexdef(c.oid), t.oid::regclass, c.relname),
  format(undo, c.oid::regclass, pg_get_indexdef(c.oid), t.oid::regclass, c.relname)
from pg_index i join pg_class c on c.oid = indexrelid join pg_class t on t.oid = indrelid join pg_namespace n on n.oid = c.relnamespace, (values
  ('drop index %s', '%2$s'),
  ('alter index %s set (fillfactor = 41)', 'alter index %s reset (fillfactor)'), ('alter index %s reset (fillfactor, deduplicate_items)', null),
  ('alter index %s set (deduplicate_items = off)', 'alter index %s reset (deduplicate_items)'),
  ('alter index %s alter column 1 set statistics 44', null),
  ('comment on index %s is ''changed''', 'comment on index %s is null'),
  ('drop index %s; ⟦%s⟧', null), ('drop index %s; ⟦%s⟧ ', null), ('drop index %s cascade; ⟦%s⟧  ', null),
  ('alter table %3$s cluster on %4$I', 'alter table %3$s set without cluster'),
  ('alter table %3$s replica identity using index %4$I', 'alter table %3$s replica identity default'),
  ('reindex index %s', null)
) as changes(change, undo)
where mine(c.relnamespace)

-- # names of indexes, but for those that partitions get
select json_build_array(n.nspname, t.relname), format('alter index %s rename to "renamed it"', c.oid::regclass), null
from pg_index i join pg_class c on c.oid = indexrelid join pg_class t on t.oid = indrelid join pg_namespace n on n.oid = c.relnamespace
where mine(c.relnamespace) and not c.relispartition

-- # triggers
select json_build_array(n.nspname, c.relname), format(change, tgname, c.oid::regclass, pg_get_triggerdef(t.oid)),
  format(undo, tgname, c.oid::regclass, pg_get_triggerdef(t.oid))
from pg_trigger t join pg_class c on c.oid = tgrelid join pg_namespace n on n.oid = c.relnamespace, (values
  ('drop trigger %I on %s', '%3$s'), ('alter trigger %I on %s rename to "renamed it"', 'alter trigger "renamed it" on %2$s rename to %1$I'),
  ('alter table %2$s disable trigger %1$I', 'alter table %2$s enable trigger %1$I'), ('alter table %2$s enable trigger %1$I', null),
  ('alter table %2$s enable always trigger %1$I', 'alter table %2$s enable trigger %1$I'),
  ('alter table %2$s enable replica trigger %1$I', null), ('alter table only %2$s disable trigger %1$I', null),
  ('comment on trigger %I on %s is ''changed''', 'comment on trigger %I on %s is null'),
  ('drop trigger %I on %s; ⟦%s⟧', null), ('drop trigger %I on %s; ⟦%s⟧ ', null)
) as changes(change, undo)
where mine(c.relnamespace) and not tgisinternal
  -- The dump has no comments on the copies in partitions.
  and (tgparentid = 0 or change not like 'comment%')

-- # triggers of partitions
select json_build_array(n.nspname, c.relname), format('alter table %2$s disable trigger %1$I', tgname, c.oid::regclass), null
from pg_trigger t join pg_class c on c.oid = tgrelid join pg_namespace n on n.oid = c.relnamespace
where mine(c.relnamespace) and relispartition and tgname not like 'RI_Constraint%'

-- # rules
select json_build_array(n.nspname, c.relname), format(change, rulename, c.oid::regclass, pg_get_ruledef(r.oid)), null
from pg_rewrite r join pg_class c on c.oid = ev_class join pg_namespace n on n.oid = c.relnamespace, (values
  ('drop rule %I on %s'), ('alter rule %I on %s rename to "renamed it"'), ('alter table %2$s disable rule %1$I'),
  ('alter table %2$s enable rule %1$I'), ('alter table %2$s enable always rule %1$I'), ('comment on rule %I on %s is ''changed'''),
  ('drop rule %I on %s; ⟦%s⟧'), ('drop rule %I on %s; %s')
) as changes(change)
where mine(c.relnamespace) and rulename <> '_RETURN'

-- # policies
select json_build_array(n.nspname, c.relname), format(change, polname, c.oid::regclass, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)),
  format(undo, polname, c.oid::regclass, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
from pg_policy p join pg_class c on c.oid = polrelid join pg_namespace n on n.oid = c.relnamespace, (values
  ('drop policy %I on %s', null), ('alter policy %I on %s rename to "renamed it"', null),
  ('alter policy %I on %s to pg_signal_backend', null), ('alter policy %I on %s to public', null), ('alter policy %I on %s to pg_monitor, public', null),
  ('alter policy %I on %s using (⟦%s⟧)', 'alter policy %I on %s using (%s)'), ('alter policy %I on %s using (⟦%s⟧) ', null),
  ('alter policy %I on %s with check (⟦%4$s⟧)', 'alter policy %I on %s with check (%4$s)'), ('alter policy %I on %s with check (id = 99)', null),
  ('comment on policy %I on %s is ''changed''', 'comment on policy %I on %s is null'),
  ('drop policy %I on %s; create policy %1$I on %2$s as restrictive using (%3$s)', null),
  ('drop policy %I on %s; create policy %1$I on %2$s for select using (%3$s)', null)
) as changes(change, undo)
where mine(c.relnamespace)

-- # views
select json_build_array(n.nspname, c.relname), format(change, c.oid::regclass, pg_get_viewdef(c.oid)), format(undo, c.oid::regclass, pg_get_viewdef(c.oid))
from pg_class c join pg_namespace n on n.oid = c.relnamespace, (values
  ('drop view %s', null), ('drop view %s cascade', null), ('alter view %s rename to "renamed it"', null), ('alter view %s set schema "B c"', null),
  ('alter view %s owner to pg_monitor', 'alter view %s owner to postgres'), ('comment on view %s is ''changed''', null),
  ('comment on column %s.id is ''changed''', 'comment on column %s.id is null'), ('alter view %s alter k set default ''x''', 'alter view %s alter k drop default'),
  ('alter view %s rename column k to "renamed it"', 'alter view %s rename column "renamed it" to k'),
  ('alter view %s set (security_barrier)', null), ('alter view %s set (security_barrier = false)', null), ('alter view %s reset (security_barrier)', null),
  ('alter view %s set (security_invoker = true)', 'alter view %s reset (security_invoker)'), ('alter view %s set (check_option = local)', null),
  ('grant select on %s to pg_signal_backend', 'revoke select on %s from pg_signal_backend'), ('revoke all on %s from postgres', 'grant all on %s to postgres'),
  ('grant select (id) on %s to public', null), ('grant delete on %s to pg_monitor with grant option', null),
  ('create or replace view %s as ⟦%s⟧', null), ('create or replace view %s as ⟦%s⟧ ', null), ('create or replace view %s as ⟦%s⟧  ', null),
  ('create or replace view %s as ⟦%s⟧   ', null), ('create or replace view %s as ⟦%s⟧    ', null),
  ('drop view %s; create view %1$s as ⟦%s⟧', null), ('drop view %s; create view %1$s as ⟦%s⟧ ', null),
  ('drop view %s; create view %1$s as ⟦%s⟧  ', null)
) as changes(change, undo)
where mine(c.relnamespace) and relkind = 'v'

-- # materialized views
select json_build_array(n.nspname, c.relname), format(change, c.oid::regclass, pg_get_viewdef(c.oid)), null
from pg_class c join pg_namespace n on n.oid = c.relnamespace, (values
  ('drop materialized view %s'), ('alter materialized view %s rename to "renamed it"'), ('alter materialized view %s owner to pg_monitor'),
  ('comment on materialized view %s is ''changed'''), ('comment on column %s.id is ''changed'''), ('alter materialized view %s set (fillfactor = 41)'),
  ('alter materialized view %s alter k set statistics 5'), ('alter materialized view %s alter k set storage external'),
  ('alter materialized view %s rename column k to "renamed it"'), ('alter materialized view %s set without cluster'),
  ('create index "added it" on %s (k)'), ('grant select on %s to pg_signal_backend'),
  ('drop materialized view %s; create materialized view %1$s as ⟦%s⟧ with no data'),
  ('drop materialized view %s; create materialized view %1$s as %s with no data')
) as changes(change)
where mine(c.relnamespace) and relkind = 'm'

-- # functions
select json_build_array(n.nspname, p.proname), format(change, p.oid::regprocedure, case when prokind in ('f', 'p') then pg_get_functiondef(p.oid) end,
    case prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end),
  format(undo, p.oid::regprocedure, case when prokind in ('f', 'p') then pg_get_functiondef(p.oid) end, case prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end)
from pg_proc p join pg_namespace n on n.oid = p.pronamespace, (values
  ('drop routine %s', '%2$s'), ('drop routine %s cascade', null), ('alter routine %s rename to "renamed it"', null), ('alter routine %s set schema "B c"', null),
  ('alter routine %s owner to pg_monitor', 'alter routine %s owner to postgres'), ('comment on routine %s is ''changed''', 'comment on routine %s is null'),
  ('alter function %s immutable', null), ('alter function %s stable', null), ('alter function %s volatile', null),
  ('alter function %s strict', null), ('alter function %s called on null input', null), ('alter routine %s security definer', null), ('alter routine %s security invoker', null),
  ('alter function %s leakproof', null), ('alter function %s not leakproof', null), ('alter function %s parallel safe', null), ('alter function %s parallel restricted', null),
  ('alter function %s cost 17', null), ('alter function %s rows 17', null), ('alter routine %s set search_path = a, public', null),
  ('alter routine %s set search_path to ''''', null), ('alter routine %s set work_mem = ''9MB''', 'alter routine %s reset work_mem'), ('alter routine %s reset all', null),
  ('alter routine %s reset search_path', null), ('alter routine %s set datestyle = iso, dmy', null),
  ('grant execute on routine %s to pg_signal_backend', null), ('revoke execute on routine %s from public', 'grant execute on routine %s to public'),
  ('grant execute on routine %s to pg_monitor with grant option', null), ('revoke all on routine %s from postgres', 'grant execute on routine %s to postgres'),
  ('⟦%2$s⟧', '%2$s'), ('⟦%2$s⟧ ', '%2$s'), ('⟦%2$s⟧  ', '%2$s'), ('%2$s', null), ('drop routine %s; ⟦%s⟧', null)
) as changes(change, undo)
where mine(p.pronamespace)

-- # sequences
select json_build_array(n.nspname, c.relname), format(change, c.oid::regclass), format(undo, c.oid::regclass)
from pg_class c join pg_namespace n on n.oid = c.relnamespace, (values
  ('drop sequence %s', null), ('drop sequence %s cascade', null), ('alter sequence %s rename to "renamed it"', null), ('alter sequence %s increment 13', null),
  ('alter sequence %s minvalue -77', null), ('alter sequence %s maxvalue 20000', null), ('alter sequence %s start 9', null), ('alter sequence %s cache 9', null),
  ('alter sequence %s cycle', null), ('alter sequence %s no cycle', null), ('alter sequence %s as bigint', null), ('alter sequence %s as int', null),
  ('alter sequence %s owned by none', null), ('alter sequence %s owner to pg_monitor', 'alter sequence %s owner to postgres'),
  ('alter sequence %s set unlogged', null), ('alter sequence %s set schema "B c"', null),
  ('comment on sequence %s is ''changed''', 'comment on sequence %s is null'), ('grant usage on sequence %s to public', null),
  ('revoke all on sequence %s from postgres', 'grant all on sequence %s to postgres'), ('select nextval(''%s'')', null), ('alter sequence %s restart', null)
) as changes(change, undo)
where mine(c.relnamespace) and relkind = 'S'

-- # owners of sequences
select json_build_array(n.nspname, c.relname), format('alter sequence %s owned by %s.n', c.oid::regclass, t.oid::regclass), null
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_class t on t.relnamespace = c.relnamespace and t.relkind = 'r'
where mine(c.relnamespace) and c.relkind = 'S'

-- # types
select json_build_array(n.nspname, t.typname), format(change, t.oid::regtype), format(undo, t.oid::regtype)
from pg_type t join pg_namespace n on n.oid = t.typnamespace left join pg_class c on c.oid = typrelid, (values
  ('drop type %s', null), ('drop type %s cascade', null), ('alter type %s rename to "renamed it"', null), ('alter type %s set schema "B c"', null),
  ('alter type %s owner to pg_monitor', 'alter type %s owner to postgres'), ('comment on type %s is ''changed''', 'comment on type %s is null'),
  ('grant usage on type %s to pg_monitor', 'revoke usage on type %s from pg_monitor'), ('revoke usage on type %s from public', 'grant usage on type %s to public'),
  ('grant usage on type %s to public with grant option', null), ('revoke all on type %s from postgres', 'grant all on type %s to postgres'),
  ('alter type %s add value ''added it''', null), ('alter type %s add value ''added it'' before ''done''', null),
  ('alter type %s rename value ''done'' to ''renamed it''', 'alter type %s rename value ''renamed it'' to ''done'''),
  ('alter type %s rename value ''a'' to ''renamed it''', null),
  ('alter type %s add attribute added int', 'alter type %s drop attribute added'), ('alter type %s drop attribute a', null), ('alter type %s alter attribute a type bigint', null),
  ('alter type %s rename attribute a to renamed', 'alter type %s rename attribute renamed to a'), ('comment on column %s.a is ''changed''', null),
  ('alter domain %s set default 3', null), ('alter domain %s set default ''y''', null), ('alter domain %s drop default', null), ('alter domain %s set not null', null), ('alter domain %s drop not null', null),
  ('alter domain %s add check (value is not null)', null), ('comment on domain %s is ''changed''', null)
) as changes(change, undo)
where mine(t.typnamespace) and typtype in ('e', 'd', 'c', 'r') and (typrelid = 0 or relkind = 'c')

-- # statistics
select json_build_array(n.nspname, stxname), format(change, n.nspname, stxname, pg_get_statisticsobjdef(s.oid)), null
from pg_statistic_ext s join pg_namespace n on n.oid = stxnamespace, (values
  ('drop statistics %I.%I'), ('alter statistics %I.%I rename to "renamed it"'), ('alter statistics %I.%I set statistics 123'),
  ('alter statistics %I.%I set schema a'), ('alter statistics %I.%I owner to pg_monitor'), ('comment on statistics %I.%I is ''changed'''),
  ('drop statistics %I.%I; ⟦%s⟧'), ('drop statistics %I.%I; %s')
) as changes(change)
where mine(stxnamespace)

-- # schemas
select json_build_array(n.nspname), format(change, nspname), format(undo, nspname)
from pg_namespace n, (values
  ('grant usage on schema %I to pg_signal_backend', 'revoke usage on schema %I from pg_signal_backend'), ('grant create on schema %I to public', null),
  ('revoke all on schema %I from postgres', null), ('alter schema %I owner to pg_monitor', null), ('comment on schema %I is ''changed''', null),
  ('comment on schema %I is null', null), ('revoke usage on schema %I from public', null), ('revoke all on schema %I from pg_monitor, public', null),
  ('alter schema %I rename to "renamed it"', null),
  ('create table %I."added table" (a int)', 'drop table %I."added table"'), ('create view %I."added view" as select 1 as a', 'drop view %I."added view"'),
  ('create function %I."added function"() returns int language sql return 1', 'drop function %I."added function"()'),
  ('create sequence %I."added sequence"', 'drop sequence %I."added sequence"'), ('create type %I."added type" as enum (''a'')', 'drop type %I."added type"'),
  ('create domain %I."added domain" as int', 'drop domain %I."added domain"'), ('create collation %I."added collation" from "C"', 'drop collation %I."added collation"'),
  ('create materialized view %I."added view" as select 1 as a', 'drop materialized view %I."added view"'),
  ('create type %I."added type" as (a int)', 'drop type %I."added type"'), ('create text search dictionary %I.added (template = simple)', null),
  ('alter default privileges in schema %I grant select on tables to pg_signal_backend', 'alter default privileges in schema %I revoke select on tables from pg_signal_backend'),
  ('alter default privileges in schema %I revoke all on tables from public, pg_monitor', null),
  ('alter default privileges in schema %I revoke all on routines from public, pg_monitor', null)
) as changes(change, undo)
where mine(n.oid)

-- # the database
select json_build_array(''), change, undo from (values
  ('alter default privileges grant insert on tables to pg_signal_backend', 'alter default privileges revoke insert on tables from pg_signal_backend'),
  ('alter default privileges revoke execute on functions from public', 'alter default privileges grant execute on functions to public'),
  ('alter default privileges revoke all on tables from pg_monitor', null), ('alter default privileges revoke usage on types from public', null),
  ('create schema added', 'drop schema added'), ('create publication added', 'drop publication added'), ('create publication added for all tables', 'drop publication added'),
  ('create foreign data wrapper added', 'drop foreign data wrapper added'), ('create cast (int4 as name) with inout', 'drop cast (int4 as name)'),
  ('create extension plpgsql', null), ('drop extension plpgsql cascade', null), ('create event trigger added on sql_drop execute function added()', null),
  ('comment on language plpgsql is ''changed''', null), ('revoke usage on language plpgsql from public', null)
) as changes(change, undo)

-- # event triggers
select json_build_array(evtname), format(change, evtname), null
from pg_event_trigger, (values ('drop event trigger %I'), ('alter event trigger %I rename to "renamed it"'), ('alter event trigger %I disable'), ('alter event trigger %I enable'),
  ('alter event trigger %I enable always'), ('alter event trigger %I enable replica'), ('comment on event trigger %I is ''changed''')) as changes(change)

-- # publications
select json_build_array(pubname), format(change, pubname, t.name), null
from pg_publication left join lateral (select c.oid::regclass as name from pg_class c where mine(c.relnamespace) and relkind in ('r', 'p') order by c.oid) t on true, (values ('drop publication %I'), ('alter publication %I rename to "renamed it"'), ('alter publication %I set (publish = ''update'')'),
  ('alter publication %I set (publish_via_partition_root)'), ('comment on publication %I is ''changed'''),
  ('alter publication %I add table %s'), ('alter publication %I drop table %s'), ('alter publication %I set table %s where (id > 5)'), ('alter publication %I set table %s (id)'),
  ('alter publication %I add tables in schema a'), ('alter publication %I owner to pg_monitor')) as changes(change)

-- # foreign data
select json_build_array(name), format(change, name), format(undo, name)
from (values ('my wrapper')) as names(name), (values
  ('alter foreign data wrapper %I options (added ''1'')', 'alter foreign data wrapper %I options (drop added)'), ('alter foreign data wrapper %I options (set debug ''false'')', null),
  ('comment on foreign data wrapper %I is ''changed''', null), ('grant usage on foreign data wrapper %I to public', null),
  ('drop foreign data wrapper %I cascade', null)) as changes(change, undo)
where exists (select from pg_foreign_data_wrapper where fdwname = name)
union all
select json_build_array(name), format(change, name), format(undo, name)
from (values ('my server')) as names(name), (values
  ('alter server %I options (added ''1'')', 'alter server %I options (drop added)'), ('alter server %I version ''2''', null), ('alter server %I rename to "renamed it"', null),
  ('alter server %I options (set host ''other'')', null), ('comment on server %I is ''changed''', null), ('revoke all on foreign server %I from pg_monitor', null),
  ('create user mapping for pg_signal_backend server %I', 'drop user mapping for pg_signal_backend server %I'), ('drop user mapping for public server %I', null),
  ('alter user mapping for public server %I options (added ''1'')', null), ('drop server %I cascade', null)) as changes(change, undo)
where exists (select from pg_foreign_server where srvname = name)
union all
select json_build_array(n.nspname, c.relname), format(change, c.oid::regclass), format(undo, c.oid::regclass)
from pg_class c join pg_namespace n on n.oid = c.relnamespace, (values
  ('alter foreign table %s options (added ''1'')', 'alter foreign table %s options (drop added)'), ('alter foreign table %s options (set table_name ''u'')', null),
  ('alter foreign table %s alter k set not null', null), ('alter foreign table %s alter own options (set column_name ''y'')', null), ('alter foreign table %s add added int', null),
  ('alter foreign table %s add check (id <> 9)', null), ('comment on foreign table %s is ''changed''', null), ('drop foreign table %s', null),
  ('alter foreign table %s owner to pg_monitor', null), ('grant select on %s to public', null)) as changes(change, undo)
where mine(c.relnamespace) and relkind = 'f'

-- # operators and casts
select json_build_array(n.nspname, oprname), format(change, o.oid::regoperator), null
from pg_operator o join pg_namespace n on n.oid = oprnamespace, (values
  ('alter operator %s set (restrict = neqsel)'), ('alter operator %s set (restrict = none, join = none)'), ('alter operator %s owner to pg_monitor'), ('comment on operator %s is ''changed''')) as changes(change)
where mine(oprnamespace)
union all
select json_build_array(t.typname), format(change, castsource::regtype, casttarget::regtype), null
from pg_cast join pg_type t on t.oid = castsource, (values ('drop cast (%s as %s)'), ('comment on cast (%s as %s) is ''changed''')) as changes(change)
where mine(t.typnamespace)

-- # collations and text search
select json_build_array(n.nspname, collname), format(change, n.nspname, collname), null
from pg_collation c join pg_namespace n on n.oid = collnamespace, (values ('drop collation %I.%I'), ('alter collation %I.%I rename to "renamed it"'),
  ('alter collation %I.%I owner to pg_monitor'), ('comment on collation %I.%I is ''changed''')) as changes(change)
where mine(collnamespace)
union all
select json_build_array(n.nspname, cfgname), format(change, n.nspname, cfgname), null
from pg_ts_config c join pg_namespace n on n.oid = cfgnamespace, (values ('drop text search configuration %I.%I'), ('alter text search configuration %I.%I owner to pg_monitor'),
  ('alter text search configuration %I.%I alter mapping for word with simple'), ('alter text search configuration %I.%I drop mapping for asciiword'),
  ('alter text search configuration %I.%I drop mapping for host'), ('alter text search configuration %I.%I rename to "renamed it"'),
  ('comment on text search configuration %I.%I is ''changed''')) as changes(change)
where mine(cfgnamespace)
union all
select json_build_array(n.nspname, dictname), format(change, n.nspname, dictname), null
from pg_ts_dict c join pg_namespace n on n.oid = dictnamespace, (values ('alter text search dictionary %I.%I (stopwords = german)'), ('alter text search dictionary %I.%I (language = dutch)'),
  ('alter text search dictionary %I.%I rename to "renamed it"'), ('comment on text search dictionary %I.%I is ''changed''')) as changes(change)
where mine(dictnamespace)

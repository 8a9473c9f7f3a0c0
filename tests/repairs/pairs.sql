-- # view: one that reads the column
create table orders (id integer primary key, total numeric(12,2), status text);
create view open_orders as select id, total from orders where status = 'open';
-- changed
drop view open_orders;
alter table orders alter total type numeric(10,2);
create view open_orders as select id, total from orders where status = 'open';

-- # view: views of views, with all that they can have
create role pair_owner;
create role pair_reader;
create schema api;
create table orders (id integer primary key, total bigint, status varchar(20));
grant select on orders to pair_owner;
create table log (what text);
create function noted() returns trigger language plpgsql as 'begin return new; end';
create view b_open with (security_barrier = true) as select id, total, status from orders where status = 'open';
create view api.a_sums as select status, sum(total) as total from b_open group by status;
create materialized view daily with (fillfactor = 70) as select id, total * 2 as twice from b_open with no data;
create unique index daily_id on daily (id);
create index daily_twice on daily ((twice + 1));
alter index daily_twice alter column 1 set statistics 50;
comment on index daily_twice is 'by twice';
alter materialized view daily cluster on daily_id;
alter materialized view daily alter column twice set statistics 20;
create statistics daily_both on id, twice from daily;
comment on statistics daily_both is 'both';
refresh materialized view daily;
comment on view b_open is 'open -- ones';
comment on column b_open.total is 'it''s the total';
comment on column daily.twice is 'twice';
alter view b_open alter column status set default 'open';
alter view b_open owner to pair_owner;
grant select on b_open to pair_reader with grant option;
grant update (status) on b_open to pair_reader;
grant select on daily to public;
create trigger noted_on_open instead of insert on b_open for each row execute function noted();
comment on trigger noted_on_open on b_open is 'noted';
create rule to_log as on delete to b_open do instead insert into log values (old.status);
comment on rule to_log on b_open is 'logs';
-- changed
drop view b_open cascade;
alter table orders alter total type integer;
create view b_open with (security_barrier = true) as select id, total, status from orders where status = 'open';
create view api.a_sums as select status, sum(total) as total from b_open group by status;
create materialized view daily with (fillfactor = 70) as select id, total * 2 as twice from b_open with no data;
create unique index daily_id on daily (id);
create index daily_twice on daily ((twice + 1));
alter index daily_twice alter column 1 set statistics 50;
comment on index daily_twice is 'by twice';
alter materialized view daily cluster on daily_id;
alter materialized view daily alter column twice set statistics 20;
create statistics daily_both on id, twice from daily;
comment on statistics daily_both is 'both';
refresh materialized view daily;
comment on view b_open is 'open -- ones';
comment on column b_open.total is 'it''s the total';
comment on column daily.twice is 'twice';
alter view b_open alter column status set default 'open';
alter view b_open owner to pair_owner;
grant select on b_open to pair_reader with grant option;
grant update (status) on b_open to pair_reader;
grant select on daily to public;
create trigger noted_on_open instead of insert on b_open for each row execute function noted();
comment on trigger noted_on_open on b_open is 'noted';
create rule to_log as on delete to b_open do instead insert into log values (old.status);
comment on rule to_log on b_open is 'logs';

-- # view: the privileges that are usual come to no view that is created again
create role pair_reader;
alter default privileges grant select on tables to pair_reader;
create table orders (id integer, total bigint);
create view plain as select total from orders;
revoke all on plain from pair_reader;
-- changed
drop view plain;
alter table orders alter total type integer;
create view plain as select total from orders;
revoke all on plain from pair_reader;

-- # view: of two columns of two tables, with an older view on a newer one
create table a (n bigint, t text);
create table b (n numeric(8,2), a_n bigint);
create view older as select 1 as x, n from a;
create view newer as select a.t, b.n, a.n as a_n from a join b on a.n = b.a_n;
create or replace view older as select 1 as x, newer.a_n as n from newer;
-- changed
drop view older, newer;
alter table a alter n type integer, alter t type varchar(9);
alter table b alter n type numeric(6,2);
create view older as select 1 as x, n::bigint as n from a;
create view newer as select a.t, b.n, a.n as a_n from a join b on a.n = b.a_n;
drop view older;
create view older as select 1 as x, n from a;
drop view older;
create view older as select 1 as x, newer.a_n as n from newer;

-- # view: that the file does not list goes first
create table a (n bigint);
create view v as select n from a;
-- changed
drop view v;
alter table a alter n type integer;
create view v as select n from a;
create view extra as select n from v;
create view extra2 as select n from extra;

-- # view: of a partition and of the partitioned table
create table p (id bigint, n bigint) partition by list (id);
create table p1 partition of p for values in (1);
create view of_p1 as select n from p1;
create view of_p as select n from p;
-- changed
drop view of_p1, of_p;
alter table p alter n type integer;
create view of_p1 as select n from p1;
create view of_p as select n from p;

-- # rule, policy and trigger: that mention the column
create table log (n bigint);
create table a (id integer, n bigint, owner text);
create function noted() returns trigger language plpgsql as 'begin return new; end';
create rule to_log as on update to a where new.n > 5 do also insert into log values (new.n);
create policy few on a for select using (n < 100);
comment on policy few on a is 'few';
create trigger on_n before update of n on a for each row when (new.n > 3) execute function noted();
alter table a disable trigger on_n;
comment on trigger on_n on a is 'on n';
-- changed
drop rule to_log on a;
drop policy few on a;
drop trigger on_n on a;
alter table a alter n type integer;
create rule to_log as on update to a where new.n > 5 do also insert into log values (new.n);
create policy few on a for select using (n < 100);
comment on policy few on a is 'few';
create trigger on_n before update of n on a for each row when (new.n > 3) execute function noted();
alter table a disable trigger on_n;
comment on trigger on_n on a is 'on n';

-- # left: a function reads the view
-- needs 14
create table a (n bigint);
create view v as select n from a;
create function first_of() returns bigint begin atomic select n from v limit 1; end;
-- changed
drop function first_of();
drop view v;
alter table a alter n type integer;
create view v as select n from a;
create function first_of() returns bigint begin atomic select n from v limit 1; end;

-- # left: a column has the row type of the view
create table a (n bigint);
create view v as select n from a;
create table kept (v v);
-- changed
drop table kept;
drop view v;
alter table a alter n type integer;
create view v as select n from a;
create table kept (v v);

-- # left: a generated column is computed from the column
create table a (n bigint, twice bigint generated always as (n * 2) stored);
create view v as select n from a;
-- changed
drop view v;
drop table a;
create table a (n integer, twice bigint generated always as (n * 2) stored);
create view v as select n from a;

-- # left: the column is the key of the partitions
create table p (n bigint) partition by list (n);
create view v as select n from p;
-- changed
drop view v;
drop table p;
create table p (n integer) partition by list (n);
create view v as select n from p;

-- # left: the privileges on the view come from another role than its owner
create role pair_reader;
create role pair_other;
create table a (n bigint);
create view v as select n from a;
grant select on v to pair_reader with grant option;
set role pair_reader;
grant select on v to pair_other;
reset role;
-- changed
drop view v;
alter table a alter n type integer;
create view v as select n from a;
grant select on v to pair_reader with grant option;
set role pair_reader;
grant select on v to pair_other;
reset role;

-- # view: other columns, with views on it
create role pair_reader;
create table a (id integer, n bigint);
create view v as select id, n from a;
comment on view v is 'the v';
grant select on v to pair_reader;
create view w as select id from v;
comment on view w is 'the w';
-- changed
drop view v cascade;
create view v as select id, n, 1 as extra from a;
comment on view v is 'the v';
grant select on v to pair_reader;
create view w as select id from v;
comment on view w is 'the w';

-- # materialized view: another query, with an index and a view on it
create role pair_reader;
create table a (id integer, n bigint);
create materialized view m as select id, n from a;
create unique index m_id on m (id);
comment on materialized view m is 'the m';
grant select on m to pair_reader;
create view w as select id from m;
-- changed
drop materialized view m cascade;
create materialized view m as select id, n from a where id > 0;
create unique index m_id on m (id);
comment on materialized view m is 'the m';
grant select on m to pair_reader;
create view w as select id from m;

-- # materialized view: another query, and an index that is missing or of no use
create table a (id integer, n bigint);
create materialized view m as select id, n as other from a;
create index m_other on m (other);
-- changed
drop materialized view m;
create materialized view m as select id, n from a;
create index m_n on m (n);

-- # materialized view: missing
create role pair_reader;
create table a (id integer, n bigint);
create materialized view m with (fillfactor = 80) as select id, n from a;
create unique index m_id on m (id);
comment on materialized view m is 'the m';
comment on column m.n is 'the n';
grant select on m to pair_reader;
-- changed
drop materialized view m;

-- # materialized view: missing and never filled
create table a (id integer, n bigint);
create materialized view m as select id, n from a with no data;
-- changed
drop materialized view m;

-- # view: missing, with a view on it and what its columns have
create role pair_reader;
create table a (id integer, n bigint);
create view v as select id, n from a;
comment on column v.n is 'the n';
grant select (n) on v to pair_reader;
alter view v alter column n set default 1;
create view a_w as select id from v;
-- changed
drop view v cascade;

-- # aggregate: missing
create function plus(integer, integer) returns integer language sql as 'select $1 + $2';
create aggregate total(integer) (sfunc = plus, stype = integer, initcond = '0');
create aggregate public.top(value integer) (sfunc = int4larger, stype = integer, sortop = >, parallel = safe, combinefunc = int4larger);
comment on aggregate total(integer) is 'the total';
-- changed
drop aggregate total(integer);
drop aggregate top(integer);

-- # aggregate: another initial condition
create aggregate total(integer) (sfunc = int4pl, stype = integer, initcond = '0');
create view v as select total(1) as t;
-- changed
create or replace aggregate total(integer) (sfunc = int4pl, stype = integer, initcond = '1');

-- # table: missing, with all that it has
create role pair_reader;
create table a (id integer primary key);
create table t (
  id bigint generated always as identity primary key,
  a_id integer references a,
  n numeric(10,2) default 1 check (n > 0),
  t text collate "C" not null,
  twice numeric generated always as (n * 2) stored,
  s serial,
  unique (t)
) with (fillfactor = 70);
create index t_n on t (n);
create view v as select id, n from t;
create function noted() returns trigger language plpgsql as 'begin return new; end';
create trigger noted before insert on t for each row execute function noted();
create policy few on t using (n > 1);
alter table t enable row level security;
create statistics t_stat on n, t from t;
comment on table t is 'the t';
comment on column t.n is 'the n';
grant select on t to pair_reader;
-- changed
drop table t cascade;

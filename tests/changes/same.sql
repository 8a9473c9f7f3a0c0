-- Changes that leave the schema what it was: nothing is found. `tests/it/changes.rs` has the format.

-- # index: rebuilt
reindex table shop.orders;
reindex index shop.orders_placed;

-- # index: dropped and created in other words
drop index shop.orders_placed, shop.orders_open, shop.orders_lower;
create index orders_lower on shop.orders using btree ((LOWER(note)) text_pattern_ops asc nulls last);
create index orders_open on only shop.orders (customer_id asc, placed desc nulls first) where not status = 'sent';
create index orders_placed on shop.orders (placed date_ops);

-- # index: rebuilt while others write
-- then
reindex index concurrently shop.orders_placed;

-- # index: dropped and created while others write
drop index shop.orders_placed;
-- then
create index concurrently orders_placed on shop.orders (placed);

-- # index: the statistics of its table are gathered
analyze shop.orders;

-- # table: vacuumed
-- then
vacuum full shop.orders;

-- # table: vacuumed, and analysed
insert into shop.log (id, what, who) select i, i, i || 'x' from generate_series(1, 100) i;
-- then
vacuum analyze shop.log;

-- # check: IN and = ANY
alter table shop.orders drop constraint orders_status;
alter table shop.orders add constraint orders_status check (status::text = any (array['new', 'paid', 'sent']));

-- # check: BETWEEN
alter table shop.orders drop constraint orders_hundred;
alter table shop.orders add constraint orders_hundred check ((total >= (0)::numeric) and total <= 100::numeric);

-- # check: parentheses, blanks and comments
alter table shop.orders drop constraint orders_paid;
alter table shop.orders add constraint orders_paid check (((  /* later */ "paid" >= orders.placed)));

-- # check: of a domain, from its own text
alter domain shop.code drop constraint code_upper;
alter domain shop.code add constraint code_upper check (((VALUE)::text = upper((VALUE)::text)));

-- # check: validated after it was added
alter table shop.orders drop constraint orders_total;
alter table shop.orders add constraint orders_total check (total >= 0) not valid;
alter table shop.orders validate constraint orders_total;

-- # constraints: dropped and added in another order
alter table shop.orders drop constraint orders_hundred, drop constraint orders_total, drop constraint orders_customer,
  drop constraint orders_room;
alter table shop.orders add constraint orders_room exclude using gist (room with =, during with &&),
  add constraint orders_customer foreign key (customer_id) references shop.customers on update no action on delete cascade not deferrable,
  add constraint orders_total check (total >= 0), add constraint orders_hundred check (total between 0 and 100);

-- # unique: from an index that was there before
alter table shop.customers drop constraint customers_email;
create unique index customers_email on shop.customers (email);
alter table shop.customers add constraint customers_email unique using index customers_email;

-- # foreign key: the constraints it leans on are of another name for a while
alter table shop.customers rename constraint customers_key to key_for_a_while;
alter table shop.customers rename constraint key_for_a_while to customers_key;

-- # default: with a cast
alter table shop.orders alter region set default 'eu'::text, alter status set default 'new'::character varying,
  alter total set default 0::numeric, alter number set default null;
alter table shop.customers alter mood set default 'ok'::shop.mood, alter tags set default array[]::text[],
  alter created set default pg_catalog.now(), alter data set default '{ "a" : 1 }'::jsonb;

-- # default: null is none
alter table shop.orders alter note set default null;

-- # not null: taken away and set again
alter table shop.orders alter number drop not null;
alter table shop.orders alter number set not null;

-- # column: its type from and to
alter table shop.customers alter nick type text;
alter table shop.customers alter nick type varchar(80);

-- # column: generated again
alter table shop.customers drop twice;
alter table shop.customers add twice integer generated always as (length((email)::text) * 2) stored;

-- # column: statistics target of the server
alter table shop.orders alter note set statistics 5;
alter table shop.orders alter note set statistics -1;

-- # column: identity, taken away and added
alter table shop.orders alter id drop identity;
alter table shop.orders alter id add generated always as identity;
revoke all on shop.orders_id_seq from pg_monitor;

-- # columns: dropped ones in between, and constraints in another order
alter table shop.orders add hole integer, add hole2 text;
alter table shop.orders drop hole, drop hole2;
alter table shop.log drop what cascade;
alter table shop.log drop who cascade;
alter table shop.log add hole integer;
alter table shop.log drop hole;
alter table shop.log add what text, add who text;
alter table shop.log add constraint log_before check ((what collate pg_catalog."C") < log.who);
create view shop.sorted as select what from shop.log order by what collate "C" asc nulls last;
comment on column shop.log.what is 'in words';
create unique index log_what on shop.log (id, what);
create statistics shop.log_names (dependencies, ndistinct) on who, what from shop.log;
do $$ begin
  if current_setting('server_version_num')::int >= 140000 then
    execute 'create statistics shop.log_lower on (lower(what)) from shop.log';
  end if;
  if current_setting('server_version_num')::int >= 150000 then
    execute 'create unique index log_once on shop.log (who) nulls not distinct';
  end if;
end $$;

-- # columns: dropped ones in a table with keys, triggers and partial indexes
alter table shop.lines add hole integer;
alter table shop.lines drop constraint lines_order;
alter table shop.lines drop region, drop number;
alter table shop.lines drop hole;
alter table shop.lines add number integer, add region text;
alter table shop.lines add constraint lines_order foreign key (region, number) references shop.orders (region, number) on delete set null;

-- # columns: dropped ones in a partition that is attached
drop table shop.events_2025;
create table shop.events_2025 (hole text, kind text, at date not null, hole2 text, id bigint not null);
alter table shop.events_2025 drop hole, drop hole2;
alter table shop.events attach partition shop.events_2025 for values from ('2025-01-01') to ('2026-01-01');

-- # table: created again with the same definition
drop table shop.counters cascade;
create table shop.counters (id integer not null, n int2);
create sequence shop.counters_id_seq as integer owned by shop.counters.id;
revoke all on shop.counters_id_seq from pg_monitor;
alter table shop.counters alter id set default nextval('shop.counters_id_seq'::regclass), add primary key (id);
create view shop.checked as select id, n from shop.counters where n > 0 with local check option;
alter publication shop_pub add table shop.counters;

-- # table: created like another, which it replaces
create table shop.copy (like shop.log including all);
drop table shop.log cascade;
alter table shop.copy rename to log;
create view shop.sorted as select what from shop.log order by what collate "C";
do $$ declare r record; begin
  -- Names that LIKE gives are of the server's making.
  alter table shop.log rename constraint copy_pkey to log_pkey;
  for r in select x.relname, i.indkey::text as k from pg_index i join pg_class x on x.oid = i.indexrelid
           where i.indrelid = 'shop.log'::regclass and not i.indisprimary loop
    execute format('alter index shop.%I rename to %I', r.relname,
      case r.k when '1 3' then 'log_what' when '2' then 'log_at' else 'log_once' end);
  end loop;
  for r in select stxname, cardinality(stxkeys::int2[]) as n from pg_statistic_ext where stxrelid = 'shop.log'::regclass loop
    execute format('alter statistics shop.%I rename to %I', r.stxname, case r.n when 2 then 'log_names' else 'log_lower' end);
  end loop;
end $$;
alter table shop.log set (fillfactor = 90);
comment on table shop.log is 'what happened';
grant select on shop.log to pg_monitor;
create rule quiet as on delete to shop.log do instead nothing;
alter publication shop_pub add table shop.log;

-- # view: created again from its own text
do $$ declare text text := pg_get_viewdef('shop.open_orders'::regclass); begin
  drop view shop.open_orders;
  execute 'create view shop.open_orders as ' || text;
end $$;

-- # view: other blanks, cases and ways to say AS
create or replace view shop.open_orders as
  SELECT  orders.id as id , customer_id   customer_id, "total"
  FROM "shop".orders WHERE (status = 'new');

-- # view: created on another search path
set search_path = shop;
create or replace view open_orders as select id, customer_id, total from orders where status = 'new';

-- # view: qualified names, and numbers of columns
create or replace view shop.totals as select orders.customer_id, sum(orders.total) as total, count(*) as orders from shop.orders group by 1;

-- # materialized view: refreshed
insert into shop.customers (id, email) values (1, 'a');
insert into shop.orders (customer_id, number, placed) values (1, 1, '2024-01-01');
refresh materialized view shop.daily;

-- # materialized view: refreshed while others read
-- then
refresh materialized view concurrently shop.daily;

-- # materialized view: populated later
drop materialized view shop.daily;
create materialized view shop.daily as select placed, sum(total) as total from shop.orders group by placed with no data;
create unique index daily_placed on shop.daily (placed);
refresh materialized view shop.daily;

-- # function: created again
create or replace function shop.add(a integer, b integer default 1) returns integer language sql as 'select a + b';
create or replace function shop.touch() returns trigger language plpgsql as $x$ begin return new; end $x$;

-- # function: with all its defaults said
create or replace function shop.add(in a int4, in b int = 1) returns int volatile called on null input security invoker
  parallel unsafe cost 100 language sql as $$select a + b$$;

-- # function: dropped and created from its own text
do $$ declare text text := pg_get_functiondef('shop.many(integer)'::regprocedure); begin
  drop function shop.many(integer);
  execute text;
end $$;

-- # function: cost in other digits, a setting that is set and reset
alter function shop.add(integer, integer) cost 100.0;
alter function shop.add(integer, integer) set work_mem = '1MB';
alter function shop.add(integer, integer) reset all;

-- # trigger: created again in other words
drop trigger stamp on shop.orders;
create trigger stamp before update of note, total on shop.orders for row when (not OLD."total" = new.total) execute procedure shop.touch(a);

-- # trigger: disabled and enabled
alter table shop.orders disable trigger all;
alter table shop.orders enable trigger all;

-- # trigger: created in another order
drop trigger audit on shop.orders;
drop trigger stamp on shop.orders;
create trigger audit after insert on shop.orders referencing new table as fresh for each statement execute function shop.touch();
create trigger stamp before update of total, note on shop.orders for each row when (old.total <> new.total) execute function shop.touch('a');

-- # policy: its own words
alter policy mine on shop.customers using (((email)::text = (current_user)::text));
alter policy write on shop.customers with check ((score > (0)::numeric));

-- # policy: dropped and created in another order
drop policy mine on shop.customers;
drop policy write on shop.customers;
create policy write on shop.customers as permissive for insert to public with check (score > 0);
create policy mine on shop.customers for select to pg_monitor using (email = (current_user)::text);

-- # row security: off and on
alter table shop.customers disable row level security;
alter table shop.customers enable row level security;

-- # rule: its own words
set search_path = shop;
create or replace rule "quiet" as ON DELETE  TO log do instead nothing;

-- # data inserted, sequences advanced
insert into shop.customers (id, email) values (1, 'a'), (2, 'b');
insert into shop.counters (n) values (1), (2);
select nextval('shop.tickets'), nextval('shop.free'), setval('billing.numbers', -500);
truncate shop.lines, shop.log;
alter sequence shop.free restart with 100;
alter table shop.orders alter id restart with 500;

-- # grants: revoked and granted again in another order, by column and by table
revoke all on shop.orders, shop.log from pg_monitor;
grant insert on shop.orders to pg_monitor;
grant select on shop.orders, shop.log to pg_monitor;
revoke update (email) on shop.customers from pg_monitor;
grant update (email) on shop.customers to pg_monitor;
revoke usage on schema shop from pg_monitor;
grant usage on schema shop to pg_monitor;

-- # grants: default privileges of the owner and of PUBLIC
grant all on shop.counters to current_user;
revoke all on shop.counters from pg_monitor;
grant execute on function shop.touch() to current_user;
revoke execute on function shop.touch() from pg_monitor, public;
grant usage on type shop.mood to public;

-- # grants: given and taken away
grant all on shop.counters to pg_monitor with grant option;
revoke all on shop.counters from pg_monitor;
grant select (n) on shop.counters to public;
revoke select (n) on shop.counters from public;

-- # default privileges: given and taken away
alter default privileges in schema billing grant usage on sequences to pg_monitor;
alter default privileges in schema billing revoke usage on sequences from pg_monitor;
alter default privileges in schema shop revoke all on sequences from pg_monitor;
alter default privileges in schema shop grant usage on sequences to pg_monitor;

-- # owner: to another role and back
alter table shop.log owner to pg_monitor;
do $$ begin execute format('alter table shop.log owner to %I', current_user); end $$;
grant select on shop.log to pg_monitor;

-- # role: renamed, and back
do $$ declare role text := 'driftgate_role_' || pg_backend_pid(); begin
  execute format('create role %I', role);
  execute format('alter table shop.counters owner to %I', role);
  execute format('grant select on shop.lines to %I', role);
  execute format('alter role %I rename to %I', role, role || '_x');
  execute format('alter role %I rename to %I', role || '_x', role);
  execute format('revoke select on shop.lines from %I', role);
  execute format('alter table shop.counters owner to %I', current_user);
  execute format('drop role %I', role);
end $$;

-- # enum: created again
alter table shop.customers alter mood drop default, alter mood type text;
drop type shop.mood;
create type shop.mood as enum ('sad', 'happy');
-- then
alter type shop.mood add value 'ok' before 'happy';
-- then
alter table shop.customers alter mood type shop.mood using mood::shop.mood, alter mood set default 'ok';

-- # enum: a label renamed, and back
alter type shop.mood rename value 'sad' to 'x';
alter type shop.mood rename value 'x' to 'sad';

-- # domain: created again in other words
drop domain shop.code;
create domain shop.code varchar(10) null check (value = upper(value));
alter domain shop.code rename constraint code_check to code_upper;

-- # composite type: an attribute dropped and added
alter type shop.pair drop attribute y;
alter type shop.pair add attribute y varchar(10);

-- # range type: created again
drop type shop.span;
create type shop.span as range (subtype = double precision, subtype_opclass = float8_ops, subtype_diff = float8mi);

-- # sequence: with all its defaults said
alter sequence shop.free as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1 no cycle owned by none;

-- # sequence: to another type and back
alter sequence shop.tickets as bigint;
alter sequence shop.tickets as integer;

-- # partition: detached and attached
alter table shop.events detach partition shop.events_2024;
alter table shop.events attach partition shop.events_2024 for values from (date '2024-01-01') to ('2024-12-31'::date + 1);
alter table shop.kinds detach partition shop.kinds_ab;
alter table shop.kinds attach partition shop.kinds_ab for values in ('b', 'a');

-- # partition: an index that is made of those of the partitions
drop index shop.events_kind;
create index events_kind on only shop.events (kind);
do $$ declare part text; begin
  foreach part in array array['2024', '2025', 'rest'] loop
    execute format('create index on shop.events_%s (kind)', part);
    execute format('alter index shop.events_kind attach partition shop.events_%s_kind_idx', part);
  end loop;
end $$;

-- # inheritance: taken away and given
alter table shop.child no inherit shop.parent;
alter table shop.child drop constraint parent_a, drop a, drop b;
drop table shop.child;
create table shop.child (d integer) inherits (shop.parent);

-- # table: unlogged and logged again
alter table shop.lines set unlogged;
alter table shop.lines set logged;

-- # table: an option set and reset
alter table shop.orders set (fillfactor = 50, autovacuum_enabled = false);
alter table shop.orders reset (fillfactor, autovacuum_enabled);

-- # table: renamed, and back
alter table shop.orders rename to commands;
alter table shop.commands rename to orders;

-- # table: in another schema, and back
alter table shop.orders set schema billing;
alter table billing.orders set schema shop;

-- # column: renamed, and back
alter table shop.orders rename status to state;
alter table shop.orders rename state to status;

-- # temporary objects
create temporary table log (id integer);
create temporary view totals as select 1 as one;
create temporary sequence free;

-- # comments: set to the same text
comment on table shop.log is 'what happened';
comment on column shop.log.what is 'in words';
comment on table shop.orders is 'x';
comment on table shop.orders is '';

-- # statistics: created again in another order
drop statistics shop.log_names;
create statistics shop.log_names (dependencies, ndistinct) on who, what from shop.log;
analyze shop.log;

-- # extension: to a newer version and back, objects and all
drop extension citext;
create extension citext schema public version '1.4';

-- # publication: created again in another order
drop publication shop_pub;
create publication shop_pub for table shop.counters, shop.log with (publish = 'update, insert');

-- # text search configuration: its mappings written again
alter text search configuration shop.search drop mapping for word;
alter text search configuration shop.search add mapping for word with shop.words, pg_catalog.simple;

-- # foreign server: its options in another order
alter server shop_server options (drop host);
alter server shop_server options (add host 'a.example.com');

-- # cast: created again
drop cast (text as shop.pair);
create cast (text as shop.pair) with function shop.to_pair(text);

-- # operator: created again
drop operator shop.===(money, integer);
create operator shop.=== (leftarg = money, rightarg = integer, procedure = shop.money_eq);

-- # aggregate: with its defaults said
create or replace aggregate shop.sum2(integer) (sfunc = pg_catalog.int4pl, stype = int4, initcond = '0', parallel = unsafe, sspace = 0);

-- # a notice for everybody and a large object
select lo_create(0);
notify shop, 'hello';

-- # subscription: the same timeout in another unit
-- needs 19
alter subscription billing_in set (wal_receiver_timeout = '60000');

-- One object at least of every kind, with as many attributes away from their defaults as one object can have.
create schema billing;
comment on schema billing is 'invoices';
create extension if not exists btree_gist schema public;

create type billing.status as enum ('none', 'trial', 'active');
comment on type billing.status is 'of a customer';

create table billing.customers (
  id bigint generated always as identity,
  email text collate "C" not null,
  "fullName" varchar(80) default 'nobody'::varchar,
  status billing.status not null default 'none',
  balance numeric(12,2) not null default 0.00,
  doubled numeric(14,2) generated always as (balance * 2) stored,
  valid daterange,
  room int,
  constraint customers_pk primary key (id) include (status),
  constraint customers_email_key unique (email) deferrable initially deferred,
  constraint customers_balance_check check (balance >= 0) no inherit,
  constraint customers_no_overlap exclude using gist (room with =, valid with &&) where (room > 0)
) with (fillfactor = 80);
comment on table billing.customers is 'who pays';
comment on column billing.customers.email is 'unique';
comment on constraint customers_balance_check on billing.customers is 'never in debt';
alter table billing.customers enable row level security;
alter table billing.customers force row level security;

create unlogged table billing.invoices (
  id uuid primary key default gen_random_uuid(),
  customer_id bigint not null,
  number int,
  year int,
  total numeric,
  constraint invoices_customer foreign key (customer_id) references billing.customers (id)
    match full on delete cascade on update set null deferrable initially deferred,
  constraint invoices_number unique (year, number) include (total)
);
alter table billing.invoices add constraint invoices_total check (total > 0) not valid;
alter table billing.invoices add constraint invoices_one exclude using hash (customer_id with =);
alter table billing.invoices add constraint invoices_two
  exclude using gist (number with =) include (year) deferrable initially deferred;
comment on constraint invoices_two on billing.invoices is 'one of each number';
comment on constraint invoices_customer on billing.invoices is 'whose';
comment on constraint invoices_number on billing.invoices is 'in a year';
alter table billing.invoices add constraint invoices_self foreign key (id) references billing.invoices (id) not valid;

create index customers_lower on billing.customers (lower(email) text_pattern_ops desc nulls last) where status <> 'none';
create unique index customers_name on billing.customers ("fullName") include (room) with (fillfactor = 70);
comment on index billing.customers_name is 'for sorting';
create index customers_valid on billing.customers using gist (valid);

create table billing.years (year int constraint years_key primary key deferrable initially deferred);
comment on constraint years_key on billing.years is 'the key';

create view billing.rich as select id, email from billing.customers where balance > 100;
comment on view billing.rich is 'customers';
create materialized view billing.totals as select customer_id, sum(total) as total from billing.invoices group by 1;
comment on materialized view billing.totals is 'sums';
create unique index totals_customer on billing.totals (customer_id);
alter table billing.totals replica identity full;

create function billing.twice(n integer) returns integer language sql immutable strict security definer as 'select n * 2';
comment on function billing.twice(integer) is 'doubles';
create function billing.totals(integer) returns table (id integer, total numeric) language sql stable as 'select 1, 1.5';
create function billing.periods(text, numeric default 0) returns setof record language plpgsql stable as $$ begin return; end $$;
create procedure billing.settle(integer) language plpgsql security definer as $$ begin null; end $$;
comment on procedure billing.settle(integer) is 'pays';

alter sequence billing.customers_id_seq increment 2 minvalue 3 maxvalue 900 start 5 restart 5 cycle cache 4;
create sequence billing.numbers as integer increment -5 minvalue -1000 maxvalue 1000 start 10 cycle cache 20;
comment on sequence billing.numbers is 'counts down';
alter sequence billing.numbers owned by billing.customers.room;
do $$ begin
  if current_setting('server_version_num')::int >= 150000 then execute 'create unlogged sequence billing.lost'; end if;
end $$;

create domain billing.postcode varchar(10) collate "C" not null default '00000'
  constraint postcode_digits check (value ~ '^[0-9]+$') constraint postcode_length check (length(value) in (4, 5));
alter domain billing.postcode add constraint postcode_new check (value <> '99999') not valid;
comment on domain billing.postcode is 'where';
comment on constraint postcode_digits on domain billing.postcode is 'digits alone';

create type billing.address as (street text collate "C", postcode billing.postcode, lines text[]);
comment on type billing.address is 'where';

create statistics billing.customers_names (ndistinct, mcv) on "fullName", email from billing.customers;
alter statistics billing.customers_names set statistics 500;
comment on statistics billing.customers_names is 'names go together';
do $$ begin
  if current_setting('server_version_num')::int >= 140000 then
    execute 'create statistics billing.customers_sums on room, (lower(email)), (balance + 1) from billing.customers';
  end if;
end $$;

create function billing.add(numeric, numeric) returns numeric language sql immutable as 'select $1 + $2';
create function billing.subtract(numeric, numeric) returns numeric language sql immutable as 'select $1 - $2';
create function billing.first(numeric, anyelement) returns numeric language sql immutable as 'select $1';
create aggregate billing.total(numeric) (
  sfunc = billing.add, stype = numeric, sspace = 64, finalfunc = billing.first, finalfunc_extra, finalfunc_modify = shareable,
  combinefunc = billing.add, initcond = '0', msfunc = billing.add, minvfunc = billing.subtract, mstype = numeric, msspace = 32,
  mfinalfunc = billing.first, mfinalfunc_extra, mfinalfunc_modify = read_write, minitcond = '0', parallel = restricted
);
comment on aggregate billing.total(numeric) is 'adds';
create aggregate billing.lowest(numeric) (sfunc = numeric_smaller, stype = numeric, sortop = <);
create aggregate billing.average(numeric) (
  sfunc = numeric_avg_accum, stype = internal, serialfunc = numeric_avg_serialize, deserialfunc = numeric_avg_deserialize,
  combinefunc = numeric_avg_combine, finalfunc = numeric_avg
);
create function billing.collect(numeric, numeric) returns numeric language sql immutable as 'select coalesce($1, $2)';
create aggregate billing.middle(numeric order by numeric) (sfunc = billing.collect, stype = numeric, finalfunc = billing.add);

create publication billing_all for all tables with (publish = 'insert, update', publish_via_partition_root = true);
create publication billing_some for table billing.customers, billing.years;
comment on publication billing_some is 'two tables';
do $$ begin
  if current_setting('server_version_num')::int >= 150000 then
    execute 'create publication billing_whole for tables in schema billing';
    execute 'alter publication billing_some set table billing.customers (id, email) where (id > 10), billing.years';
  end if;
  if current_setting('server_version_num')::int >= 180000 then
    execute 'alter publication billing_whole set (publish_generated_columns = stored)';
  end if;
  if current_setting('server_version_num')::int >= 190000 then
    execute 'alter publication billing_all set all tables except (table billing.years), all sequences';
  end if;
end $$;

-- Triggers, policies, rules.
create function billing.touch() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger touch before insert or update of email, balance on billing.customers for each row
  when (new.balance > 0 and new.email <> ' FOR EACH ROW WHEN (') execute function billing.touch('a', 'it''s \000', ') EXECUTE FUNCTION ');
comment on trigger touch on billing.customers is 'touches';
alter table billing.customers disable trigger touch;
create constraint trigger later after delete on billing.customers from billing.invoices deferrable initially deferred for each row execute function billing.touch();
create trigger changes after update on billing.customers referencing old table as before_rows new table as after_rows
  for each statement execute function billing.touch();
create trigger instead instead of insert on billing.rich for each row execute function billing.touch();

create policy own on billing.customers as restrictive for update to pg_monitor using (email = current_user) with check (balance > 0);
comment on policy own on billing.customers is 'rows of their own';
create policy idle on billing.invoices using (true);

create rule keep as on delete to billing.invoices do instead nothing;
comment on rule keep on billing.invoices is 'never deleted';
alter table billing.invoices disable rule keep;

-- Views, partitions, inheritance, storage.
create view billing.poor with (security_barrier = true) as select id from billing.customers where balance < 1;
create access method pile type table handler heap_tableam_handler;
create materialized view billing.later using pile with (fillfactor = 60) as select 1 as one with no data;
create table billing.events (at timestamptz not null, kind text, note text) partition by range (at, lower(kind));
create index events_kind on billing.events (kind);
create trigger touch_event before insert on billing.events for each row execute function billing.touch();
create table billing.events_2024 partition of billing.events for values from ('2024-01-01', minvalue) to ('2025-01-01', maxvalue);
alter trigger touch_event on billing.events depends on extension plpgsql;
alter index billing.events_kind depends on extension plpgsql;
alter function billing.touch() depends on extension plpgsql;
alter procedure billing.settle(integer) depends on extension plpgsql;
alter materialized view billing.later depends on extension plpgsql;
create constraint trigger refers after delete on billing.customers from billing.invoices for each row execute function billing.touch();
create table billing.kept (id integer, constraint positive check (id > 0));
create table billing.kept_too (id integer, constraint positive check (id > 0)) inherits (billing.kept);
create table billing.old_invoices (archived date) inherits (billing.invoices, billing.years) using pile with (toast.autovacuum_enabled = false);
alter table billing.old_invoices replica identity full;
alter table billing.events alter kind set storage external, alter kind set statistics 500, alter kind set (n_distinct = 5);
do $$ begin
  if current_setting('server_version_num')::int >= 140000 then
    execute 'alter table billing.events alter note set compression pglz';
  end if;
end $$;

-- Functions.
create function billing.many(inout a int default 1) returns setof int language sql
  parallel safe leakproof cost 5 rows 20 support pg_catalog.generate_series_int4_support set search_path = pg_catalog, billing as 'select 1';
create function billing.frame(numeric) returns bigint language internal window as 'window_row_number';
create procedure billing.close(inout total int) language plpgsql set work_mem = '8MB' as $$ begin total := 1; end $$;

-- Grants.
grant usage, create on schema billing to pg_monitor;
grant select, insert on billing.customers to pg_monitor with grant option;
grant select on billing.invoices, billing.rich, billing.totals to public;
grant update (email) on billing.customers to pg_monitor;
revoke execute on function billing.twice(integer) from public;
grant execute on procedure billing.settle(integer) to pg_monitor;
grant usage on type billing.status to pg_monitor;

-- Foreign tables.
create extension if not exists file_fdw schema public;
create foreign data wrapper remote options (kind 'sql');
create foreign data wrapper files handler public.file_fdw_handler validator public.file_fdw_validator;
do $$ begin
  if current_setting('server_version_num')::int >= 190000 then
    execute 'create function billing.dial(oid, oid, internal) returns text language c as ''$libdir/postgres_fdw'', ''postgres_fdw_connection''';
    execute 'alter foreign data wrapper remote connection billing.dial';
  end if;
end $$;
comment on foreign data wrapper remote is 'of others';
create server elsewhere type 'sql' version '3' foreign data wrapper remote options (host 'example.com', password 'secret');
comment on server elsewhere is 'far away';
grant usage on foreign data wrapper remote to pg_monitor;
grant usage on foreign server elsewhere to pg_monitor;
create foreign table billing.remote (id int options (column_name 'ID')) server elsewhere options (table_name 'far');
comment on foreign table billing.remote is 'not here';
create foreign table billing.remote_invoices (archived date) inherits (billing.invoices) server elsewhere;
create foreign table billing.events_far partition of billing.events for values from ('2023-01-01', minvalue) to ('2024-01-01', minvalue)
  server elsewhere;
grant select on billing.remote to pg_monitor;
create trigger touch_remote before insert on billing.remote for each row execute function billing.touch();

create type billing.span;
create function billing.span_canonical(billing.span) returns billing.span language internal immutable strict as 'int4range_canonical';
create type billing.span as range (subtype = integer, canonical = billing.span_canonical, subtype_diff = int4range_subdiff);
comment on type billing.span is 'of numbers';
create type billing.words as range (subtype = text, subtype_opclass = text_pattern_ops, collation = "C");

create type billing.point3;
create function billing.point3_in(cstring) returns billing.point3 language internal immutable strict as 'byteain';
create function billing.point3_out(billing.point3) returns cstring language internal immutable strict as 'byteaout';
create function billing.point3_receive(internal) returns billing.point3 language internal immutable strict as 'bytearecv';
create function billing.point3_send(billing.point3) returns bytea language internal immutable strict as 'byteasend';
create function billing.point3_modifiers(cstring[]) returns integer language internal immutable strict as 'varchartypmodin';
create function billing.point3_modified(integer) returns cstring language internal immutable strict as 'varchartypmodout';
create type billing.point3 (input = billing.point3_in, output = billing.point3_out, receive = billing.point3_receive,
  send = billing.point3_send, typmod_in = billing.point3_modifiers, typmod_out = billing.point3_modified,
  analyze = array_typanalyze, internallength = variable, alignment = double, storage = extended, category = 'p', preferred = true,
  default = '0', delimiter = ';', collatable = true);
comment on type billing.point3 is 'in space';
do $$ begin
  if current_setting('server_version_num')::int >= 140000 then
    execute 'alter type billing.point3 set (subscript = jsonb_subscript_handler)';
  end if;
end $$;
create type billing.pair_of;
create function billing.pair_of_in(cstring) returns billing.pair_of language internal immutable strict as 'point_in';
create function billing.pair_of_out(billing.pair_of) returns cstring language internal immutable strict as 'point_out';
create type billing.pair_of (input = billing.pair_of_in, output = billing.pair_of_out, internallength = 16,
  alignment = double, element = float8);
create type billing.tag;
create function billing.tag_in(cstring) returns billing.tag language internal immutable strict as 'int4in';
create function billing.tag_out(billing.tag) returns cstring language internal immutable strict as 'int4out';
create type billing.tag (input = billing.tag_in, output = billing.tag_out, internallength = 4, passedbyvalue);
alter type billing.tag owner to pg_monitor;
grant usage on type billing.tag to pg_read_all_stats;
create type billing.only_declared;

create collation billing.plain (lc_collate = 'C', lc_ctype = 'POSIX');
comment on collation billing.plain is 'by bytes';
create collation billing.bytes (locale = 'C');
create collation billing.folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
do $$ begin
  if current_setting('server_version_num')::int >= 160000 then
    execute 'create collation billing.ruled (provider = icu, locale = ''de'', rules = ''&V << w <<< W'')';
  end if;
end $$;

create text search dictionary billing.english (template = pg_catalog.snowball, language = english);
comment on text search dictionary billing.english is 'without stop words';
create text search configuration billing.bills (parser = pg_catalog."default");
alter text search configuration billing.bills add mapping for asciiword, word with billing.english, simple;
alter text search configuration billing.bills add mapping for int with simple;
comment on text search configuration billing.bills is 'for searching';

create function billing.same(money, money) returns boolean language sql immutable as 'select $1 = $2';
create function billing.other(money, money) returns boolean language sql immutable as 'select $1 <> $2';
create operator billing.=== (
  leftarg = money, rightarg = money, function = billing.same, commutator = operator(billing.===),
  negator = operator(billing.<!>), restrict = eqsel, join = eqjoinsel, hashes, merges
);
comment on operator billing.===(money, money) is 'the same sum';
create operator billing.<!> (leftarg = money, rightarg = money, function = billing.other, negator = operator(billing.===));
create operator billing.|| (rightarg = numeric, function = abs);

create function billing.status_of(text) returns billing.status language sql stable as 'select enum_first(null::billing.status)';
create cast (text as billing.status) with function billing.status_of(text) as assignment;
comment on cast (text as billing.status) is 'the first';
create cast (billing.address as text) with inout;

-- Of the whole database.
create function billing.watch() returns event_trigger language plpgsql as $$ begin end $$;
create event trigger watch on ddl_command_end when tag in ('CREATE TABLE', 'ALTER TABLE') execute function billing.watch();
comment on event trigger watch is 'looks on';
alter event trigger watch disable;
alter default privileges in schema billing grant select on tables to pg_monitor with grant option;
alter default privileges revoke execute on functions from public;

-- What only newer servers have.
do $$ begin
  if current_setting('server_version_num')::int >= 180000 then
    execute 'create table billing.stays (room int4range, floor int4range, during daterange,
               constraint stays_pk primary key (room, during without overlaps),
               constraint stays_key unique (floor, during without overlaps),
               constraint stays_during check (not isempty(during)) not enforced)';
    execute 'create table billing.nights (room int4range, during daterange, customer bigint,
               constraint nights_stay foreign key (room, period during) references billing.stays (room, period during),
               constraint nights_customer foreign key (customer) references billing.customers (id) not enforced)';
    execute 'create table billing.guests (name text, room int, constraint guests_room not null room no inherit)';
    execute 'create table billing.visits (id int not null)';
    execute 'create table billing.long_visits () inherits (billing.visits)';
    execute 'alter table billing.long_visits alter id set not null';
    execute 'alter table billing.guests add constraint guests_name not null name not valid';
    execute 'comment on constraint guests_name on billing.guests is ''older guests have none''';
  end if;
end $$;

grant usage on sequence billing.numbers to pg_monitor with grant option;
grant usage on domain billing.postcode to pg_monitor;
revoke usage on type billing.address from public;
grant usage on type billing.span to pg_monitor;
grant execute on function billing.total(numeric) to pg_monitor;

create table billing.loaded (id int primary key, customer_id bigint references billing.customers (id));
alter table billing.loaded disable trigger all;

-- What few databases have of their own.
create operator family billing.sums using btree;
comment on operator family billing.sums using btree is 'of sums';
create operator class billing.sums_backwards for type money using btree family billing.sums as
  operator 1 > (money, money), operator 2 >= (money, money), operator 3 =, operator 4 <=, operator 5 <, function 1 cash_cmp(money, money);
comment on operator class billing.sums_backwards using btree is 'the greatest first';
create operator class billing.spots default for type billing.span using hash as operator 1 = (anyrange, anyrange), function 1 hash_range(anyrange);
create operator class billing.places for type point using gist as
  operator 11 >^ (point, point), operator 15 <-> (point, point) for order by float_ops,
  function 1 gist_point_consistent(internal, point, int2, oid, internal), storage box;
comment on access method pile is 'of rows';
create language billing_words handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator;
create trusted language billing_terms handler plpgsql_call_handler;
comment on language billing_terms is 'of payment';
grant usage on language billing_terms to pg_monitor;
create transform for int language sql (from sql with function varchar_support(internal), to sql with function int4recv(internal));
comment on transform for int language sql is 'as it is';
create default conversion billing.latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
comment on conversion billing.latin is 'of the west';
create text search parser billing.words (
  start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype, headline = prsd_headline
);
comment on text search parser billing.words is 'word by word';
create text search template billing.plain (init = dsimple_init, lexize = dsimple_lexize);
comment on text search template billing.plain is 'as it is';
create user mapping for pg_monitor server elsewhere options ("user" 'reader', password 'secret');
create user mapping for public server elsewhere;

-- What belongs to indexes, to constraints and to the order of columns.
alter table billing.customers cluster on customers_valid;
alter index billing.customers_lower alter column 1 set statistics 500;
alter index billing.customers_pk set (fillfactor = 60);
comment on index billing.customers_pk is 'of the key';
create table billing.periods (
  n int, d daterange,
  constraint periods_n unique (n) with (fillfactor = 50),
  constraint periods_d exclude using gist (d with &&) with (fillfactor = 40)
);
comment on index billing.periods_n is 'of the constraint';
comment on index billing.periods_d is 'of the ranges';
create type billing.line as (n int, note text);
create table billing.lines of billing.line;
create materialized view billing.sums as select 1 as n;
create unique index sums_n on billing.sums (n);
alter materialized view billing.sums cluster on sums_n;

-- What was changed of PostgreSQL itself.
revoke execute on function pg_sleep(double precision) from public;
comment on language plpgsql is 'for functions';
insert into pg_seclabel values ('billing.customers'::regclass, 'pg_class'::regclass, 0, 'a provider', 'secret');

-- Roles belong to the server: another test may create this one at the same time.
do $$ begin
  create role driftgate_registry connection limit 3 valid until '2030-01-02' noinherit bypassrls in role pg_monitor;
  alter role driftgate_registry set statement_timeout = '5s';
  comment on role driftgate_registry is 'of the registry';
  create role driftgate_registry_admin;
  grant pg_read_all_stats to driftgate_registry_admin with admin option;
  grant pg_read_all_stats to driftgate_registry granted by driftgate_registry_admin;
exception when duplicate_object or unique_violation then null;
end $$;

-- What a copy of the database does not take along.
do $$
declare
  major int := current_setting('server_version_num')::int / 10000;
  options text := 'connect = false, enabled = false, slot_name = billing_slot';
begin
  execute format('alter database %I set billing.currency = ''EUR''', current_database());
  execute format('alter role %I in database %I set billing.token = ''secret''', current_user, current_database());
  if major >= 14 then options := options || ', binary = true, streaming = true'; end if;
  if major >= 15 then options := options || ', two_phase = true, disable_on_error = true'; end if;
  if major >= 16 then options := options || ', password_required = false, run_as_owner = true, origin = none'; end if;
  if major >= 17 then options := options || ', failover = true'; end if;
  if major >= 19 then
    options := options || ', retain_dead_tuples = true, max_retention_duration = 60000, wal_receiver_timeout = ''1min''';
  end if;
  execute format('create subscription billing_in %s publication billing_other with (%s)',
                 case when major >= 19 then 'server elsewhere' else 'connection ''dbname=nowhere''' end, options);
  if major >= 19 then
    update pg_subscription set subretentionactive = false
    where subdbid = (select oid from pg_database where datname = current_database());
  end if;
  comment on subscription billing_in is 'from elsewhere';
end $$;
do $$ begin
  execute format('alter database %I connection limit 90', current_database());
  execute format('grant connect on database %I to pg_monitor', current_database());
  execute format('comment on database %I is %L', current_database(), 'of the registry');
end $$;

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

create function billing.twice(n integer) returns integer language sql immutable strict security definer as 'select n * 2';
comment on function billing.twice(integer) is 'doubles';
create function billing.totals(integer) returns table (id integer, total numeric) language sql stable as 'select 1, 1.5';
create function billing.periods(text, numeric default 0) returns setof record language plpgsql stable as $$ begin return; end $$;
create procedure billing.settle(integer) language plpgsql security definer as $$ begin null; end $$;
comment on procedure billing.settle(integer) is 'pays';

alter sequence billing.customers_id_seq increment 2 minvalue 3 maxvalue 900 start 5 cycle cache 4;
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
create function billing.same(numeric) returns numeric language sql immutable as 'select $1';
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
create aggregate billing.middle(order by numeric) (sfunc = billing.collect, stype = numeric, finalfunc = billing.same);

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
end $$;

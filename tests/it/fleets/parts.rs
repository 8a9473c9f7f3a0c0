//! What the schemas of random fleets are made of. `{s}` is the schema in quotes, and `{name}` its name.

/// The names of schemas: some are words that something else has, too.
pub const NAMES: [&str; 16] = [
    "t_1", "t_2", "t_3", "t_4", "t_5", "t_6", "t_10", "t_11", "orders", "state", "new", "Odd-Name", "mood", "upper",
    "shop", "id",
];

/// What every schema has.
pub const BASE: [&str; 14] = [
    "create schema {s}",
    "create type {s}.mood as enum ('sad', 'happy')",
    "create domain {s}.positive as int check (value > 0)",
    "create sequence {s}.numbers increment 5",
    "create function {s}.twice(int) returns int language sql immutable as 'select $1 * 2'",
    "create function {s}.touch() returns trigger language plpgsql as $$ begin new.note := 'x'; return new; end $$",
    "create table {s}.customers (id bigint generated always as identity primary key, email text not null unique)",
    "create table {s}.orders (id serial primary key, customer_id bigint references {s}.customers, \
     number int default nextval('{s}.numbers'::regclass), feeling {s}.mood default 'happy', amount {s}.positive, \
     state text default 'new' check (upper(state) <> 'GONE'), note text, plan int references public.plans, \
     check ({s}.twice(id) > 0))",
    "create index orders_state_idx on {s}.orders (lower(state)) where note is not null",
    "create view {s}.open_orders as select o.id, c.email from {s}.orders o join {s}.customers c on c.id = o.customer_id \
     where o.state = 'new'",
    "create trigger touching before update on {s}.orders for each row when (new.note is distinct from old.note) \
     execute function {s}.touch()",
    "comment on table {s}.orders is 'all orders'",
    "alter table {s}.orders enable row level security",
    "create policy visible on {s}.orders using (state <> 'hidden' and {s}.twice(id) > 1)",
];

/// What may be otherwise in a schema.
pub const CHANGES: [&str; 52] = [
    "alter table {s}.orders add extra int",
    "alter table {s}.orders drop column note cascade",
    "drop index {s}.orders_state_idx",
    "drop index {s}.orders_state_idx; create index orders_state_idx on {s}.orders (upper(state)) where note is not null",
    "drop index {s}.orders_state_idx; create index orders_by_state on {s}.orders (lower(state)) where note is not null",
    "alter table {s}.orders alter state set default 'old'",
    "alter table {s}.orders alter state set default '{name}'",
    "alter table {s}.orders alter state set default '{name}.orders'",
    "alter table {s}.orders alter number drop default",
    "alter table {s}.orders add check (note <> '{name}')",
    "alter table {s}.orders add constraint orders_amount_check check (amount < 100)",
    "alter table {s}.customers alter email type varchar(80)",
    "alter table {s}.customers alter email drop not null",
    "create table {s}.tmp_backup (id int)",
    "create table {s}.{s} (id int)",
    "alter table {s}.orders add column {s} int",
    "create view {s}.more as select {s}.id from {s}.orders {s}",
    "create view {s}.more as select '{name}'::text as tenant",
    "create view {s}.more as select * from {s}.orders",
    "create or replace view {s}.open_orders as select o.id, c.email from {s}.orders o join {s}.customers c \
     on c.id = o.customer_id where o.state = 'open'",
    "drop view {s}.open_orders",
    "alter type {s}.mood add value 'calm'",
    "alter type {s}.mood add value '{name}'",
    "alter sequence {s}.numbers increment 7",
    "create or replace function {s}.twice(int) returns int language sql immutable as 'select $1 + $1'",
    "create or replace function {s}.twice(int) returns int language sql stable as 'select $1 * 2'",
    "create or replace function {s}.twice(int) returns int language sql immutable as \
     'select $1 * 2 -- {name}.orders'",
    "create function {s}.twice(bigint) returns bigint language sql immutable as 'select $1 * 2'",
    "create function {s}.twice(numeric) returns int language sql immutable as 'select 2'",
    "create function {s}.upper(text) returns text language sql immutable as 'select $1'",
    "create function {s}.count_of() returns bigint language plpgsql as \
     $$ begin return (select count(*) from {name}.orders); end $$",
    "create function {s}.latest() returns setof {s}.orders language sql stable as 'select * from {s}.orders'",
    "comment on table {s}.orders is 'of {name}'",
    "comment on table {s}.orders is 'see {name}.orders'",
    "comment on table {s}.orders is null",
    "comment on schema {s} is 'a tenant'",
    "grant select on {s}.orders to public",
    "alter table {s}.orders disable row level security",
    "drop policy visible on {s}.orders; create policy visible on {s}.orders using (state <> 'secret')",
    "drop trigger touching on {s}.orders",
    "drop trigger touching on {s}.orders; create trigger touching before update on {s}.orders for each row \
     execute function {s}.touch()",
    "alter domain {s}.positive add constraint small check (value < 1000)",
    "alter table {s}.orders drop constraint orders_plan_fkey; alter table {s}.orders add foreign key (plan) \
     references {s}.customers_2",
    "create table {s}.plans (id int primary key); alter table {s}.orders drop constraint orders_plan_fkey; \
     alter table {s}.orders add foreign key (plan) references {s}.plans",
    "alter table {s}.orders add base_id bigint references base.customers",
    "alter table {s}.orders add other_id bigint references t_1.customers",
    "create table {s}.parts (id int) partition by range (id); \
     create table {s}.parts_1 partition of {s}.parts for values from (1) to (10)",
    "create operator {s}.=== (leftarg = text, rightarg = text, function = texteq)",
    "create cast (text as {s}.mood) with inout as implicit",
    "create statistics {s}.pairs on state, note from {s}.orders",
    "create type {s}.pair as (a int, b {s}.mood)",
    "drop table {s}.orders cascade",
];

/// What may be outside of the schemas.
pub const OUTSIDE: [&str; 9] = [
    "create view public.all_orders as select id from {s}.orders",
    "create table public.feelings (feeling {s}.mood)",
    "create function public.twice(feeling {s}.mood) returns int language sql as 'select 1'",
    "create operator public.=== (leftarg = {s}.mood, rightarg = int, function = {s}.same)",
    "create function public.upper(text) returns text language sql immutable as 'select $1'",
    "create domain public.good_mood as {s}.mood",
    "create table public.numbers_of (id int default nextval('{name}.numbers'::regclass))",
    "comment on table public.plans is 'for {name}'",
    "create schema zzz; create table zzz.orders (id int); create table zzz.customers (id int references {s}.orders)",
];

/// What is expected of some objects, in other words than those of PostgreSQL.
pub const LOOSE: &str = "\
driftgate: 1
tables:
  orders:
    columns:
      state: text default 'ne' || 'w'
      number: int default nextval('numbers')
      feeling: mood default 'happy'
      amount: positive
    checks:
      - upper(state) <> 'GONE'
      - twice(id) > 0
    indexes:
      orders_state_idx: {keys: [lower(state)], where: note is not null}
    foreign_keys:
      - {columns: [customer_id], references: customers(id)}
      - {columns: [plan], references: public.plans(id)}
    policies:
      visible: {using: \"state <> 'hidden' and twice(id) > 1\"}
    comment: all orders
views:
  open_orders:
    definition: select o.id, c.email from orders o join customers c on (c.id = o.customer_id) where o.state in ('new')
functions:
  twice(int):
    body: select $1 * 2
    volatility: immutable
enums:
  mood: [sad, happy]
assertions:
  none_gone: {sql: select id from orders where state = 'gone', empty: true}
";

create schema supabase_migrations;
create table supabase_migrations.schema_migrations (version text not null primary key, statements text[], name text);
insert into supabase_migrations.schema_migrations (version, statements, name) values
  ('20240101000000', '{"create table clients (id integer primary key)"}', 'clients'),
  ('20240102000000', '{"create table orders (id integer primary key)"}', 'orders');

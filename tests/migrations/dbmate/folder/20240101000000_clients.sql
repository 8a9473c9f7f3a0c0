-- migrate:up
create table clients (id integer primary key);

-- migrate:down
drop table clients;

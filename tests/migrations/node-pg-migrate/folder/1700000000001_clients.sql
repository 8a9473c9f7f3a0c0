-- Up Migration
create table clients (id integer primary key);

-- Down Migration
drop table clients;

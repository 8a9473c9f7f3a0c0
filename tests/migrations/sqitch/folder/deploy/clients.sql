-- Deploy shop:clients to pg

BEGIN;

create table clients (id integer primary key);

COMMIT;

-- Deploy shop:orders to pg

BEGIN;

create table orders (id integer primary key);

COMMIT;

-- Changes that are not found, and why. One that is found some day belongs into found.sql, and the test says so.

-- # the order of the columns, by which INSERT without names and SELECT * go
drop table shop.counters cascade;
create table shop.counters (n smallint, id integer not null);
create sequence shop.counters_id_seq as integer owned by shop.counters.id;
revoke all on shop.counters_id_seq from pg_monitor;
alter table shop.counters alter id set default nextval('shop.counters_id_seq'), add primary key (id);
create view shop.checked as select id, n from shop.counters where n > 0 with local check option;
alter publication shop_pub add table shop.counters;

-- # the current value of a sequence is data
select setval('shop.tickets', 500);

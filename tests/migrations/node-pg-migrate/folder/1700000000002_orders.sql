-- Up Migration
create table orders (id integer primary key);

-- Down Migration
drop table orders;

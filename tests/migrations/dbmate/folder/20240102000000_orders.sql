-- migrate:up
create table orders (id integer primary key);

-- migrate:down
drop table orders;

-- The database of docs/examples/shop.yaml, with two mistakes: a column that can be null, and a partial index.
create table customers (
    id bigint primary key,
    email text not null unique
);

create table orders (
    id bigint primary key,
    customer_id bigint not null references customers (id) on delete cascade,
    status varchar(20) default 'new',
    total numeric(10, 2) not null check (total >= 0)
);

create index orders_customer_id_idx on orders (customer_id) where status <> 'closed';

-- The database of docs/examples/shop.yaml without the mistakes.
create table customers (
    id bigint primary key,
    email text not null unique
);

create table orders (
    id bigint primary key,
    customer_id bigint not null references customers (id) on delete cascade,
    status varchar(20) not null default 'new',
    total numeric(10, 2) not null check (total >= 0)
);

create index orders_customer_id_idx on orders (customer_id);

-- +goose Up
create table orders (id integer primary key);

-- +goose Down
drop table orders;

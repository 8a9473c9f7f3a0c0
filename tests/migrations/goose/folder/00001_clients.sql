-- +goose Up
create table clients (id integer primary key);

-- +goose Down
drop table clients;

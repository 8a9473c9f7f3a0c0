-- +goose Up
create table clients (id int primary key, email varchar(100) not null, fax text);

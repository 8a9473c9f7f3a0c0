--liquibase formatted sql

--changeset ann:orders
create table orders (id integer primary key);
--rollback drop table orders;

--liquibase formatted sql

--changeset ann:clients
create table clients (id integer primary key);
--rollback drop table clients;

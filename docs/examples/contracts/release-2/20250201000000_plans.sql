-- +goose Up
alter table clients alter column email type text;
alter table clients add column plan text;
alter table clients drop column fax;

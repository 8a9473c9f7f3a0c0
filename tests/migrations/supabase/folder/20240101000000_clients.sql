create table clients (id integer primary key);

drop table clients;

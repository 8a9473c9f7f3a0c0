exports.up = (knex) => knex.raw('create table clients (id integer primary key)');

exports.down = (knex) => knex.raw('drop table clients');

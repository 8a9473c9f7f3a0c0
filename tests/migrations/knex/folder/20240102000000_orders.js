exports.up = (knex) => knex.raw('create table orders (id integer primary key)');

exports.down = (knex) => knex.raw('drop table orders');

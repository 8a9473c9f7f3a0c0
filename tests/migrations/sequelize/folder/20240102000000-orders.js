'use strict';

module.exports = {
  up: (queryInterface) => queryInterface.sequelize.query('create table orders (id integer primary key)'),
  down: (queryInterface) => queryInterface.dropTable('orders'),
};

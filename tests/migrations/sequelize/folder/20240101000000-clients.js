'use strict';

module.exports = {
  up: (queryInterface) => queryInterface.sequelize.query('create table clients (id integer primary key)'),
  down: (queryInterface) => queryInterface.dropTable('clients'),
};

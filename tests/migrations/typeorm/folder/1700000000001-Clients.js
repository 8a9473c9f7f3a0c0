module.exports = class Clients1700000000001 {
    async up(queryRunner) {
        await queryRunner.query(`create table clients (id integer primary key)`);
    }

    async down(queryRunner) {
        await queryRunner.query(`drop table clients`);
    }
};

module.exports = class Orders1700000000002 {
    async up(queryRunner) {
        await queryRunner.query(`create table orders (id integer primary key)`);
    }

    async down(queryRunner) {
        await queryRunner.query(`drop table orders`);
    }
};

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = "create table clients (id integer primary key)";
        manager.get_connection().execute_unprepared(sql).await.map(|_| ())
    }
}

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::Database;

#[path = "../seaorm/m20240101_000001_create_clients.rs"]
mod m20240101_000001_create_clients;
#[path = "../seaorm/m20240102_000001_create_orders.rs"]
mod m20240102_000001_create_orders;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20240101_000001_create_clients::Migration),
            Box::new(m20240102_000001_create_orders::Migration),
        ]
    }
}

/// The folder is built in; only its number of files counts.
#[tokio::main]
async fn main() {
    let [_, url, folder] = std::env::args().collect::<Vec<_>>().try_into().unwrap();
    let steps = std::fs::read_dir(folder).unwrap().count();
    let connection = Database::connect(url).await.unwrap();
    Migrator::up(&connection, Some(steps as u32)).await.unwrap();
}

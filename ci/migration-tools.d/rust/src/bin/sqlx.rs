use std::path::Path;

use sqlx::Connection;

#[tokio::main]
async fn main() {
    let [_, url, folder] = std::env::args().collect::<Vec<_>>().try_into().unwrap();
    let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
    let migrator = sqlx::migrate::Migrator::new(Path::new(&folder)).await.unwrap();
    if let Err(error) = migrator.run(&mut connection).await {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

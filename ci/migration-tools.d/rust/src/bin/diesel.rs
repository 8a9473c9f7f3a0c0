use diesel::{Connection, PgConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

fn main() {
    let [_, url, folder] = std::env::args().collect::<Vec<_>>().try_into().unwrap();
    let mut connection = PgConnection::establish(&url).unwrap();
    let migrations = FileBasedMigrations::from_path(folder).unwrap();
    if let Err(error) = connection.run_pending_migrations(migrations) {
        eprintln!("{error}");
        std::process::exit(1);
    };
}

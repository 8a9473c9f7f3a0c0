use refinery::{Migration, Runner, config::Config, load_sql_migrations};

fn main() {
    let [_, url, folder] = std::env::args().collect::<Vec<_>>().try_into().unwrap();
    let migrations: Vec<Migration> = load_sql_migrations(folder).unwrap().into_iter().collect();
    let mut config: Config = url.parse().unwrap();
    if let Err(error) = Runner::new(&migrations).run(&mut config) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

//! The tests that need the built program or a real PostgreSQL, as one binary. Those that are written as files are in
//! another one, `scenarios.rs`.

mod altered;
mod architecture;
mod cases;
mod changes;
mod ci;
mod connection;
mod cpu_time;
mod documents;
mod fleet_runs;
mod fleets;
mod folder;
mod fuzz;
mod guides;
mod guides_migrations;
mod hostile_files;
mod init;
mod language;
mod large;
mod linear;
mod locks;
mod majors;
mod migration_folders;
mod migration_histories;
mod models;
mod names;
mod odd_names;
mod outside;
mod paths;
mod pieces;
mod plans;
mod projects;
mod random;
mod registry;
mod repair_pairs;
mod repairs;
mod reports;
mod run;
mod scratch;
mod secrets;
mod server;
mod session;
mod shell;
mod signals;
mod since;
mod size;
mod translated;
mod trial;
mod update;
mod views;
mod wait;

#[path = "../hostile/mod.rs"]
mod hostile;

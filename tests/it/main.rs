//! The tests that need the built program or a real PostgreSQL, as one binary.

mod cases;
mod folder;
mod guides;
mod run;
mod server;

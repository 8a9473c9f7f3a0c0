//! Attacks: servers, networks and what stands in their place, which do everything but what PostgreSQL does.

mod fake;
mod greeting;
mod hidden;
mod owner;
mod queries;
mod statements;
mod torn;
mod watched;

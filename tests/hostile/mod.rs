//! Attacks: by fake servers that violate the protocol, and by owners of a database against the role that checks it.

mod fake;
mod greeting;
mod hidden;
mod owner;
mod queries;
mod statements;
mod torn;
mod watched;

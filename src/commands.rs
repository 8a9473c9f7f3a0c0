//! The subcommands, one file each: arguments in, an exit out. What a run needs for it is in `session`.

pub mod check;
pub mod completions;
pub mod diff;
pub mod lint;
pub mod man;
pub mod pull;
pub mod schema;

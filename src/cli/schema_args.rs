//! The arguments of `schema`.

use std::path::PathBuf;

use clap::Args;

/// The arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Print the JSON Schema of fleet files instead
    #[arg(long)]
    pub fleet: bool,

    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

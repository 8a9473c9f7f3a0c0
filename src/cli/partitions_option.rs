//! The option of `pull` for partitions.

use clap::ValueEnum;

/// How `pull` writes partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PartitionsOption {
    /// List them.
    List,
    /// Expect any.
    Any,
}

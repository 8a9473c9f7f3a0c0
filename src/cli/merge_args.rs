//! The arguments of `merge`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::exit_codes::EXIT_CODES;
use super::{Color, Format, parse_duration, parse_output};
use crate::finding::fleet::Tolerance;

/// The arguments of `merge`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct MergeArgs {
    /// The JSON reports of the shards, in any order, or glob patterns
    #[arg(required = true)]
    pub reports: Vec<PathBuf>,

    /// Refuse the report of a run that began longer ago than this, so that what a shard wrote yesterday is not taken for
    /// today's
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub max_age: Option<Duration>,

    /// Format of the report on standard output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,

    /// Also write a report to this file; can be repeated
    #[arg(short, long, value_name = "FORMAT=FILE", value_parser = parse_output)]
    pub output: Vec<(Format, PathBuf)>,

    /// Say which groups are new, grown, shrunk or gone since this JSON report
    #[arg(long, value_name = "FILE")]
    pub compare: Option<PathBuf>,

    /// Chart the JSON reports in this folder in the HTML report
    #[arg(long, value_name = "DIR")]
    pub history: Option<PathBuf>,

    /// Do not fail the run if at most so many targets are unreached, for example unreached=1% or unreached=3
    #[arg(long, value_name = "unreached=N", value_parser = super::fleet_args::parse_tolerance)]
    pub tolerate: Option<Tolerance>,

    /// Write no series for each target in the format prometheus
    #[arg(long)]
    pub no_target_series: bool,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

//! The arguments of `fleet`, and those that choose targets of a fleet.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::{Color, parse_duration};

/// The arguments of `fleet`.
#[derive(Debug, Args)]
pub struct FleetArgs {
    /// The subcommand.
    #[command(subcommand)]
    pub command: FleetCommand,
}

/// The subcommands of `fleet`.
#[derive(Debug, Subcommand)]
pub enum FleetCommand {
    /// List the targets that a fleet file names, without secrets
    List(FleetListArgs),
}

/// The arguments of `fleet list`.
#[derive(Debug, Args)]
pub struct FleetListArgs {
    /// The fleet file
    pub file: PathBuf,

    /// What to print
    #[arg(long, value_enum, default_value_t = FleetFormat::Table)]
    pub format: FleetFormat,

    /// With --format github-matrix: one job for each of this many shards instead of one for each target
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=256))]
    pub shards: Option<u64>,

    /// Which targets.
    #[command(flatten)]
    pub choice: TargetChoice,

    /// Time limit for one statement
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_duration)]
    pub statement_timeout: Duration,

    /// Time limit for a program that lists targets or prints a password
    #[arg(long, value_name = "TIME", default_value = "2min", value_parser = parse_duration)]
    pub command_timeout: Duration,

    /// Do not read unset variables from the file .env in the working directory
    #[arg(long)]
    pub no_env_file: bool,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// Which targets of a fleet.
#[derive(Debug, Clone, Default, Args)]
pub struct TargetChoice {
    /// Only targets with this label; can be repeated
    #[arg(long = "where", value_name = "LABEL=VALUE", value_parser = parse_label)]
    pub with_labels: Vec<(String, String)>,

    /// Only the target of this name; can be repeated
    #[arg(long = "target", value_name = "NAME")]
    pub named: Vec<String>,

    /// Only the targets of one of several shards: a target always belongs to the same
    #[arg(long, value_name = "K/N", value_parser = parse_shard)]
    pub shard: Option<Shard>,
}

impl TargetChoice {
    /// Whether every target is chosen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.with_labels.is_empty() && self.named.is_empty() && self.shard.is_none()
    }
}

/// One of several shards of a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 1.
    pub number: u64,
    /// How many shards there are.
    pub of: u64,
}

/// What `fleet list` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FleetFormat {
    /// A table
    Table,
    /// A fleet file with every target, as JSON
    Json,
    /// The names, one on each line
    Names,
    /// The matrix of a GitHub workflow
    GithubMatrix,
}

fn parse_label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((label, value)) if !label.is_empty() => Ok((label.to_owned(), value.to_owned())),
        Some(_) | None => Err("write LABEL=VALUE, for instance region=eu".to_owned()),
    }
}

fn parse_shard(text: &str) -> Result<Shard, String> {
    let parsed = text
        .split_once('/')
        .and_then(|(number, of)| Some((number.trim().parse().ok()?, of.trim().parse().ok()?)));
    match parsed {
        Some((number, of)) if (1..=of).contains(&number) => Ok(Shard { number, of }),
        Some(_) | None => Err("write K/N with K from 1 to N, for instance 3/8".to_owned()),
    }
}

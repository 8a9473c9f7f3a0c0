//! The arguments of `fleet`, and those that choose targets of a fleet.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::{Color, parse_duration};
use crate::finding::fleet::{Shard, Tolerance};
use crate::redact;

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

    /// Only so many targets: a sample that is the same in each run
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub sample: Option<u64>,

    /// Only the targets that did not pass in the run that wrote this JSON or JSONL report of a fleet, and those that it did
    /// not reach
    #[arg(long, value_name = "FILE")]
    pub again: Option<PathBuf>,
}

/// How a fleet is checked.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Fleets")]
pub struct FleetRunArgs {
    /// Stop at the first target with drift; the others are reported as unreached
    #[arg(long, requires = "fleet")]
    pub fail_fast: bool,

    /// Do not fail the run if at most so many targets are unreached, for example unreached=1% or unreached=3
    #[arg(long, value_name = "unreached=N", value_parser = parse_tolerance, requires = "fleet")]
    pub tolerate: Option<Tolerance>,

    /// Write no series for each target in the format prometheus
    #[arg(long, requires = "fleet")]
    pub no_target_series: bool,
}

impl TargetChoice {
    /// Whether every target is chosen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words().is_empty() && self.shard.is_none()
    }

    /// The options that choose targets, as they are written, without the shard.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let labels = self.with_labels.iter();
        let labels = labels.map(|(label, value)| format!("--where {label}={value}"));
        let named = self.named.iter().map(|name| format!("--target {name}"));
        let again = self.again.iter().map(|path| format!("--again {}", redact::path(path)));
        let sample = self.sample.iter().map(|count| format!("--sample {count}"));
        labels.chain(named).chain(again).chain(sample).collect()
    }
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

pub(super) fn parse_tolerance(text: &str) -> Result<Tolerance, String> {
    let limit = text.split_once('=').filter(|(what, _)| what.trim() == "unreached");
    limit
        .and_then(|(_, limit)| Tolerance::parse(limit))
        .ok_or_else(|| "write unreached=N or unreached=N%, for example unreached=1%".to_owned())
}

fn parse_shard(text: &str) -> Result<Shard, String> {
    // Kubernetes counts from 0.
    let (text, first) = match text.strip_prefix("index=") {
        Some(text) => (text, 0),
        None => (text, 1),
    };
    let parsed = text
        .split_once('/')
        .and_then(|(number, of)| Some((number.trim().parse::<u64>().ok()?, of.trim().parse::<u64>().ok()?)));
    match parsed.and_then(|(number, of)| Some((number.checked_sub(first)?, of))) {
        Some((index, of)) if index < of => Ok(Shard { number: index + 1, of }),
        Some(_) | None => Err("write K/N with K from 1 to N, for instance 3/8, or index=K/N with K from 0".to_owned()),
    }
}

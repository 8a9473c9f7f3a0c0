//! The arguments of `repair`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ChoiceArgs, Color, SessionArgs};
use super::{PartitionsOption, PullArgs};
use crate::expectation::load::DEFAULT_PATH;
use crate::source::source_forms;

/// The exit codes of `repair`, for `--help`.
const EXIT_CODES: &str = "\
Exit codes:
  0  nothing to repair, or the script repairs everything that was found
  1  the script leaves findings: it says which, and why
  2  usage error: a wrong option, environment variable or file
  3  could not verify: connection, authentication, permission or timeout";

/// The arguments of `repair`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct RepairArgs {
    /// Expectation files, folders of them or glob patterns [default: expectations/]
    pub paths: Vec<PathBuf>,

    /// What to make as it should be
    #[arg(long, value_enum, default_value_t = RepairTarget::Database)]
    pub to: RepairTarget,

    /// The source to repair.
    #[arg(long, visible_alias = "url", value_name = "SOURCE", help = concat!(
        "Repair this source instead of the database that the files name: ", source_forms!()
    ))]
    pub against: Option<String>,

    /// The script.
    #[command(flatten)]
    pub script: ScriptArgs,

    /// With --to expectations, write the changes without asking
    #[arg(short, long)]
    pub yes: bool,

    /// Include the schemas and roles that hosting platforms own
    #[arg(long)]
    pub platform_schemas: bool,

    /// Leave out the findings that this baseline lists
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// What counts.
    #[command(flatten)]
    pub choice: ChoiceArgs,

    /// Connections, limits and scratch databases.
    #[command(flatten)]
    pub session: SessionArgs,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// How the script of `repair` is written.
#[derive(Debug, Clone, Args)]
pub struct ScriptArgs {
    /// Write the script to this file instead of standard output, or with --to migration the files to this folder; no file
    /// is overwritten
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,

    /// Write statements that lose data as statements; without this option, they are comments
    #[arg(long)]
    pub with_losses: bool,

    /// Run the script on a scratch copy of the schema, without rows, and mark each step as proved or not proved. The copy
    /// is made where --scratch says; with --trust-functions, a local server makes it as a superuser
    #[arg(long)]
    pub prove: bool,
}

/// What `repair` makes as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RepairTarget {
    /// The database, as the files say: prints an SQL script
    Database,
    /// The database, by new migrations: prints the script in the form of the tool that `migrations` in a file names
    Migration,
    /// The files, as the database is: the same as `pull --update`, which shows the changes and asks before writing
    Expectations,
}

impl RepairArgs {
    /// The arguments of `pull --update` that make the files what the database is.
    #[must_use]
    pub fn as_update(&self) -> PullArgs {
        let mut update = self.paths.clone();
        if update.is_empty() {
            update.push(PathBuf::from(DEFAULT_PATH));
        }
        PullArgs {
            from: self.against.clone(),
            schema: Vec::new(),
            platform_schemas: self.platform_schemas,
            roles: false,
            physical_order: false,
            requirements: false,
            output: None,
            split: Vec::new(),
            partitions: PartitionsOption::List,
            snapshot: false,
            update,
            yes: self.yes,
            force: false,
            baseline: self.baseline.clone(),
            choice: self.choice.clone(),
            session: self.session.clone(),
            color: self.color,
        }
    }
}

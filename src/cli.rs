//! The command line.

mod choice_args;
mod exit_codes;
mod fleet_args;
mod merge_args;
mod parse;
mod partitions_option;
mod repair_args;
mod schema_args;
mod session_args;

use std::path::PathBuf;
use std::time::Duration;

use crate::input;
use crate::migrations::{TOOLS, Tool};
use crate::redact;
pub use crate::report::format::Format;
use crate::source::source_forms;
use crate::suggest;
pub use choice_args::{ChoiceArgs, IgnoreOption};
use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
pub use clap_complete::Shell;
use exit_codes::{EXIT_CODES, PULL_EXIT_CODES};
pub use fleet_args::{FleetArgs, FleetCommand, FleetFormat, FleetListArgs, FleetRunArgs, TargetChoice};
pub use merge_args::MergeArgs;
pub use parse::{SOURCES, parse};
pub use partitions_option::PartitionsOption;
pub use repair_args::{RepairArgs, RepairTarget, ScriptArgs};
pub use schema_args::SchemaArgs;
pub use session_args::{FolderArgs, SessionArgs};

/// Checks that a live PostgreSQL database matches the expectations you wrote down in YAML.
#[derive(Debug, Parser)]
#[command(name = "driftgate", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// The subcommand.
    #[command(subcommand)]
    pub command: Command,

    /// Print nothing if all is well: neither a summary nor notes. What failed is also written to standard error
    #[arg(short, long, global = true, display_order = 899)]
    pub quiet: bool,

    /// Do not read files larger than this, for example 64MiB or 1GiB
    #[arg(long, global = true, display_order = 900, value_name = "SIZE", default_value = "64MiB", value_parser = input::parse_size)]
    pub max_file_size: u64,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compare a database with expectation files
    Check(CheckArgs),
    /// Write the first expectation files of a project, and a job for its CI
    Init(InitArgs),
    /// Write an expectation file from a database, or update existing files
    Pull(PullArgs),
    /// Compare two databases, migration folders, SQL files or snapshots
    Diff(DiffArgs),
    /// Print the SQL that makes a database what its expectation files say; runs nothing
    Repair(RepairArgs),
    /// List the databases and schemas of a fleet
    Fleet(FleetArgs),
    /// Put the reports of the shards of a fleet together
    Merge(MergeArgs),
    /// Print the JSON Schema of expectation files or fleet files, for editors
    Schema(SchemaArgs),
    /// Check expectation files, fleet files and migration folders for mistakes, without a database
    Lint(LintArgs),
    /// Print a completion script for your shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write a page for each subcommand
    Man(ManArgs),
}

/// The arguments of `check`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct CheckArgs {
    /// Expectation files, folders of them or glob patterns [default: expectations/]
    pub paths: Vec<PathBuf>,

    /// The source to check.
    #[arg(long, visible_alias = "url", value_name = "SOURCE", help = concat!(
        "Check this source instead of the database that the files name: ", source_forms!(), ". Migrations, SQL and what a \
         program prints are applied to an empty database (see --scratch); a snapshot is a file that `pull --snapshot` wrote. \
         KIND is django, drizzle, efcore, hibernate, prisma, rails or sqlalchemy, and model:KIND:PATH says where the model is"
    ))]
    pub against: Option<String>,

    /// Check every target of this fleet file against the expectations that it names, or against PATHS
    #[arg(long, value_name = "FILE", conflicts_with_all = ["against", "write_baseline"])]
    pub fleet: Option<PathBuf>,

    /// Which targets of the fleet.
    #[command(flatten)]
    pub targets: TargetChoice,

    /// How the fleet is checked.
    #[command(flatten)]
    pub fleet_run: FleetRunArgs,

    /// Format of the report on standard output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,

    /// Also write a report to this file; can be repeated
    #[arg(short, long, value_name = "FORMAT=FILE", value_parser = parse_output)]
    pub output: Vec<(Format, PathBuf)>,

    /// Also fail the run on these findings
    #[arg(long, value_enum, value_name = "WHAT")]
    pub fail_on: Option<FailOn>,

    /// Baselines and earlier reports.
    #[command(flatten)]
    pub prior_runs: PriorRunArgs,

    /// Retry until the check passes, for at most this long
    #[arg(long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "write_baseline")]
    pub wait: Option<Duration>,

    /// Include the schemas and roles that hosting platforms own
    #[arg(long)]
    pub platform_schemas: bool,

    /// List the objects that no expectation mentions, and report how much of the catalog the files cover
    #[arg(long)]
    pub coverage: bool,

    /// Show only how many rows the queries of assertions return, and no row
    #[arg(long)]
    pub no_rows: bool,

    /// Exit with 0 even if there are findings or the database could not be verified; usage errors still exit with 2
    #[arg(long)]
    pub exit_zero: bool,

    /// What of the database counts.
    #[command(flatten)]
    pub choice: ChoiceArgs,

    /// Connections, limits and scratch databases.
    #[command(flatten)]
    pub session: SessionArgs,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// Baselines and earlier reports.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Baselines and earlier reports")]
pub struct PriorRunArgs {
    /// Report the findings listed in this baseline as known; they do not fail the run
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Write the findings of this run to a baseline; reasons, owners and dates in an existing file are kept
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub write_baseline: Option<PathBuf>,

    /// Fail if a baseline entry is expired, changed or stale
    #[arg(long, requires = "baseline")]
    pub strict_baseline: bool,

    /// Mark findings as new or still there since this JSON report, and list those that are resolved
    #[arg(long, value_name = "FILE")]
    pub compare: Option<PathBuf>,

    /// Chart the findings of the JSON reports in this folder in the HTML report
    #[arg(long, value_name = "DIR")]
    pub history: Option<PathBuf>,
}

/// The arguments of `pull`.
#[derive(Debug, Args)]
#[command(after_help = PULL_EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct PullArgs {
    /// The source to read.
    #[arg(long, visible_alias = "url", value_name = "SOURCE", help = concat!(
        "Source to read: ", source_forms!(), " [default: env:DATABASE_URL]"
    ))]
    pub from: Option<String>,

    /// Only these schemas; can be repeated
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub schema: Vec<String>,

    /// Include the schemas and roles that hosting platforms own
    #[arg(long)]
    pub platform_schemas: bool,

    /// Include the roles of the server
    #[arg(long)]
    pub roles: bool,

    /// Write the physical order of the columns of tables
    #[arg(long = "column-order")]
    pub physical_order: bool,

    /// Write only what an application relies on: tables, columns with type and nullability, primary, unique and foreign keys
    /// by meaning, labels of enums, and the columns that inserts must set. The file is not exact
    #[arg(long, conflicts_with_all = ["split", "snapshot", "update", "platform_schemas", "roles", "physical_order"])]
    pub requirements: bool,

    /// Write to this file instead of standard output; with --split, write the files to this folder
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Write one file per object of these kinds (table, view, …), and one file for everything else
    #[arg(long, value_name = "KINDS", value_delimiter = ',', requires = "output")]
    pub split: Vec<String>,

    /// How to write the partitions of tables: each with its bound and what it has of its own, or `any` where a job creates
    /// them
    #[arg(long, value_enum, default_value_t = PartitionsOption::List)]
    pub partitions: PartitionsOption,

    /// Write a snapshot of the whole catalog as JSON, to be used later as the source snapshot:FILE
    #[arg(long, conflicts_with_all = ["only", "ignore", "role", "schema", "split", "update", "platform_schemas", "roles", "physical_order"])]
    pub snapshot: bool,

    /// Update these expectation files, or the files in these folders, to match the database, and leave everything
    /// else in them as it is; shows the changes and asks before writing
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with_all = ["output", "split", "only", "schema", "platform_schemas", "roles", "physical_order"])]
    pub update: Vec<PathBuf>,

    /// With --update, write the changes without asking
    #[arg(short, long, requires = "update")]
    pub yes: bool,

    /// Overwrite a file that differs; with --split, also remove the files of objects that no longer exist
    #[arg(long, requires = "output")]
    pub force: bool,

    /// With --update, leave the findings listed in this baseline as they are
    #[arg(long, value_name = "FILE", requires = "update")]
    pub baseline: Option<PathBuf>,

    /// What of the database counts.
    #[command(flatten)]
    pub choice: ChoiceArgs,

    /// Connections, limits and scratch databases.
    #[command(flatten)]
    pub session: SessionArgs,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// The arguments of `diff`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct DiffArgs {
    /// The expected side.
    #[arg(value_name = "A", help = concat!("The expected side: ", source_forms!()))]
    pub first: String,

    /// The side to compare with it
    #[arg(value_name = "B")]
    pub second: String,

    /// Format of the differences on standard output
    #[arg(long, value_enum, default_value_t = Format::Diff)]
    pub format: Format,

    /// Only these schemas; can be repeated
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub schema: Vec<String>,

    /// Include the schemas and roles that hosting platforms own
    #[arg(long)]
    pub platform_schemas: bool,

    /// Include the roles of the server
    #[arg(long)]
    pub roles: bool,

    /// Report the findings listed in this baseline as known; they do not fail the run
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// What of the databases counts.
    #[command(flatten)]
    pub choice: ChoiceArgs,

    /// Connections, limits and scratch databases.
    #[command(flatten)]
    pub session: SessionArgs,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// The arguments of `init`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct InitArgs {
    /// Write the files without asking
    #[arg(short, long)]
    pub yes: bool,

    /// Write no job for the CI
    #[arg(long)]
    pub no_ci: bool,

    /// Connections, limits and scratch databases.
    #[command(flatten)]
    pub session: SessionArgs,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// The arguments of `lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Expectation files, folders of them or glob patterns [default: expectations/, unless --migrations is given], and fleet
    /// files; the migration folders and the expectation files that they name are checked as well
    pub paths: Vec<PathBuf>,

    /// Check this migration folder; can be repeated
    #[arg(long, value_name = "DIR")]
    pub migrations: Vec<PathBuf>,

    /// Accept a problem of a migration folder, named by the file, version or migration that has it; can be repeated
    #[arg(long, value_name = "NAME")]
    pub accept: Vec<String>,

    /// Migration tool that these folders belong to, needed if several tools could have written them
    #[arg(long, value_name = "NAME", requires = "migrations", value_parser = parse_tool)]
    pub tool: Option<&'static Tool>,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// The arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Shell to print the script for
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write the pages of driftgate and of every subcommand to this folder
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.spec().name).help(self.spec().doc))
    }
}

/// Findings other than drift that can fail the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Checks that could not be verified
    Unknown,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// If the output is a terminal and NO_COLOR is not set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether to use colours on a stream.
    #[must_use]
    pub fn enabled(self, is_terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
        }
    }
}

fn parse_output(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = text
        .split_once('=')
        .ok_or("expected FORMAT=FILE, for example json=report.json")?;
    if file.is_empty() {
        return Err("missing file name after `=`".into());
    }
    let known: Vec<&str> = Format::ALL.iter().map(|format| format.spec().name).collect();
    let format = Format::from_str(format, true).map_err(|_| {
        format!(
            "unknown format `{}`; known formats: {}",
            redact::typed(format),
            known.join(", ")
        )
    })?;
    Ok((format, PathBuf::from(file)))
}

fn parse_tool(text: &str) -> Result<&'static Tool, String> {
    let known: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
    Tool::named(text).ok_or_else(|| suggest::hint(text, &known))
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    // A number without a unit is in seconds, as in most tools.
    let is_number = text.trim().parse::<u32>().is_ok();
    let text = if is_number {
        format!("{}s", text.trim())
    } else {
        text.to_owned()
    };
    let duration = humantime::parse_duration(&text).map_err(|_| "expected a duration such as 30, 500ms, 30s or 2m")?;
    // PostgreSQL counts milliseconds in a signed 32-bit integer, and 0 would mean no limit.
    if duration.as_millis() == 0 || duration.as_millis() > 2_147_483_647 {
        return Err("must be between 1ms and 24 days".into());
    }
    Ok(duration)
}

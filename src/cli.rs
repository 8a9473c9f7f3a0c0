//! The command line.

mod parse;

use std::path::PathBuf;
use std::time::Duration;

use crate::catalog::Limits;
use crate::input;
use crate::migrations::{TOOLS, Tool};
use crate::redact;
pub use crate::report::format::Format;
use crate::suggest;
use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
pub use clap_complete::Shell;
pub use parse::{SOURCES, parse};

/// Verifies that a live PostgreSQL database is what its owners think it is.
#[derive(Debug, Parser)]
#[command(name = "driftgate", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// The largest file that is read, for instance 64MiB or 1GiB
    #[arg(long, global = true, value_name = "SIZE", default_value = "64MiB", value_parser = input::parse_size)]
    pub max_file_size: u64,
}

/// The exit codes, for `--help`. The type is `report::Exit`.
const EXIT_CODES: &str = "\
Exit codes:
  0  all checks passed
  1  drift: the database differs from what is expected
  2  a mistake on the command line, in the environment or in a file; nothing to check included
  3  could not verify: connection, authentication, permission, timeout
  4  no drift, but some checks are unknown and --fail-on unknown was given
With --format nagios they are those of Nagios: 0 OK, 1 warning, 2 critical (drift), 3 unknown.";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compare expectations with a database
    Check(CheckArgs),
    /// Write the expectation file of what is there
    Pull(PullArgs),
    /// Compare two databases, or a database and SQL files
    Diff(DiffArgs),
    /// Print the JSON Schema of expectation files, for editors
    Schema(SchemaArgs),
    /// Check expectation files alone, without a database
    Lint(LintArgs),
    /// Print what makes a shell complete driftgate's commands and options
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for each subcommand
    Man(ManArgs),
}

/// The arguments of `check`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct CheckArgs {
    /// Expectation files, folders of them or glob patterns [default: expectations/]
    pub paths: Vec<PathBuf>,

    /// What to compare with, instead of the database that the files name: postgres://…, env:NAME,
    /// migrations:DIR or sql:FILE_OR_DIR, applied to an empty database (see --scratch), or snapshot:FILE, which
    /// `pull --snapshot` has written
    #[arg(long, visible_alias = "url", value_name = "SOURCE")]
    pub against: Option<String>,

    /// How to write the report to standard output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,

    /// Write the report to a file as well; may be given several times
    #[arg(short, long, value_name = "FORMAT=FILE", value_parser = parse_output)]
    pub output: Vec<(Format, PathBuf)>,

    /// What else than drift fails the run
    #[arg(long, value_enum, value_name = "WHAT")]
    pub fail_on: Option<FailOn>,

    /// What is known from before.
    #[command(flatten)]
    pub known: KnownArgs,

    /// Look again until the database is there and as expected, or this time is over
    #[arg(long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "write_baseline")]
    pub wait: Option<Duration>,

    /// Look at the schemas and roles that hosting platforms own, too
    #[arg(long)]
    pub platform_schemas: bool,

    /// List what no expectation mentions, and say how much of the catalog the files cover
    #[arg(long)]
    pub coverage: bool,

    /// Exit with 0 whatever was found or could not be verified; a mistake in a file still exits with 2
    #[arg(long)]
    pub exit_zero: bool,

    /// How to look at a database.
    #[command(flatten)]
    pub session: SessionArgs,

    /// When to colour what goes to a terminal
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// What is known from before.
#[derive(Debug, Args)]
pub struct KnownArgs {
    /// Report the findings of this baseline as known, and do not fail because of them
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Write today's findings to a baseline; of one that is there, what people wrote about them stays
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub write_baseline: Option<PathBuf>,

    /// Fail if an entry of the baseline is over, has changed or is found no more
    #[arg(long, requires = "baseline")]
    pub strict_baseline: bool,

    /// Say which findings are new, still there or resolved since an earlier JSON report
    #[arg(long, value_name = "FILE")]
    pub compare: Option<PathBuf>,

    /// Draw in the HTML report what the JSON reports of this folder have found
    #[arg(long, value_name = "DIR")]
    pub history: Option<PathBuf>,
}

/// How to look at a database.
#[derive(Debug, Args)]
pub struct SessionArgs {
    /// How long one statement may take
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_duration)]
    pub statement_timeout: Duration,

    /// How long one statement may wait for a lock
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_duration)]
    pub lock_timeout: Duration,

    /// How long everything that is done with one database may take [default: four times --statement-timeout, once more
    /// for each assertion and migration history, and 5s, from the moment at which it is connected]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub timeout: Option<Duration>,

    /// How many connections read the catalog at the same time; they share one snapshot of it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=32))]
    pub jobs: u8,

    /// Where SQL is applied that is to be looked at as a database: `embedded`, the PostgreSQL inside driftgate; `local`,
    /// the PostgreSQL programs of this machine, started for this run alone; or the URL of a server, postgres://… or
    /// env:NAME, on which a database is created and dropped [default: embedded, or local where driftgate was built
    /// without it]
    #[arg(long, value_name = "WHERE")]
    pub scratch: Option<String>,

    /// Compare SQL texts in the database even where PostgreSQL could run functions that its owners wrote, as the role
    /// that connects [default: such texts are compared in a database of --scratch that has none of its functions]
    #[arg(long)]
    pub trust_functions: bool,

    /// Run the assertions over this connection, postgres://… or env:NAME, and everything else over the other: for a
    /// plain role, where the other is a superuser
    #[arg(long, value_name = "SOURCE")]
    pub assertions_url: Option<String>,

    /// The variable with the key of digests, env:NAME: `pull` writes a digest of each value that may be a secret, such as
    /// an option of a user mapping, and `check` compares it
    #[arg(long, value_name = "env:NAME")]
    pub digest_key: Option<String>,

    /// Do not read variables that are not set from the file .env in the working directory
    #[arg(long)]
    pub no_env_file: bool,
}

impl SessionArgs {
    /// The limits of the session.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            statement: self.statement_timeout,
            lock: self.lock_timeout,
            jobs: usize::from(self.jobs),
            total: self.timeout,
        }
    }
}

/// The exit codes of `pull`, for `--help`.
const PULL_EXIT_CODES: &str = "\
Exit codes:
  0  written; with --update, the files expect what is there
  1  with --update: the files differ from what is there and were not written, or something in them cannot be mended by
     writing it otherwise
  2  a mistake on the command line, in the environment or in a file; nothing to write; files that differ, with --split
  3  could not read or write: connection, authentication, permission, timeout";

/// The arguments of `pull`.
#[derive(Debug, Args)]
#[command(after_help = PULL_EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct PullArgs {
    /// Where to read from: postgres://…, env:NAME, migrations:DIR, sql:FILE_OR_DIR or snapshot:FILE [default: env:DATABASE_URL]
    #[arg(long, visible_alias = "url", value_name = "SOURCE")]
    pub from: Option<String>,

    /// Only these objects: names or glob patterns, with the schema unless it is that of the file
    #[arg(long, value_name = "PATTERNS", value_delimiter = ',', value_parser = parse_pattern)]
    pub only: Vec<glob::Pattern>,

    /// Only these schemas; may be given several times
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub schema: Vec<String>,

    /// Look at the schemas and roles that hosting platforms own, too
    #[arg(long)]
    pub platform_schemas: bool,

    /// Write to this file instead of standard output; with --split, to files in this folder
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Write a file for each object of these kinds (table, view, …), and one for the rest
    #[arg(long, value_name = "KINDS", value_delimiter = ',', requires = "output")]
    pub split: Vec<String>,

    /// Write everything that was read, as JSON: a source for later, snapshot:FILE
    #[arg(long, conflicts_with_all = ["only", "schema", "split", "update", "platform_schemas"])]
    pub snapshot: bool,

    /// Write what is there into these expectation files, or those of these folders, and keep everything else that
    /// stands in them; shows the changes and asks
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with_all = ["output", "split", "only", "schema", "platform_schemas"])]
    pub update: Vec<PathBuf>,

    /// With --update, write the changes without asking
    #[arg(short, long, requires = "update")]
    pub yes: bool,

    /// With --split, overwrite files that differ and remove those of objects that are gone
    #[arg(long, requires = "split")]
    pub force: bool,

    /// How to look at a database.
    #[command(flatten)]
    pub session: SessionArgs,

    /// When to colour what goes to a terminal
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// The arguments of `diff`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct DiffArgs {
    /// What is expected: postgres://…, env:NAME, migrations:DIR, sql:FILE_OR_DIR or snapshot:FILE
    #[arg(value_name = "A")]
    pub first: String,

    /// What is compared with it
    #[arg(value_name = "B")]
    pub second: String,

    /// How to write the difference
    #[arg(long, value_enum, default_value_t = Format::Diff)]
    pub format: Format,

    /// Only these schemas; may be given several times
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub schema: Vec<String>,

    /// Look at the schemas and roles that hosting platforms own, too
    #[arg(long)]
    pub platform_schemas: bool,

    /// How to look at a database.
    #[command(flatten)]
    pub session: SessionArgs,

    /// When to colour what goes to a terminal
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// The arguments of `lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Expectation files, folders of them or glob patterns [default: expectations/, unless --migrations is given];
    /// the folders of migrations that they name are checked, too
    pub paths: Vec<PathBuf>,

    /// Check a folder of migrations; may be given several times
    #[arg(long, value_name = "DIR")]
    pub migrations: Vec<PathBuf>,

    /// The migration tool of these folders, where they look like those of several
    #[arg(long, value_name = "NAME", requires = "migrations", value_parser = parse_tool)]
    pub tool: Option<&'static Tool>,

    /// When to colour what goes to a terminal
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// The arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write the pages of driftgate and of each subcommand into this folder
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

/// What else than drift fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Checks of which driftgate could not tell
    Unknown,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether to colour what goes to a stream that is a terminal or not.
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
        .ok_or("write it as FORMAT=FILE, for instance json=report.json")?;
    if file.is_empty() {
        return Err("the name of the file is missing".into());
    }
    let known: Vec<&str> = Format::ALL.iter().map(|format| format.spec().name).collect();
    let format = Format::from_str(format, true).map_err(|_| {
        format!(
            "there is no format {}; known are {}",
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

fn parse_pattern(text: &str) -> Result<glob::Pattern, String> {
    glob::Pattern::new(text).map_err(|e| e.to_string())
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|_| "write it as 500ms, 30s or 2m")?;
    // PostgreSQL counts milliseconds in 32 bits, and 0 means no limit, which would wait for ever.
    if duration.as_millis() == 0 || duration.as_millis() > 2_147_483_647 {
        return Err("it must be at least 1ms and at most 24 days".into());
    }
    Ok(duration)
}

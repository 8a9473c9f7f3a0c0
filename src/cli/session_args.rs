//! The options of connections, limits and scratch databases, which several subcommands have.

use std::time::Duration;

use clap::Args;

use super::parse_duration;
use crate::catalog::Limits;

/// How a migration folder is read as a source.
#[derive(Debug, Clone, Default, Args)]
pub struct FolderArgs {
    /// Accept a problem of a migrations: source, named by the file, version or migration that has it as `driftgate lint`
    /// reports it; can be repeated. `accept` in an expectation file does the same for its folder
    #[arg(long, value_name = "NAME")]
    pub accept: Vec<String>,

    /// Contexts with which Liquibase applies a migrations: source [default: all change sets are applied]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub contexts: Vec<String>,

    /// Label filter with which Liquibase applies a migrations: source [default: all change sets are applied]
    #[arg(long, value_name = "EXPRESSION")]
    pub labels: Option<String>,
}

/// Connections, limits and scratch databases.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connections and limits")]
pub struct SessionArgs {
    /// Time limit for one statement
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_duration)]
    pub statement_timeout: Duration,

    /// Time limit for one statement to wait for a lock
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_duration)]
    pub lock_timeout: Duration,

    /// Time limit for everything that is done with one database [default: 5s, plus 4 × --statement-timeout, plus
    /// --statement-timeout for each assertion and migration history; counted from the moment of connecting]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub timeout: Option<Duration>,

    /// Number of connections that read the catalog at the same time; they share one snapshot
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=32))]
    pub jobs: u8,

    /// Where to create temporary databases, such as those for sql: and migrations: sources: `embedded`, the PostgreSQL
    /// inside driftgate; `local`, a server started for this run from the PostgreSQL programs on this machine; or a
    /// server, postgres://… or env:NAME, on which a database is created and dropped [default: embedded, or local if
    /// driftgate was built without the embedded PostgreSQL]
    #[arg(long, value_name = "WHERE")]
    pub scratch: Option<String>,

    /// Compare SQL expressions in the database itself even if PostgreSQL could then run functions from that database
    /// with your role [default: such expressions are compared in a --scratch database without those functions]
    #[arg(long)]
    pub trust_functions: bool,

    /// Run assertions over this connection, postgres://… or env:NAME, for example with a role that has fewer
    /// privileges than the one that reads the catalog
    #[arg(long, value_name = "SOURCE")]
    pub assertions_url: Option<String>,

    /// Environment variable that holds a key, env:NAME. With it, `pull` writes a digest of each value that may be a
    /// secret, such as an option of a user mapping, and `check` compares the digest
    #[arg(long, value_name = "env:NAME")]
    pub digest_key: Option<String>,

    /// Time limit for the program of a command: or model: source
    #[arg(long, value_name = "TIME", default_value = "2min", value_parser = parse_duration)]
    pub command_timeout: Duration,

    /// Do not read unset variables from the file .env in the working directory
    #[arg(long)]
    pub no_env_file: bool,

    /// How a migrations: source is read.
    #[command(flatten)]
    pub folder: FolderArgs,
}

impl SessionArgs {
    /// The time limits and the number of connections.
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

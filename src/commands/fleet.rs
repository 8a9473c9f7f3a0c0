//! `driftgate fleet`: what the targets of a fleet are.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use crate::catalog::Limits;
use crate::cli::{FleetArgs, FleetCommand, FleetFormat, FleetListArgs};
use crate::console::print;
use crate::environment::Environment;
use crate::error::{CommandError, Problem};
use crate::expectation::FORMAT_VERSION;
use crate::finding::Exit;
use crate::fleet::{Fleet, FleetTarget, Password, WrittenText, digest, file};
use crate::input;
use crate::plural::{plural, thousands};
use crate::session::fleet::Resolver;
use crate::session::fleet_choice::{chosen, earlier_verdicts};
use crate::source_map::SourceMap;
use crate::terminal::visible;

/// The most jobs of a matrix. Source: docs.github.com, "Running variations of jobs in a workflow".
const MOST_JOBS: usize = 256;

/// Runs the command.
pub(super) fn run(args: &FleetArgs, files: &mut SourceMap) -> Result<Exit, CommandError> {
    match &args.command {
        FleetCommand::List(args) => list(args, files),
    }
}

fn list(args: &FleetListArgs, files: &mut SourceMap) -> Result<Exit, CommandError> {
    if args.shards.is_some() && args.format != FleetFormat::GithubMatrix {
        return Err(Problem::new("--shards is for --format github-matrix")
            .hint("to list the targets of a shard, give --shard K/N")
            .into());
    }
    let place = input::read(&args.file, files)?;
    let fleet = file::parse(files.text(place.file), place.file)?;
    let environment = Environment::read(!args.no_env_file);
    let resolver = Resolver {
        environment: &environment,
        limits: Limits {
            statement: args.statement_timeout,
            ..Limits::default()
        },
        program_limit: args.command_timeout,
    };
    let earlier = earlier_verdicts(&args.choice, files)?;
    let all = resolver.targets(&fleet)?;
    let digest = digest(&all);
    let targets = chosen(all, &args.choice, earlier.as_ref())?.targets;
    print(&match args.format {
        FleetFormat::Table => table(&targets, &digest),
        FleetFormat::Json => as_fleet_file(&fleet, &targets, &digest),
        FleetFormat::Names => targets
            .iter()
            .fold(String::new(), |out, target| out + &target.name + "\n"),
        FleetFormat::GithubMatrix => matrix(&targets, args.shards)?,
    })?;
    Ok(Exit::Passed)
}

/// A line for each target, and a last one with their number.
fn table(targets: &[FleetTarget], digest: &str) -> String {
    let cells: Vec<[String; 4]> = targets
        .iter()
        .map(|target| {
            let labels = target.labels.iter().map(|(label, value)| format!("{label}={value}"));
            let labels: Vec<String> = labels.collect();
            [
                visible(&target.name),
                visible(&target.shown),
                visible(target.schema.as_deref().unwrap_or_default()),
                visible(&labels.join(" ")),
            ]
        })
        .collect();
    let headings = ["target", "database", "schema", "labels"].map(str::to_owned);
    let rows = || std::iter::once(&headings).chain(&cells);
    let width = |column: usize| rows().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    // A column without a value is left out.
    let is_used = |column: &usize| cells.iter().any(|row| !row[*column].is_empty());
    let used: Vec<usize> = (0..headings.len()).filter(is_used).collect();
    let mut out = String::new();
    for row in rows().filter(|_| !cells.is_empty()) {
        let line: Vec<String> = used
            .iter()
            .map(|column| format!("{:width$}", row[*column], width = widths[*column]))
            .collect();
        let _ = writeln!(out, "{}", line.join("  ").trim_end());
    }
    let servers: BTreeSet<&str> = targets.iter().map(|target| target.server.as_str()).collect();
    let gap = if cells.is_empty() { "" } else { "\n" };
    let _ = writeln!(
        out,
        "{gap}{} on {}, digest {digest}",
        plural(targets.len(), "target", "targets"),
        plural(servers.len(), "server", "servers")
    );
    out
}

/// A fleet file with a line for each target, which needs no query and no program any more. Passwords are where they were.
fn as_fleet_file(fleet: &Fleet, targets: &[FleetTarget], digest: &str) -> String {
    let texts = |texts: &[WrittenText]| texts.iter().map(|text| json!(text.text)).collect::<Vec<Json>>();
    let mut out = Map::new();
    out.insert("driftgate".into(), json!(FORMAT_VERSION.parse::<u32>().unwrap_or(1)));
    out.insert("digest".into(), json!(digest));
    if !fleet.expectations.is_empty() {
        out.insert("expectations".into(), json!(texts(&fleet.expectations)));
    }
    let connections = fleet.connections;
    out.insert(
        "connections".into(),
        json!({"total": connections.total, "per_server": connections.per_server}),
    );
    let targets = targets.iter().map(|target| {
        let mut entry = Map::new();
        entry.insert("name".into(), json!(target.name));
        let url = match &target.variable {
            Some(name) => format!("env:{name}"),
            None => escaped(&without_password(&target.url)),
        };
        entry.insert("url".into(), json!(url));
        let own = [("database", &target.database), ("schema", &target.schema)];
        for (key, value) in own {
            if let Some(value) = value {
                entry.insert(key.into(), json!(escaped(value)));
            }
        }
        if let Some(password) = &target.password {
            entry.insert("password".into(), password_source(password));
        }
        if !target.labels.is_empty() {
            let labels = target
                .labels
                .iter()
                .map(|(label, value)| (label.clone(), json!(escaped(value))));
            entry.insert("labels".into(), Json::Object(labels.collect()));
        }
        if !target.expectations.is_empty() {
            entry.insert("expectations".into(), json!(texts(&target.expectations)));
        }
        Json::Object(entry)
    });
    out.insert("targets".into(), targets.collect());
    // A JSON value cannot fail to serialise.
    serde_json::to_string_pretty(&Json::Object(out)).unwrap_or_default() + "\n"
}

fn password_source(password: &Password) -> Json {
    match password {
        Password::File(path) => json!({"file": escaped(path)}),
        Password::Variable(name) => json!({"env": name}),
        Password::Command(words) => json!({"command": words.iter().map(|word| escaped(word)).collect::<Vec<_>>()}),
    }
}

/// A URL without its password.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let authority = match authority.rsplit_once('@') {
        Some((credentials, host)) => {
            let user = credentials.split_once(':').map_or(credentials, |(user, _)| user);
            format!("{user}@{host}")
        }
        None => authority.to_owned(),
    };
    let (path, parameters) = tail.split_once('?').unwrap_or((tail, ""));
    let kept: Vec<&str> = parameters
        .split('&')
        .filter(|parameter| !parameter.is_empty() && !parameter.starts_with("password="))
        .collect();
    let question = if kept.is_empty() { "" } else { "?" };
    format!("{scheme}://{authority}{path}{question}{}", kept.join("&"))
}

/// A text in which no brace is read as a place for a value.
fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// The matrix of a GitHub workflow: a job for each target, or for each shard.
fn matrix(targets: &[FleetTarget], shards: Option<u64>) -> Result<String, Problem> {
    let jobs: Vec<Json> = match shards {
        Some(of) => (1..=of)
            .map(|number| json!({"shard": format!("{number}/{of}")}))
            .collect(),
        None if targets.len() > MOST_JOBS => {
            let count = thousands(targets.len());
            return Err(Problem::new(format!(
                "a matrix has at most {MOST_JOBS} jobs, and these are {count} targets"
            ))
            .hint("give --shards N for one job for each of N shards"));
        }
        None => targets
            .iter()
            .map(|target| json!({"target": target.name, "labels": target.labels}))
            .collect(),
    };
    Ok(json!({"include": jobs}).to_string() + "\n")
}

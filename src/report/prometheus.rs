//! The report as Prometheus metrics, for the textfile collector of the node exporter.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::words::ReportedStatus;
use crate::expectation::Level;
use crate::finding::{Check, Status, Target};
use crate::source_map::SourceMap;
use crate::terminal::visible;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new(
    "prometheus",
    "Prometheus metrics for the textfile collector of the node exporter",
    render,
    fleet::prometheus,
);

fn render(rendering: &Rendering<'_>) -> String {
    let mut out = String::new();
    let databases: Vec<(String, &Target)> = rendering
        .report
        .targets
        .iter()
        .map(|target| (identity(target), target))
        .collect();
    gauge(
        &mut out,
        "driftgate_up",
        "Whether the database could be verified.",
        databases
            .iter()
            .map(|(database, target)| (database.clone(), u8::from(target.failure.is_none()).to_string())),
    );
    gauge(
        &mut out,
        "driftgate_checks",
        "The number of checks with this result.",
        databases.iter().flat_map(|(database, target)| {
            let summary = target.summary();
            ReportedStatus::ALL.iter().map(move |outcome| {
                let labels = format!("{database},{}", label("outcome", outcome.word()));
                (labels, outcome.count(summary).to_string())
            })
        }),
    );
    gauge(
        &mut out,
        "driftgate_drift",
        "Number of findings where the database differs.",
        by_kind(&databases, rendering.files, |check| {
            check.status == Status::Drift && !check.is_known()
        }),
    );
    gauge(
        &mut out,
        "driftgate_unknown",
        "The number of checks whose result could not be determined.",
        by_kind(&databases, rendering.files, |check| {
            matches!(check.status, Status::Unknown | Status::Unverified) && !check.is_known()
        }),
    );
    run_gauges(&mut out, rendering, &databases);
    out
}

/// What distinguishes a database from all others, even where two runs name them by the same variable.
fn identity(target: &Target) -> String {
    let labels = [
        ("database", &target.database),
        ("host", &target.address),
        ("name", &target.name),
    ];
    labels.map(|(name, value)| label(name, value)).join(",")
}

/// The metrics of the run itself. Each database has them, because a series without labels would collide with that of
/// another run.
fn run_gauges(out: &mut String, rendering: &Rendering<'_>, databases: &[(String, &Target)]) {
    let run = |value: String| {
        databases
            .iter()
            .map(move |(database, _)| (database.clone(), value.clone()))
    };
    gauge(
        out,
        "driftgate_exit_code",
        "The exit code of the run.",
        run(rendering.exit.code().to_string()),
    );
    gauge(
        out,
        "driftgate_duration_seconds",
        "Duration of the run.",
        run(rendering.timing.seconds()),
    );
    gauge(
        out,
        "driftgate_timestamp_seconds",
        "Start time of the run, in seconds since 1970.",
        run(rendering.timing.began().to_string()),
    );
}

/// The number of findings for which `wanted` holds, by database, kind and level, and by the parties of their files.
fn by_kind(databases: &[(String, &Target)], files: &SourceMap, wanted: fn(&Check) -> bool) -> Vec<(String, String)> {
    let mut values = Vec::new();
    for (database, target) in databases {
        let mut counts: BTreeMap<(&str, &str, Vec<String>), usize> = BTreeMap::new();
        for check in target.findings().filter(|check| wanted(check)) {
            let parties = files.parties(check.place.file).named();
            let parties: Vec<String> = parties.map(|(name, party)| label(name, party)).collect();
            *counts
                .entry((check.about.category().word(), level(check), parties))
                .or_default() += 1;
        }
        values.extend(counts.into_iter().map(|((kind, level, parties), count)| {
            let own = [database.clone(), label("kind", kind), label("level", level)];
            let labels = own.into_iter().chain(parties).collect::<Vec<_>>().join(",");
            (labels, count.to_string())
        }));
    }
    values
}

fn level(check: &Check) -> &'static str {
    match check.level {
        Level::Error => "error",
        Level::Warn => "warn",
    }
}

/// A gauge and its values, each with its labels.
pub(super) fn gauge(out: &mut String, name: &str, help: &str, values: impl IntoIterator<Item = (String, String)>) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (labels, value) in values {
        let labels = if labels.is_empty() {
            labels
        } else {
            format!("{{{labels}}}")
        };
        let _ = writeln!(out, "{name}{labels} {value}");
    }
}

pub(super) fn label(name: &str, value: &str) -> String {
    let value = visible(value)
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("{name}=\"{value}\"")
}

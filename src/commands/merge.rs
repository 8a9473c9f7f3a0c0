//! `driftgate merge`: puts the reports of the shards of a fleet together.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::cli::{MergeArgs, PriorRunArgs};
use crate::console::print_failure;
use crate::error::{CommandError, Problem};
use crate::finding::Exit;
use crate::finding::fleet::{self, EarlierFleet, FLEET_HINT, Merging};
use crate::fleet::shard_of;
use crate::input;
use crate::redact;
use crate::session::prior_runs::PriorRuns;
use crate::session::report_outputs::{ReportOutputs, RunClock, exit_for_format, exit_with_failures};
use crate::source_map::SourceMap;

/// The files of the arguments, in which `*` and `?` stand for any characters, as in a shell.
fn paths(arguments: &[PathBuf]) -> Result<Vec<PathBuf>, Vec<Problem>> {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for argument in arguments {
        let text = argument.to_string_lossy();
        if argument.exists() || !text.contains(['*', '?']) {
            found.push(argument.clone());
            continue;
        }
        let matching = glob::glob(&text).map(|paths| paths.filter_map(Result::ok).collect::<Vec<PathBuf>>());
        match matching {
            Ok(paths) if !paths.is_empty() => found.extend(paths),
            Ok(_) | Err(_) => {
                let problem = Problem::new(format!("no file matches {}", redact::path(argument)));
                problems.push(problem.hint(FLEET_HINT));
            }
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// Whether a report is older than `--max-age` allows.
fn is_too_old(args: &MergeArgs, earlier: &EarlierFleet) -> bool {
    let Some(most) = args.max_age else { return false };
    let began = earlier
        .began
        .as_deref()
        .and_then(|time| humantime::parse_rfc3339(time).ok());
    // The time of a report has no fractions of a second.
    let most = most + Duration::from_secs(1);
    began.is_none_or(|began| SystemTime::now().duration_since(began).is_ok_and(|age| age > most))
}

/// Runs the command.
pub(super) fn run(args: &MergeArgs, files: &mut SourceMap) -> Result<Exit, CommandError> {
    let clock = RunClock::start();
    let prior_args = PriorRunArgs {
        compare: args.compare.clone(),
        history: args.history.clone(),
        ..PriorRunArgs::default()
    };
    let prior = PriorRuns::read(&prior_args, !args.output.is_empty(), files)?;
    prior.fits(true)?;
    let mut reports = Vec::new();
    let mut problems = Vec::new();
    for path in &paths(&args.reports)? {
        let place = input::read(path, files).map_err(|problem| problem.hint(FLEET_HINT));
        match place.and_then(|place| fleet::read(files.text(place.file), place.file)) {
            Ok(earlier) if is_too_old(args, &earlier) => {
                let began = earlier
                    .began
                    .unwrap_or_else(|| "a time that it does not name".to_owned());
                let message = format!("{} is of a run that began at {began}", redact::path(path));
                problems.push(Problem::new(message).hint("check this shard again, or remove --max-age"));
            }
            Ok(earlier) => reports.push(Merging {
                file: redact::path(path),
                report: earlier.report,
            }),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let merged = fleet::merge(reports, &shard_of);
    let mut merged = merged.map_err(|(message, hint)| Problem::new(message).hint(hint))?;
    if args.tolerate.is_some() {
        merged.tolerance.clone_from(&args.tolerate);
    }
    let report = prior.apply_to_fleet(&[], &prior_args, |_| merged);
    let verdict = report.exit(false);
    let outputs = ReportOutputs {
        format: args.format,
        output: &args.output,
        color: args.color,
        target_series: !args.no_target_series,
    };
    let failures = outputs.write(&report, files, verdict, &clock);
    failures.iter().for_each(print_failure);
    let exit = exit_with_failures(verdict, &failures);
    Ok(exit_for_format(args.format, &report, exit))
}

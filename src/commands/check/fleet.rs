//! `driftgate check --fleet`: checks every target of a fleet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{check_one, exit, fail_on_unknown, limit, outputs, scope, unchecked, validate_outputs, verdict};
use crate::cli::{CheckArgs, Format};
use crate::console::{clear_progress, print_failure, show_progress};
use crate::environment::Environment;
use crate::error::{CommandError, Failure, Problem};
use crate::expectation::ExpectationFile;
use crate::expectation::load::{for_schema, load, plain};
use crate::finding::fleet::{FleetCollector, FleetReport, Member};
use crate::finding::{Exit, Target as Checked, mark};
use crate::fleet::{Fleet, FleetTarget, WrittenText, digest, file};
use crate::input;
use crate::redact;
use crate::report::notes::notes_of;
use crate::session::fleet::Resolver;
use crate::session::fleet_choice::{chosen, earlier_verdicts};
use crate::session::fleet_run;
use crate::session::fleet_watch::{FleetWatch, STOPPED, WatchOptions};
use crate::session::prior_runs::PriorRuns;
use crate::session::report_outputs::RunClock;
use crate::session::source::ResolvedSource;
use crate::session::tenants::{TakeResult, Tenants};
use crate::session::wait;
use crate::source_map::SourceMap;
use crate::variant::MentionedWords;

/// Runs the command with the fleet file at this path.
pub(super) fn run(args: &CheckArgs, path: &Path, files: &mut SourceMap) -> Result<Exit, CommandError> {
    let clock = RunClock::start();
    let place = input::read(path, files)?;
    let fleet = file::parse(files.text(place.file), place.file)?;
    let mut sets = expectation_sets(args, path, &fleet, files)?;
    let writes_reports = args.output.iter().any(|(format, _)| *format == Format::Json);
    let prior = PriorRuns::read(&args.prior_runs, writes_reports, files)?;
    prior.fits(true)?;
    for set in sets.values() {
        validate_outputs(args, set, files)?;
    }
    for set in sets.values_mut() {
        limit_set(args, set)?;
    }
    let earlier = earlier_verdicts(&args.targets, files)?;
    let environment = Environment::read(!args.session.no_env_file);
    let resolver = Resolver {
        environment: &environment,
        limits: args.session.limits(),
        program_limit: args.session.command_timeout,
    };
    show_progress("listing the targets …");
    let listed = resolver.targets(&fleet);
    clear_progress();
    let listed = listed?;
    let facts = FleetReport {
        file: redact::path(path),
        digest: digest(&listed),
        listed: listed.len(),
        choice: args.targets.words(),
        shard: args.targets.shard,
        tolerance: args.fleet_run.tolerate.clone(),
        ..FleetReport::default()
    };
    let chosen = chosen(listed, &args.targets, earlier.as_ref())?;
    let one = OneTarget {
        args,
        files,
        sets: &sets,
        environment: &environment,
        resolver: &resolver,
        path,
        fleet: &fleet,
    };
    let facts = FleetReport {
        elsewhere: chosen.elsewhere.iter().map(member).collect(),
        ..facts
    };
    let watch = FleetWatch::new(watch_options(args, facts.clone(), &chosen.targets, clock));
    let results = one.check_all(&chosen.targets, &watch, &prior);
    let report = prior.apply_to_fleet(&results, &args.prior_runs, |results| {
        collected(args, facts, &chosen.targets, results, files)
    });
    let verdict = verdict(args, &report);
    let mut failures = watch.failures();
    failures.extend(outputs(args).write(&report, files, verdict, &clock));
    failures.iter().for_each(print_failure);
    Ok(exit(args, &report, verdict, &failures))
}

fn watch_options(args: &CheckArgs, facts: FleetReport, targets: &[FleetTarget], clock: RunClock) -> WatchOptions {
    WatchOptions {
        facts,
        members: targets.iter().map(member).collect(),
        format: args.format,
        output: args.output.clone(),
        color: args.color,
        target_series: !args.fleet_run.no_target_series,
        fails_on_unknown: fail_on_unknown(args),
        fail_fast: args.fleet_run.fail_fast,
        clock,
    }
}

/// The results of all targets as the report of their fleet.
fn collected(
    args: &CheckArgs,
    facts: FleetReport,
    targets: &[FleetTarget],
    results: &[Checked],
    files: &SourceMap,
) -> FleetReport {
    let mut collector = FleetCollector::new(facts, targets.iter().map(member).collect());
    for (index, result) in results.iter().enumerate() {
        let notes = notes_of(std::slice::from_ref(result));
        collector.add(index, result, fail_on_unknown(args), &notes, files);
    }
    collector.report()
}

/// What a target is in its fleet.
fn member(target: &FleetTarget) -> Member {
    Member {
        name: target.name.clone(),
        schema: target.schema.clone(),
        server: target.server.clone(),
        labels: target.labels.clone(),
    }
}

/// The expectation files of each list of paths.
fn expectation_sets(
    args: &CheckArgs,
    fleet_file: &Path,
    fleet: &Fleet,
    files: &mut SourceMap,
) -> Result<BTreeMap<Vec<PathBuf>, Vec<ExpectationFile>>, CommandError> {
    let mut sets = BTreeMap::new();
    let mut problems = Vec::new();
    for entry in &fleet.entries {
        let paths = paths(args, fleet_file, fleet, &entry.expectations);
        if sets.contains_key(&paths) {
            continue;
        }
        if paths.is_empty() {
            let problem = Problem::at(entry.place, "nothing is expected of these targets");
            problems.push(
                problem.hint("write `expectations: [FILE]` into the fleet file, or name files on the command line"),
            );
            continue;
        }
        match load(&paths, files) {
            Ok(loaded) => {
                sets.insert(paths, loaded);
            }
            Err(more) => problems.extend(more),
        }
    }
    if problems.is_empty() {
        Ok(sets)
    } else {
        Err(problems.into())
    }
}

/// The paths of the expectation files of an entry: those of the command line, else its own, else those of the fleet.
fn paths(args: &CheckArgs, fleet_file: &Path, fleet: &Fleet, own: &[WrittenText]) -> Vec<PathBuf> {
    if !args.paths.is_empty() {
        return args.paths.clone();
    }
    let beside = fleet_file.parent().unwrap_or(Path::new(""));
    let texts = if own.is_empty() { &fleet.expectations } else { own };
    texts.iter().map(|text| plain(beside.join(&text.text))).collect()
}

/// What checking one target needs.
struct OneTarget<'a> {
    args: &'a CheckArgs,
    files: &'a SourceMap,
    sets: &'a BTreeMap<Vec<PathBuf>, Vec<ExpectationFile>>,
    environment: &'a Environment,
    resolver: &'a Resolver<'a>,
    path: &'a Path,
    fleet: &'a Fleet,
}

impl OneTarget<'_> {
    /// What the targets have in common that are checked together: the database, and what is expected. `None` if a target is
    /// checked alone.
    fn place(&self, target: &FleetTarget) -> Option<String> {
        target.schema.as_ref().filter(|_| !self.args.coverage)?;
        let paths = paths(self.args, self.path, self.fleet, &target.expectations);
        Some(format!(
            "{:?}",
            (&target.url, &target.database, &target.password, paths)
        ))
    }

    /// Checks targets in the same place. Returns the numbers of those that must be checked alone.
    fn check_together(
        &self,
        targets: &[&FleetTarget],
        watch: &FleetWatch,
        prior: &PriorRuns,
        take: TakeResult<'_>,
    ) -> Vec<usize> {
        if watch.is_stopped() {
            for (number, target) in targets.iter().enumerate() {
                take(number, stopped(target));
            }
            return Vec::new();
        }
        let [first, _, ..] = targets else {
            for (number, target) in targets.iter().enumerate() {
                take(number, self.check(target, prior));
            }
            return Vec::new();
        };
        let source = match self.source(first) {
            Ok(source) => source,
            Err(error) => {
                let failure = error.into_failure("checking the target");
                fail(
                    targets,
                    &failure,
                    &|target| Checked::named(target.name.clone()),
                    prior,
                    take,
                );
                return Vec::new();
            }
        };
        let paths = paths(self.args, self.path, self.fleet, &first.expectations);
        let written = self.sets.get(&paths).map(Vec::as_slice).unwrap_or_default();
        let schemas: Vec<&str> = targets.iter().filter_map(|target| target.schema.as_deref()).collect();
        let mentions = self.mentions(written);
        let unchecked_one = |target: &FleetTarget| unchecked(&target.name, &source, self.args);
        let tenants = Tenants {
            source: &source,
            schemas: &schemas,
            limits: self.args.session.limits(),
            files: &|schema| self.of_tenant(written, schema),
            scope: &|files| scope(self.args, files, &[]),
            mentions: &mentions,
            unchecked: &|number| unchecked_one(targets[number]),
        };
        let checked = tenants.run(&mut |number, mut result| {
            mark::assign_unique_ids(&mut result.checks.findings);
            result.member = Some(member(targets[number]));
            prior.mark(&mut result);
            take(number, result);
        });
        checked.unwrap_or_else(|failure| {
            fail(targets, &failure, &unchecked_one, prior, take);
            Vec::new()
        })
    }

    /// The words of the options and of these files.
    fn mentions(&self, written: &[ExpectationFile]) -> MentionedWords {
        let mut mentions = MentionedWords::default();
        mentions.add_source(&format!("{:?}", self.args.choice));
        for file in written {
            mentions.add_source(self.files.text(file.file));
        }
        mentions
    }

    /// Checks all targets, with `--wait` again until they pass or the deadline is reached.
    fn check_all(&self, targets: &[FleetTarget], watch: &FleetWatch, prior: &PriorRuns) -> Vec<Checked> {
        let deadline = self.args.wait.map(|time| Instant::now() + time);
        let numbers: BTreeMap<&str, usize> = targets.iter().map(|target| target.name.as_str()).zip(0..).collect();
        let run = |targets: &[FleetTarget]| {
            fleet_run::run(
                targets,
                self.fleet.connections,
                &|target| self.place(target),
                &|targets, take| {
                    self.check_together(targets, watch, prior, &mut |number, result| {
                        if let (Some(index), false) = (numbers.get(targets[number].name.as_str()), watch.is_stopped()) {
                            watch.add(*index, &result, self.files);
                        }
                        take(number, result);
                    })
                },
                &|progress| watch.show(progress),
            )
        };
        let mut results = std::thread::scope(|scope| {
            scope.spawn(|| watch.tick());
            let mut results = run(targets);
            if let Some(deadline) = deadline {
                self.wait(targets, &mut results, deadline, &run);
            }
            watch.end();
            results
        });
        for (result, target) in results.iter_mut().zip(targets) {
            result.member.get_or_insert_with(|| member(target));
        }
        results
    }

    /// Checks again what waiting can change, until it passes or the deadline is reached.
    fn wait(
        &self,
        targets: &[FleetTarget],
        results: &mut [Checked],
        deadline: Instant,
        run: &dyn Fn(&[FleetTarget]) -> Vec<Checked>,
    ) {
        let mut pauses = wait::Pauses::new(deadline);
        loop {
            let pending: Vec<usize> = (0..targets.len())
                .filter(|index| wait::pending(&results[*index], fail_on_unknown(self.args)).is_some())
                .collect();
            if pending.is_empty() || !pauses.pause() {
                return;
            }
            let again: Vec<FleetTarget> = pending.iter().map(|index| targets[*index].clone()).collect();
            for (index, result) in pending.into_iter().zip(run(&again)) {
                results[index] = result;
            }
        }
    }

    /// Checks a target. A failure is a part of the result, so that the others are still checked.
    fn check(&self, target: &FleetTarget, prior: &PriorRuns) -> Checked {
        let paths = paths(self.args, self.path, self.fleet, &target.expectations);
        let written = self.sets.get(&paths).map(Vec::as_slice).unwrap_or_default();
        let mut result = Checked::named(target.name.clone());
        result.member = Some(member(target));
        match self.prepare(target, written) {
            Ok((source, of_tenant)) => {
                let expected: Vec<&ExpectationFile> = of_tenant.as_deref().unwrap_or(written).iter().collect();
                check_one(result, &expected, &source, self.args, prior)
            }
            Err(error) => {
                result.failure = Some(error.into_failure("checking the target"));
                prior.mark(&mut result);
                result
            }
        }
    }

    /// The source of a target, and the expectations in its own schema, if it has one.
    fn prepare(
        &self,
        target: &FleetTarget,
        written: &[ExpectationFile],
    ) -> Result<(ResolvedSource, Option<Vec<ExpectationFile>>), CommandError> {
        let source = self.source(target)?;
        let of_tenant = target.schema.as_ref().map(|schema| self.of_tenant(written, schema));
        Ok((source, of_tenant.transpose()?))
    }

    fn source(&self, target: &FleetTarget) -> Result<ResolvedSource, CommandError> {
        let info = self.resolver.info(target)?;
        Ok(ResolvedSource::of_connection(
            info,
            &self.args.session,
            self.environment,
        )?)
    }

    /// What is expected of a tenant's schema.
    fn of_tenant(&self, written: &[ExpectationFile], schema: &str) -> Result<Vec<ExpectationFile>, CommandError> {
        let mut of_tenant = for_schema(written, schema, self.files)?;
        limit_set(self.args, &mut of_tenant)?;
        Ok(of_tenant)
    }
}

/// The results of targets in the same place, of which nothing is known because of this failure.
fn fail(
    targets: &[&FleetTarget],
    failure: &Failure,
    unchecked: &dyn Fn(&FleetTarget) -> Checked,
    prior: &PriorRuns,
    take: TakeResult<'_>,
) {
    for (number, target) in targets.iter().enumerate() {
        let mut result = unchecked(target);
        result.failure = Some(failure.clone());
        result.member = Some(member(target));
        prior.mark(&mut result);
        take(number, result);
    }
}

/// The result of a target that is not asked any more.
fn stopped(target: &FleetTarget) -> Checked {
    let mut result = Checked::named(target.name.clone());
    result.failure = Some(Failure::new(format!("connecting to {}", target.shown), STOPPED).lasting());
    result
}

/// Limits expectations, all of which are of one database, to what counts.
fn limit_set(args: &CheckArgs, set: &mut Vec<ExpectationFile>) -> Result<(), Vec<Problem>> {
    let sources = vec![None; set.len()];
    limit(args, set, &sources)
}

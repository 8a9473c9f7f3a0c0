//! `driftgate diff`: compares two sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use crate::catalog::Limits;
use crate::catalog::capture::Scope;
use crate::cli::{DiffArgs, Format, PriorRunArgs};
use crate::console::{eprint, is_quiet, note, print, terminal_width};
use crate::environment::Environment;
use crate::error::{CommandError, Failure, Problem};
use crate::expectation::parse::parse;
use crate::expectation::{ExpectationFile, Subject, pattern_text};
use crate::finding::{Category, Check, Checks, Code, Exit, Report, Status, Target, mark};
use crate::kinds::Kind;
use crate::not_compared::counted;
use crate::object_id::ObjectId;
use crate::pull::{PullOptions, is_wanted, main_schema, pull};
use crate::redact;
use crate::report::format::Rendering;
use crate::report::notes::notes;
use crate::report::unified::unified;
use crate::role_map::RoleMap;
use crate::secret;
use crate::session::choice;
use crate::session::migration_progress::{self, MigrationProgress};
use crate::session::not_recorded;
use crate::session::prior_runs::PriorRuns;
use crate::session::read_snapshot_and_extensions;
use crate::session::report_outputs::{RunClock, exit_for_format, is_well};
use crate::session::scratch_noise::{ScratchSide, filter_saved_noise, filter_scratch_noise};
use crate::session::source::{ResolvedSource, ScratchDatabase};
use crate::session::verify::Verification;
use crate::snapshot::{Object, Snapshot};
use crate::source::Source;
use crate::source_map::{Place, SourceMap};
use crate::terminal::{Palette, visible};

/// The two sources. The first one is what is expected of the second.
struct Sources {
    first: ResolvedSource,
    second: ResolvedSource,
    first_label: String,
    second_label: String,
}

impl Sources {
    /// The scratch database whose owners and server say nothing about the other source, and whether it is the first
    /// source. Two sources of plain SQL are applied alike, so there every difference counts.
    fn scratch(&self) -> Option<(&ScratchDatabase, bool)> {
        match (&self.first, &self.second) {
            (ResolvedSource::Scratch(first), ResolvedSource::Scratch(second)) => {
                let tools = (self.first.tool().is_some(), self.second.tool().is_some());
                match tools {
                    (true, _) => Some((first, true)),
                    (false, true) => Some((second, false)),
                    (false, false) => None,
                }
            }
            (ResolvedSource::Scratch(first), _) => Some((first, true)),
            (_, ResolvedSource::Scratch(second)) => Some((second, false)),
            (_, _) => None,
        }
    }
}

/// What was read and found.
struct Compared {
    expected: Snapshot,
    found: Snapshot,
    /// The first source as an expectation file.
    expected_text: String,
    report: Report,
}

/// Runs the command.
pub(super) fn run(args: &DiffArgs, files: &mut SourceMap) -> Result<Exit, CommandError> {
    let clock = RunClock::start();
    let mut sources = resolve(args, files)?;
    let progress = skip_unapplied(args, &mut sources, files)?;
    let known = PriorRuns::of_baseline(args.baseline.as_ref(), files)?;
    let mut compared = compare(args, &sources, progress, files)?;
    for target in &mut compared.report.targets {
        mark::assign_unique_ids(&mut target.checks.findings);
    }
    known.apply(&mut compared.report, &PriorRunArgs::default(), files)?;
    let exit = compared.report.exit(false);
    print_result(args, &sources, &compared, files, exit, &clock)?;
    Ok(exit_for_format(args.format, &compared.report, exit))
}

fn resolve(args: &DiffArgs, files: &mut SourceMap) -> Result<Sources, Problem> {
    let environment = Environment::read(!args.session.no_env_file);
    let (first, second) = (Source::parse(&args.first)?, Source::parse(&args.second)?);
    let mut resolve = |source: &Source| ResolvedSource::resolve(source, None, &args.session, &environment, files);
    Ok(Sources {
        first: resolve(&first)?,
        second: resolve(&second)?,
        first_label: first.label(),
        second_label: second.label(),
    })
}

/// If one source is a folder of migrations and the other is not, removes the migrations from the folder that the other
/// one does not have.
fn skip_unapplied(
    args: &DiffArgs,
    sources: &mut Sources,
    files: &mut SourceMap,
) -> Result<MigrationProgress, CommandError> {
    let (scratch, other) = match (&mut sources.first, &mut sources.second) {
        (ResolvedSource::Scratch(_), ResolvedSource::Scratch(_)) => return Ok(MigrationProgress::default()),
        (ResolvedSource::Scratch(scratch), other) | (other, ResolvedSource::Scratch(scratch)) => (scratch, other),
        (_, _) => return Ok(MigrationProgress::default()),
    };
    let Some(folder) = &scratch.folder else {
        return Ok(MigrationProgress::default());
    };
    let place = Place::start_of(files.add(sources.first_label.as_str().into(), String::new()));
    let mut progress = migration_progress::read(other, folder, &args.schema, place, args.session.limits())?;
    scratch.skip_unapplied(&mut progress, place, files)?;
    Ok(progress)
}

/// Writes a snapshot as an expectation file, as `pull` does. `None` if there is nothing in it.
fn as_expectations(args: &DiffArgs, schema: &str, snapshot: &Snapshot) -> Option<String> {
    let patterns = args.choice.patterns();
    let wanted = |kind: Kind, id: &ObjectId| is_wanted(kind, id, &patterns, schema, &args.schema);
    let options = PullOptions {
        schema,
        whole: true,
        schemas: &args.schema,
        database: None,
        history: None,
        any_partitions: false,
        requirements: false,
        ignored: &[],
        wanted: &wanted,
    };
    pull(snapshot, &options)
}

/// Compares the second source with the first one, which is written as an expectation file for that: so PostgreSQL
/// decides whether texts that differ mean the same.
fn compare(
    args: &DiffArgs,
    sources: &Sources,
    mut progress: MigrationProgress,
    files: &mut SourceMap,
) -> Result<Compared, CommandError> {
    let Sources { first, second, .. } = sources;
    let limits = args.session.limits();
    let mut scope = Scope::whole(&args.schema, args.platform_schemas).with_roles(args.roles);
    scope.not_compared = true;
    let both = [first, second];
    scope.set_aside.extend(both.iter().flat_map(|side| side.tools()));
    let (mut expected, available) = read_snapshot_and_extensions(first, &scope, limits)?;
    RoleMap::of(&args.choice.role).apply_to_snapshot(&mut expected);
    let schema = main_schema(&expected, &args.schema);
    let Some(expected_text) = as_expectations(args, &schema, &expected) else {
        return Err(nothing_to_compare(args, &sources.first_label).into());
    };
    let file = files.add(sources.first_label.as_str().into(), expected_text.clone());
    let mut expectations = parse(&expected_text, file)?;
    expectations.with_roles = args.roles;
    expectations.only = args.choice.patterns();
    choice::ignore(&args.choice, std::slice::from_mut(&mut expectations));
    restore_secrets(&mut expectations, &expected);
    let mut target = Target::named(sources.second_label.clone());
    target.checks = Checks::keeping(args.format.spec().passes);
    second.describe(&mut target);
    let verification = Verification {
        files: &[&expectations],
        scope: &scope.clone().union(&Scope::of(&[&expectations])),
        limits,
        with_coverage: false,
        roles: &RoleMap::default(),
    };
    let found = verification.run(second, &mut target)?;
    count_not_compared(&mut target, &expected, &found);
    remove_scratch_noise(sources, &expected, &found, &available, &mut target, limits)?;
    let sides = if first.tool().is_some() {
        (&expected, &found)
    } else {
        (&found, &expected)
    };
    let not_recorded = not_recorded::check(&mut progress, &target.checks.findings, sides, &scope, limits);
    target.checks.absorb(progress.checks);
    if let Some(check) = not_recorded {
        target.checks.push(check);
    }
    target.pending = progress.pending;
    Ok(Compared {
        expected,
        found,
        expected_text,
        report: Report::new(vec![target]),
    })
}

/// The problem that the first source has nothing that counts.
fn nothing_to_compare(args: &DiffArgs, label: &str) -> Problem {
    let patterns: Vec<String> = args.choice.patterns().iter().map(pattern_text).collect();
    if patterns.is_empty() {
        return Problem::new(format!("{label} contains nothing to compare"));
    }
    let patterns = redact::typed(&patterns.join(", ")).into_owned();
    Problem::new(format!("{label} contains nothing that matches --only {patterns}"))
        .hint("name tables, views and other objects; a column is compared with its table")
}

/// The text of an expectation file contains no secrets, so those that were read from the first source are put back.
fn restore_secrets(file: &mut ExpectationFile, expected: &Snapshot) {
    for object in &mut file.objects {
        let Subject::Named(id) = &object.subject else { continue };
        let (Some(masked), Some(read)) = (object.kind.spec().reading.masked, expected.get(object.kind, id)) else {
            continue;
        };
        for attribute in object.attributes.iter_mut().filter(|a| a.attr.name == masked.attribute) {
            attribute.value = read.get(masked.attribute).clone();
        }
    }
}

/// Counts what is not compared: the larger number of the two sources.
fn count_not_compared(target: &mut Target, expected: &Snapshot, found: &Snapshot) {
    let mut counts = found.not_compared.clone();
    for (name, count) in &expected.not_compared {
        let most = counts.entry(name.clone()).or_default();
        *most = (*most).max(*count);
    }
    target.not_compared = counted(&counts);
}

/// If one source is a folder of migrations, or SQL that is compared with something else, removes the findings that the
/// SQL does not cause.
fn remove_scratch_noise(
    sources: &Sources,
    expected: &Snapshot,
    found: &Snapshot,
    available: &BTreeSet<String>,
    target: &mut Target,
    limits: Limits,
) -> Result<(), Failure> {
    let Some((database, is_expected)) = sources.scratch() else {
        let applied = |snapshot: &Snapshot| snapshot.server.applied_without.is_some();
        if applied(expected) != applied(found) {
            filter_saved_noise(expected, true, target);
            filter_saved_noise(found, false, target);
        }
        return Ok(());
    };
    let snapshot = if is_expected { expected } else { found };
    let side = ScratchSide {
        database,
        snapshot,
        available,
        is_expected,
    };
    filter_scratch_noise(&side, target, limits)
}

/// Prints the result in the format that was asked for.
fn print_result(
    args: &DiffArgs,
    sources: &Sources,
    compared: &Compared,
    files: &SourceMap,
    exit: Exit,
    clock: &RunClock,
) -> Result<(), Failure> {
    let report = &compared.report;
    let color = args.color.enabled(io::stdout().is_terminal());
    if args.format == Format::Diff {
        eprint(&notes_beside_diff(report));
        let found = found_text(args, compared);
        let labels = (sources.first_label.as_str(), sources.second_label.as_str());
        return print(&unified(&compared.expected_text, &found, labels, Palette { color }));
    }
    if !args.format.spec().notes {
        note(&notes(report));
    }
    if is_quiet() && is_well(report) {
        return Ok(());
    }
    print(&args.format.render(&Rendering {
        target_series: true,
        report,
        files,
        exit,
        timing: clock.timing(),
        color,
        width: terminal_width(),
    }))
}

/// What a unified diff cannot show: migrations, findings that are not drift, and what was not compared.
fn notes_beside_diff(report: &Report) -> String {
    let mut out = String::new();
    let findings = report.targets.iter().flat_map(Target::findings);
    for check in findings.filter(|check| !check.is_known()) {
        if check.about.category() == Category::Migration || check.status != Status::Drift {
            let word = match check.status {
                Status::Drift | Status::Passed => "drift",
                Status::Unknown | Status::Unverified => "unknown",
            };
            let _ = writeln!(out, "{word}: {}", visible(&check.sentence()));
        }
    }
    out + &notes(report)
}

/// The second source as an expectation file. Objects and attributes without a finding are written as in the first
/// source, so that spellings which PostgreSQL treats as equal do not show up as differences.
fn found_text(args: &DiffArgs, compared: &Compared) -> String {
    let mut merged = compared.found.clone();
    let mut findings: BTreeMap<(Kind, &ObjectId), Vec<Code>> = BTreeMap::new();
    let all = compared.report.targets.iter().flat_map(Target::findings);
    for check in all {
        // What the baseline accepts is written as in the first source.
        if check.is_known() {
            take_known(check, &compared.expected, &mut merged);
        } else if let Some(about) = check.about.as_object() {
            findings.entry(about).or_default().push(check.code);
        }
    }
    for kind in Kind::ALL {
        // Where the database itself is not compared, neither side has more than the other.
        let is_left_out = kind.spec().reading.of_database || is_ignored(args, *kind);
        if is_left_out && !findings.keys().any(|(of, _)| of == kind) {
            merged.take_kind(*kind, &compared.expected);
        }
        for (id, expected) in compared.expected.of_kind(*kind) {
            let Some(actual) = merged.get_mut(*kind, id) else {
                continue;
            };
            let Some(codes) = findings.get(&(*kind, id)) else {
                actual.clone_from(expected);
                continue;
            };
            // Two different secrets would be written alike.
            if let Some(masked) = kind.spec().reading.masked {
                let mut value = actual.get(masked.attribute).clone();
                secret::mark_different(expected.get(masked.attribute), &mut value);
                actual.set(masked.attribute, value);
            }
            write_equal_attributes_alike(*kind, expected, actual, codes);
        }
    }
    let schema = main_schema(&compared.expected, &args.schema);
    as_expectations(args, &schema, &merged).unwrap_or_default()
}

/// Makes an object exist only if it does in the first source.
fn take_known(check: &Check, expected: &Snapshot, merged: &mut Snapshot) {
    let Some((kind, id)) = check.about.as_object() else {
        return;
    };
    match (check.code, expected.get(kind, id)) {
        (Code::Missing(_), Some(object)) => {
            merged.insert(kind, id.clone(), object.clone());
            for child in kind.children() {
                for (id, object) in expected.children(child, id) {
                    merged.insert(child, id.clone(), object.clone());
                }
            }
        }
        (Code::Unexpected(_), None) => {
            merged.remove(kind, id);
        }
        (Code::Missing(_) | Code::Unexpected(_) | Code::Differs(..) | Code::AssertionFailed(_) | Code::Other(_), _) => {
        }
    }
}

/// Whether all that objects of a kind say is left out.
fn is_ignored(args: &DiffArgs, kind: Kind) -> bool {
    let (ignored, mut attrs) = (args.choice.ignored(), kind.spec().attrs.iter());
    kind.is_only_attributes() && attrs.all(|attr| ignored.contains(&attr.name))
}

/// Writes the attributes of an object of which no finding tells as the first source does. A finding that is not about one
/// attribute leaves the object as it is.
fn write_equal_attributes_alike(kind: Kind, expected: &Object, actual: &mut Object, codes: &[Code]) {
    let mut differing = BTreeSet::new();
    for code in codes {
        match code {
            Code::Differs(_, attr) => differing.insert(attr.name),
            Code::Missing(_) | Code::Unexpected(_) | Code::AssertionFailed(_) | Code::Other(_) => return,
        };
    }
    let masked = kind.spec().reading.masked.map(|masked| masked.attribute);
    for attr in kind.spec().attrs {
        if !differing.contains(attr.name) && masked != Some(attr.name) {
            actual.set(attr.name, expected.get(attr.name).clone());
        }
    }
}

//! `driftgate diff`: compares two sources.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use crate::catalog::capture::Scope;
use crate::catalog::{Limits, block_on};
use crate::cli::{DiffArgs, Format};
use crate::console::{print, tell, tell_failure, tell_problems, terminal_width};
use crate::environment::Environment;
use crate::error::{Failure, Problem};
use crate::expectation::parse::parse;
use crate::expectation::{ExpectationFile, Subject};
use crate::kinds::Kind;
use crate::not_compared::counted;
use crate::pull::{PullOptions, main_schema, pull};
use crate::report::asides::asides;
use crate::report::diff::unified;
use crate::report::format::Rendering;
use crate::report::{Checks, Exit, Report, Status, Target};
use crate::secret;
use crate::session;
use crate::session::migration_progress::{self, Standing};
use crate::session::report_outputs::{Began, refused, said};
use crate::session::scratch_noise::{Side, allow, same_owner};
use crate::session::source::Opened;
use crate::session::verify::verify;
use crate::snapshot::{OWNER, Snapshot};
use crate::source::Source;
use crate::source_map::{Place, SourceMap};
use crate::terminal::{Palette, visible};

/// Runs the command.
#[must_use]
pub fn run(args: &DiffArgs) -> Exit {
    let mut files = SourceMap::default();
    match diff(args, &mut files) {
        Ok(exit) => exit,
        Err(Trouble::Problem(problem)) => {
            let problems = [problem];
            tell_problems(&problems, &files, args.color);
            refused(args.format, &problems)
        }
        Err(Trouble::Failure(failure)) => {
            tell_failure(&failure);
            match refused(args.format, &[Problem::new(failure.to_string())]) {
                exit @ Exit::Nagios(_) => exit,
                Exit::Passed | Exit::Drift | Exit::Usage | Exit::Failure | Exit::Unknown => Exit::Failure,
            }
        }
    }
}

/// Why two sources could not be compared.
enum Trouble {
    Problem(Problem),
    Failure(Failure),
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

fn diff(args: &DiffArgs, files: &mut SourceMap) -> Result<Exit, Trouble> {
    let began = Began::now();
    let environment = Environment::read(!args.session.no_env_file);
    let (first, second) = (Source::parse(&args.first)?, Source::parse(&args.second)?);
    let mut one = Opened::open(&first, None, &args.session, &environment, files)?;
    let mut other = Opened::open(&second, None, &args.session, &environment, files)?;
    let limits = args.session.limits();
    let standing = catch_up(args, &mut one, &mut other, &first, limits, files)?;
    let mut scope = Scope::whole(&args.schema, args.platform_schemas);
    scope.not_compared = true;
    scope.set_aside.extend(one.tool().or(other.tool()));
    let (expected, available) =
        one.with(|access| block_on(session::snapshot_and_extensions(access, &scope, one.limits(limits))))?;
    let schema = main_schema(&expected, &args.schema);
    let wanted = |kind: Kind, id: &_| crate::pull::is_wanted(kind, id, &[], &schema, &args.schema);
    let choice = PullOptions {
        schema: &schema,
        whole: true,
        schemas: &args.schema,
        tool: None,
        wanted: &wanted,
    };
    let Some(text) = pull(&expected, &choice) else {
        return Err(Problem::new(format!("there is nothing in {} to compare with", first.label())).into());
    };
    // What the first source is, is what is expected of the second: so the server judges the texts that differ.
    let file = files.add(first.label().into(), text.clone());
    let mut expectations = parse(&text, file).map_err(|mut problems| problems.remove(0))?;
    restore_secrets(&mut expectations, &expected);
    let mut target = Target::named(second.label());
    target.checks = Checks::keeping(args.format.spec().passes);
    other.name(&mut target);
    let scope = scope.and(&Scope::of(&[&expectations]));
    let found = other.with(|info| {
        block_on(async { verify(info, &[&expectations], &scope, other.limits(limits), false, &mut target).await })
    })?;
    // What only the first source has is not compared, either.
    let mut counts = found.not_compared.clone();
    for (name, count) in &expected.not_compared {
        let most = counts.entry(name.clone()).or_default();
        *most = (*most).max(*count);
    }
    target.not_compared = counted(&counts);
    let role = settle(&one, &other, &expected, &found, &available, &mut target, limits)?;
    target.checks.absorb(standing.checks);
    target.pending = standing.pending;
    let report = Report::new(vec![target]);
    let exit = report.exit(false);
    let color = args.color.enabled(io::stdout().is_terminal());
    let out = match args.format {
        Format::Diff => {
            let (expected_label, found_label) = (first.label(), second.label());
            // A diff has no room for words.
            tell(&wordy(&report));
            let found = found_text(&expected, &found, &report, role.as_deref(), &choice);
            unified(&text, &found, (&expected_label, &found_label), Palette { color })
        }
        format => {
            if !format.spec().asides {
                tell(&asides(&report));
            }
            format.render(&Rendering {
                report: &report,
                files,
                exit,
                timing: began.timing(),
                color,
                width: terminal_width(),
            })
        }
    };
    print(&out).map_err(|e| Failure::new("writing to standard output", e.to_string()))?;
    Ok(said(args.format, &report, exit))
}

/// The text of an expectation file has no secrets: those of the first source are compared as they were read.
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

/// Where one source is a folder of migrations and the other is not, the folder is looked at as of the last migration
/// that the other has.
fn catch_up(
    args: &DiffArgs,
    one: &mut Opened,
    other: &mut Opened,
    first: &Source,
    limits: Limits,
    files: &mut SourceMap,
) -> Result<Standing, Trouble> {
    let (made, another) = match (&mut *one, &mut *other) {
        (Opened::Made(_), Opened::Made(_)) => return Ok(Standing::default()),
        (Opened::Made(made), another) | (another, Opened::Made(made)) => (made, another),
        (_, _) => return Ok(Standing::default()),
    };
    let Some(folder) = &made.folder else {
        return Ok(Standing::default());
    };
    let place = Place {
        file: files.add(first.label().into(), String::new()),
        line: 1,
        column: 1,
    };
    let standing = another
        .with(|access| Ok(migration_progress::read(access, folder, &args.schema, place, limits)))?
        .map_err(|trouble| match trouble {
            migration_progress::Trouble::Problem(problem) => Trouble::Problem(problem),
            migration_progress::Trouble::Failure(failure) => Trouble::Failure(failure),
        })?;
    made.without(&standing.absent);
    Ok(standing)
}

/// Takes out of the findings what says nothing where one side was made of migrations; the role that made it.
fn settle(
    one: &Opened,
    other: &Opened,
    expected: &Snapshot,
    found: &Snapshot,
    available: &BTreeSet<String>,
    target: &mut Target,
    limits: Limits,
) -> Result<Option<String>, Failure> {
    let is_expected = one.tool().is_some();
    let made = match (one, other) {
        (Opened::Made(made), _) if is_expected => made,
        (_, Opened::Made(made)) if other.tool().is_some() => made,
        (_, _) => return Ok(None),
    };
    let snapshot = if is_expected { expected } else { found };
    let side = Side {
        made,
        snapshot,
        available,
        is_expected,
    };
    allow(&side, target, limits)?;
    Ok(Some(snapshot.server.role.clone()))
}

/// What a diff has no room for: what of the second source is not drift, and what of it is not its schema.
fn wordy(report: &Report) -> String {
    let mut out = String::new();
    for check in report.targets.iter().flat_map(Target::findings) {
        if check.kind == "migration" || check.status != Status::Drift {
            let word = match check.status {
                Status::Drift | Status::Passed => "drift",
                Status::Unknown | Status::Unverified => "unknown",
            };
            let _ = writeln!(out, "{word}: {}", visible(&check.sentence()));
        }
    }
    out + &asides(report)
}

/// The second source as an expectation file, with every object about which there is no finding as the first one writes
/// it: what PostgreSQL only prints otherwise is no difference.
fn found_text(
    expected: &Snapshot,
    found: &Snapshot,
    report: &Report,
    role: Option<&str>,
    choice: &PullOptions<'_>,
) -> String {
    let mut merged = found.clone();
    let findings: BTreeSet<(&str, &str)> = report
        .targets
        .iter()
        .flat_map(Target::findings)
        .map(|check| (check.kind, check.object.as_str()))
        .collect();
    for kind in Kind::ALL {
        for (id, object) in expected.of_kind(*kind) {
            let name = kind.show(id);
            if !findings.contains(&(kind.spec().name, name.as_str()))
                && let Some(actual) = merged.get_mut(*kind, id)
            {
                actual.clone_from(object);
                continue;
            }
            // Two secrets are written alike.
            if let (Some(masked), Some(actual)) = (kind.spec().reading.masked, merged.get_mut(*kind, id)) {
                let mut value = actual.get(masked.attribute).clone();
                secret::tell_apart(object.get(masked.attribute), &mut value);
                actual.set(masked.attribute, value);
            }
            if let (Some(role), Some(actual)) = (role, merged.get_mut(*kind, id))
                && same_owner(role, object.get(OWNER), actual.get(OWNER))
            {
                actual.set(OWNER, object.get(OWNER).clone());
            }
        }
    }
    pull(&merged, choice).unwrap_or_default()
}

//! `driftgate diff`: compares two sources.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _};

use super::reports::{Began, refused, said};
use super::session::{self, Opened};
use super::verify::verify;
use super::{print, tell, tell_problems, terminal_width};
use crate::catalog::block_on;
use crate::catalog::capture::Scope;
use crate::cli::{DiffArgs, Format};
use crate::environment::Environment;
use crate::error::{Failure, Problem};
use crate::expectation::parse::parse;
use crate::kinds::Kind;
use crate::not_compared::counted;
use crate::pull::{Choice, main_schema, pull};
use crate::report::diff::unified;
use crate::report::format::Rendering;
use crate::report::text::Palette;
use crate::report::{self, Checks, Exit, Report, Target};
use crate::snapshot::Snapshot;
use crate::source::Source;
use crate::source_map::SourceMap;

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
            super::tell_failure(&failure);
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
    let one = Opened::open(&first, None, &environment, files)?;
    let other = Opened::open(&second, None, &environment, files)?;
    let limits = args.session.limits();
    let mut scope = Scope::whole(&args.schema, args.platform_schemas);
    scope.not_compared = true;
    let expected = one.with(|info| block_on(session::snapshot(info, &scope, one.limits(limits))))?;
    let schema = main_schema(&expected, &args.schema);
    let wanted = |kind: Kind, id: &_| crate::pull::is_wanted(kind, id, &[], &schema, &args.schema);
    let choice = Choice {
        schema: &schema,
        whole: true,
        schemas: &args.schema,
        wanted: &wanted,
    };
    let Some(text) = pull(&expected, &choice) else {
        return Err(Problem::new(format!("there is nothing in {} to compare with", first.label())).into());
    };
    // What the first source is, is what is expected of the second: so the server judges the texts that differ.
    let file = files.add(first.label().into(), text.clone());
    let expectations = parse(&text, file).map_err(|mut problems| problems.remove(0))?;
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
    let report = Report::new(vec![target]);
    let exit = report.exit(false);
    let color = args.color.enabled(io::stdout().is_terminal());
    let out = match args.format {
        Format::Diff => {
            let (expected_label, found_label) = (first.label(), second.label());
            // A diff has no room for words.
            tell(&report::table::not_compared(&report));
            let found = found_text(&expected, &found, &report, &choice);
            unified(&text, &found, (&expected_label, &found_label), Palette { color })
        }
        format => format.render(&Rendering {
            report: &report,
            files,
            exit,
            timing: began.timing(),
            color,
            width: terminal_width(),
        }),
    };
    print(&out).map_err(|e| Failure::new("writing to standard output", e.to_string()))?;
    Ok(said(args.format, &report, exit))
}

/// The second source as an expectation file, with every object about which there is no finding as the first one writes
/// it: what PostgreSQL only prints otherwise is no difference.
fn found_text(expected: &Snapshot, found: &Snapshot, report: &Report, choice: &Choice<'_>) -> String {
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
            }
        }
    }
    pull(&merged, choice).unwrap_or_default()
}

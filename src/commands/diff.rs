//! `driftgate diff`: compares two sources.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _};

use similar::TextDiff;

use super::session::{self, Opened};
use super::verify::verify;
use super::{print, tell, tell_problems};
use crate::catalog::block_on;
use crate::catalog::capture::Scope;
use crate::cli::{DiffArgs, DiffFormat};
use crate::environment::Environment;
use crate::error::{Failure, Problem};
use crate::expectation::parse::parse;
use crate::kinds::Kind;
use crate::not_compared::counted;
use crate::pull::{Choice, main_schema, pull};
use crate::report::text::{BAD, FAINT, GOOD, Palette, visible};
use crate::report::{self, Exit, Report, Target};
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
            tell_problems(&[problem], &files, args.color);
            Exit::Usage
        }
        Err(Trouble::Failure(failure)) => {
            super::tell_failure(&failure);
            Exit::Failure
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
        DiffFormat::Diff => {
            let labels = (first.label(), second.label());
            // A diff has no room for words.
            tell(&report::table::not_compared(&report));
            unified(&text, &found_text(&expected, &found, &report, &choice), &labels, color)
        }
        DiffFormat::Table => report::table::render(&report, files, color),
        DiffFormat::Json => report::json::render(&report, files, exit),
    };
    print(&out).map_err(|e| Failure::new("writing to standard output", e.to_string()))?;
    Ok(exit)
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

/// The difference of two texts as a unified diff.
pub(super) fn unified(expected: &str, found: &str, labels: &(String, String), color: bool) -> String {
    let palette = Palette { color };
    let diff = TextDiff::from_lines(expected, found);
    let text = diff
        .unified_diff()
        .context_radius(3)
        .header(&labels.0, &labels.1)
        .to_string();
    let mut out = String::new();
    for line in text.lines() {
        let style = match line.chars().next() {
            Some('-') => Some(BAD),
            Some('+') => Some(GOOD),
            Some('@') => Some(FAINT),
            Some(_) | None => None,
        };
        let line = visible(line);
        out.push_str(&style.map_or(line.clone(), |style| palette.paint(style, &line)));
        out.push('\n');
    }
    out
}

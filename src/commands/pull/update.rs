//! `driftgate pull --update`: writes what is there into expectation files that people wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use crate::atomic_file;
use crate::catalog::capture::Scope;
use crate::catalog::{Limits, block_on};
use crate::cli::PullArgs;
use crate::console::{print, tell, tell_failure, tell_problems};
use crate::environment::Environment;
use crate::error::{Failure, Problem, os_words};
use crate::expectation::ExpectationFile;
use crate::expectation::load::load;
use crate::expectation::parse::parse;
use crate::input;
use crate::redact;
use crate::report::diff::unified;
use crate::report::{Check, Exit, Report, Target};
use crate::session::source::{Access, Opened, open_all};
use crate::session::verify::verify;
use crate::source::Source;
use crate::source_map::{Place, SourceMap};
use crate::terminal::{Palette, visible};
use crate::update::update;

/// How often the files are compared again: what was written may show what else differs, such as what is in an object
/// that was expected not to be there.
const ROUNDS: usize = 6;

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &PullArgs) -> Exit {
    let mut files = SourceMap::default();
    match try_run(args, &mut files) {
        Ok(exit) => exit,
        Err(Trouble::Problems(problems)) => {
            tell_problems(&problems, &files, args.color);
            Exit::Usage
        }
        Err(Trouble::Failure(failure)) => {
            tell_failure(&failure);
            Exit::Failure
        }
    }
}

/// Why files could not be updated.
enum Trouble {
    Problems(Vec<Problem>),
    Failure(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// A file as it was read and as it would be written.
struct Draft {
    path: PathBuf,
    original: String,
    text: String,
    expects: ExpectationFile,
}

/// The files of one database.
struct Job {
    source: Source,
    place: Option<Place>,
    drafts: Vec<Draft>,
}

/// What the files of one database would be, and what would still be found.
struct Outcome {
    drafts: Vec<Draft>,
    target: Target,
    /// Why findings stay, by their ids.
    left: BTreeMap<String, String>,
}

fn try_run(args: &PullArgs, files: &mut SourceMap) -> Result<Exit, Trouble> {
    let expectations = load(&args.update, files).map_err(Trouble::Problems)?;
    let jobs = jobs(args, expectations, files).map_err(|problem| Trouble::Problems(vec![problem]))?;
    let environment = Environment::read(!args.session.no_env_file);
    let ready = open_all(jobs, |job| (&job.source, job.place), &args.session, &environment, files)
        .map_err(Trouble::Problems)?;
    let mut outcomes = Vec::new();
    for (_, job, opened) in ready {
        outcomes.push(settle(job, &opened, opened.limits(args.session.limits()), files)?);
    }
    finish(args, outcomes, files)
}

/// The files by database, in the order in which they name them.
fn jobs(args: &PullArgs, expectations: Vec<ExpectationFile>, files: &SourceMap) -> Result<Vec<Job>, Problem> {
    let from = args.from.as_deref().map(Source::parse).transpose()?;
    let mut jobs: Vec<Job> = Vec::new();
    for expects in expectations {
        let source = from.clone().unwrap_or_else(|| Source::Env(expects.database.clone()));
        let place = from.is_none().then_some(expects.database_place);
        let draft = Draft {
            path: files.path(expects.file).to_owned(),
            original: files.text(expects.file).to_owned(),
            text: files.text(expects.file).to_owned(),
            expects,
        };
        match jobs.iter_mut().find(|job| job.source == source) {
            Some(job) => job.drafts.push(draft),
            None => jobs.push(Job {
                source,
                place,
                drafts: vec![draft],
            }),
        }
    }
    Ok(jobs)
}

/// Compares, writes what was found into the texts and compares again, until nothing is found that could be written.
fn settle(job: Job, opened: &Opened, limits: Limits, files: &mut SourceMap) -> Result<Outcome, Trouble> {
    let mut drafts = job.drafts;
    let mut left = BTreeMap::new();
    let mut tried = BTreeSet::new();
    for round in 1.. {
        let (target, snapshot) = {
            let expects: Vec<&ExpectationFile> = drafts.iter().map(|draft| &draft.expects).collect();
            let scope = Scope::of(&expects);
            let mut target = target(&job.source, opened);
            let look = |access: &Access<'_>| block_on(verify(access, &expects, &scope, limits, false, &mut target));
            let snapshot = opened.with(look)?;
            (target, snapshot)
        };
        // What was written once and is still found would be for ever.
        let findings: Vec<&Check> = target.findings().filter(|check| !tried.contains(&check.id())).collect();
        let mut changed = Vec::new();
        for (at, draft) in drafts.iter().enumerate() {
            let here: Vec<&Check> = findings
                .iter()
                .copied()
                .filter(|check| check.place.file == draft.expects.file)
                .collect();
            let updated = update(&draft.expects, &draft.text, &here, &snapshot);
            left.extend(updated.left);
            if updated.text == draft.text {
                continue;
            }
            let file = files.add(draft.path.clone(), updated.text.clone());
            match parse(&updated.text, file) {
                Ok(expects) => changed.push((at, updated.text, expects)),
                Err(problems) => left.extend(here.iter().map(|check| (check.id(), no_file(&problems)))),
            }
        }
        // What could not be written may be when something else has been.
        let written = findings
            .iter()
            .map(|check| check.id())
            .filter(|id| !left.contains_key(id));
        tried.extend(written);
        if changed.is_empty() || round > ROUNDS {
            return Ok(Outcome { drafts, target, left });
        }
        for (at, text, expects) in changed {
            drafts[at].text = text;
            drafts[at].expects = expects;
        }
    }
    Err(Failure::new("updating the files", "nothing was compared").into())
}

/// What would be written is no expectation file, as where nothing is there of all that one expects.
fn no_file(problems: &[Problem]) -> String {
    let why = problems.first().map_or("", |problem| problem.message.as_str());
    format!(
        "the file stays as it is, for what would be left of it is no expectation file: {why}; \
         remove it, or change it by hand"
    )
}

fn target(source: &Source, opened: &Opened) -> Target {
    let mut target = Target::named(source.report_label());
    opened.name(&mut target);
    target
}

/// Shows the changes, asks, writes, and says what is left.
fn finish(args: &PullArgs, outcomes: Vec<Outcome>, files: &SourceMap) -> Result<Exit, Trouble> {
    let color = args.color.enabled(io::stdout().is_terminal());
    let mut diff = String::new();
    let mut changed = Vec::new();
    for draft in outcomes.iter().flat_map(|outcome| &outcome.drafts) {
        if draft.text != draft.original {
            let label = redact::path(&draft.path);
            diff.push_str(&unified(
                &redact::yaml(&draft.original),
                &redact::yaml(&draft.text),
                (&label, &label),
                Palette { color },
            ));
            changed.push(draft);
        }
    }
    print(&diff).map_err(|e| Failure::new("writing to standard output", os_words(&e)))?;
    let names: Vec<String> = changed.iter().map(|draft| redact::path(&draft.path)).collect();
    let names = names.join(", ");
    if !changed.is_empty() {
        if !args.yes {
            if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
                tell(&format!(
                    "nothing was written: nobody can be asked here\n  help: --yes writes the changes to {}\n",
                    visible(&names)
                ));
                return Ok(Exit::Drift);
            }
            if !agrees(&names) {
                tell("nothing was written\n");
                return Ok(Exit::Drift);
            }
        }
        for draft in &changed {
            write(draft)?;
        }
    }
    if !changed.is_empty() {
        tell(&format!("updated {}\n", visible(&names)));
    }
    let (targets, left): (Vec<Target>, Vec<_>) = outcomes.into_iter().map(|o| (o.target, o.left)).unzip();
    let report = Report::new(targets);
    let exit = report.exit(false);
    for (target, left) in report.targets.iter().zip(&left) {
        for check in target.findings() {
            tell(&visible(&remaining(check, left.get(&check.id()), files)));
            tell("\n");
        }
    }
    if names.is_empty() && exit == Exit::Passed {
        tell("nothing to change: the files expect what is there\n");
    }
    Ok(exit)
}

/// A finding that stays, and why.
fn remaining(check: &Check, why: Option<&String>, files: &SourceMap) -> String {
    let told = format!("left: {}: {}", files.locate(check.place), check.sentence());
    match why {
        Some(why) => format!("{told}: {why}"),
        None => told,
    }
}

fn agrees(names: &str) -> bool {
    tell(&format!("Write this to {}? [y/N] ", visible(names)));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Writes a file, unless somebody else has meanwhile.
fn write(draft: &Draft) -> Result<(), Failure> {
    let doing = || format!("writing {}", redact::path(&draft.path));
    let found = input::read_bytes(&draft.path).map_err(|e| Failure::new(doing(), e.to_string()))?;
    let found = String::from_utf8_lossy(&found);
    // The mark that some editors put in front is no part of the text, but of the file.
    let mark = if found.starts_with('\u{feff}') { "\u{feff}" } else { "" };
    if found.trim_start_matches('\u{feff}') != draft.original {
        return Err(Failure::new(doing(), "somebody else has changed it meanwhile").hint("run the command again"));
    }
    atomic_file::replace(&draft.path, format!("{mark}{}", draft.text).as_bytes())
}

//! `driftgate pull --update`: writes what the database has into expectation files that people wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use crate::atomic_file;
use crate::catalog::capture::Scope;
use crate::cli::PullArgs;
use crate::console::{confirm, eprint, print};
use crate::environment::Environment;
use crate::error::{CommandError, Failure, Problem};
use crate::expectation::ExpectationFile;
use crate::expectation::load::load;
use crate::expectation::parse::parse;
use crate::finding::{Check, Exit, Report, Target};
use crate::input;
use crate::redact;
use crate::report::unified::unified;
use crate::role_map::RoleMap;
use crate::session::choice;
use crate::session::prior_runs::PriorRuns;
use crate::session::scratch_noise::filter_noise_of_checked;
use crate::session::source::{ResolvedSource, resolve_all};
use crate::session::verify::Verification;
use crate::snapshot::Snapshot;
use crate::source::Source;
use crate::source_map::{Place, SourceMap};
use crate::terminal::{Palette, visible};
use crate::update::update;

/// How often the files are compared again. An update can reveal further differences, for instance inside an object that
/// was expected to be absent.
const MOST_ROUNDS: usize = 6;

/// A file as it was read and as it would be written.
struct Draft {
    path: PathBuf,
    original: String,
    text: String,
    expects: ExpectationFile,
}

/// The files of one database.
struct UpdateJob {
    source: Source,
    place: Option<Place>,
    drafts: Vec<Draft>,
}

/// The updated files of one database, and the findings that remain.
struct UpdatedFiles {
    drafts: Vec<Draft>,
    target: Target,
    /// Why findings remain, by their ids.
    reasons: BTreeMap<String, String>,
}

/// Runs the command.
pub(super) fn run(args: &PullArgs, files: &mut SourceMap) -> Result<Exit, CommandError> {
    let mut expectations = load(&args.update, files)?;
    choice::ignore(&args.choice, &mut expectations);
    let baseline = PriorRuns::of_baseline(args.baseline.as_ref(), files)?;
    let jobs = jobs(args, expectations, files)?;
    let environment = Environment::read(!args.session.no_env_file);
    let resolved = resolve_all(jobs, |job| (&job.source, job.place), &args.session, &environment, files)?;
    let mut updated = Vec::new();
    for (job, source) in resolved {
        updated.push(update_until_settled(args, job, &source, &baseline, files)?);
    }
    Ok(finish(args, updated, files)?)
}

/// One job for each database, in the order in which the files name them.
fn jobs(args: &PullArgs, expectations: Vec<ExpectationFile>, files: &SourceMap) -> Result<Vec<UpdateJob>, Problem> {
    let from = args.from.as_deref().map(Source::parse).transpose()?;
    let mut jobs: Vec<UpdateJob> = Vec::new();
    for expects in expectations {
        let named = || Source::of_file(&expects, files.path(expects.file));
        let source = from.clone().map_or_else(named, Ok)?;
        let place = from.is_none().then_some(expects.source_place());
        let draft = Draft {
            path: files.path(expects.file).to_owned(),
            original: files.text(expects.file).to_owned(),
            text: files.text(expects.file).to_owned(),
            expects,
        };
        match jobs.iter_mut().find(|job| job.source == source) {
            Some(job) => job.drafts.push(draft),
            None => jobs.push(UpdateJob {
                source,
                place,
                drafts: vec![draft],
            }),
        }
    }
    Ok(jobs)
}

/// Compares, writes the findings into the texts and compares again, until no finding is left that can be written.
fn update_until_settled(
    args: &PullArgs,
    job: UpdateJob,
    source: &ResolvedSource,
    baseline: &PriorRuns,
    files: &mut SourceMap,
) -> Result<UpdatedFiles, Failure> {
    let mut drafts = job.drafts;
    let mut reasons = BTreeMap::new();
    let mut written = BTreeSet::new();
    let mut round = 1;
    loop {
        let (mut target, snapshot) = compare(args, &job.source, source, &drafts)?;
        baseline.mark(&mut target);
        // A finding that was written and is found again would be found in every round.
        let findings: Vec<&Check> = target
            .findings()
            .filter(|check| !check.is_known() && !written.contains(&with_values(check)))
            .collect();
        let changed = apply_findings(&drafts, &findings, &snapshot, &mut reasons, files);
        // A finding that could not be written is tried again after others were.
        let done = findings.iter().filter(|check| !reasons.contains_key(&check.id()));
        written.extend(done.map(|check| with_values(check)));
        if changed.is_empty() || round > MOST_ROUNDS {
            return Ok(UpdatedFiles {
                drafts,
                target,
                reasons,
            });
        }
        for (index, text, mut expects) in changed {
            let draft = &mut drafts[index];
            // The folders of migrations were read once; the text does not have what is in them.
            for (history, old) in expects.histories.iter_mut().zip(&mut draft.expects.histories) {
                history.files = old.files.take();
            }
            draft.text = text;
            choice::ignore(&args.choice, std::slice::from_mut(&mut expects));
            draft.expects = expects;
        }
        round += 1;
    }
}

/// A finding with its values: after an update, the same object may differ in another way.
fn with_values(check: &Check) -> (String, String, String) {
    (check.id(), check.expected.to_string(), check.actual.to_string())
}

fn compare(
    args: &PullArgs,
    source: &Source,
    resolved: &ResolvedSource,
    drafts: &[Draft],
) -> Result<(Target, Snapshot), Failure> {
    let limits = args.session.limits();
    let files: Vec<&ExpectationFile> = drafts.iter().map(|draft| &draft.expects).collect();
    let roles = RoleMap::of_files(files.iter().copied(), &RoleMap::of(&args.choice.role)).reversed();
    let mut target = Target::named(source.report_label());
    resolved.describe(&mut target);
    let verification = Verification {
        files: &files,
        scope: &Scope::of(&files),
        limits,
        with_coverage: false,
        roles: &roles,
    };
    let snapshot = verification.run(resolved, &mut target)?;
    // What SQL and migrations say nothing about stays in the files.
    filter_noise_of_checked(resolved, &snapshot, &mut target, limits)?;
    Ok((target, snapshot))
}

/// Writes findings into the texts. Returns the new texts, with the index of the draft and what the text expects.
fn apply_findings(
    drafts: &[Draft],
    findings: &[&Check],
    snapshot: &Snapshot,
    reasons: &mut BTreeMap<String, String>,
    files: &mut SourceMap,
) -> Vec<(usize, String, ExpectationFile)> {
    let mut changed = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        let here: Vec<&Check> = findings
            .iter()
            .copied()
            .filter(|check| check.place.file == draft.expects.file)
            .collect();
        let updated = update(&draft.expects, &draft.text, &here, snapshot);
        reasons.extend(updated.left);
        if updated.text == draft.text {
            continue;
        }
        let file = files.add(draft.path.clone(), updated.text.clone());
        match parse(&updated.text, file) {
            Ok(expects) => changed.push((index, updated.text, expects)),
            Err(problems) => reasons.extend(here.iter().map(|check| (check.id(), not_a_file(&problems)))),
        }
    }
    changed
}

/// Why an update was not made whose result is not an expectation file, for instance because nothing would be left in it.
fn not_a_file(problems: &[Problem]) -> String {
    let why = problems.first().map_or("", |problem| problem.message.as_str());
    format!(
        "the file was not changed, because the result would not be an expectation file: {why}; remove it, or change it by hand"
    )
}

/// Shows the changes, asks, writes them, and reports the findings that remain.
fn finish(args: &PullArgs, updated: Vec<UpdatedFiles>, files: &SourceMap) -> Result<Exit, Failure> {
    let drafts = updated.iter().flat_map(|updated| &updated.drafts);
    let changed: Vec<&Draft> = drafts.filter(|draft| draft.text != draft.original).collect();
    print(&diff(&changed, args.color.enabled(io::stdout().is_terminal())))?;
    let names: Vec<String> = changed.iter().map(|draft| redact::path(&draft.path)).collect();
    let names = visible(&names.join(", "));
    if !changed.is_empty() {
        if !args.yes && !may_write(&names) {
            return Ok(Exit::Drift);
        }
        for draft in &changed {
            write(draft)?;
        }
        eprint(&format!("updated {names}\n"));
    }
    let (targets, reasons): (Vec<Target>, Vec<_>) = updated.into_iter().map(|u| (u.target, u.reasons)).unzip();
    let report = Report::new(targets);
    let exit = report.exit(false);
    for (target, reasons) in report.targets.iter().zip(&reasons) {
        for check in target.findings() {
            eprint(&visible(&remaining(check, reasons.get(&check.id()), files)));
            eprint("\n");
        }
    }
    if names.is_empty() && exit == Exit::Passed {
        eprint("nothing to change: the files expect what the database has\n");
    }
    Ok(exit)
}

/// The changes of all files as a unified diff.
fn diff(changed: &[&Draft], color: bool) -> String {
    let diffs = changed.iter().map(|draft| {
        let label = redact::path(&draft.path);
        let (old, new) = (redact::yaml(&draft.original), redact::yaml(&draft.text));
        unified(&old, &new, (&label, &label), Palette { color })
    });
    diffs.collect()
}

/// A finding that remains, and why.
fn remaining(check: &Check, why: Option<&String>, files: &SourceMap) -> String {
    let text = format!("left: {}: {}", files.locate(check.place), check.sentence());
    match why {
        Some(why) => format!("{text}: {why}"),
        None => text,
    }
}

/// Asks whether the files may be written. Prints why not, if not.
fn may_write(names: &str) -> bool {
    confirm(
        &format!("Write this to {names}? [y/N] "),
        &format!("nothing was written: there is no terminal to ask on\n  help: --yes writes the changes to {names}\n"),
    )
}

/// Writes a file, unless another program has changed it since it was read.
fn write(draft: &Draft) -> Result<(), Failure> {
    let doing = || format!("writing {}", redact::path(&draft.path));
    let found = input::read_bytes(&draft.path).map_err(|e| Failure::new(doing(), e.to_string()))?;
    let found = String::from_utf8_lossy(&found);
    // The byte order mark that some editors write is not a part of the text that was parsed.
    let mark = if found.starts_with('\u{feff}') { "\u{feff}" } else { "" };
    if found.trim_start_matches('\u{feff}') != draft.original {
        return Err(
            Failure::new(doing(), "another program has changed it since it was read").hint("run the command again"),
        );
    }
    atomic_file::write_with_folders(&draft.path, format!("{mark}{}", draft.text).as_bytes())
}

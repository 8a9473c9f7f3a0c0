//! `driftgate repair`: prints the SQL that makes a database what its expectations say.

mod migration;

use std::path::Path;

use super::check::cut_as_databases;
use super::pull;
use crate::atomic_file;
use crate::catalog::capture::Scope;
use crate::cli::{RepairArgs, RepairTarget};
use crate::console::{eprint, print};
use crate::environment::Environment;
use crate::error::{CommandError, Failure, Problem};
use crate::expectation::ExpectationFile;
use crate::expectation::load::load;
use crate::finding::{Exit, Target};
use crate::kinds::start_writing;
use crate::migrations::folder::Folder;
use crate::plural::plural;
use crate::redact;
use crate::repair::facts::Facts;
use crate::repair::proof::Proof;
use crate::repair::script::{ScriptOptions, ScriptSummary, migrations, script, script_blocks};
use crate::repair::{self, Repair, facts, recreate};
use crate::role_map::RoleMap;
use crate::session::prior_runs::PriorRuns;
use crate::session::proof::{self, ProofRequest};
use crate::session::scratch_noise::filter_noise_of_checked;
use crate::session::source::{ResolvedSource, resolve_all};
use crate::session::verify::Verification;
use crate::session::{self, choice, source_options};
use crate::snapshot::Snapshot;
use crate::source::Source;
use crate::source_map::{Place, SourceMap};

/// Runs the command.
pub(super) fn run(args: &RepairArgs, files: &mut SourceMap) -> Result<Exit, CommandError> {
    match args.to {
        RepairTarget::Expectations => {
            refuse_options_of_scripts(args)?;
            pull::run(&args.as_update(), files)
        }
        RepairTarget::Database | RepairTarget::Migration => write_script(args, files),
    }
}

/// Options about a script mean nothing where none is written.
fn refuse_options_of_scripts(args: &RepairArgs) -> Result<(), Problem> {
    let options = [
        (args.script.output.is_some(), "--output"),
        (args.script.with_losses, "--with-losses"),
        (args.script.prove, "--prove"),
        (!args.choice.only.is_empty(), "--only"),
        (args.platform_schemas, "--platform-schemas"),
    ];
    match options.iter().find(|(is_given, _)| *is_given) {
        Some((_, option)) => Err(Problem::new(format!("{option} cannot be used with --to expectations"))
            .hint("it updates the files that you name, and writes no script")),
        None => Ok(()),
    }
}

fn write_script(args: &RepairArgs, files: &mut SourceMap) -> Result<Exit, CommandError> {
    if args.yes {
        return Err(Problem::new("--yes needs --to expectations")
            .hint("a script is only printed: there is nothing to confirm")
            .into());
    }
    let (expectations, source, place) = chosen(args, files)?;
    let folder = (args.to == RepairTarget::Migration)
        .then(|| migration::folder(&expectations))
        .transpose()?;
    let baseline = PriorRuns::of_baseline(args.baseline.as_ref(), files)?;
    let environment = Environment::read(!args.session.no_env_file);
    let label = source.report_label();
    let proof_scratch = source_options::scratch(&args.session, &environment)?;
    let mut resolved = resolve_all(
        vec![(source, place)],
        |(source, place)| (source, *place),
        &args.session,
        &environment,
        files,
    )?;
    let Some((_, source)) = resolved.pop() else {
        return Err(Problem::new("there is nothing to repair").into());
    };
    let expected: Vec<&ExpectationFile> = expectations.iter().collect();
    let (mut target, snapshot) = verify(args, label, &source, &expected)?;
    baseline.mark(&mut target);
    target.checks.findings.retain(|check| !check.is_known());
    let mut plan = repair::plan(&target.checks.findings, &expected, &snapshot);
    let depending = session::facts::read(&source, recreate::queries(&plan), args.session.limits())?;
    recreate::arrange(&mut plan, &depending);
    let facts = session::facts::read(&source, facts::queries(&plan), args.session.limits())?;
    let options = ScriptOptions {
        lock_timeout: format!("{}ms", args.session.lock_timeout.as_millis()),
        with_losses: args.script.with_losses,
        header: header(&target, &snapshot),
    };
    let request = ProofRequest {
        repair: &plan,
        blocks: &script_blocks(&plan, &facts, &options),
        first: start_writing(&snapshot),
        files: &expected,
        scope: &scope(args, &expected),
        findings: &target.checks.findings,
        major: snapshot.server.major,
        scratch: proof_scratch,
        is_trusted: args.session.trust_functions,
        limits: args.session.limits(),
    };
    let is_proved = args.script.prove && !plan.steps.is_empty();
    let proof = is_proved.then(|| proof::prove(&source, &request)).transpose()?;
    finish(args, folder.as_ref(), &plan, &facts, proof.as_ref(), &options)
}

/// Writes the script or the migrations, and says what they do.
fn finish(
    args: &RepairArgs,
    folder: Option<&Folder>,
    plan: &Repair,
    facts: &Facts,
    proof: Option<&Proof>,
    options: &ScriptOptions,
) -> Result<Exit, CommandError> {
    let also = proof.map_or(0, |proof| proof.also.len());
    let counts = if let Some(folder) = folder {
        let (drafts, counts) = migrations(plan, facts, proof, options);
        migration::write(args, folder, &drafts)?;
        counts
    } else {
        let (text, counts) = script(plan, facts, proof, options);
        write(args, &text)?;
        counts
    };
    eprint(&summary(counts, also));
    Ok(if counts.is_complete() && also == 0 {
        Exit::Passed
    } else {
        Exit::Drift
    })
}

/// What of the files counts, and the database that they are about.
fn chosen(
    args: &RepairArgs,
    files: &mut SourceMap,
) -> Result<(Vec<ExpectationFile>, Source, Option<Place>), CommandError> {
    let mut expectations = load(&args.paths, files)?;
    cut_as_databases(args.against.as_deref(), &args.session, &mut expectations, files)?;
    let (source, place) = source(args, &expectations, files)?;
    let sources = vec![Some(source.clone()); expectations.len()];
    choice::choose(&args.choice, &mut expectations, &sources)?;
    Ok((expectations, source, place))
}

/// The one database that all files are about.
fn source(
    args: &RepairArgs,
    expectations: &[ExpectationFile],
    files: &SourceMap,
) -> Result<(Source, Option<Place>), Problem> {
    if let Some(text) = &args.against {
        return Ok((Source::parse(text)?, None));
    }
    let mut all = Vec::new();
    for file in expectations {
        all.push((Source::of_file(file, files.path(file.file))?, file.source_place()));
    }
    let Some((source, place)) = all.first().cloned() else {
        return Err(Problem::new("there are no expectation files"));
    };
    match all.iter().find(|(other, _)| *other != source) {
        Some((_, place)) => Err(Problem::at(*place, "the files are about more than one database")
            .hint("a script repairs one database: name its files, or give the database with --against")),
        None => Ok((source, Some(place))),
    }
}

fn verify(
    args: &RepairArgs,
    label: String,
    source: &ResolvedSource,
    files: &[&ExpectationFile],
) -> Result<(Target, Snapshot), Failure> {
    let mut target = Target::named(label);
    source.describe(&mut target);
    let scope = scope(args, files);
    let verification = Verification {
        files,
        scope: &scope,
        limits: args.session.limits(),
        with_coverage: false,
        roles: &RoleMap::default(),
    };
    let snapshot = verification.run(source, &mut target)?;
    filter_noise_of_checked(source, &snapshot, &mut target, args.session.limits())?;
    Ok((target, snapshot))
}

/// What of the catalog is read.
fn scope(args: &RepairArgs, files: &[&ExpectationFile]) -> Scope {
    let mut scope = Scope::of(files);
    scope.platform = args.platform_schemas;
    scope
}

/// The first lines of the script.
fn header(target: &Target, snapshot: &Snapshot) -> Vec<String> {
    let mut lines = vec![
        format!(
            "-- Makes the database {} what its expectations say. Read it before you run it:",
            crate::terminal::visible(&target.name)
        ),
        "-- psql -f FILE. Each step checks first that the database is still as it was found.".to_owned(),
        "\\set ON_ERROR_STOP on".to_owned(),
    ];
    lines.extend(start_writing(snapshot));
    lines
}

/// What the script does, for the person who runs the command.
fn summary(counts: ScriptSummary, also: usize) -> String {
    let ScriptSummary {
        repaired,
        commented,
        left,
        proved,
    } = counts;
    if repaired + commented + left == 0 {
        return "nothing to repair\n".to_owned();
    }
    let mut out = format!("the script repairs {}", plural(repaired, "finding", "findings"));
    if let Some(proved) = proved {
        out = format!("{out}, {proved} of them proved");
    }
    if also > 0 {
        out = format!("{out}; it changes {} besides", plural(also, "object", "objects"));
    }
    if commented > 0 {
        out = format!("{out}; {commented} more would lose data, so their statements are comments (--with-losses)");
    }
    if left > 0 {
        out = format!("{out}; {left} cannot be repaired by a script");
    }
    out + "\n"
}

fn write(args: &RepairArgs, text: &str) -> Result<(), CommandError> {
    let Some(path) = &args.script.output else {
        return Ok(print(text)?);
    };
    refuse_existing(path)?;
    Ok(atomic_file::write_with_folders(path, text.as_bytes())?)
}

/// No file is overwritten.
fn refuse_existing(path: &Path) -> Result<(), Problem> {
    if path.exists() {
        let path = redact::path(path);
        return Err(Problem::new(format!("the file {path} exists"))
            .hint("choose another name, or remove it: `repair` overwrites nothing"));
    }
    Ok(())
}

//! `driftgate init`: writes the first expectation files of a project, and a job for its CI.

mod ci_job;
mod plan;

use std::path::{Path, PathBuf};

use crate::atomic_file;
use crate::cli::{self, Command, InitArgs};
use crate::console::{confirm, eprint, print};
use crate::environment::Environment;
use crate::error::{CommandError, Failure, Problem};
use crate::finding::Exit;
use crate::project::{Project, is_postgres_url};
use crate::redact;
use crate::source_map::SourceMap;
use crate::terminal::visible;
use plan::{InitPlan, PlannedFile};

/// Runs the command.
pub(super) fn run(args: &InitArgs, files: &mut SourceMap) -> Result<Exit, CommandError> {
    let environment = Environment::read(!args.session.no_env_file);
    let project = Project::read(Path::new("."), &variables_of_process())?;
    print(&plan::found(&project))?;
    if project.databases.is_empty() {
        return Err(nothing_found(args).into());
    }
    let mut plan = InitPlan::make(args, &project, &environment, files);
    print(&plan.shown())?;
    if plan.writes_nothing() {
        eprint("nothing to write: every file exists already\n");
    } else if !args.yes && !may_write() {
        return Ok(Exit::Drift);
    }
    let failed = plan.read(args, &environment, files);
    let written = write(&plan)?;
    print(&plan.next_steps(&project, &written))?;
    let exit = check(args, &plan, files)?;
    if exit == Exit::Drift
        && let Some(note) = plan.after_drift(&written)
    {
        print(&note)?;
    }
    Ok(failed.filter(|_| exit != Exit::Drift).unwrap_or(exit))
}

/// The variables of the process that hold the URL of a PostgreSQL database.
fn variables_of_process() -> Vec<String> {
    let mut names: Vec<String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(_, value)| is_postgres_url(value))
        .map(|(name, _)| name)
        .collect();
    names.sort();
    names
}

fn nothing_found(args: &InitArgs) -> Problem {
    let problem =
        Problem::new("no database was found: this folder has no model, no migrations and no variable with a URL");
    if args.session.no_env_file {
        return problem.hint("--no-env-file leaves out .env; set DATABASE_URL to the URL of the database");
    }
    problem.hint(
        "run it in the folder of your project, or set DATABASE_URL to the URL of the database, postgres://user@host/name",
    )
}

fn may_write() -> bool {
    confirm(
        "Write these files? [y/N] ",
        "nothing was written: there is no terminal to ask on\n  help: --yes writes the files\n",
    )
}

/// Writes the files that do not exist yet, and returns their paths.
fn write(plan: &InitPlan) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    for PlannedFile { path, text, .. } in plan.files() {
        let Some(text) = text else {
            continue;
        };
        // Another program may have written it while this one was asking.
        if path.exists() {
            eprint(&format!(
                "note: {} exists by now, and is left as it is\n",
                redact::path(path)
            ));
            continue;
        }
        atomic_file::write_with_folders(path, text.as_bytes())?;
        written.push(path.clone());
    }
    Ok(written)
}

/// Checks the databases that answered.
fn check(args: &InitArgs, plan: &InitPlan, files: &mut SourceMap) -> Result<Exit, CommandError> {
    let checked = plan.files_to_check();
    if checked.is_empty() {
        return Ok(Exit::Passed);
    }
    let shown: Vec<String> = checked.iter().map(|path| redact::path(path)).collect();
    print(&visible(&format!("\n$ driftgate check {}\n", shown.join(" "))))?;
    // What comes behind `--` is a path, whatever it looks like.
    let words = ["driftgate".into(), "check".into(), "--".into()];
    let words = words
        .into_iter()
        .chain(checked.iter().map(|path| path.as_os_str().to_owned()));
    match cli::parse(words) {
        Ok(cli::Cli {
            command: Command::Check(mut check),
            ..
        }) => {
            check.session = args.session.clone();
            check.color = args.color;
            super::check::run(&check, files)
        }
        // A path that looks like an option.
        Ok(_) | Err(_) => Err(Problem::new("the files cannot be checked: a path looks like an option").into()),
    }
}

//! `driftgate lint`: checks expectation files and folders of migrations without a database.

mod fleets;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::LintArgs;
use crate::console::print_summary;
use crate::error::{CommandError, Problem};
use crate::expectation::load::check_all;
use crate::expectation::{AcceptedProblem, ExpectationFile, ExpectedHistory};
use crate::finding::Exit;
use crate::migrations::{FolderProblem, Tool, folder};
use crate::plural::plural;
use crate::redact;
use crate::source::Source;
use crate::source_map::SourceMap;

/// A folder of migrations, or several of one history.
struct LintedFolder {
    dirs: Vec<PathBuf>,
    tool: Option<&'static Tool>,
    accept: Vec<AcceptedProblem>,
}

/// Runs the command.
pub(super) fn run(args: &LintArgs, files: &mut SourceMap) -> Result<Exit, CommandError> {
    let mut summary = String::new();
    let mut problems = Vec::new();
    let mut folders: BTreeMap<Vec<PathBuf>, LintedFolder> = BTreeMap::new();
    let mut add = |folder: LintedFolder| {
        let key = folder.dirs.iter().map(|dir| canonical(dir)).collect();
        match folders.entry(key) {
            Entry::Occupied(mut known) => known.get_mut().accept.extend(folder.accept),
            Entry::Vacant(vacant) => {
                vacant.insert(folder);
            }
        }
    };
    for dir in &args.migrations {
        add(LintedFolder {
            dirs: vec![dir.clone()],
            tool: args.tool,
            accept: Vec::new(),
        });
    }
    let fleets = fleets::check(&args.paths, files);
    problems.extend(fleets.problems);
    if fleets.count > 0 {
        let _ = writeln!(
            summary,
            "{} without a mistake",
            plural(fleets.count, "fleet file", "fleet files")
        );
    }
    let names_files = !fleets.paths.is_empty();
    if names_files || args.paths.is_empty() && args.migrations.is_empty() {
        match check_all(&fleets.paths, files) {
            Ok(expectations) => {
                problems.extend(describe(&expectations, &mut summary, files));
                expectations
                    .iter()
                    .flat_map(|file| &file.histories)
                    .filter_map(named)
                    .for_each(add);
            }
            Err(more) => problems.extend(more),
        }
    }
    for folder in folders.into_values() {
        match lint(&folder, &args.accept) {
            Ok(line) => summary.push_str(&line),
            Err(more) => problems.extend(more),
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    print_summary(&summary)?;
    Ok(Exit::Passed)
}

/// Adds how many expectation files there are, and the names that PostgreSQL cuts, to the summary. Returns the problems of
/// their sources.
fn describe(expectations: &[ExpectationFile], summary: &mut String, files: &SourceMap) -> Vec<Problem> {
    let count = plural(expectations.len(), "expectation file", "expectation files");
    let _ = writeln!(summary, "{count} without a mistake");
    for cut in expectations.iter().flat_map(|file| &file.cut_names) {
        let encoding = if cut.name.is_ascii() {
            ""
        } else {
            ", if the encoding of the database is UTF-8"
        };
        let _ = writeln!(summary, "note: {}: {cut}{encoding}", files.locate(cut.place));
    }
    let sources = expectations
        .iter()
        .map(|file| Source::of_file(file, files.path(file.file)));
    sources.filter_map(Result::err).collect()
}

/// The folders of migrations that a history names.
fn named(history: &ExpectedHistory) -> Option<LintedFolder> {
    let files = history.files.as_ref()?;
    Some(LintedFolder {
        dirs: files.roots.iter().map(|root| root.path.clone()).collect(),
        tool: history.tool,
        accept: history.accept.clone(),
    })
}

/// Checks a folder, and describes it if it has no problem that is not accepted.
fn lint(linted: &LintedFolder, accept: &[String]) -> Result<String, Vec<Problem>> {
    let read = folder::list_all(&linted.dirs).and_then(|files| folder::interpret(&files, linted.tool));
    let folder = read.map_err(|problem| vec![spelled(problem, &linted.dirs)])?;
    let is_accepted = |found: &FolderProblem| {
        accept.contains(&found.name) || linted.accept.iter().any(|accepted| accepted.name == found.name)
    };
    let (accepted, found): (Vec<_>, Vec<_>) = folder.problems.into_iter().partition(is_accepted);
    let mut problems: Vec<Problem> = found.into_iter().map(with_key).collect();
    let is_idle = |entry: &&AcceptedProblem| accepted.iter().all(|found| found.name != entry.name);
    problems.extend(linted.accept.iter().filter(is_idle).map(|entry| {
        Problem::at(
            entry.place,
            format!("`accept`: the folder has no problem with `{}`", entry.name),
        )
        .hint("remove the entry, or correct the name")
    }));
    if !problems.is_empty() {
        return Err(problems);
    }
    let dirs: Vec<String> = linted.dirs.iter().map(|dir| redact::path(dir)).collect();
    let mut line = format!(
        "{} of {} in {} without a mistake",
        plural(folder.migrations.len(), "migration", "migrations"),
        folder.tool.title,
        dirs.join(", ")
    );
    if !accepted.is_empty() {
        let _ = write!(
            line,
            ", except {} that {} accepted",
            plural(accepted.len(), "problem", "problems"),
            is_or_are(accepted.len())
        );
    }
    if !folder.skipped.is_empty() {
        let _ = write!(line, "; not read: {}", folder.skipped.join(", "));
    }
    Ok(line + "\n")
}

/// A problem with the key by which it is accepted.
fn with_key(found: FolderProblem) -> Problem {
    let accept = format!(
        "to accept it, write under `accept`: `{}: REASON`",
        redact::typed(&found.name)
    );
    let hint = match &found.problem.hint {
        Some(hint) => format!("{hint}; {accept}"),
        None => accept,
    };
    found.problem.hint(hint)
}

/// A problem with a path that begins with the name of a tool, as a source does.
fn spelled(problem: Problem, dirs: &[PathBuf]) -> Problem {
    let paths = dirs.iter().filter_map(|dir| dir.to_str());
    let mut sources = paths.map(|path| {
        let path = path.strip_prefix("migrations:").unwrap_or(path);
        let (tool, dir) = path.split_once(':').unwrap_or(("", path));
        (path, Tool::named(tool).map(|tool| (tool.name, dir)))
    });
    match sources.find(|(path, tool)| tool.is_some() || dirs.iter().all(|dir| dir.as_os_str() != *path)) {
        Some((_, Some((tool, dir)))) => {
            problem.hint(format!("write --migrations {} --tool {tool}", redact::typed(dir)))
        }
        Some((path, None)) => problem.hint(format!("write --migrations {}", redact::typed(path))),
        None => problem,
    }
}

fn is_or_are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// The path by which a folder is known: the user may have named it in several ways.
fn canonical(dir: &Path) -> PathBuf {
    fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned())
}

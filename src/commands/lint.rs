//! `driftgate lint`: checks expectation files and folders of migrations alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::LintArgs;
use crate::console::{print, tell_problems};
use crate::error::Problem;
use crate::expectation::ExpectationFile;
use crate::expectation::load::load;
use crate::migrations::Tool;
use crate::migrations::folder::{self, Folder};
use crate::redact;
use crate::report::Exit;
use crate::source_map::SourceMap;

/// Runs the command.
#[must_use]
pub fn run(args: &LintArgs) -> Exit {
    let mut files = SourceMap::default();
    match lint(args, &mut files) {
        Ok(said) => match print(&said) {
            Ok(()) => Exit::Passed,
            Err(_) => Exit::Failure,
        },
        Err(problems) => {
            tell_problems(&problems, &files, args.color);
            Exit::Usage
        }
    }
}

/// What was checked and is without a mistake.
fn lint(args: &LintArgs, files: &mut SourceMap) -> Result<String, Vec<Problem>> {
    let mut said = String::new();
    let mut problems = Vec::new();
    let mut folders: BTreeMap<PathBuf, (PathBuf, Option<&'static Tool>)> = BTreeMap::new();
    for dir in &args.migrations {
        folders.insert(canonical(dir), (dir.clone(), args.tool));
    }
    if !args.paths.is_empty() || args.migrations.is_empty() {
        match load(&args.paths, files) {
            Ok(expectations) => {
                said = format!(
                    "{} without a mistake\n",
                    counted(expectations.len(), "expectation file")
                );
                for (dir, tool) in named(&expectations) {
                    folders.entry(canonical(&dir)).or_insert((dir, tool));
                }
            }
            Err(more) => problems.extend(more),
        }
    }
    for (dir, tool) in folders.into_values() {
        match folder::read(&dir, tool) {
            Ok(Folder { problems: more, .. }) if !more.is_empty() => problems.extend(more),
            Ok(folder) => {
                let count = counted(folder.migrations.len(), "migration");
                let _ = writeln!(
                    said,
                    "{count} of {} in {} without a mistake",
                    folder.tool.title,
                    redact::path(&dir)
                );
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(said) } else { Err(problems) }
}

/// The folders that expectation files name, and the tools of each.
fn named(expectations: &[ExpectationFile]) -> Vec<(PathBuf, Option<&'static Tool>)> {
    let histories = expectations.iter().flat_map(|file| &file.histories);
    histories
        .filter_map(|history| Some((history.files.as_ref()?.root.clone(), history.tool)))
        .collect()
}

/// One folder may be named in two ways.
fn canonical(dir: &Path) -> PathBuf {
    fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned())
}

fn counted(count: usize, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}

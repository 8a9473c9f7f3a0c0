//! `driftgate lint`: checks expectation files and folders of migrations without a database.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::LintArgs;
use crate::console::print;
use crate::error::CommandError;
use crate::expectation::ExpectationFile;
use crate::expectation::load::load;
use crate::finding::Exit;
use crate::migrations::Tool;
use crate::migrations::folder::{self, Folder};
use crate::redact;
use crate::source_map::SourceMap;

/// Runs the command.
pub(super) fn run(args: &LintArgs, files: &mut SourceMap) -> Result<Exit, CommandError> {
    let mut summary = String::new();
    let mut problems = Vec::new();
    let mut folders: BTreeMap<PathBuf, (PathBuf, Option<&'static Tool>)> = BTreeMap::new();
    for dir in &args.migrations {
        folders.insert(canonical(dir), (dir.clone(), args.tool));
    }
    if !args.paths.is_empty() || args.migrations.is_empty() {
        match load(&args.paths, files) {
            Ok(expectations) => {
                summary = format!(
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
                    summary,
                    "{count} of {} in {} without a mistake",
                    folder.tool.title,
                    redact::path(&dir)
                );
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    print(&summary)?;
    Ok(Exit::Passed)
}

/// The folders of migrations that expectation files name, with the tool of each.
fn named(expectations: &[ExpectationFile]) -> Vec<(PathBuf, Option<&'static Tool>)> {
    let histories = expectations.iter().flat_map(|file| &file.histories);
    histories
        .filter_map(|history| Some((history.files.as_ref()?.root.clone(), history.tool)))
        .collect()
}

/// The path by which a folder is known: the user may have named it in several ways.
fn canonical(dir: &Path) -> PathBuf {
    fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned())
}

fn counted(count: usize, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}

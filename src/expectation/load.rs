//! Finds and reads expectation files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::parse::{check, parse, parse_in_schema};
use super::{ExpectationFile, WrittenSource, time_order};
use crate::error::Problem;
use crate::input;
use crate::input::walk::Search;
use crate::migrations::files::Files;
use crate::migrations::folder;
use crate::redact;
use crate::source_map::{FileId, Place, SourceMap};

/// The folder of expectation files if the command line names none.
pub const DEFAULT_PATH: &str = "expectations";

/// Reads the expectation files in `paths`: files, folders (all `*.yaml` and `*.yml` below) and glob patterns. Without
/// paths, [`DEFAULT_PATH`] is read.
///
/// # Errors
/// All problems of all files. A path without files is a problem.
pub fn load(paths: &[PathBuf], files: &mut SourceMap) -> Result<Vec<ExpectationFile>, Vec<Problem>> {
    load_with(paths, files, parse)
}

/// Finds the problems of the expectation files in `paths`, as [`load`] does. The files have no objects any more, so that they
/// need little memory.
///
/// # Errors
/// Those of [`load`].
pub fn check_all(paths: &[PathBuf], files: &mut SourceMap) -> Result<Vec<ExpectationFile>, Vec<Problem>> {
    load_with(paths, files, check)
}

/// Files that were loaded, as they are for the schema of a tenant.
///
/// # Errors
/// What is no mistake in the schema that the files name is one in this.
pub fn for_schema(
    loaded: &[ExpectationFile],
    schema: &str,
    files: &SourceMap,
) -> Result<Vec<ExpectationFile>, Vec<Problem>> {
    let of_tenant = |file: &ExpectationFile| {
        let mut own = parse_in_schema(files.text(file.file), file.file, schema)?;
        for (history, loaded) in own.histories.iter_mut().zip(&file.histories) {
            history.files.clone_from(&loaded.files);
        }
        Ok(own)
    };
    loaded.iter().map(of_tenant).collect()
}

type Parse = fn(&str, FileId) -> Result<ExpectationFile, Vec<Problem>>;

fn load_with(paths: &[PathBuf], files: &mut SourceMap, parse: Parse) -> Result<Vec<ExpectationFile>, Vec<Problem>> {
    let default = [PathBuf::from(DEFAULT_PATH)];
    let paths = if paths.is_empty() { &default[..] } else { paths };
    let mut problems = Vec::new();
    let mut found: Vec<PathBuf> = Vec::new();
    for path in paths {
        match find(path) {
            Ok(more) => found.extend(more),
            Err(more) => problems.extend(more),
        }
    }
    // Only what the command line names may run programs.
    let named: BTreeSet<PathBuf> = paths.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
    found.sort();
    // Two paths may name the same file.
    let mut seen = BTreeSet::new();
    found.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    let mut expectations = Vec::new();
    for path in found {
        match input::read(&path, files) {
            Ok(place) => match parse(files.text(place.file), place.file) {
                Ok(mut file) => {
                    files.set_parties(place.file, file.parties.clone());
                    let is_named = fs::canonicalize(&path).is_ok_and(|path| named.contains(&path));
                    let source = file.against.as_ref().filter(|_| !is_named);
                    problems.extend(source.and_then(|source| refused(source, &path)));
                    problems.extend(folders(&path, &mut file));
                    expectations.push(file);
                }
                Err(more) => problems.extend(more),
            },
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(expectations)
    } else {
        Err(problems)
    }
}

/// Reads the folders of migrations that a file names, and returns the problems of these and of the times in which objects are
/// expected.
fn folders(path: &Path, file: &mut ExpectationFile) -> Vec<Problem> {
    let mut problems = Vec::new();
    for history in &mut file.histories {
        let Some((_, first)) = history.directories.first() else {
            continue;
        };
        let at = |place: Place| {
            move |problem: Problem| Problem {
                place: Some(place),
                ..problem
            }
        };
        let beside = path.parent().unwrap_or(Path::new(""));
        let mut lists = Vec::new();
        for (directory, place) in &history.directories {
            match folder::list(&plain(beside.join(directory))) {
                Ok(files) => lists.push(files),
                Err(problem) => problems.push(at(*place)(problem)),
            }
        }
        if lists.len() < history.directories.len() {
            continue;
        }
        let files = Files::merged(lists);
        // Without a tool, the database determines it later.
        match history.tool.map(|tool| folder::interpret(&files, Some(tool))) {
            Some(Err(problem)) => problems.push(at(*first)(problem)),
            Some(Ok(_)) | None => history.files = Some(files),
        }
    }
    if problems.is_empty() {
        problems = time_order::problems(file);
    }
    problems
}

/// The problem with the source of a file that the command line does not name itself: what such a file says is not trusted.
fn refused(source: &WrittenSource, file: &Path) -> Option<Problem> {
    let shown = redact::path(file);
    let beside = file.parent().unwrap_or(Path::new(""));
    let real = source.path().and_then(|path| fs::canonicalize(beside.join(path)).ok());
    let here = fs::canonicalize(".").ok();
    let is_outside = real.is_some_and(|real| !here.is_some_and(|here| real.starts_with(here)));
    let outside = || is_outside.then(|| source.outside(&shown));
    source.refused(&shown).or_else(outside)
}

/// A path without `folder/..`, if that is the same file.
pub(crate) fn plain(path: PathBuf) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        let named = matches!(plain.components().next_back(), Some(Component::Normal(_)));
        if part == Component::ParentDir && named {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    match (fs::canonicalize(&plain), fs::canonicalize(&path)) {
        (Ok(one), Ok(other)) if one == other => plain,
        _ => path,
    }
}

fn find(path: &Path) -> Result<Vec<PathBuf>, Vec<Problem>> {
    if path.is_dir() {
        return find_below(path);
    }
    if path.exists() {
        return Ok(vec![path.to_owned()]);
    }
    let text = path.to_string_lossy();
    let shown = redact::path(path);
    if text.contains(['*', '?', '[']) {
        return find_matches(&text).map_err(|problem| vec![problem]);
    }
    Err(vec![Problem::new(format!("no such file or folder: {shown}")).hint(
        format!("pass expectation files or a folder; the default is the folder expectations/; {FIRST_FILES}"),
    )])
}

/// How to get the first files.
const FIRST_FILES: &str = "to write the first file from a database, run `driftgate init`, or `driftgate pull --from \
                           env:DATABASE_URL -o expectations/database.yaml`";

/// The expectation files below a folder.
fn find_below(folder: &Path) -> Result<Vec<PathBuf>, Vec<Problem>> {
    let search = Search {
        deepest: usize::MAX,
        enters: &|_| true,
        wants: &|path| path.extension().is_some_and(|e| e == "yaml" || e == "yml"),
    };
    let found = search.files(folder)?;
    if found.is_empty() {
        let folder = folder.display();
        return Err(vec![
            Problem::new(format!("no expectation files (*.yaml, *.yml) in {folder}")).hint(format!(
                "{FIRST_FILES}; to check a folder of migrations, run: driftgate lint --migrations {folder}"
            )),
        ]);
    }
    Ok(found.into_iter().map(|file| file.path).collect())
}

/// The files that a glob pattern matches.
fn find_matches(pattern: &str) -> Result<Vec<PathBuf>, Problem> {
    let matches = glob::glob(pattern).map_err(|e| {
        Problem::new(format!(
            "the pattern {} cannot be read: {}",
            redact::typed(pattern),
            e.msg
        ))
    })?;
    // A path that is neither a folder nor a regular file is reported when it is read.
    let mut found: Vec<PathBuf> = matches.filter_map(Result::ok).filter(|p| !p.is_dir()).collect();
    found.sort();
    if found.is_empty() {
        return Err(Problem::new(format!(
            "the pattern {} matches no file",
            redact::typed(pattern)
        )));
    }
    Ok(found)
}

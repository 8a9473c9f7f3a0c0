//! Finding and reading expectation files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::ExpectationFile;
use super::parse::parse;
use crate::error::{Problem, os_words};
use crate::migrations::folder;
use crate::redact;
use crate::source_map::{Place, SourceMap, lines};

/// Where expectation files are looked for when the command line names none.
pub const DEFAULT_PATH: &str = "expectations";

/// The largest file that is read, in bytes.
const LARGEST_FILE: u64 = 256 * 1024 * 1024;

/// Reads the files that `paths` name: files, folders (all `*.yaml` and `*.yml` below) and glob patterns.
/// No path at all stands for [`DEFAULT_PATH`].
///
/// # Errors
/// All problems of all files. A path that leads to no file is one.
pub fn load(paths: &[PathBuf], files: &mut SourceMap) -> Result<Vec<ExpectationFile>, Vec<Problem>> {
    let default = [PathBuf::from(DEFAULT_PATH)];
    let paths = if paths.is_empty() { &default[..] } else { paths };
    let mut problems = Vec::new();
    let mut found: Vec<PathBuf> = Vec::new();
    for path in paths {
        match find(path) {
            Ok(more) => found.extend(more),
            Err(problem) => problems.push(problem),
        }
    }
    found.sort();
    // The same file may have been named twice, in two ways.
    let mut seen = BTreeSet::new();
    found.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    let mut expectations = Vec::new();
    for path in found {
        match read(&path, files) {
            Ok(place) => match parse(files.text(place.file), place.file) {
                Ok(mut file) => {
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

/// Reads the folders of migrations that a file names, and says what hinders it.
fn folders(path: &Path, file: &mut ExpectationFile) -> Vec<Problem> {
    let mut problems = Vec::new();
    for history in &mut file.histories {
        let Some((directory, place)) = &history.directory else {
            continue;
        };
        let beside = path.parent().unwrap_or(Path::new(""));
        let read = folder::list(&plain(beside.join(directory))).and_then(|files| {
            // Which tool it is may be for the database to say.
            if let Some(tool) = history.tool {
                folder::interpret(&files, Some(tool))?;
            }
            Ok(files)
        });
        match read {
            Ok(files) => history.files = Some(files),
            Err(problem) => problems.push(Problem {
                place: Some(*place),
                ..problem
            }),
        }
    }
    problems
}

/// A path without `folder/..` in it, where that leads to the same place.
fn plain(path: PathBuf) -> PathBuf {
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

fn find(path: &Path) -> Result<Vec<PathBuf>, Problem> {
    if path.is_dir() {
        let mut found = Vec::new();
        walk(path, &mut found)?;
        if found.is_empty() {
            return Err(Problem::new(format!(
                "there is no expectation file (*.yaml, *.yml) in {}",
                redact::path(path)
            ))
            .hint(format!(
                "if it is a folder of migrations: driftgate lint --migrations {}",
                redact::path(path)
            )));
        }
        return Ok(found);
    }
    if path.exists() {
        return Ok(vec![path.to_owned()]);
    }
    let text = path.to_string_lossy();
    let shown = redact::path(path);
    if text.contains(['*', '?', '[']) {
        let matches =
            glob::glob(&text).map_err(|e| Problem::new(format!("the pattern {shown} cannot be read: {}", e.msg)))?;
        let mut found: Vec<PathBuf> = matches.filter_map(Result::ok).filter(|p| p.is_file()).collect();
        found.sort();
        if found.is_empty() {
            return Err(Problem::new(format!("the pattern {shown} matches no file")));
        }
        return Ok(found);
    }
    Err(Problem::new(format!("there is no file or folder {shown}")).hint(
        "name the expectation files or a folder of them; without a path, driftgate reads the folder expectations/",
    ))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Problem> {
    let cannot = |e: std::io::Error| {
        Problem::new(format!(
            "the folder {} cannot be read: {}",
            redact::path(folder),
            os_words(&e)
        ))
    };
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.is_dir() {
            walk(&path, found)?;
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            found.push(path);
        }
    }
    Ok(())
}

/// Reads a file of text that the user named, and says where it begins.
///
/// # Errors
/// There is no such file, or it is not text.
pub fn read(path: &Path, files: &mut SourceMap) -> Result<Place, Problem> {
    let cannot = |why: String| Problem::new(format!("{} cannot be read: {why}", redact::path(path)));
    let size = fs::metadata(path).map_err(|e| cannot(os_words(&e)))?.len();
    if size > LARGEST_FILE {
        return Err(cannot(format!("it has {size} bytes, more than are read")));
    }
    let bytes = fs::read(path).map_err(|e| cannot(os_words(&e)))?;
    match String::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => {
            let before = text.find('\0').unwrap_or(0);
            Err(binary(path, text, before, files))
        }
        Ok(mut text) => {
            // The mark that some editors put in front is no part of the text.
            if text.starts_with('\u{feff}') {
                text.remove(0);
            }
            let file = files.add(path.to_owned(), text);
            Ok(Place {
                file,
                line: 1,
                column: 1,
            })
        }
        Err(e) => {
            let before = e.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(e.as_bytes()).into_owned();
            Err(binary(path, text, before, files))
        }
    }
}

/// The problem with a file that is no text from the byte `before` on; `text` is what can be shown of it.
fn binary(path: &Path, text: String, before: usize, files: &mut SourceMap) -> Problem {
    let (line, column) = (1..)
        .zip(lines(&text[..before]))
        .last()
        .map_or((1, 1), |(number, line)| (number, line.chars().count() + 1));
    let place = Place {
        file: files.add(path.to_owned(), text),
        line,
        column: u32::try_from(column).unwrap_or(u32::MAX),
    };
    Problem::at(place, "this is not text in UTF-8").hint("is this another file, or one in another encoding?")
}
